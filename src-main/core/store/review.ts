/** The review queue: what was put there, by whom it was closed and how. Ids are in order of time. */
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { ReviewKind, ReviewVerdict } from '../../../src-shared/contract/reviews.ts';
import type { Store } from './open.ts';
import { newId, type Tx } from './transaction.ts';

/** Numbers of this many entries are kept with an item; `detail` counts them all. */
export const entriesKept = 1000;

/** Whom an item concerns that is about no person. */
export const nobody = '';

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
      `insert into review_item (id, kind, user_id, patient_id, same, at, until, entries, last_seq, detail, opened_at)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
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
      item.entries.reduce((last, seq) => Math.max(last, seq), 0),
      JSON.stringify(item.detail),
      tx.now,
    );
  return id;
}

export type ReviewRow = {
  readonly id: string;
  readonly kind: ReviewKind;
  readonly userId: string;
  readonly patientId: string | null;
  readonly same: string;
  readonly at: number;
  readonly until: number;
  /** JSON of entry numbers. */
  readonly entries: string;
  readonly lastSeq: number;
  /** JSON of codes and numbers. */
  readonly detail: string;
  readonly openedAt: number;
  readonly closedAt: number | null;
  readonly closedBy: string | null;
  readonly verdict: ReviewVerdict | null;
  readonly comment: string | null;
};

export const selectReview = `select id, kind, user_id userId, patient_id patientId, same, at, until, entries, last_seq lastSeq, detail,
 opened_at openedAt, closed_at closedAt, closed_by closedBy, verdict, comment from review_item`;
const inState = { open: 'closed_at is null', closed: 'closed_at is not null' } as const;
export type ReviewState = keyof typeof inState;

/** Newest first. @param before only items that came before this one; null: from the newest */
export function readReviews(store: Store, state: ReviewState, before: string | null, limit: number): ReviewRow[] {
  return store
    .sql<[string, number], ReviewRow>(`${selectReview} where ${inState[state]} and id < ? order by id desc limit ?`)
    .all(before ?? '~', limit);
}

export function countReviews(store: Store, state: ReviewState): number {
  return store.sql<[], { n: number }>(`select count(*) n from review_item where ${inState[state]}`).get()?.n ?? 0;
}

export function readReview(store: Store, id: string): ReviewRow | null {
  return store.sql<[string], ReviewRow>(`${selectReview} where id = ?`).get(id) ?? null;
}

/** The last of a person's findings of a kind, open or closed. */
export function latestReview(store: Store, userId: string, kind: ReviewKind): ReviewRow | null {
  const found = store
    .sql<[string, ReviewKind], ReviewRow>(
      `${selectReview} where user_id = ? and kind = ? order by last_seq desc limit 1`,
    )
    .get(userId, kind);
  return found ?? null;
}

/** Is there a finding of this kind about the person and the patient since then? */
export function reviewedSince(store: Store, userId: string, patientId: string, kind: ReviewKind, at: number): boolean {
  const found = store
    .sql<[string, string, ReviewKind, number]>(
      'select 1 from review_item where user_id = ? and patient_id = ? and kind = ? and at > ? limit 1',
    )
    .get(userId, patientId, kind, at);
  return found !== undefined;
}

/** What goes on is still the same finding: a later time, more entries, other counts. */
export function growReview(
  tx: Tx,
  id: string,
  more: {
    readonly until: number;
    readonly entries: readonly number[];
    readonly lastSeq: number;
    readonly detail: NewReview['detail'];
  },
): void {
  tx.store
    .sql<unknown[]>(
      'update review_item set at = min(at, ?), until = ?, entries = ?, last_seq = ?, detail = ? where id = ?',
    )
    .run(
      more.until,
      more.until,
      JSON.stringify(more.entries.slice(0, entriesKept)),
      more.lastSeq,
      JSON.stringify(more.detail),
      id,
    );
}

/**
 * Signs a verdict. What is closed stays as it is; the database holds that too.
 * @throws CallError not-found, own-review, review-closed
 */
export function closeReview(
  tx: Tx,
  id: string,
  closing: { readonly by: string; readonly verdict: ReviewVerdict; readonly comment: string },
): ReviewRow {
  const row = readReview(tx.store, id);
  if (row === null) throw new CallError('not-found');
  if (row.userId === closing.by) throw new CallError('own-review');
  if (row.closedAt !== null) throw new CallError('review-closed');
  tx.store
    .sql<unknown[]>('update review_item set closed_at = ?, closed_by = ?, verdict = ?, comment = ? where id = ?')
    .run(tx.now, closing.by, closing.verdict, closing.comment === '' ? null : closing.comment, id);
  return row;
}

/** What the watch remembers of a person, as JSON; null before the first. */
export function readWatch(store: Store, userId: string): string | null {
  return (
    store.sql<[string], { state: string }>('select state from review_watch where user_id = ?').get(userId)?.state ??
    null
  );
}

export function writeWatch(tx: Tx, userId: string, state: string): void {
  tx.store.sql<[string, string]>('insert or replace into review_watch values (?, ?)').run(userId, state);
}
