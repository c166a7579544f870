/**
 * Why tuf-js turned a file down. It says so in words only, and for half of the roles in an error that hides its cause, so
 * the file is looked at once more. Nothing is accepted here.
 */
import { Metadata, MetadataKind } from '@tufjs/models';
import type { UpdateRefusal } from '../../src-shared/updates/state.ts';
import { createSha512, sha256 } from '../core/crypto/hash.ts';
import { type MetadataRole, parseMetadata } from './parse.ts';

/** The file that tuf-js saw last, and the accepted ones as they lie in the folder of the check. */
export type Scene = {
  readonly role: MetadataRole;
  readonly bytes: Buffer;
  readonly accepted: Readonly<Record<MetadataRole, Buffer | null>>;
  /** The good files of the check before. */
  readonly before: Readonly<Record<MetadataRole, Buffer | null>>;
  readonly now: number;
};

type Described = { readonly length: number; readonly hashes: { readonly sha256?: string; readonly sha512?: string } };

function isDescribed({ length, hashes }: Described, bytes: Buffer): boolean {
  const long = createSha512();
  long.update(bytes);
  return (
    length === bytes.length &&
    (hashes.sha256 ?? sha256(bytes).toString('hex')) === sha256(bytes).toString('hex') &&
    (hashes.sha512 ?? '') === (hashes.sha512 === undefined ? '' : long.digest().toString('hex'))
  );
}

/** Is `bytes` signed as `root` demands of `role`? */
function isSigned(root: Buffer, role: MetadataRole, bytes: Buffer): boolean {
  try {
    const trusted = Metadata.fromJSON(MetadataKind.Root, JSON.parse(root.toString('utf8')));
    const data = JSON.parse(bytes.toString('utf8'));
    if (role === 'root') trusted.verifyDelegate(role, Metadata.fromJSON(MetadataKind.Root, data));
    else if (role === 'timestamp') trusted.verifyDelegate(role, Metadata.fromJSON(MetadataKind.Timestamp, data));
    else if (role === 'snapshot') trusted.verifyDelegate(role, Metadata.fromJSON(MetadataKind.Snapshot, data));
    else trusted.verifyDelegate(role, Metadata.fromJSON(MetadataKind.Targets, data));
    return true;
  } catch {
    // Below the threshold, or nothing that a signature could be made over: either way not signed.
    return false;
  }
}

function expired(role: MetadataRole, bytes: Buffer | null, now: number): boolean {
  return bytes !== null && Date.parse(parseMetadata(role, bytes).signed.expires) <= now;
}

function snapshotNamed(bytes: Buffer | null): (Described & { readonly version: number }) | undefined {
  return bytes === null ? undefined : parseMetadata('timestamp', bytes).signed.meta['snapshot.json'];
}

function targetsNamed(bytes: Buffer | null): (Described & { readonly version: number }) | undefined {
  return bytes === null ? undefined : parseMetadata('snapshot', bytes).signed.meta['targets.json'];
}

function lower(
  left: { readonly version: number } | undefined,
  right: { readonly version: number } | undefined,
): boolean {
  return left !== undefined && right !== undefined && left.version < right.version;
}

/** In the order in which TUF asks (5.3 to 5.6). */
export function refusalOf({ role, bytes, accepted, before, now }: Scene): UpdateRefusal {
  const { root } = accepted;
  const version = parseMetadata(role, bytes).signed.version;
  if (root === null) return 'signature';
  if (role === 'root') {
    if (!isSigned(root, role, bytes)) return 'signature';
    if (version !== parseMetadata(role, root).signed.version + 1) return 'rolled-back';
    return isSigned(bytes, role, bytes) ? 'not-metadata' : 'signature';
  }
  if (expired('root', root, now)) return 'expired';
  const named = role === 'snapshot' ? snapshotNamed(accepted.timestamp) : targetsNamed(accepted.snapshot);
  if (role === 'timestamp') {
    if (!isSigned(root, role, bytes)) return 'signature';
    if (before.timestamp !== null && isSigned(root, role, before.timestamp)) {
      if (version < parseMetadata(role, before.timestamp).signed.version) return 'rolled-back';
      if (lower(snapshotNamed(bytes), snapshotNamed(before.timestamp))) return 'rolled-back';
    }
  } else {
    if (expired('timestamp', accepted.timestamp, now)) return 'expired';
    if (named === undefined || !isDescribed(named, bytes)) return 'mixed';
    if (!isSigned(root, role, bytes)) return 'signature';
    if (role === 'snapshot' && before.snapshot !== null && lower(targetsNamed(bytes), targetsNamed(before.snapshot))) {
      return 'rolled-back';
    }
    if (version !== named.version) return 'mixed';
  }
  const late = role === 'targets' && expired('snapshot', accepted.snapshot, now);
  return late || expired(role, bytes, now) ? 'expired' : 'not-metadata';
}
