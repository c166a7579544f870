/**
 * The few steps on files that the vault is made of. They come in as an argument so that tests can stop
 * the process between any two of them.
 */
import {
  closeSync,
  constants,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { CallError } from '../../../src-shared/contract/errors.ts';

export type FileRead =
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'absent' }
  /** There, but not a plain file, too large, or not ours to read. */
  | { readonly kind: 'unreadable' };

export interface Disk {
  read(path: string, maxBytes: number): FileRead;
  /** Names in a folder, sorted; empty when there is none. */
  list(folder: string): readonly string[];
  /** Makes a folder only its owner may enter. */
  makeFolder(path: string): void;
  /** Writes a whole file (mode 0600) and waits until it is on the disk. */
  write(path: string, bytes: Uint8Array): void;
  /** Adds to the end of a file (mode 0600) and waits until it is on the disk. */
  append(path: string, bytes: Uint8Array): void;
  rename(from: string, to: string): void;
  /** Waits until names in a folder are on the disk. */
  syncFolder(path: string): void;
  remove(path: string): void;
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** Turns what a person can help (space, rights) into a value; throws everything else as it is. */
function translated<T>(step: () => T): T {
  try {
    return step();
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOSPC' || code === 'EDQUOT') throw new CallError('disk-full');
    if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') throw new CallError('not-writable');
    throw error;
  }
}

function writeAll(path: string, flags: number, bytes: Uint8Array): void {
  const file = openSync(path, flags | constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
  try {
    let at = 0;
    while (at < bytes.length) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

export const realDisk: Disk = {
  read(path, maxBytes) {
    try {
      const stat = lstatSync(path);
      if (!stat.isFile() || stat.size > maxBytes) return { kind: 'unreadable' };
      return { kind: 'bytes', bytes: readFileSync(path) };
    } catch (error) {
      return { kind: errorCode(error) === 'ENOENT' ? 'absent' : 'unreadable' };
    }
  },
  list(folder) {
    try {
      return readdirSync(folder).sort();
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return [];
      throw error;
    }
  },
  makeFolder: (path) => translated(() => mkdirSync(path, { recursive: true, mode: 0o700 })),
  write: (path, bytes) => translated(() => writeAll(path, constants.O_TRUNC, bytes)),
  append: (path, bytes) => translated(() => writeAll(path, constants.O_APPEND, bytes)),
  rename: (from, to) => translated(() => renameSync(from, to)),
  syncFolder(path) {
    // Windows has no handle on folders; its rename is written through.
    if (process.platform === 'win32') return;
    const folder = openSync(path, constants.O_RDONLY);
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  },
  remove: (path) => translated(() => rmSync(path, { force: true })),
};

/** Old content or new content, never a mixture: temporary file, fsync, rename, fsync of the folder. */
export function replaceFile(disk: Disk, path: string, bytes: Uint8Array): void {
  const temporary = `${path}.new`;
  disk.write(temporary, bytes);
  disk.rename(temporary, path);
  disk.syncFolder(dirname(path));
}

/** Moves files into `quarantine/` under names that say when; nothing is ever deleted there. */
export function setAside(disk: Disk, profileDir: string, paths: readonly string[], now: number): void {
  if (paths.length === 0) return;
  const quarantine = join(profileDir, 'quarantine');
  disk.makeFolder(quarantine);
  const stamp = new Date(now).toISOString().replace(/[:.]/g, '-');
  const taken = new Set(disk.list(quarantine));
  for (const path of paths) {
    const name = path.slice(dirname(path).length + 1);
    let target = `${stamp}-${name}`;
    for (let n = 2; taken.has(target); n += 1) target = `${stamp}-${n}-${name}`;
    taken.add(target);
    disk.rename(path, join(quarantine, target));
  }
  disk.syncFolder(quarantine);
}
