/** What could be pruned now: how far, and which entries stay. Reads only; the same log and holds give the same plan. */
import type { PrunePlan } from '../../../../src-shared/contract/retention.ts';
import type { Store } from '../../store/open.ts';
import { type Sliced, sliceClock } from '../../store/slices.ts';
import { tileSize } from '../../store/tiles.ts';
import { parseCheckpoint } from '../checkpoint-note.ts';
import { checkpointCovering, checkpointsFrom, checkpointUpTo, lastCheckpoint } from '../checkpoint-store.ts';
import { type AuditEntry, decodeEntry } from '../entry.ts';
import { Found } from '../problem.ts';
import { holdsThatStand, isOfHold, type StandingHolds } from './holds.ts';
import { KeptSet } from './kept.ts';

export type Plan = Omit<PrunePlan, 'keptDigest'> & { readonly keptSet: KeptSet };

export type PlanOptions = {
  /** Only entries recorded before this. */
  readonly before: number;
  /** Entries from here on have not reached the clinic's log server yet; null where there is none. */
  readonly sentTo: number | null;
  /** Changes of entries from here on have not gone out to other workstations yet: those stay. Null, or left out: none have. */
  readonly syncedTo?: number | null;
  /** Go no further than this, whatever else could go: to look again at what was agreed to. */
  readonly below?: number;
};

type Reason = keyof PrunePlan['because'];
type Row = { readonly seq: number; readonly entry: Buffer; readonly unsent: number };

const rowsAtOnce = 512;

/** Entries that rows, parts, imports, restrictions and signed notes are proved by. */
function isVouching({ rows, parts, batch, detail }: AuditEntry): boolean {
  if (rows !== undefined || parts !== undefined || batch !== undefined) return true;
  return detail['mac'] !== undefined || detail['roster'] !== undefined;
}

/** What the log says of itself: where chains of keys begin, and what was pruned. */
const isOfLog = ({ type }: AuditEntry): boolean => type === 'audit.anchored' || type === 'audit.pruned';

function reasonsFor(entry: AuditEntry, holds: StandingHolds, evidence: ReadonlySet<number>, unsent: boolean): Reason[] {
  const reasons: Reason[] = [];
  if (isVouching(entry)) reasons.push('vouching');
  if (isOfLog(entry)) reasons.push('log');
  if (isOfHold(entry) || (entry.patient !== null && holds.patients.has(entry.patient))) reasons.push('held');
  if (evidence.has(entry.seq)) reasons.push('review');
  // Whatever another workstation has yet to hear of: nearly always a row, which counts as such.
  if (unsent && reasons.length === 0) reasons.push('unsent');
  return reasons;
}

/** Entries that an open review shows. */
function evidenceOf(store: Store): ReadonlySet<number> {
  const rows = store
    .sql<[], { seq: unknown }>(
      'select e.value seq from review_item r, json_each(r.entries) e where r.closed_at is null',
    )
    .all();
  return new Set(rows.map(({ seq }) => seq).filter((seq) => typeof seq === 'number'));
}

/** How far checkpoints prove that entries are old enough: up to the last one before the first that was signed too late. */
function* signedBefore(store: Store, before: number): Sliced<number> {
  let over = sliceClock();
  let size = 0;
  for (let number = 0; ; ) {
    const rows = checkpointsFrom(store, number, rowsAtOnce);
    for (const row of rows) {
      const time = parseCheckpoint(row.note)?.checkpoint.time;
      if (time === undefined || time >= before) return size;
      size = row.size;
      number = row.number + 1;
    }
    if (rows.length === 0) return size;
    if (over()) {
      yield { done: 0, total: 0 };
      over = sliceClock();
    }
  }
}

/** The other entries of the same session in the same checkpoint: without them its signature proves nothing. */
function* signedWith(store: Store, seq: number): Generator<number> {
  const from = checkpointUpTo(store, seq)?.size ?? 0;
  const to = checkpointCovering(store, seq + 1)?.size ?? from;
  const rows = store
    .sql<[number, number], { seq: number; entry: Buffer }>(
      'select seq, entry from audit_entry where seq >= ? and seq < ? order by seq',
    )
    .all(from, to);
  const decoded = rows.map(({ entry }) => decodeEntry(entry));
  const session = decoded.find((entry) => entry?.seq === seq)?.agent.session ?? null;
  if (session === null) return;
  for (const entry of decoded) if (entry?.agent.session === session) yield entry.seq;
}

/** @throws Found entry-damaged where an entry cannot be read: what a damaged log holds is not deleted */
export function* planPrune(store: Store, { before, sentTo, syncedTo, below: most }: PlanOptions): Sliced<Plan> {
  const holds = yield* holdsThatStand(store);
  const evidence = evidenceOf(store);
  const signed = lastCheckpoint(store)?.size ?? 0;
  const inTime = yield* signedBefore(store, before);
  const limit = Math.min(signed, sentTo ?? signed, most ?? signed);
  const end = floored(Math.min(limit, inTime));
  const because: Record<Reason, number> = { vouching: 0, held: 0, log: 0, review: 0, unsent: 0 };
  const keptSet = new KeptSet(end);
  const page = store.sql<[number, number, number], Row>(
    'select seq, entry, ops is not null unsent from audit_entry where seq >= ? and seq < ? order by seq limit ?',
  );
  const pending: { readonly seq: number; readonly reasons: readonly Reason[] }[] = [];
  const ofLog: number[] = [];
  let total = 0;
  let passed = 0;
  let waiting = 0;
  // Only whole tiles go: what was read of the last one counts when its end is reached.
  const settle = (upTo: number): void => {
    passed = upTo;
    total += waiting;
    waiting = 0;
    for (const { seq, reasons } of pending.splice(0)) {
      keptSet.add(seq);
      for (const reason of reasons) because[reason] += 1;
      if (reasons.includes('log')) ofLog.push(seq);
    }
  };
  let over = sliceClock();
  let young = false;
  for (let from = 0; from < end && !young; ) {
    const upTo = Math.min(from + rowsAtOnce, end);
    for (const { seq, entry, unsent } of page.all(from, upTo, rowsAtOnce)) {
      if (floored(seq) > passed) settle(floored(seq));
      const decoded = decodeEntry(entry);
      if (decoded === undefined || decoded.seq !== seq) throw new Found('entry-damaged', seq);
      young = decoded.recorded >= before;
      if (young) break;
      waiting += 1;
      const reasons = reasonsFor(decoded, holds, evidence, unsent === 1 && seq >= (syncedTo ?? 0));
      if (reasons.length > 0) pending.push({ seq, reasons });
    }
    from = upTo;
    if (over()) {
      yield { done: from, total: end };
      over = sliceClock();
    }
  }
  if (!young) settle(end);
  const below = passed;
  const set = new KeptSet(below, keptSet.bits.subarray(0, below / 8));
  for (const seq of ofLog) {
    for (const beside of signedWith(store, seq)) {
      if (beside >= below || set.has(beside)) continue;
      set.add(beside);
      because.log += 1;
    }
  }
  const kept = set.count;
  const stoppedBy = below < floored(limit) ? 'age' : sentTo !== null && sentTo < signed ? 'log-server' : 'checkpoint';
  const going = total - kept;
  return {
    before,
    below: going === 0 ? 0 : below,
    going,
    kept,
    keptSet: set,
    because,
    stoppedBy,
    onHold: holds.everything,
  };
}

const floored = (size: number): number => size - (size % tileSize);
