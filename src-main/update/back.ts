/**
 * Puts back what core copied before an update, byte for byte. Done by the version that the copy is of, before its core
 * starts; begun anew where a kill interrupted it.
 */
import { constants, createReadStream } from 'node:fs';
import { copyFile, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
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

/** Of the first `length` bytes, or all; null where there is no such file, or it is shorter. */
async function hashOf(path: string, length = Number.POSITIVE_INFINITY): Promise<string | null> {
  const there = await stat(path).catch(() => undefined);
  if (there?.isFile() !== true || (Number.isFinite(length) && there.size < length)) return null;
  const hash = createSha256();
  if (length > 0) {
    const end = Number.isFinite(length) ? { end: length - 1 } : {};
    for await (const piece of createReadStream(path, { highWaterMark: 1024 * 1024, ...end })) hash.update(piece);
  }
  return hash.digest().toString('hex');
}

async function manifestOf(folder: string, from: string): Promise<CopyManifest> {
  try {
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

async function putOne(copy: string, target: string): Promise<void> {
  const beside = `${target}.back`;
  await rm(beside, { force: true });
  await copyFile(copy, beside, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  const file = await open(beside, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, target);
  syncFolder(dirname(target));
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

/** @throws CopyDamaged */
export async function putBack(profile: string, from: string): Promise<void> {
  const folder = beforeFolder(profile, from);
  // Taken out of the clinic meanwhile: its keys are gone, and must not come back.
  if ((await stat(join(profile, 'removed')).catch(() => undefined)) !== undefined) return;
  const manifest = await manifestOf(folder, from);
  await mkdir(join(profile, databaseFolder), { recursive: true, mode: 0o700 });
  for (const name of await strays(profile, manifest)) {
    // The journal of what happened while nobody was signed in only grows: its new lines stay.
    if (name !== 'journal') await rm(join(profile, name), { force: true });
  }
  for (const { name, size, sha256 } of manifest.files) {
    const target = join(profile, name);
    const same = await hashOf(target, name === 'journal' ? size : Number.POSITIVE_INFINITY);
    if (same !== sha256) await putOne(join(folder, name), target);
  }
}
