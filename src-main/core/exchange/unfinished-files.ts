/**
 * Files that are being written where somebody said. What a kill left half written is removed at the next opening. Kept
 * in the encrypted database, because paths may name people.
 */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { randomUuid } from '../crypto/random.ts';
import { readMeta, writeMeta } from '../store/meta.ts';
import type { Store } from '../store/open.ts';

const name = 'unfinished_files';
/** The latest; a stick that never comes back does not make the list grow. */
const kept = 50;
/** What this process writes is no leftover, though the database was closed and opened meanwhile. */
const thisProcess = randomUuid();

const files = z.array(z.strictObject({ path: z.string().endsWith('.part'), by: z.string() }));
type Unfinished = z.infer<typeof files>[number];

function readAll(store: Store): readonly Unfinished[] {
  const parsed = files.safeParse(JSON.parse(readMeta(store.db, name)?.toString('utf8') ?? '[]'));
  return parsed.success ? parsed.data : [];
}

function writeAll(store: Store, all: readonly Unfinished[]): void {
  writeMeta(store.db, name, Buffer.from(JSON.stringify(all.slice(0, kept)), 'utf8'));
}

/** Before the file is made. */
export function noteUnfinished(store: Store, path: string): void {
  writeAll(store, [{ path, by: thisProcess }, ...readAll(store)]);
}

/** It has its name now, or is gone. */
export function forgetUnfinished(store: Store, path: string): void {
  try {
    const all = readAll(store);
    writeAll(
      store,
      all.filter((one) => one.path !== path),
    );
  } catch {
    // Closed meanwhile, or no room left: the next opening finds nothing to remove, and forgets it then.
  }
}

/** @returns whether it is gone; a folder that is not there now may come back with it (a stick) */
export async function removePart(path: string): Promise<boolean> {
  try {
    await rm(path, { force: true });
  } catch {
    return false;
  }
  return existsSync(dirname(path));
}

/** What processes before this one left; what cannot be removed now is tried again at the next opening. */
export async function removeUnfinished(store: Store): Promise<void> {
  for (const { path, by } of readAll(store)) {
    if (by !== thisProcess && (await removePart(path))) forgetUnfinished(store, path);
  }
}
