/** One more signature under a pending root or list of packages, on this machine or on one it travelled to. */
import { readFileSync } from 'node:fs';
import { type Disk, realDisk } from './disk.ts';
import { ReleaseError } from './failure.ts';
import { checkTrusted } from './init.ts';
import type { SigningKey } from './key.ts';
import {
  bytesOf,
  parseRoot,
  parseTargets,
  type RootFile,
  type Standing,
  sameSigned,
  signersOf,
  signWith,
  standingOf,
  type TargetsFile,
  trustedOf,
} from './metadata.ts';
import { listOf, pendingFile, pendingFolder, type Repository, readRepository } from './repository.ts';
import { dayMs, lifetimeDays, type OfflineRole } from './roles.ts';

export type Travelling =
  | { readonly role: 'root'; readonly file: RootFile }
  | { readonly role: 'targets'; readonly file: TargetsFile };

/** Reads a root or a list of packages that waits for signatures. @throws ReleaseError */
export function parseTravelling(bytes: Uint8Array, where: string): Travelling {
  let type: unknown;
  try {
    const value: { signed?: { _type?: unknown } } | null = JSON.parse(Buffer.from(bytes).toString('utf8'));
    type = value?.signed?._type;
  } catch {
    type = undefined; // told below, in the same words as any other file
  }
  if (type === 'root') return { role: 'root', file: parseRoot(bytes, where) };
  if (type === 'targets') {
    const file = parseTargets(bytes, where);
    listOf(file);
    return { role: 'targets', file };
  }
  throw new ReleaseError(`${where} is neither a root nor a list of packages that waits for signatures.`);
}

export function readTravelling(file: string): Travelling {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch {
    throw new ReleaseError(`${file} cannot be read.`);
  }
  return parseTravelling(bytes, file);
}

/** Roots whose keys may sign it: itself and the one before for a root, the newest for a list of packages. */
export function judges({ published, pending }: Repository, role: OfflineRole): readonly RootFile[] {
  const newest = pending.root ?? published?.root;
  if (newest === undefined) throw new ReleaseError('The repository has no root.');
  if (role === 'targets') return [newest];
  return published === null ? [newest] : [newest, published.root];
}

/**
 * What nobody should put their name under, however it came: an end later than the role allows, one key that decides alone, a
 * number that does not follow what is published.
 * @throws ReleaseError
 */
export function checkSignable({ role, file }: Travelling, repository: Repository | null, now: number): void {
  const what = role === 'root' ? 'This root' : 'This list of packages';
  const ends = Date.parse(file.signed.expires);
  if (ends <= now) throw new ReleaseError(`${what} has ended already: on ${file.signed.expires}.`);
  if (ends > now + (lifetimeDays[role] + 1) * dayMs) {
    throw new ReleaseError(
      `${what} would hold until ${file.signed.expires}: longer than ${lifetimeDays[role]} days. Do not sign it.`,
    );
  }
  if (role === 'root') checkTrusted(trustedOf(file));
  else {
    for (const [path, { custom }] of Object.entries(listOf(file))) {
      // Workstations would take their own clocks for wrong.
      if (custom.released > now + dayMs) {
        throw new ReleaseError(`${path} says that it was brought out in the future: do not sign it.`);
      }
    }
  }
  const published = repository?.published;
  if (published === null || published === undefined) return;
  const last = role === 'root' ? published.root : published.chain?.targets;
  const next = (last?.signed.version ?? 0) + 1;
  if (file.signed.version !== next) {
    throw new ReleaseError(`${what} is number ${file.signed.version}; after what is published number ${next} follows.`);
  }
}

/**
 * Signs with each key. `roots`: those whose signers count; null when this machine does not know them, then it shows when the
 * signature comes back.
 * @throws ReleaseError when a key has no say in it, or has signed already, or a root holds other keys than it numbers
 */
export function addSignatures(
  { role, file }: Travelling,
  keys: readonly SigningKey[],
  roots: readonly RootFile[] | null,
): void {
  if (role === 'root') trustedOf(file);
  for (const key of keys) {
    const said = `The key ${key.keyId.slice(0, 8)} of ${key.owner}`;
    if (key.role !== role) throw new ReleaseError(`${said} is for ${key.role}; this is signed with a key for ${role}.`);
    if (roots !== null && !roots.some((root) => root.signed.roles[role]?.keyIDs.includes(key.keyId))) {
      throw new ReleaseError(`${said} is not among those whose signature counts here.`);
    }
    if (roots?.some((root) => signersOf(root, role, file).includes(key.keyId)) === true) {
      throw new ReleaseError(`${said} has signed this already. Another signer's is needed.`);
    }
    signWith(file, [key]);
  }
}

/** Adds signatures to `pending/<role>.json`. @returns how it stands now, one for each root that must be satisfied */
export function sign(options: {
  readonly folder: string;
  readonly role: OfflineRole;
  readonly keys: readonly SigningKey[];
  readonly disk?: Disk;
}): readonly Standing[] {
  const { folder, role, keys, disk = realDisk } = options;
  const repository = readRepository(folder);
  const travelling = pendingOf(repository, role);
  const roots = judges(repository, role);
  addSignatures(travelling, keys, roots);
  disk.write(pendingFile(folder, role), bytesOf(travelling.file), { aside: pendingFolder(folder) });
  return roots.map((root) => standingOf(root, role, travelling.file));
}

function pendingOf({ pending }: Repository, role: OfflineRole): Travelling {
  if (role === 'root' && pending.root !== null) return { role, file: pending.root };
  if (role === 'targets' && pending.targets !== null) return { role, file: pending.targets };
  throw new ReleaseError(`No ${role === 'root' ? 'root' : 'list of packages'} waits for signatures.`);
}

/** Takes signatures from a copy that came back into `pending/`. @returns the key ids that were new */
export function collect(options: {
  readonly folder: string;
  readonly file: string;
  readonly disk?: Disk;
}): readonly string[] {
  const { folder, file, disk = realDisk } = options;
  const repository = readRepository(folder);
  const came = readTravelling(file);
  const mine = pendingOf(repository, came.role);
  if (!sameSigned(mine.file, came.file)) {
    throw new ReleaseError(
      `${file} says something else than what waits here: it was made before the last change, or was changed.`,
    );
  }
  const roots = judges(repository, came.role);
  const had = new Set(roots.flatMap((root) => signersOf(root, came.role, mine.file)));
  const fresh = [...new Set(roots.flatMap((root) => signersOf(root, came.role, came.file)))].filter(
    (keyId) => !had.has(keyId),
  );
  if (fresh.length === 0) throw new ReleaseError(`${file} brings no signature that counts and is not here already.`);
  for (const keyId of fresh) {
    const signature = came.file.signatures[keyId];
    if (signature !== undefined) mine.file.signatures[keyId] = signature;
  }
  disk.write(pendingFile(folder, came.role), bytesOf(mine.file), { aside: pendingFolder(folder) });
  return fresh;
}
