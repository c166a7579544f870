/**
 * Who puts their name to what the log says: sessions get their keys at the beginning and sign at their end, and a new
 * chain of one-time keys waits for somebody who answers for it.
 */

import { originOf } from './audit/checkpoint-note.ts';
import { head } from './audit/log.ts';
import { SessionSigners } from './audit/session-signers.ts';
import { newNotes, writeEntry } from './entry.ts';
import type { Opened } from './opened.ts';
import type { Where } from './report.ts';
import { reviewAnchor } from './review/anchored.ts';
import type { LiveSession } from './session.ts';
import { withTransaction } from './store/transaction.ts';
import type { Vault } from './vault/vault.ts';

export type SigningParts = {
  readonly vault: Vault;
  readonly opened: () => Opened | null;
  readonly now: () => number;
  readonly report: (where: Where, error: unknown) => void;
};

export class Signing {
  /** Keys of sessions; they outlive the open database, which a rotation closes for a while. */
  readonly signers = new SessionSigners();
  readonly #parts: SigningParts;

  constructor(parts: SigningParts) {
    this.#parts = parts;
  }

  /** The user's own key certifies one for this session. Nothing where it has one, or the database is closed. */
  certify(session: LiveSession): void {
    const { vault, opened, now } = this.#parts;
    const open = opened();
    if (open === null || session.keys.closed) return;
    const { clinicId, deviceId } = vault.ids();
    const of = { at: now(), roster: vault.audit.rosterSize() };
    this.signers.begin(open.store, originOf(clinicId, deviceId), session, of);
  }

  /** Where the chain of one-time keys begins anew, who opened the database puts their name to it, and a review opens. */
  answerForAnchor(session: LiveSession): void {
    const { opened, now } = this.#parts;
    const open = opened();
    const anchor = open?.checkpoints.pendingAnchor() ?? null;
    if (open === null || anchor === null) return;
    const notes = newNotes('audit.anchored', session);
    Object.assign(notes.detail, { number: anchor.number, reason: anchor.reason });
    const seq = head(open.store).size;
    withTransaction(open.store, (tx) => writeEntry(tx, session, notes, 'success'), now());
    open.checkpoints.acknowledge();
    this.checkpoint();
    reviewAnchor(open.store, session.userId, anchor, seq, now());
  }

  /** Signs what has come since the last checkpoint. What cannot be signed now is at the next chance. */
  checkpoint(): void {
    try {
      this.#parts.opened()?.checkpoints.take();
    } catch (error) {
      this.#parts.report('checkpoint', error);
    }
  }

  /** Nobody acts in this session any more: what it did is signed now, as long as its key is here. */
  ended(session: LiveSession): void {
    this.signers.end(session.id);
    this.checkpoint();
  }

  close(): void {
    this.signers.close();
  }
}
