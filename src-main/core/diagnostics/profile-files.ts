/** How much of what lies in the profile: kinds and sizes. A name that is not ours is not told, only counted. */
import { lstatSync, readdirSync, statfsSync } from 'node:fs';
import { join } from 'node:path';

/** What we put there (vault/layout.ts, the logs, the shell's own session, updates). */
const files: ReadonlySet<string> = new Set([
  'keyfile',
  'recovery',
  'setup-pending',
  'join-pending',
  'removed',
  'journal',
  'audit-keys',
  'lock.db',
]);
const folders: ReadonlySet<string> = new Set(['db', 'quarantine', 'logs', 'shell', 'update', 'keyring']);
/** With what SQLite keeps beside, and copies from before a migration or an update. */
const database = /^carekeep-\d{1,6}\.db(?:-wal|-shm|-journal|\.making|\.before-\d{1,4})?$/;

const entriesAtMost = 20_000;

export type Sized = { readonly name: string; readonly files: number; readonly bytes: number };

class Count {
  files = 0;
  bytes = 0;
  add(bytes: number): void {
    this.files += 1;
    this.bytes += bytes;
  }
}

function sizeOf(path: string): number {
  try {
    return lstatSync(path).size;
  } catch {
    return 0;
  }
}

function below(folder: string): Count {
  const count = new Count();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }).slice(0, entriesAtMost)) {
    if (entry.isFile()) count.add(sizeOf(join(entry.parentPath, entry.name)));
  }
  return count;
}

/** Files of ours one by one, folders as sums, all else as one sum. Nothing, where the folder cannot be read. */
export function profileFiles(profile: string): readonly Sized[] {
  const found: Sized[] = [];
  const other = new Count();
  try {
    for (const entry of readdirSync(profile, { withFileTypes: true })) {
      const { name } = entry;
      const path = join(profile, name);
      if (entry.isFile() && files.has(name)) found.push({ name, files: 1, bytes: sizeOf(path) });
      else if (entry.isDirectory() && name === 'db') found.push(...databases(path));
      else if (entry.isDirectory() && folders.has(name)) {
        const { files: within, bytes } = below(path);
        found.push({ name: `${name}/`, files: within, bytes });
      } else other.add(sizeOf(path));
    }
  } catch {
    return [];
  }
  return [...found, { name: 'other', files: other.files, bytes: other.bytes }];
}

function databases(folder: string): readonly Sized[] {
  const other = new Count();
  const found = readdirSync(folder, { withFileTypes: true }).flatMap((entry): Sized[] => {
    const bytes = sizeOf(join(folder, entry.name));
    if (entry.isFile() && database.test(entry.name)) return [{ name: `db/${entry.name}`, files: 1, bytes }];
    other.add(bytes);
    return [];
  });
  return [...found, { name: 'db/ other', files: other.files, bytes: other.bytes }];
}

/** Bytes that the disk of a folder has left; null where it does not say. */
export function bytesFree(folder: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return null;
  }
}
