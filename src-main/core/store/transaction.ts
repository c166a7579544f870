/**
 * One transaction: what a handler gets, and what it leaves for the audit entry.
 *
 * Order: BEGIN IMMEDIATE, the handler writes rows, the dispatcher appends the entry (which takes the commit and
 * settles the chart parts), COMMIT. A transaction that changed rows and left no entry does not commit.
 */
import { randomUuid } from '../crypto/random.ts';
import { DigestSum } from './digest.ts';
import { rethrowNamed } from './failure.ts';
import { currentHead, type Head } from './head.ts';
import type { Store } from './open.ts';
import { type HeldParts, keepSettled } from './part.ts';

/** Row as the entry commits it: id, version, base64url MAC. */
export type RowCommit = [id: string, version: number, mac: string];
/** Part as the entry commits it: chart, batch (0 = local), rows in it, base64url sum of their MACs mod 2^256. */
export type PartCommit = [chart: string, batch: number, count: number, digest: string];

export type PartDelta = { readonly chart: string; readonly batch: number; count: number; readonly sum: DigestSum };

/** What this transaction did to rows, until an audit entry takes it. */
export type Commit = {
  rows: RowCommit[];
  readonly parts: Map<string, PartDelta>;
  ops: Op[];
  readonly settled: HeldParts;
};

/** A change as other workstations will hear of it: counter, kind, patient, and what the kind needs. */
export type Op = { readonly lamport: number; readonly kind: string; readonly patient: string | null } & Readonly<
  Record<string, unknown>
>;

export type Tx = {
  readonly store: Store;
  readonly db: Store['db'];
  /** Wall time in milliseconds, the same for all of the transaction. */
  readonly now: number;
  readonly head: Head;
  readonly commit: Commit;
};

/** Runs `fn` in one immediate transaction; any throw undoes everything. */
export function withTransaction<T>(store: Store, fn: (tx: Tx) => T, now: number = Date.now()): T {
  const { sql } = store;
  try {
    sql('begin immediate').run();
  } catch (error) {
    rethrowNamed(error);
  }
  let done: { readonly result: T };
  try {
    const head = { ...currentHead(store) };
    const tx: Tx = {
      store,
      db: store.db,
      now,
      head,
      commit: { rows: [], parts: new Map(), ops: [], settled: new Map() },
    };
    const result = fn(tx);
    if (tx.commit.rows.length > 0 || tx.commit.parts.size > 0 || tx.commit.ops.length > 0) {
      throw new Error('rows changed and no audit entry took them');
    }
    sql('commit').run();
    store.held.head = head;
    if (tx.commit.settled.size > 0) keepSettled(store, tx.commit.settled);
    done = { result };
  } catch (error) {
    if (store.db.inTransaction) sql('rollback').run();
    rethrowNamed(error);
  }
  // Outside the try: what follows a commit cannot undo it.
  store.held.committed?.();
  return done.result;
}

/** The next version of whatever this transaction writes: Lamport counter and device. */
export function nextVersion(tx: Tx): string {
  tx.head.lamport += 1;
  return `${tx.head.lamport}.${tx.store.device}`;
}

/** The number the next audit entry will have. */
export function nextSeq(tx: Tx): number {
  return tx.head.frontier.size;
}

/** A UUID version 7 (RFC 9562): in order of time, so that indexes grow at their end. */
export function newId(now: number): string {
  const time = now.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUuid().slice(15)}`;
}

/** The chart a row is proved in: its patient's, or its own when it belongs to nobody. */
export function chartOf(patientId: string | null, id: string): string {
  return patientId ?? `_/${id}`;
}

/** Notes that a row entered (+1) or left (−1) a part of a chart. */
export function touchPart(tx: Tx, chart: string, batch: number, mac: Buffer, sign: 1 | -1): void {
  const key = `${batch}/${chart}`;
  let delta = tx.commit.parts.get(key);
  if (delta === undefined) {
    delta = { chart, batch, count: 0, sum: new DigestSum() };
    tx.commit.parts.set(key, delta);
  }
  delta.count += sign;
  if (sign === 1) delta.sum.add(mac);
  else delta.sum.subtract(mac);
}
