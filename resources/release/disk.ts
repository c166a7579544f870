/** Writes of the release tool: a file is there whole or not at all. An argument everywhere, so that tests fail the n-th one. */
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

export type Disk = {
  /** Written aside in `aside` (same disk), fsynced, renamed. `secret`: readable by its owner only. */
  write(file: string, bytes: Uint8Array, how?: { readonly aside?: string; readonly secret?: boolean }): void;
  /** Within one disk. */
  move(from: string, to: string): void;
  remove(file: string): void;
};

function syncFolder(folder: string): void {
  if (process.platform === 'win32') return; // Windows cannot open a folder; its renames are ordered by the journal.
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function writeWhole(file: string, bytes: Uint8Array, mode: number): void {
  const handle = openSync(file, 'w', mode);
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

export const realDisk: Disk = {
  write: (file, bytes, { aside = dirname(file), secret = false } = {}) => {
    mkdirSync(dirname(file), { recursive: true });
    mkdirSync(aside, { recursive: true });
    const part = join(aside, `.${basename(file)}.part`);
    try {
      rmSync(part, { force: true }); // the mode counts for a new file only
      writeWhole(part, bytes, secret ? 0o600 : 0o644);
      renameSync(part, file);
    } catch (error) {
      rmSync(part, { force: true });
      throw error;
    }
    syncFolder(dirname(file));
  },
  move: (from, to) => {
    mkdirSync(dirname(to), { recursive: true });
    renameSync(from, to);
    syncFolder(dirname(to));
  },
  remove: (file) => rmSync(file, { force: true }),
};
