/** Rotations as core carries them out: the vault's step, what the open database needs for it, and the entry. */
import { statSync } from 'node:fs';
import type { Core } from '../core.ts';
import { newNotes, writeEntry } from '../entry.ts';
import type { LiveSession } from '../session.ts';
import { withTransaction } from '../store/transaction.ts';

/** Up to this size a rotation takes no longer than a sign-in does: nobody is shown a screen for it. Bytes. */
const quietUpTo = 64 * 1024 * 1024;

type Rotated = 'database' | 'clinic' | 'device-secret' | 'identity';

/** The entry of a rotation; in the journal while this session's database is closed. */
export function recordRotation(core: Core, session: LiveSession, kind: Rotated, number?: number): void {
  const store = core.opened()?.store;
  if (store === undefined || session.keys.shared === undefined) {
    core.journal('key.rotated', session.userId, 'success', kind);
    return;
  }
  const notes = newNotes('key.rotated', session);
  notes.detail['kind'] = kind;
  if (number !== undefined) notes.detail['number'] = number;
  withTransaction(store, (tx) => writeEntry(tx, session, notes, 'success'), core.clock());
}

/** The next epoch; patients' keys follow in slices. */
export async function rotateClinicKey(core: Core, session: LiveSession): Promise<number> {
  const epoch = await core.vault.keys.rotateClinicKey(session.keys);
  recordRotation(core, session, 'clinic', epoch);
  core.opened()?.addClinicKeys(session.keys);
  return epoch;
}

export async function rotateDatabase(core: Core, session: LiveSession): Promise<number> {
  const quiet = databaseBytes(core) <= quietUpTo;
  const generation = await core.rotation.run(session, quiet);
  recordRotation(core, session, 'database', generation);
  return generation;
}

export function databaseBytes(core: Core): number {
  return statSync(core.vault.database().path, { throwIfNoEntry: false })?.size ?? 0;
}

/**
 * Replaces what a departed person knew, as far as it still waits for that. After an admin's sign-in, and as part of a
 * removal. A large database shows everybody its progress and does not hold up the caller.
 */
export async function runDue(core: Core, session: LiveSession): Promise<void> {
  if (!session.permissions.has('key:rotate') || session.keys.shared === undefined || core.opened() === null) return;
  // Who has just removed themselves has no session any more: the next admin's sign-in does it.
  if (core.presence.locking || session.keys.closed) return;
  const due = core.vault.keys.due();
  if (due.clinicKey) await rotateClinicKey(core, session);
  if (!due.databaseKey || core.rotation.maintenance !== null || core.imports.running) return;
  const rotating = rotateDatabase(core, session);
  const reported = rotating.catch((error: unknown) => core.report('rotation', error));
  if (databaseBytes(core) <= quietUpTo) await reported;
}
