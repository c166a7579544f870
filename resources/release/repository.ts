/** A repository on a disk: what is published, what waits for signatures. Whatever is read is verified first. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { targetCustom } from '../../src-shared/updates/target.ts';
import { ReleaseError } from './failure.ts';
import {
  bytesOf,
  parseRoot,
  parseSnapshot,
  parseTargets,
  parseTimestamp,
  type RootFile,
  type SnapshotFile,
  standingOf,
  type Target,
  type TargetList,
  type TargetsFile,
  type TimestampFile,
  trustedOf,
} from './metadata.ts';
import { checkTarget } from './target-path.ts';

/** What a workstation sees, verified from the first root on. */
export type Published = {
  /** In order, from version 1. */
  readonly roots: readonly RootFile[];
  readonly root: RootFile;
  /** Null until the first `publish` went through. */
  readonly chain: Chain | null;
};
export type Chain = {
  readonly targets: TargetsFile;
  readonly snapshot: SnapshotFile;
  readonly timestamp: TimestampFile;
};

export type Repository = {
  readonly folder: string;
  readonly published: Published | null;
  readonly pending: { readonly root: RootFile | null; readonly targets: TargetsFile | null };
};

export const metadataFile = (folder: string, name: string): string => join(folder, 'metadata', name);
export const pendingFolder = (folder: string): string => join(folder, 'pending');
export const pendingFile = (folder: string, role: 'root' | 'targets'): string =>
  join(folder, 'pending', `${role}.json`);

function readIfThere(file: string): Buffer | null {
  return existsSync(file) ? readFileSync(file) : null;
}

/** @throws ReleaseError unless `chain` holds together under `root` */
function readChain(folder: string, root: RootFile): Chain | null {
  const signed = (role: 'targets' | 'snapshot' | 'timestamp', file: TargetsFile | SnapshotFile | TimestampFile) => {
    if (!standingOf(root, role, file).met) {
      throw new ReleaseError(`The published ${role}.json is not signed as root ${root.signed.version} demands.`);
    }
  };
  const stampBytes = readIfThere(metadataFile(folder, 'timestamp.json'));
  if (stampBytes === null) return null;
  const timestamp = parseTimestamp(stampBytes, 'timestamp.json');
  signed('timestamp', timestamp);
  const need = (name: string): Buffer => {
    const bytes = readIfThere(metadataFile(folder, name));
    if (bytes === null) throw new ReleaseError(`The repository names ${name}, and it is not there.`);
    return bytes;
  };
  const fits = (name: string, bytes: Buffer, by: TimestampFile['signed']['snapshotMeta']) => {
    try {
      by.verify(bytes);
    } catch {
      throw new ReleaseError(`${name} is not the file that was published: its size or hash is another.`);
    }
  };
  const snapshotMeta = timestamp.signed.snapshotMeta;
  const snapshotName = `${snapshotMeta.version}.snapshot.json`;
  const snapshotBytes = need(snapshotName);
  fits(snapshotName, snapshotBytes, snapshotMeta);
  const snapshot = parseSnapshot(snapshotBytes, snapshotName);
  signed('snapshot', snapshot);
  const targetsMeta = snapshot.signed.meta['targets.json'];
  if (targetsMeta === undefined) throw new ReleaseError(`${snapshotName} names no list of packages.`);
  const targetsName = `${targetsMeta.version}.targets.json`;
  const targetsBytes = need(targetsName);
  fits(targetsName, targetsBytes, targetsMeta);
  const targets = parseTargets(targetsBytes, targetsName);
  signed('targets', targets);
  listOf(targets);
  return { targets, snapshot, timestamp };
}

/** Each root is signed as itself demands, and as the one before it does. @throws ReleaseError */
export function checkNextRoot(before: RootFile | null, next: RootFile): void {
  const { version } = next.signed;
  if (version !== (before?.signed.version ?? 0) + 1) {
    throw new ReleaseError(`Root ${version} does not follow root ${before?.signed.version ?? 0}.`);
  }
  trustedOf(next);
  const own = standingOf(next, 'root', next);
  if (!own.met)
    throw new ReleaseError(`Root ${version} has ${own.signed.length} of the ${own.threshold} signatures it needs.`);
  if (before === null) return;
  const old = standingOf(before, 'root', next);
  if (!old.met) {
    throw new ReleaseError(
      `Root ${version} has ${old.signed.length} of the ${old.threshold} signatures it needs of those who signed for root ${version - 1}.`,
    );
  }
}

function readRoots(folder: string): readonly RootFile[] {
  const roots: RootFile[] = [];
  for (let version = 1; ; version += 1) {
    const bytes = readIfThere(metadataFile(folder, `${version}.root.json`));
    if (bytes === null) return roots;
    const root = parseRoot(bytes, `${version}.root.json`);
    checkNextRoot(roots.at(-1) ?? null, root);
    roots.push(root);
  }
}

/**
 * Reads a repository, published and pending. A publish that was cut between a new root and the files that go with it
 * leaves those of the root before: while that root still waits in `pending/`, the chain may be the old one's.
 * @throws ReleaseError when anything published does not verify
 */
export function readRepository(folder: string): Repository {
  if (!existsSync(folder)) throw new ReleaseError(`There is no folder ${folder}.`);
  const roots = readRoots(folder);
  const rootBytes = readIfThere(pendingFile(folder, 'root'));
  const targetsBytes = readIfThere(pendingFile(folder, 'targets'));
  const pending = {
    root: rootBytes === null ? null : parseRoot(rootBytes, 'pending/root.json'),
    targets: targetsBytes === null ? null : parseTargets(targetsBytes, 'pending/targets.json'),
  };
  const root = roots.at(-1);
  if (root === undefined) {
    if (pending.root === null) throw new ReleaseError(`${folder} is no repository. Make one with "init".`);
    return { folder, published: null, pending };
  }
  const unfinished = pending.root !== null && bytesOf(pending.root).equals(bytesOf(root));
  const before = roots.at(-2);
  let chain: Chain | null;
  try {
    chain = readChain(folder, root);
  } catch (error) {
    if (!unfinished || before === undefined) throw error;
    chain = readChain(folder, before);
  }
  return { folder, published: { roots, root, chain }, pending };
}

/** The packages a targets.json lists, each one checked. @throws ReleaseError */
export function listOf(targets: TargetsFile | null): TargetList {
  if (targets?.signed.delegations !== undefined) {
    throw new ReleaseError('The list of packages lets others sign for it: nobody does here.');
  }
  const checked = Object.entries(targets?.signed.targets ?? {}).map(([path, file]): [string, Target] => {
    const { custom, ...more } = file.unrecognizedFields;
    const { sha512, ...others } = file.hashes;
    if (sha512 === undefined || Object.keys(others).length > 0 || Object.keys(more).length > 0) {
      throw new ReleaseError(`The package ${JSON.stringify(path)} is not described as it must be.`);
    }
    return [path, checkTarget(path, { length: file.length, sha512, custom: asCustom(custom) })];
  });
  return Object.fromEntries(checked);
}

function asCustom(value: unknown): Target['custom'] {
  const parsed = targetCustom.safeParse(value);
  if (!parsed.success) throw new ReleaseError('A package lacks what must be said of it.');
  return parsed.data;
}
