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
  auditKeys: join(profileDir, 'audit-keys'),
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

/**
 * What rotations of the database leave when they are stopped. `unfinished`: the next one in the making. `older`:
 * generations before the current one, whose keys are gone. `unnamed`: whole, newer than any that a key file named.
 */
export function databaseLeftovers(
  disk: Disk,
  profileDir: string,
  generation: number,
): Readonly<Record<'unfinished' | 'older' | 'unnamed', readonly string[]>> {
  const folder = profilePaths(profileDir).databases;
  const found = disk.list(folder).map((file) => {
    const [, number = '', making] = /^carekeep-(\d+)\.db(\.making)?/.exec(file) ?? [];
    return { path: join(folder, file), number: Number(number || generation), making: making !== undefined };
  });
  const paths = (which: (file: (typeof found)[number]) => boolean) => found.filter(which).map(({ path }) => path);
  return {
    unfinished: paths(({ making }) => making),
    older: paths(({ making, number }) => !making && number < generation),
    unnamed: paths(({ making, number }) => !making && number > generation),
  };
}
