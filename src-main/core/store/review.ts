/** The review queue: what was put there, by whom it was closed and how. Ids are in order of time. */
import type { ReviewKind, ReviewVerdict } from '../../../src-shared/contract/reviews.ts';
import type { Store } from './open.ts';
import { newId, type Tx } from './transaction.ts';

/** Numbers of this many entries are kept with an item; `detail` counts the rest. */
export const entriesKept = 1000;

export type NewReview = {
  readonly kind: ReviewKind;
  /** Who is concerned: nobody closes an item that concerns themselves. */
  readonly userId: string;
  readonly patientId: string | null;
  /** When it happened, milliseconds. */
  readonly at: number;
  /** Numbers of the audit entries that are the evidence. */
  readonly entries: readonly number[];
  /** Codes, ids and numbers only. */
  readonly detail: Readonly<Record<string, string | number>>;
};

/** Puts something into the queue. The caller's transaction leaves the audit entry. @returns the item's id */
export function addReview(tx: Tx, item: NewReview & { readonly until?: number; readonly same?: string }): string {
  const id = newId(tx.now);
  tx.store
    .sql<unknown[]>(
      `insert into review_item (id, kind, user_id, patient_id, same, at, until, entries, detail, opened_at)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      id,
      item.kind,
      item.userId,
      item.patientId,
      item.same ?? '',
      item.at,
      item.until ?? item.at,
      JSON.stringify(item.entries.slice(0, entriesKept)),
      JSON.stringify(item.detail),
      tx.now,
    );
  return id;
}

export function countOpenReviews(store: Store): number {
  return store.sql<[], { n: number }>('select count(*) n from review_item where closed_at is null').get()?.n ?? 0;
}

export type ReviewClosing = { readonly by: string; readonly verdict: ReviewVerdict; readonly comment: string };
