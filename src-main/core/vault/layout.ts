/** Where things are in a profile folder. */
import { join } from 'node:path';
import type { Disk } from './disk.ts';

export const profilePaths = (profileDir: string) => ({
  keyFile: join(profileDir, 'keyfile'),
  recoveryFile: join(profileDir, 'recovery'),
  setUpMarker: join(profileDir, 'setup-pending'),
  joinPending: join(profileDir, 'join-pending'),
  removedMarker: join(profileDir, 'removed'),
  journal: join(profileDir, 'journal'),
  lock: join(profileDir, 'lock.db'),
  databases: join(profileDir, 'db'),
});

/** The file name carries the generation, so that the key file's rename commits key and database together. */
export function databaseName(generation: number): string {
  return `carekeep-${generation}.db`;
}

export function databasePath(profileDir: string, generation: number): string {
  return join(profilePaths(profileDir).databases, databaseName(generation));
}

/** A database file and what SQLite keeps beside it, as far as they exist. */
export function databaseFiles(disk: Disk, profileDir: string, generation: number): readonly string[] {
  const folder = profilePaths(profileDir).databases;
  const name = databaseName(generation);
  return disk
    .list(folder)
    .filter((file) => file === name || file === `${name}-wal` || file === `${name}-shm` || file === `${name}-journal`)
    .map((file) => join(folder, file));
}

/** The database of a generation and everything made beside it: logs, and copies from before a migration. */
export function ofGeneration(disk: Disk, profileDir: string, generation: number): readonly string[] {
  const folder = profilePaths(profileDir).databases;
  const name = databaseName(generation);
  return disk
    .list(folder)
    .filter((file) => file === name || file.startsWith(`${name}-`) || file.startsWith(`${name}.`))
    .map((file) => join(folder, file));
}

/** What a rotation of the database leaves when it is stopped. `unnamed`: the next generation, whole, that no key file names. */
export function databaseLeftovers(
  disk: Disk,
  profileDir: string,
  generation: number,
): { readonly unfinished: readonly string[]; readonly unnamed: readonly string[] } {
  const folder = profilePaths(profileDir).databases;
  const unfinished = disk
    .list(folder)
    .filter((file) => /^carekeep-\d+\.db\.making/.test(file))
    .map((file) => join(folder, file));
  const unnamed = ofGeneration(disk, profileDir, generation + 1).filter((path) => !unfinished.includes(path));
  return { unfinished, unnamed };
}
