/** The folder in which a check works: copies of the last good metadata, which take their place when all of it held. */
import { constants } from 'node:fs';
import { open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from './folder.ts';
import { readWhole, usualPace } from './pace.ts';
import { type MetadataRole, metadataRoles, parseMetadata, roleLimits } from './parse.ts';
import { writeFailure } from './refusals.ts';
import { piecesOf } from './source-folder.ts';

export type Kept = Record<MetadataRole, Buffer | null>;

export const stagingOf = (metadata: string): string => `${metadata}.next`;

/** A file of the folder, or null where there is none that could be one. */
async function keptFile(folder: string, role: MetadataRole): Promise<Buffer | null> {
  try {
    const noLink = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
    const file = await open(join(folder, `${role}.json`), constants.O_RDONLY | noLink);
    try {
      if (!(await file.stat()).isFile()) return null;
      const bytes = await readWhole(piecesOf(file, 0, roleLimits[role] + 1), roleLimits[role], usualPace);
      parseMetadata(role, bytes);
      return bytes;
    } finally {
      await file.close();
    }
  } catch {
    // Not there, not readable or of no form: the source has to bring it, and the keychain knows how new it must be.
    return null;
  }
}

/** The last good metadata. Believed only as far as they fit. */
export async function keptFiles(folder: string): Promise<Kept> {
  const [root, timestamp, snapshot, targets] = await Promise.all(metadataRoles.map((role) => keptFile(folder, role)));
  return { root: root ?? null, timestamp: timestamp ?? null, snapshot: snapshot ?? null, targets: targets ?? null };
}

/** Begins a folder of copies. @throws Refused disk-full, not-writable */
export async function stage(metadata: string, files: Kept): Promise<string> {
  const folder = stagingOf(metadata);
  try {
    await rm(folder, { recursive: true, force: true });
    await makeFolder(folder);
    for (const role of metadataRoles) {
      const bytes = files[role];
      if (bytes !== null) await writeFile(join(folder, `${role}.json`), bytes, { mode: 0o600 });
    }
    return folder;
  } catch (error) {
    throw writeFailure(error);
  }
}

export async function unstage(metadata: string): Promise<void> {
  // What stays behind is thrown away by the next check.
  await rm(stagingOf(metadata), { recursive: true, force: true }).catch(() => undefined);
}

async function onDisk(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Puts the checked files in the place of the last good ones. @throws Refused disk-full, not-writable */
export async function makeCurrent(metadata: string, folder: string): Promise<void> {
  try {
    await makeFolder(metadata);
    for (const role of metadataRoles) await onDisk(join(folder, `${role}.json`));
    // Each by itself: after an end in between, what does not fit is fetched again.
    for (const role of metadataRoles) await rename(join(folder, `${role}.json`), join(metadata, `${role}.json`));
    await rm(folder, { recursive: true, force: true });
  } catch (error) {
    throw writeFailure(error);
  }
}

export async function stagedFiles(folder: string): Promise<Kept> {
  const read = (role: MetadataRole) => readFile(join(folder, `${role}.json`)).catch(() => null);
  return {
    root: await read('root'),
    timestamp: await read('timestamp'),
    snapshot: await read('snapshot'),
    targets: await read('targets'),
  };
}
