/**
 * Every author has a key for private notes from the first sign-in on: 32 bytes, sealed to the author and, for the
 * two-person ceremony, to recovery (docs/protocols/keys.md).
 */
import { OpenError } from '../crypto/aead.ts';
import { randomBytes } from '../crypto/random.ts';
import { wipe } from '../crypto/wipe.ts';
import { readPrivateNoteKey, writePrivateNoteKey } from '../store/personal.ts';
import type { Tx } from '../store/transaction.ts';
import type { VaultSession } from '../vault/session.ts';
import type { Vault } from '../vault/vault.ts';

/** What the seals are bound to. */
export function privateNoteAad(userId: string): Buffer {
  return Buffer.from(`carekeep/v1/private-note-key/${userId}`, 'utf8');
}

/**
 * Inside the transaction of a sign-in: makes the key of a user who has none yet, and seals the key anew to a user whose
 * own keys are newer than its seal.
 */
export function ensurePrivateNoteKey(tx: Tx, vault: Vault, session: VaultSession): void {
  const { userId } = session;
  const kept = readPrivateNoteKey(tx.store, userId);
  const aad = privateNoteAad(userId);
  const key = kept === null ? randomBytes(32) : sealedToOlderKeys(session, kept.seal, aad);
  if (key === null) return;
  const { author, recovery } = vault.sealToAuthor(userId, key, aad);
  wipe(key);
  writePrivateNoteKey(tx, userId, { seal: author, recoverySeal: recovery });
}

/** The key, where only the user's keys before the current ones open it. Null also where none does: the kit's ceremony gives it back. */
function sealedToOlderKeys(session: VaultSession, seal: Buffer, aad: Buffer): Buffer | null {
  try {
    wipe(session.openSealedNow(seal, aad));
    return null;
  } catch (error) {
    if (!(error instanceof OpenError)) throw error;
  }
  try {
    return session.openSealed(seal, aad);
  } catch (error) {
    if (!(error instanceof OpenError)) throw error;
    return null;
  }
}
