/** Requests of the two-person rule as rows: so that the second admin sees them, and what became of them. */
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { RequestState } from '../../../src-shared/contract/requests.ts';
import type { Store } from './open.ts';
import type { Tx } from './transaction.ts';

export type RequestRow = {
  readonly id: string;
  readonly subject: string;
  /** JSON of body and signatures. */
  readonly request: string;
  readonly state: RequestState;
  readonly askedBy: string;
  readonly askedAt: number;
  readonly expiresAt: number;
  readonly agreedBy: string | null;
  readonly endedAt: number | null;
  readonly doneBy: string | null;
};

const select = `select id, subject, request, state, asked_by askedBy, asked_at askedAt, expires_at expiresAt,
 agreed_by agreedBy, ended_at endedAt, done_by doneBy from request`;

export function addRequest(
  tx: Tx,
  row: Pick<RequestRow, 'id' | 'subject' | 'request' | 'askedBy' | 'askedAt' | 'expiresAt'>,
): void {
  tx.store
    .sql<unknown[]>(
      `insert into request (id, subject, request, state, asked_by, asked_at, expires_at)
       values (?, ?, ?, 'open', ?, ?, ?)`,
    )
    .run(row.id, row.subject, row.request, row.askedBy, row.askedAt, row.expiresAt);
}

/** Newest first. */
export function readRequests(store: Store, limit: number): RequestRow[] {
  return store.sql<[number], RequestRow>(`${select} order by asked_at desc, id desc limit ?`).all(limit);
}

/** Those that may still wait for somebody, by the row alone. */
export function readWaiting(store: Store, now: number): RequestRow[] {
  return store.sql<[number], RequestRow>(`${select} where state in ('open', 'agreed') and expires_at >= ?`).all(now);
}

/** @throws CallError not-found */
export function readRequest(store: Store, id: string): RequestRow {
  const row = store.sql<[string], RequestRow>(`${select} where id = ?`).get(id);
  if (row === undefined) throw new CallError('not-found');
  return row;
}

/** The second signature is there. */
export function markAgreed(tx: Tx, id: string, agreedBy: string, request: string): void {
  tx.store
    .sql<unknown[]>("update request set state = 'agreed', agreed_by = ?, request = ? where id = ?")
    .run(agreedBy, request, id);
}

/** How it ended, and by whom. What has ended stays so; the database holds that too. */
export function endRequest(tx: Tx, id: string, state: 'done' | 'declined' | 'withdrawn', by: string): void {
  tx.store
    .sql<unknown[]>('update request set state = ?, ended_at = ?, done_by = ? where id = ?')
    .run(state, tx.now, by, id);
}
