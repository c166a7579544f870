/**
 * Does a new version work here? In two halves: without anybody's keys at its first start, with them at the first
 * sign-in. Neither writes what the copy from before the update does not outlive (docs/protocols/update.md, "Back").
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { SelfCheckFailure } from '../../../src-shared/updates/state.ts';
import { checkHead, head, type LogHead } from '../audit/log.ts';
import { type LogTrust, treeRules } from '../audit/verifylog.ts';
import { treeExtent, verifySpan } from '../audit/verifytree.ts';
import { randomBytes } from '../crypto/random.ts';
import { brokenPrimitives } from '../crypto/self-check.ts';
import { wipe } from '../crypto/wipe.ts';
import { frontierAt } from '../store/head.ts';
import { closeStore, createStore, openStore, type Store } from '../store/open.ts';
import { tileSize } from '../store/tiles.ts';
import type { VaultState } from '../vault/start-state.ts';

/** How much of the log's end is verified before anybody works on it. */
const tail = 1024;

/** A keychain that is shut says nothing about the version: the second half will need it anyway. */
const keyFileWanting: ReadonlySet<VaultState> = new Set<VaultState>([
  'key-file-damaged',
  'key-file-missing',
  'key-file-rolled-back',
]);

/** SQLCipher makes, closes, opens and reads a database of its own, and refuses it under another key. */
function databaseModuleHolds(folder: string): boolean {
  const path = join(folder, 'self-check.db');
  const clear = (): void => {
    for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(path + suffix, { force: true });
  };
  const key = randomBytes(32);
  const other = randomBytes(32);
  clear();
  try {
    closeStore(createStore({ path, key, device: 'self-check' }));
    const again = openStore({ path, key });
    const verdict = again.db.pragma('integrity_check', { simple: true });
    closeStore(again);
    if (verdict !== 'ok') return false;
    try {
      closeStore(openStore({ path, key: other }));
      return false;
    } catch {
      return true;
    }
  } finally {
    wipe(key, other);
    clear();
  }
}

/**
 * The unattended half, but for the page, which main sees come up.
 * @param folder of the profile; a small file is made in it and removed
 */
export async function checkAtStart(folder: string, state: VaultState): Promise<SelfCheckFailure | null> {
  if ((await brokenPrimitives()).length > 0) return 'primitives';
  let holds: boolean;
  try {
    holds = databaseModuleHolds(folder);
  } catch {
    holds = false;
  }
  if (!holds) return 'database-module';
  return keyFileWanting.has(state) ? 'key-file' : null;
}

/** The log's end against its tiles and checkpoints, and its head against the keychain's. */
function logHolds(store: Store, known: LogHead | null, trust: LogTrust): boolean {
  try {
    const rules = treeRules(store, trust);
    const { size, tiled } = treeExtent(store, false);
    const from = Math.floor(Math.max(0, Math.min(tiled, size - tail)) / tileSize) * tileSize;
    const frontier = frontierAt(store, from);
    if (frontier === undefined) return false;
    const span = verifySpan(store, { frontier, to: size, tiled }, rules);
    for (let step = span.next(); !step.done; step = span.next());
    if (head(store).size !== size) return false;
    return known === null || checkHead(store, known) === 'ok';
  } catch {
    return false;
  }
}

/** The second half, on the database as the migrations left it; nothing is written. */
export function checkOpened(store: Store, known: LogHead | null, trust: LogTrust): SelfCheckFailure | null {
  if (!logHolds(store, known, trust)) return 'log';
  return store.db.pragma('quick_check', { simple: true }) === 'ok' ? null : 'pages';
}
