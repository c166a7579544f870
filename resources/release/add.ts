/** Puts a package into the pending list: copied, hashed while it is copied, described. Nothing is offered before it is signed and published. */
import {
  closeSync,
  createReadStream,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import semver from 'semver';
import { createSha512 } from '../../src-main/core/crypto/hash.ts';
import { mostTargets, type TargetCustom } from '../../src-shared/updates/target.ts';
import { type Disk, realDisk } from './disk.ts';
import { draftOf, writeDraft } from './draft.ts';
import { ReleaseError } from './failure.ts';
import type { Target } from './metadata.ts';
import { pendingFolder, readRepository } from './repository.ts';
import { checkTarget, kindOf, platformFor, storedPath, targetPath } from './target-path.ts';

export type Hashed = { readonly sha512: string; readonly length: number };

/** Reads a file once. @throws ReleaseError when it cannot be read */
export async function hashFile(file: string, each: (chunk: Buffer) => void = () => undefined): Promise<Hashed> {
  const hash = createSha512();
  let length = 0;
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
      if (!Buffer.isBuffer(chunk)) throw new TypeError('bytes expected');
      hash.update(chunk);
      length += chunk.length;
      each(chunk);
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ENOENT') throw new ReleaseError(`There is no file ${file}.`);
    if (code === 'EISDIR') throw new ReleaseError(`${file} is a folder, not a package.`);
    throw error;
  }
  return { sha512: hash.digest().toString('hex'), length };
}

async function copyHashed(from: string, to: string): Promise<Hashed> {
  mkdirSync(dirname(to), { recursive: true });
  const handle = openSync(to, 'w', 0o644);
  try {
    const hashed = await hashFile(from, (chunk) => {
      for (let at = 0; at < chunk.length; ) at += writeSync(handle, chunk, at);
    });
    fsyncSync(handle);
    return hashed;
  } finally {
    closeSync(handle);
  }
}

export type Package = Pick<TargetCustom, 'version' | 'arch' | 'channel' | 'rings' | 'minimumVersion' | 'notes'> & {
  /** A name other than the file's own. */
  readonly fileName?: string;
};

/** What would be added, before anything is copied: refuses what cannot be. @returns the target's path and description */
export function describePackage(folder: string, file: string, said: Package, now: number) {
  const fileName = said.fileName ?? basename(file);
  const kind = kindOf(fileName);
  const custom: TargetCustom = {
    format: 1,
    product: 'carekeep',
    version: said.version,
    platform: platformFor(kind),
    arch: said.arch,
    channel: said.channel,
    package: kind,
    rings: said.rings,
    minimumVersion: said.minimumVersion,
    notes: said.notes,
    released: now,
  };
  const path = targetPath(custom, fileName);
  checkTarget(path, { length: 1, sha512: '0'.repeat(128), custom });
  for (const [language, note] of Object.entries(said.notes)) {
    if (note.trim() === '') throw new ReleaseError(`The release notes in "${language}" are empty.`);
  }
  const { list } = readDraft(folder);
  if (list[path] !== undefined)
    throw new ReleaseError(`${path} is listed already. A package is never replaced: give it a version of its own.`);
  for (const [other, { custom: its }] of Object.entries(list)) {
    const same =
      its.channel === custom.channel &&
      its.platform === custom.platform &&
      its.arch === custom.arch &&
      its.package === kind;
    if (same && semver.compare(custom.version, its.version) <= 0) {
      throw new ReleaseError(
        `Version ${custom.version} is not above ${its.version}, which is listed already (${other}).`,
      );
    }
  }
  return { path, custom };
}

/** Adds a package to `pending/`. @returns its path and what will be signed about it */
export async function addTarget(options: {
  readonly folder: string;
  readonly file: string;
  readonly package: Package;
  readonly now: number;
  readonly disk?: Disk;
}): Promise<{ path: string; target: Target }> {
  const { folder, file, now, disk = realDisk } = options;
  const { path, custom } = describePackage(folder, file, options.package, now);
  const part = join(pendingFolder(folder), '.package.part');
  let hashed: Hashed;
  try {
    hashed = await copyHashed(file, part);
    const target = checkTarget(path, { ...hashed, custom });
    const stored = join(pendingFolder(folder), 'targets', storedPath(path, hashed.sha512));
    mkdirSync(dirname(stored), { recursive: true });
    renameSync(part, stored);
    const { list } = readDraft(folder);
    if (Object.keys(list).length >= mostTargets) {
      throw new ReleaseError(
        `${mostTargets} packages are listed, and no workstation takes more: withdraw old ones first.`,
      );
    }
    writeDraft(folder, { ...list, [path]: target }, now, disk);
    return { path, target };
  } finally {
    if (existsSync(part)) rmSync(part, { force: true });
  }
}

function readDraft(folder: string) {
  return draftOf(readRepository(folder));
}
