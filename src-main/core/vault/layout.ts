/** Where things are in a profile folder. */
import { join } from 'node:path';
import type { Disk } from './disk.ts';

export const profilePaths = (profileDir: string) => ({
  keyFile: join(profileDir, 'keyfile'),
  recoveryFile: join(profileDir, 'recovery'),
  setUpMarker: join(profileDir, 'setup-pending'),
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
