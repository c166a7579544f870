/**
 * Every author has a key for private notes from the first sign-in on: 32 bytes, sealed to the author and, for the
 * two-person ceremony, to recovery (docs/protocols/keys.md).
 */
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

/** Makes the key of a user who has none yet, inside the transaction of their sign-in. */
export function ensurePrivateNoteKey(tx: Tx, vault: Vault, { userId }: VaultSession): void {
  if (readPrivateNoteKey(tx.store, userId) !== null) return;
  const key = randomBytes(32);
  const { author, recovery } = vault.sealToAuthor(userId, key, privateNoteAad(userId));
  wipe(key);
  writePrivateNoteKey(tx, userId, { seal: author, recoverySeal: recovery });
}
