/** The four files of TUF, made and read with @tufjs/models. Nothing here touches a disk. */
import { Metadata, MetadataKind, Root, Signature, Snapshot, Targets, Timestamp } from '@tufjs/models';
import { canonicalBytes } from '../../src-main/core/crypto/canonical.ts';
import { createSha512 } from '../../src-main/core/crypto/hash.ts';
import type { TargetCustom } from '../../src-shared/updates/target.ts';
import { ReleaseError } from './failure.ts';
import { keyIdOf, type PublicKey, type SigningKey, tufKey } from './key.ts';
import { expiry, type RoleName, roles } from './roles.ts';

export type RootFile = Metadata<Root>;
export type TargetsFile = Metadata<Targets>;
export type SnapshotFile = Metadata<Snapshot>;
export type TimestampFile = Metadata<Timestamp>;
export type AnyFile = RootFile | TargetsFile | SnapshotFile | TimestampFile;

const specVersion = '1.0.34';

export type RoleKeys = { readonly keys: readonly PublicKey[]; readonly threshold: number };
export type Trusted = Readonly<Record<RoleName, RoleKeys>>;

/** A root.json with these keys; nobody has signed it yet. */
export function newRoot(trusted: Trusted, version: number, now: number): RootFile {
  const keys = Object.fromEntries(
    roles.flatMap((role) =>
      trusted[role].keys.map((key) => [key.keyId, { ...tufKey(key.public), 'x-carekeep-owner': key.owner }]),
    ),
  );
  const named = Object.fromEntries(
    roles.map((role) => [
      role,
      { keyids: trusted[role].keys.map(({ keyId }) => keyId), threshold: trusted[role].threshold },
    ]),
  );
  return new Metadata(
    Root.fromJSON({
      _type: MetadataKind.Root,
      spec_version: specVersion,
      version,
      expires: expiry('root', now),
      keys,
      roles: named,
      consistent_snapshot: true,
    }),
  );
}

/** What a root.json says, in the shape `newRoot` takes. */
export function trustedOf(root: RootFile): Trusted {
  const of = (role: RoleName): RoleKeys => {
    const named = root.signed.roles[role];
    if (named === undefined) throw new ReleaseError(`The root names nobody for ${role}.`);
    const keys = named.keyIDs.map((keyId): PublicKey => {
      const key = root.signed.keys[keyId];
      const half = key?.keyVal['public'];
      if (half === undefined) throw new ReleaseError(`The root names a key for ${role} that it does not hold.`);
      // People compare numbers: under a known one somebody else's key could stand.
      const plain = key?.keyType === 'ed25519' && key.scheme === 'ed25519' && Object.keys(key.keyVal).length === 1;
      if (!plain || !/^[0-9a-f]{64}$/.test(half) || keyIdOf(half) !== keyId) {
        throw new ReleaseError(
          `Under the number ${keyId.slice(0, 8)} of ${role} the root holds another key: do not sign it, somebody changed it.`,
        );
      }
      const owner = key?.unrecognizedFields?.['x-carekeep-owner'];
      return {
        format: 'carekeep-release-public-key',
        version: 1,
        role,
        owner: typeof owner === 'string' ? owner : 'unnamed',
        keyId,
        public: half,
      };
    });
    return { keys, threshold: named.threshold };
  };
  return { root: of('root'), targets: of('targets'), snapshot: of('snapshot'), timestamp: of('timestamp') };
}

export type Target = { readonly length: number; readonly sha512: string; readonly custom: TargetCustom };
export type TargetList = Readonly<Record<string, Target>>;

/** A targets.json that lists these packages, by target path. */
export function newTargets(list: TargetList, version: number, now: number): TargetsFile {
  const targets = Object.fromEntries(
    Object.entries(list).map(([path, { length, sha512, custom }]) => [path, { length, hashes: { sha512 }, custom }]),
  );
  return new Metadata(
    Targets.fromJSON({
      _type: MetadataKind.Targets,
      spec_version: specVersion,
      version,
      expires: expiry('targets', now),
      targets,
    }),
  );
}

export function newSnapshot(targets: TargetsFile, version: number, now: number): SnapshotFile {
  return new Metadata(
    Snapshot.fromJSON({
      _type: MetadataKind.Snapshot,
      spec_version: specVersion,
      version,
      expires: expiry('snapshot', now),
      meta: { 'targets.json': described(targets) },
    }),
  );
}

export function newTimestamp(snapshot: SnapshotFile, version: number, now: number): TimestampFile {
  return new Metadata(
    Timestamp.fromJSON({
      _type: MetadataKind.Timestamp,
      spec_version: specVersion,
      version,
      expires: expiry('timestamp', now),
      meta: { 'snapshot.json': described(snapshot) },
    }),
  );
}

function described(file: AnyFile) {
  const bytes = bytesOf(file);
  return { version: file.signed.version, length: bytes.length, hashes: { sha512: sha512Of(bytes) } };
}

/** Hex. */
export function sha512Of(bytes: Uint8Array): string {
  const hash = createSha512();
  hash.update(bytes);
  return hash.digest().toString('hex');
}

/** The bytes of the file as it is published; signatures in the order of their key ids, so that the same file is the same bytes. */
export function bytesOf(file: AnyFile): Buffer {
  const sorted = Object.entries(file.signatures).sort(([left], [right]) => (left < right ? -1 : 1));
  const { signed } = file;
  return Buffer.from(
    `${JSON.stringify({ signatures: sorted.map(([, signature]) => signature.toJSON()), signed: signed.toJSON() }, null, 1)}\n`,
  );
}

/** Adds the signatures of these keys. */
export function signWith(file: AnyFile, keys: readonly SigningKey[]): void {
  for (const key of keys) {
    file.sign((bytes) => new Signature({ keyID: key.keyId, sig: key.sign(bytes).toString('hex') }));
  }
}

/** Ids of the keys of `role` in `root` whose signature under the file holds. */
export function signersOf(root: RootFile, role: RoleName, file: AnyFile): readonly string[] {
  return (root.signed.roles[role]?.keyIDs ?? []).filter((keyId) => {
    try {
      root.signed.keys[keyId]?.verifySignature(file);
      return root.signed.keys[keyId] !== undefined;
    } catch {
      // Not signed by this one, or not this file: counted as missing.
      return false;
    }
  });
}

export type Standing = { readonly signed: readonly string[]; readonly threshold: number; readonly met: boolean };

/** How many of the signatures that `root` demands of `role` the file has. */
export function standingOf(root: RootFile, role: RoleName, file: AnyFile): Standing {
  const signed = signersOf(root, role, file);
  const threshold = root.signed.roles[role]?.threshold ?? Number.POSITIVE_INFINITY;
  return { signed, threshold, met: signed.length >= threshold };
}

function parsed<T>(bytes: Uint8Array, where: string, read: (data: ReturnType<Root['toJSON']>) => T): T {
  try {
    return read(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch {
    throw new ReleaseError(`${where} is not what it should be: it was cut, changed, or is another file.`);
  }
}

export const parseRoot = (bytes: Uint8Array, where: string): RootFile =>
  parsed(bytes, where, (data) => Metadata.fromJSON(MetadataKind.Root, data));
export const parseTargets = (bytes: Uint8Array, where: string): TargetsFile =>
  parsed(bytes, where, (data) => Metadata.fromJSON(MetadataKind.Targets, data));
export const parseSnapshot = (bytes: Uint8Array, where: string): SnapshotFile =>
  parsed(bytes, where, (data) => Metadata.fromJSON(MetadataKind.Snapshot, data));
export const parseTimestamp = (bytes: Uint8Array, where: string): TimestampFile =>
  parsed(bytes, where, (data) => Metadata.fromJSON(MetadataKind.Timestamp, data));

/** Do two files say the same, whoever signed them? */
export function sameSigned(left: AnyFile, right: AnyFile): boolean {
  return canonicalBytes(left.signed.toJSON()).equals(canonicalBytes(right.signed.toJSON()));
}
