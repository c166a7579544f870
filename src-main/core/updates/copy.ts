/**
 * The copy from before an update: every file of the profile that holds the record or opens it, byte for byte, read back
 * from the disk and named with its hash. Nobody has the database open meanwhile.
 */
import { constants, createReadStream, readdirSync, rmSync, statfsSync, statSync } from 'node:fs';
import { mkdir, open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CallError } from '../../../src-shared/contract/errors.ts';
import {
  type CopyManifest,
  databaseFile,
  databaseFolder,
  manifestName,
  recordFiles,
} from '../../../src-shared/updates/copy.ts';
import { createSha256 } from '../crypto/hash.ts';
import { connect } from '../store/connect.ts';
import { realDisk } from '../vault/disk.ts';

/** Left free beside the copy: the system and the new version need some too. Bytes. */
const reserve = 64 * 1024 * 1024;

type Part = CopyManifest['files'][number];

export type CopyRequest = {
  readonly profile: string;
  /** The folder of the copy; what lies there already is replaced. */
  readonly to: string;
  readonly versions: { readonly from: string; readonly to: string };
  /** The current database's name in its folder, and its key where somebody's keys are at hand. */
  readonly database: { readonly name: string; readonly key: Buffer } | null;
  readonly now: number;
};

/** Names of the profile's files that belong to the record, as far as they are there. */
export function recordNames(profile: string): readonly string[] {
  const databases = realDisk
    .list(join(profile, databaseFolder))
    .filter((name) => databaseFile.test(name))
    .map((name) => `${databaseFolder}/${name}`);
  const here = new Set(readdirSync(profile));
  return [...recordFiles.filter((name) => here.has(name)), ...databases];
}

/** @throws CallError disk-full, not-writable */
function named(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  if (code === 'ENOSPC' || code === 'EDQUOT') return new CallError('disk-full');
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 'ENOENT')
    return new CallError('not-writable');
  return error;
}

async function hashOf(path: string): Promise<string> {
  const hash = createSha256();
  for await (const piece of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(piece);
  return hash.digest().toString('hex');
}

/** One file, on the disk when it resolves. */
async function copyOne(from: string, to: string): Promise<{ readonly size: number; readonly sha256: string }> {
  const hash = createSha256();
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const target = await open(to, O_WRONLY | O_CREAT | O_EXCL | (O_NOFOLLOW ?? 0), 0o600);
  let size = 0;
  try {
    for await (const piece of createReadStream(from, { highWaterMark: 1024 * 1024 })) {
      hash.update(piece);
      size += piece.length;
      await target.writeFile(piece);
    }
    await target.sync();
  } finally {
    await target.close();
  }
  return { size, sha256: hash.digest().toString('hex') };
}

/** @throws CallError disk-full */
function demandRoom(profile: string, folder: string, names: readonly string[]): void {
  const needed = names.reduce((sum, name) => sum + statSync(join(profile, name)).size, reserve);
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize < needed) throw new CallError('disk-full');
}

/** @throws CallError database-damaged */
function demandWhole(path: string, key: Buffer): void {
  // Not read-only: a reader of a file that was in WAL mode leaves files beside it that it may not remove.
  const db = connect({ path, key });
  try {
    if (db.pragma('integrity_check', { simple: true }) !== 'ok') throw new CallError('database-damaged');
  } catch (error) {
    throw error instanceof CallError ? error : new CallError('database-damaged', {});
  } finally {
    db.close();
    for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true });
  }
}

/**
 * Makes the copy and checks it.
 * @throws CallError disk-full, not-writable, database-damaged: the copy does not open, or is not what was read
 */
export async function copyRecord(request: CopyRequest): Promise<CopyManifest> {
  try {
    return await copied(request);
  } catch (error) {
    throw named(error);
  }
}

async function copied({ profile, to, versions, database, now }: CopyRequest): Promise<CopyManifest> {
  const making = `${to}.making`;
  rmSync(making, { recursive: true, force: true });
  await mkdir(join(making, databaseFolder), { recursive: true, mode: 0o700 });
  const names = recordNames(profile);
  demandRoom(profile, making, names);
  const files: Part[] = [];
  for (const name of names) files.push({ name, ...(await copyOne(join(profile, name), join(making, name))) });
  const copyOfDatabase = `${databaseFolder}/${database?.name ?? ''}`;
  const checked = database !== null && names.includes(copyOfDatabase) && !names.includes(`${copyOfDatabase}-wal`);
  if (checked) demandWhole(join(making, copyOfDatabase), database.key);
  // Read back: what counts is what the disk has, not what was handed to it.
  for (const { name, sha256 } of files) {
    if ((await hashOf(join(making, name))) !== sha256) throw new CallError('database-damaged');
  }
  const manifest: CopyManifest = { version: 1, ...versions, at: now, checked, files };
  realDisk.write(join(making, manifestName), Buffer.from(JSON.stringify(manifest)));
  for (const folder of [join(making, databaseFolder), making]) realDisk.syncFolder(folder);
  rmSync(to, { recursive: true, force: true });
  await rename(making, to);
  realDisk.syncFolder(dirname(to));
  return manifest;
}

/** Copies from before earlier updates: one of them is enough, and it is the last. */
export function removeOthers(to: string): void {
  const folder = dirname(to);
  for (const name of realDisk.list(folder)) {
    if (join(folder, name) !== to) rmSync(join(folder, name), { recursive: true, force: true });
  }
}
