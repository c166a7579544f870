/**
 * Publishing: what has its signatures becomes what workstations see. Packages first, then the lists, the timestamp last,
 * so that whoever copies the folder meanwhile has the old state or the new one. A publish that was cut is run again.
 */
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { hashFile } from './add.ts';
import { type Disk, realDisk } from './disk.ts';
import { ReleaseError } from './failure.ts';
import type { SigningKey } from './key.ts';
import { withLock } from './lock.ts';
import {
  type AnyFile,
  bytesOf,
  newSnapshot,
  newTimestamp,
  type RootFile,
  sameSigned,
  signWith,
  standingOf,
  type TargetList,
  type TargetsFile,
} from './metadata.ts';
import {
  type Chain,
  checkNextRoot,
  listOf,
  metadataFile,
  pendingFile,
  pendingFolder,
  type Repository,
  readRepository,
} from './repository.ts';
import { dayMs, type RoleName, warningDays } from './roles.ts';
import { parseTravelling } from './sign.ts';
import { storedPath } from './target-path.ts';

export type PublishOptions = {
  readonly folder: string;
  /** Keys of snapshot and timestamp; when these are being replaced, the old ones too if they are at hand. */
  readonly keys: readonly SigningKey[];
  readonly now: number;
  readonly disk?: Disk;
};

export type PublishedNow = {
  readonly root: number;
  readonly targets: number;
  readonly snapshot: number;
  readonly timestamp: number;
  /** Between two writes no copy of the repository would have been accepted: the old keys were not at hand. */
  readonly gap: boolean;
};

/** Is every file of the chain signed as `root` demands? */
function holds(root: RootFile, chain: Chain): boolean {
  return (
    standingOf(root, 'targets', chain.targets).met &&
    standingOf(root, 'snapshot', chain.snapshot).met &&
    standingOf(root, 'timestamp', chain.timestamp).met
  );
}

function signOnline(file: AnyFile, role: RoleName, keys: readonly SigningKey[], roots: readonly RootFile[]): void {
  const may = new Set(roots.flatMap((root) => root.signed.roles[role]?.keyIDs ?? []));
  signWith(
    file,
    keys.filter(({ keyId }) => may.has(keyId)),
  );
  const newest = roots[0];
  if (newest === undefined || !standingOf(newest, role, file).met) {
    throw new ReleaseError(`The key for ${role} that the root names is not at hand: give its key file.`);
  }
}

function nextTargets({ published, pending }: Repository, root: RootFile, now: number): TargetsFile {
  const last = published?.chain?.targets ?? null;
  const targets = pending.targets ?? last;
  if (targets === null) throw new ReleaseError('There is no list of packages to publish.');
  if (last !== null && targets !== last) {
    const again = sameSigned(targets, last);
    if (!again && targets.signed.version !== last.signed.version + 1) {
      throw new ReleaseError(
        `The list that waits is number ${targets.signed.version}, and number ${last.signed.version} is published: discard it and begin anew.`,
      );
    }
  }
  const standing = standingOf(root, 'targets', targets);
  if (!standing.met) {
    throw new ReleaseError(
      `The list of packages has ${standing.signed.length} of the ${standing.threshold} signatures it needs. Nothing was published.`,
    );
  }
  notExpired(targets, 'The list of packages', 'renew', now);
  return targets;
}

function notExpired(file: AnyFile, what: string, how: string, now: number): void {
  if (file.signed.isExpired(new Date(now))) {
    throw new ReleaseError(
      `${what} expired on ${file.signed.expires}: make a new one ("${how}") and let it be signed.`,
    );
  }
}

/** Each listed package lies in `targets/` or waits in `pending/`, with the bytes that were signed. */
async function packagesToMove(folder: string, list: TargetList): Promise<readonly (readonly [string, string])[]> {
  const moves: [string, string][] = [];
  for (const [path, target] of Object.entries(list)) {
    const stored = storedPath(path, target.sha512);
    const there = join(folder, 'targets', stored);
    if (existsSync(there)) {
      if (statSync(there).size !== target.length)
        throw new ReleaseError(`targets/${stored} has another size than what was signed.`);
      continue;
    }
    const waiting = join(pendingFolder(folder), 'targets', stored);
    if (!existsSync(waiting)) throw new ReleaseError(`The package ${path} is listed, and its file is not here.`);
    const hashed = await hashFile(waiting);
    if (hashed.sha512 !== target.sha512 || hashed.length !== target.length) {
      throw new ReleaseError(`The file of ${path} is not the one that was signed.`);
    }
    moves.push([waiting, there]);
  }
  return moves;
}

/** What would be published. @throws ReleaseError when signatures are missing or something has expired */
function readyIn(
  repository: Repository,
  now: number,
): { readonly root: RootFile; readonly rootIsNew: boolean; readonly targets: TargetsFile } {
  const { published, pending } = repository;
  const root = pending.root ?? published?.root;
  if (root === undefined) throw new ReleaseError('There is no root to publish.');
  const rootIsNew = published === null || !bytesOf(root).equals(bytesOf(published.root));
  if (rootIsNew) checkNextRoot(published?.root ?? null, root);
  notExpired(root, `Root ${root.signed.version}`, 'root rotate', now);
  return { root, rootIsNew, targets: nextTargets(repository, root, now) };
}

/** For asking before keys are opened. @throws ReleaseError as `publish` would */
export function checkReady(repository: Repository, now: number): void {
  readyIn(repository, now);
}

/** What was published waits no longer; what somebody put there meanwhile does. */
function clearPending({ folder, pending }: Repository, disk: Disk): void {
  for (const role of ['targets', 'root'] as const) {
    const file = pendingFile(folder, role);
    const read = pending[role];
    if (read === null || !existsSync(file) || !sameSigned(parseTravelling(readFileSync(file), file).file, read))
      continue;
    disk.remove(file);
  }
  if (!existsSync(pendingFile(folder, 'targets'))) {
    rmSync(join(pendingFolder(folder), 'targets'), { recursive: true, force: true });
  }
}

/** Makes the pending state the published one. @throws ReleaseError when signatures are missing; then nothing changed */
export function publish(options: PublishOptions): Promise<PublishedNow> {
  return withLock(options.folder, () => publishLocked(options));
}

async function publishLocked({ folder, keys, now, disk = realDisk }: PublishOptions): Promise<PublishedNow> {
  const repository = readRepository(folder);
  const { published, pending } = repository;
  const { root, rootIsNew, targets } = readyIn(repository, now);
  // The root that workstations still have while this is written.
  const before = rootIsNew ? published?.root : pending.root === null ? undefined : published?.roots.at(-2);
  const moves = await packagesToMove(folder, listOf(targets));

  const old = published?.chain ?? null;
  const roots = before === undefined ? [root] : [root, before];
  const snapshot = newSnapshot(targets, (old?.snapshot.signed.version ?? 0) + 1, now);
  signOnline(snapshot, 'snapshot', keys, roots);
  const timestamp = newTimestamp(snapshot, (old?.timestamp.signed.version ?? 0) + 1, now);
  signOnline(timestamp, 'timestamp', keys, roots);

  const write = (name: string, file: AnyFile) =>
    disk.write(metadataFile(folder, name), bytesOf(file), { aside: pendingFolder(folder) });
  const writeRoot = () => write(`${root.signed.version}.root.json`, root);
  const rootLast = rootIsNew && before !== undefined && old !== null && !holds(root, old);
  const chainFirst = rootLast && holds(before, { targets, snapshot, timestamp });

  for (const [from, to] of moves) disk.move(from, to);
  if (rootIsNew && !chainFirst) writeRoot();
  write(`${targets.signed.version}.targets.json`, targets);
  write(`${snapshot.signed.version}.snapshot.json`, snapshot);
  write('timestamp.json', timestamp);
  if (rootIsNew && chainFirst) writeRoot();
  clearPending(repository, disk);
  return {
    root: root.signed.version,
    targets: targets.signed.version,
    snapshot: snapshot.signed.version,
    timestamp: timestamp.signed.version,
    gap: rootLast && !chainFirst,
  };
}

/**
 * Signs the timestamp anew, for a timer; the snapshot too when it ends soon.
 * @returns the versions that are published now
 */
export function refreshTimestamp({ folder, keys, now, disk = realDisk }: PublishOptions): Promise<{
  readonly snapshot: number;
  readonly timestamp: number;
}> {
  return withLock(folder, async () => {
    const { published } = readRepository(folder);
    if (published === null || published.chain === null)
      throw new ReleaseError('Nothing is published yet: use "publish".');
    const { chain, root } = published;
    const write = (name: string, file: AnyFile) =>
      disk.write(metadataFile(folder, name), bytesOf(file), { aside: pendingFolder(folder) });
    let { snapshot } = chain;
    if (Date.parse(snapshot.signed.expires) - now < warningDays.snapshot * dayMs) {
      snapshot = newSnapshot(chain.targets, snapshot.signed.version + 1, now);
      signOnline(snapshot, 'snapshot', keys, [root]);
    }
    const timestamp = newTimestamp(snapshot, chain.timestamp.signed.version + 1, now);
    signOnline(timestamp, 'timestamp', keys, [root]);
    if (snapshot !== chain.snapshot) write(`${snapshot.signed.version}.snapshot.json`, snapshot);
    write('timestamp.json', timestamp);
    return { snapshot: snapshot.signed.version, timestamp: timestamp.signed.version };
  });
}
