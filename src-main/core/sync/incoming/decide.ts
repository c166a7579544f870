/** What an admin decides about quarantined changes: taken in the log's order, or dropped; each slice an entry. */
import { CallError } from '../../../../src-shared/contract/errors.ts';
import type { DecideOp, SyncOp } from '../../../../src-shared/sync-protocol/ops.ts';
import { append } from '../../audit/log.ts';
import { OpenError } from '../../crypto/aead.ts';
import type { Store } from '../../store/open.ts';
import { type Tx, withTransaction } from '../../store/transaction.ts';
import type { GroupOp } from '../merge/apply.ts';
import { BlobGone, withBlobs, withTexts } from './blobs.ts';
import { BadBatch, openOne, rowOf } from './groups.ts';
import { takeImport } from './pages.ts';
import { buildsOnWaiting, type Kept, keptBuilding, keptOf, markDecided } from './quarantine.ts';
import { inJudgedTransaction, isRowOp, slicesOf, type Tally } from './slices.ts';
import { byCore, type TakeParts } from './take.ts';

/** Ops of a group that waits; null while its patient's key is not here, none where the patient is erased. */
function opsOfKept(
  store: Store,
  clinic: string,
  { patient, device, seq, sealed, ops }: Kept,
): readonly SyncOp[] | null {
  try {
    const group = openOne(store, { clinic, device, seq }, { patient, bytes: sealed });
    if (group.state === 'waits') return null;
    if (group.state === 'erased') return [];
    if (ops === null) return group.ops;
    const indexes: unknown = JSON.parse(ops);
    const wanted = new Set(Array.isArray(indexes) ? indexes : []);
    return group.ops.filter((_, index) => wanted.has(index));
  } catch (error) {
    if (error instanceof OpenError || error instanceof BadBatch) throw new CallError('quarantine-unreadable');
    throw error;
  }
}

/** The call's own transaction, which leaves the entry of the decision. */
export type Deciding = {
  /** One judged transaction with an entry of its own. */
  readonly inEntry: (work: (tx: Tx, tally: Tally, verdicts: ReadonlyMap<string, boolean>) => void) => Promise<void>;
  readonly by: string;
};

/** @throws CallError not-found, quarantine-first, quarantine-unreadable, backend-unreachable */
export async function acceptItem(
  parts: TakeParts,
  item: string,
  deciding: Deciding,
): Promise<ReadonlySet<string | null>> {
  const { store } = parts;
  const kept = keptOf(store, item);
  const [first] = kept;
  if (first === undefined) throw new CallError('not-found');
  if (first.reason === 'unreadable') throw new CallError('quarantine-unreadable');
  if (first.reason === 'builds-on-quarantined') throw new CallError('quarantine-first');
  const changed = new Set<string | null>();
  for (const one of kept) await acceptOne(parts, one, deciding, changed);
  // What only waited for these goes on, in the log's order.
  for (const one of keptBuilding(store)) {
    const ops = opsOfKept(store, parts.member.clinic, one);
    if (ops !== null && !ops.some((op) => buildsOnWaitingBut(store, op, one))) {
      await acceptOne(parts, one, deciding, changed);
    }
  }
  return changed;
}

/** Rows that the group itself brings are no reason to wait. */
function buildsOnWaitingBut(store: Store, op: SyncOp, { id, patient }: Kept): boolean {
  const others = store.sql<[string, string], { one: number }>(
    'select 1 one from sync_quarantine_row where row_id = ? and id <> ? limit 1',
  );
  const row = rowOf(op);
  const waits = (name: string | null): boolean => name !== null && others.get(name, id) !== undefined;
  return buildsOnWaiting(store, op, patient) && (waits(row) || waits(patient));
}

async function acceptOne(
  parts: TakeParts,
  one: Kept,
  { inEntry, by }: Deciding,
  changed: Set<string | null>,
): Promise<void> {
  const { store, member } = parts;
  const ops = opsOfKept(store, member.clinic, one);
  // Its patient's key comes with the slots; until then it goes on waiting.
  if (ops === null) return;
  for (const op of ops) {
    if (op.k !== 'import') continue;
    await takeImport(parts, op, one).catch((error: unknown) => {
      throw error instanceof BadBatch ? new CallError('quarantine-unreadable') : error;
    });
    changed.add(null);
  }
  const received: GroupOp[] = ops.flatMap((op) => {
    const may = isRowOp(op) && (op.k !== 'erase' || parts.authority.mayErase(op));
    return may ? [{ op, patient: one.patient }] : [];
  });
  const texts = await withBlobs(parts, one.epoch, received).catch((error: unknown) => {
    // Its patient is being erased: it goes on waiting until the erasure is here.
    if (error instanceof BlobGone) return null;
    throw error;
  });
  if (texts === null) return;
  const slices = slicesOf(received);
  for (const [index, some] of slices.entries()) {
    await inEntry((tx, tally, verdicts) => {
      tally.apply(tx, withTexts(some, texts), verdicts);
      for (const patient of tally.patients) changed.add(patient);
      if (index === slices.length - 1) markDecided(tx, one.id, 'accept', by);
    });
  }
}

/** Drops an item, and what builds on the rows that it would have brought. Inside the call's transaction. @throws CallError not-found */
export function dropItem(tx: Tx, clinic: string, item: string, by: string): number {
  const { store } = tx;
  const kept = keptOf(store, item);
  if (kept.length === 0) throw new CallError('not-found');
  const rows = rowsOfKept(store, kept);
  for (const { id } of kept) markDecided(tx, id, 'drop', by);
  let dropped = kept.length;
  for (const one of keptBuilding(store)) {
    const ops = opsOfKept(store, clinic, one) ?? [];
    const builds = (op: SyncOp): boolean =>
      rows.has(rowOf(op) ?? '') || (one.patient !== null && rows.has(one.patient));
    if (!ops.some(builds)) continue;
    for (const row of rowsOfKept(store, [one])) rows.add(row);
    markDecided(tx, one.id, 'drop', by);
    dropped += 1;
  }
  return dropped;
}

/** What an admin decided on another workstation. What is decided here already stays as it is. */
export async function takeDecision(parts: TakeParts, op: DecideOp): Promise<ReadonlySet<string | null>> {
  const { store, member, now } = parts;
  const kept = keptOf(store, op.item);
  const detail = { decision: op.decision, item: op.item, by: op.author };
  const entry = { ...byCore, type: 'sync.quarantine-decided', outcome: 0 } as const;
  if (kept.length === 0) return new Set();
  if (op.decision === 'drop') {
    withTransaction(
      store,
      (tx) => {
        dropItem(tx, member.clinic, op.item, op.author);
        append(tx, { ...entry, detail });
      },
      now(),
    );
    return new Set();
  }
  const inEntry: Deciding['inEntry'] = async (work) => {
    await inJudgedTransaction(parts, (tx, tally, verdicts) => {
      work(tx, tally, verdicts);
      append(tx, { ...entry, detail: { ...detail, ...tally.detail() } });
    });
  };
  try {
    return await acceptItem(parts, op.item, { inEntry, by: op.author });
  } catch (error) {
    // Nobody could have let in what cannot be read, or what builds on something that waits.
    if (error instanceof CallError && error.value.code.startsWith('quarantine-')) return new Set();
    throw error;
  }
}

function rowsOfKept(store: Store, kept: readonly Kept[]): Set<string> {
  const of = store.sql<[string], { row: string }>('select row_id row from sync_quarantine_row where id = ?');
  return new Set(kept.flatMap(({ id }) => of.all(id).map(({ row }) => row)));
}
