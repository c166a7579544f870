/** The folder in which a check works: copies of the last good metadata, which take their place when all of it held. */
import { open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from './folder.ts';
import { type MetadataRole, metadataRoles } from './parse.ts';
import { writeFailure } from './refusals.ts';
import { metadataFile } from './root-chain.ts';

export type Kept = Record<MetadataRole, Buffer | null>;

export const stagingOf = (metadata: string): string => `${metadata}.next`;

/** The last good metadata. Believed only as far as they fit. */
export async function keptFiles(folder: string): Promise<Kept> {
  // What cannot be one, the source has to bring, and the keychain knows how new it must be.
  const [root, timestamp, snapshot, targets] = await Promise.all(
    metadataRoles.map((role) => metadataFile(folder, `${role}.json`, role)),
  );
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

/**
 * Puts the checked files in the place of the last good ones.
 * @param roots the new ones on the way to the newest, by their names. @throws Refused disk-full, not-writable
 */
export async function makeCurrent(metadata: string, folder: string, roots: ReadonlyMap<string, Buffer>): Promise<void> {
  try {
    await makeFolder(metadata);
    for (const [name, bytes] of roots) await writeFile(join(folder, name), bytes, { mode: 0o600 });
    const names = [...roots.keys(), ...metadataRoles.map((role) => `${role}.json`)];
    for (const name of names) await onDisk(join(folder, name));
    // Each by itself: after an end in between, what does not fit is fetched again.
    for (const name of names) await rename(join(folder, name), join(metadata, name));
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
