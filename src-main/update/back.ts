/**
 * Puts back what core copied before an update, byte for byte. Done by the version that the copy is of, before its core
 * starts; begun anew where a kill interrupted it.
 */
import { constants } from 'node:fs';
import { copyFile, lstat, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  type CopyManifest,
  copyManifest,
  databaseFile,
  databaseFolder,
  manifestName,
  recordFiles,
} from '../../src-shared/updates/copy.ts';
import { createSha256 } from '../core/crypto/hash.ts';
import { beforeFolder, syncFolder } from './journal.ts';

/** The copy is not what was written down: it is left alone, and so is the record. */
export class CopyDamaged extends Error {
  constructor(options?: ErrorOptions) {
    super('the copy from before the update is damaged', options);
    this.name = 'CopyDamaged';
  }
}

/** Of the first `length` bytes, or all; null where there is no such file, it is a link, or it is shorter. */
async function hashOf(path: string, length = Number.POSITIVE_INFINITY): Promise<string | null> {
  const there = await lstat(path).catch(() => undefined);
  if (there?.isFile() !== true || (Number.isFinite(length) && there.size < length)) return null;
  const hash = createSha256();
  if (length > 0) {
    const end = Number.isFinite(length) ? { end: length - 1 } : {};
    const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0);
    const file = await open(path, flags);
    for await (const piece of file.createReadStream({ highWaterMark: 1024 * 1024, ...end })) hash.update(piece);
  }
  return hash.digest().toString('hex');
}

/** A folder of our own, and no link that leads to another one. */
async function isFolder(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined))?.isDirectory() === true;
}

async function manifestOf(folder: string, from: string): Promise<CopyManifest> {
  try {
    for (const one of [folder, join(folder, databaseFolder)]) if (!(await isFolder(one))) throw new CopyDamaged();
    const manifest = copyManifest.parse(JSON.parse(await readFile(join(folder, manifestName), 'utf8')));
    if (manifest.from !== from) throw new CopyDamaged();
    for (const { name, sha256 } of manifest.files) {
      if ((await hashOf(join(folder, name))) !== sha256) throw new CopyDamaged();
    }
    return manifest;
  } catch (error) {
    throw error instanceof CopyDamaged ? error : new CopyDamaged({ cause: error });
  }
}

const besideOf = (target: string): string => `${target}.back`;

/** Copies one file beside its place and looks at what the disk has of it. @throws CopyDamaged */
async function bring(copy: string, target: string, sha256: string): Promise<void> {
  const beside = besideOf(target);
  await rm(beside, { recursive: true, force: true });
  await copyFile(copy, beside, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  const file = await open(beside, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
  if ((await hashOf(beside)) !== sha256) throw new CopyDamaged();
}

/** What the new version made beside the record. Copies from before a migration stay: older ones are among them. */
async function strays(profile: string, manifest: CopyManifest): Promise<string[]> {
  const kept = new Set(manifest.files.map(({ name }) => name));
  const databases = await readdir(join(profile, databaseFolder)).catch(() => []);
  const made = databases
    .filter((name) => databaseFile.test(name) || /^carekeep-\d+\.db-shm$/.test(name))
    .map((name) => `${databaseFolder}/${name}`);
  return [...recordFiles, ...made].filter((name) => !kept.has(name));
}

/** @throws CopyDamaged: nothing of the record was touched */
export async function putBack(profile: string, from: string): Promise<void> {
  const folder = beforeFolder(profile, from);
  // Taken out of the clinic meanwhile: its keys are gone, and must not come back.
  if ((await lstat(join(profile, 'removed')).catch(() => undefined)) !== undefined) return;
  const manifest = await manifestOf(folder, from);
  const databases = join(profile, databaseFolder);
  await mkdir(databases, { recursive: true, mode: 0o700 });
  if (!(await isFolder(databases))) throw new CopyDamaged();
  const wanted: string[] = [];
  try {
    for (const { name, size, sha256 } of manifest.files) {
      const target = join(profile, name);
      const same = await hashOf(target, name === 'journal' ? size : Number.POSITIVE_INFINITY);
      if (same === sha256) continue;
      wanted.push(target);
      await bring(join(folder, name), target, sha256);
    }
  } catch (error) {
    for (const target of wanted) await rm(besideOf(target), { force: true });
    throw error;
  }
  for (const name of await strays(profile, manifest)) {
    // The journal of what happened while nobody was signed in only grows: its new lines stay.
    if (name !== 'journal') await rm(join(profile, name), { recursive: true, force: true });
  }
  // All of them are here and whole.
  for (const target of wanted) {
    await rename(besideOf(target), target);
    syncFolder(dirname(target));
  }
}
