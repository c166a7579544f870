/**
 * What is not taken before an admin says so (docs/protocols/sync.md, "Quarantine"). All workstations take the log in one
 * order and keep the same apart; each group as it came, sealed.
 */

import type { QuarantineItem } from '../../../../src-shared/contract/sync.ts';
import type { SyncOp } from '../../../../src-shared/sync-protocol/ops.ts';
import type { Store } from '../../store/open.ts';
import type { Tx } from '../../store/transaction.ts';
import { authorOf, type OpenedGroup, rowOf } from './groups.ts';

export type Reason = QuarantineItem['reason'];

/** Where a group stands in the log. */
export type GroupPlace = {
  readonly position: number;
  readonly place: number;
  readonly device: string;
  readonly seq: number;
  /** Of the clinic key that sealed the batch. */
  readonly epoch: number;
};

/** Who was removed, and from which position on. */
export function removedAt(store: Store, kind: 'user' | 'device', id: string, position: number): boolean {
  const found = store
    .sql<[string, string], { position: number }>('select position from sync_removed where kind = ? and id = ?')
    .get(kind, id);
  return found !== undefined && found.position <= position;
}

export function noteRemoved(tx: Tx, kind: 'user' | 'device', id: string, position: number): void {
  tx.store
    .sql<[string, string, number]>('insert or ignore into sync_removed (kind, id, position) values (?, ?, ?)')
    .run(kind, id, position);
}

function anybodyRemoved(store: Store): boolean {
  return store.sql<[], { one: number }>('select 1 one from sync_removed limit 1').get() !== undefined;
}

const waitingRow = (store: Store, id: string): boolean =>
  store.sql<[string], { one: number }>('select 1 one from sync_quarantine_row where row_id = ? limit 1').get(id) !==
  undefined;

export function rowsWait(store: Store): boolean {
  return store.sql<[], { one: number }>('select 1 one from sync_quarantine_row limit 1').get() !== undefined;
}

/** Does an op need a row that nobody has yet? */
export function buildsOnWaiting(store: Store, op: SyncOp, patient: string | null): boolean {
  const row = rowOf(op);
  return (
    (row !== null && op.k !== 'create' && waitingRow(store, row)) || (patient !== null && waitingRow(store, patient))
  );
}

/** Ops of a group, apart: those to take, and those that wait by reason and person. Indexes into the group. */
export type Apart = { readonly take: readonly number[]; readonly held: readonly Held[] };
export type Held = { readonly reason: Reason; readonly user: string | null; readonly ops: number[] };

export function setApart(
  store: Store,
  { ops, patient }: Pick<OpenedGroup & { state: 'open' }, 'ops' | 'patient'>,
  at: GroupPlace,
): Apart {
  const all = ops.map((_, index) => index);
  if (removedAt(store, 'device', at.device, at.position)) {
    return { take: [], held: [{ reason: 'device-removed', user: null, ops: all }] };
  }
  const people = anybodyRemoved(store);
  const rows = rowsWait(store);
  if (!people && !rows) return { take: all, held: [] };
  const held = new Map<string, Held>();
  const take: number[] = [];
  // What this very group creates and what waits with it: later ops of the group build on that.
  const here = new Set<string>();
  for (const [index, op] of ops.entries()) {
    const author = authorOf(op);
    const row = rowOf(op);
    const gone = people && author !== null && removedAt(store, 'user', author, at.position);
    const builds =
      buildsOnWaiting(store, op, patient) ||
      (row !== null && op.k !== 'create' && here.has(row)) ||
      (patient !== null && here.has(patient));
    if (!gone && !builds) {
      take.push(index);
      continue;
    }
    if (op.k === 'create') here.add(op.id);
    const reason: Reason = gone ? 'user-removed' : 'builds-on-quarantined';
    const key = `${reason}/${author ?? ''}`;
    const one = held.get(key) ?? { reason, user: author, ops: [] };
    one.ops.push(index);
    held.set(key, one);
  }
  return { take, held: [...held.values()] };
}

const letter = { 'user-removed': 'u', 'device-removed': 'd', 'builds-on-quarantined': 'b', unreadable: 'x' } as const;

/** Puts ops of a group apart, the group as it came. */
export function hold(
  tx: Tx,
  group: Pick<OpenedGroup & { state: 'open' }, 'ops' | 'patient' | 'bytes'>,
  held: Held,
  at: GroupPlace,
): void {
  const item = `${at.position}.${letter[held.reason]}.${held.user ?? ''}`;
  const id = `${item}.${at.place}`;
  const ops = held.ops.flatMap((index) => group.ops[index] ?? []);
  const times = ops.map((op) => op.at);
  write(tx, {
    id,
    item,
    at,
    reason: held.reason,
    user: held.user,
    patient: group.patient,
    ops: held.ops.length === group.ops.length ? null : JSON.stringify(held.ops),
    changes: ops.length,
    from: times.length === 0 ? null : Math.min(...times),
    to: times.length === 0 ? null : Math.max(...times),
    sealed: group.bytes,
  });
  const note = tx.store.sql<[string, string]>('insert or ignore into sync_quarantine_row (row_id, id) values (?, ?)');
  for (const op of ops) if (op.k === 'create') note.run(op.id, id);
}

/** A whole batch that its own device made wrongly. @param sealed the envelope */
export function setAside(tx: Tx, at: GroupPlace, sealed: Buffer): void {
  const item = `${at.position}.${letter.unreadable}.`;
  write(tx, {
    id: `${item}.${at.place}`,
    item,
    at,
    reason: 'unreadable',
    user: null,
    patient: null,
    ops: null,
    changes: 0,
    from: null,
    to: null,
    sealed,
  });
}

type Written = {
  readonly id: string;
  readonly item: string;
  readonly at: GroupPlace;
  readonly reason: Reason;
  readonly user: string | null;
  readonly patient: string | null;
  readonly ops: string | null;
  readonly changes: number;
  readonly from: number | null;
  readonly to: number | null;
  readonly sealed: Buffer;
};

function write(tx: Tx, one: Written): void {
  tx.store
    .sql<unknown[]>(
      `insert or ignore into sync_quarantine (id, item, position, place, device, seq, epoch, reason, user_id, patient_id,
       ops, changes, from_at, to_at, sealed, at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      one.id,
      one.item,
      one.at.position,
      one.at.place,
      one.at.device,
      one.at.seq,
      one.at.epoch,
      one.reason,
      one.user,
      one.patient,
      one.ops,
      one.changes,
      one.from,
      one.to,
      one.sealed,
      tx.now,
    );
}

/** One group that waits, as it is kept. */
export type Kept = {
  readonly id: string;
  readonly position: number;
  readonly place: number;
  readonly device: string;
  readonly seq: number;
  readonly epoch: number;
  readonly reason: Reason;
  readonly patient: string | null;
  readonly ops: string | null;
  readonly sealed: Buffer;
};

/** What of an item nobody decided yet, in the order of the log. */
export function keptOf(store: Store, item: string): Kept[] {
  return store
    .sql<[string], Kept>(
      `select id, position, place, device, seq, epoch, reason, patient_id patient, ops, sealed from sync_quarantine
       where item = ? and decided is null order by position, place`,
    )
    .all(item);
}

/** What waits only because it builds on something that waits, in the order of the log. */
export function keptBuilding(store: Store): Kept[] {
  return store
    .sql<[], Kept>(
      `select id, position, place, device, seq, epoch, reason, patient_id patient, ops, sealed from sync_quarantine
       where decided is null and reason = 'builds-on-quarantined' order by position, place`,
    )
    .all();
}

/** A decision stays, what it was about goes. */
export function markDecided(tx: Tx, id: string, decision: 'accept' | 'drop', by: string): void {
  const { store } = tx;
  store
    .sql<[string, string, number, string]>(
      `update sync_quarantine set decided = ?, decided_by = ?, decided_at = ?, sealed = x'' where id = ?`,
    )
    .run(decision, by, tx.now, id);
  store.sql<[string]>('delete from sync_quarantine_row where id = ?').run(id);
}

export type ItemRow = {
  readonly item: string;
  readonly reason: Reason;
  readonly device: string;
  readonly user: string | null;
  readonly changes: number;
  readonly patients: number;
  readonly from: number | null;
  readonly to: number | null;
  readonly at: number;
};

/** What waits, the oldest first. */
export function waitingItems(store: Store): ItemRow[] {
  return store
    .sql<[], ItemRow>(
      `select item, min(reason) reason, min(device) device, min(user_id) user, sum(changes) changes,
       count(distinct patient_id) patients, min(from_at) "from", max(to_at) "to", min(at) at
       from sync_quarantine where decided is null group by item order by min(position), item`,
    )
    .all();
}

export function countItems(store: Store): number {
  return (
    store.sql<[], { n: number }>('select count(distinct item) n from sync_quarantine where decided is null').get()?.n ??
    0
  );
}

/** Whether a batch that could not be read waits for somebody's eyes. */
export function someUnreadable(store: Store): boolean {
  return (
    store
      .sql<[], { one: number }>(
        "select 1 one from sync_quarantine where decided is null and reason = 'unreadable' limit 1",
      )
      .get() !== undefined
  );
}
