/**
 * The viewer's index and the table of chart parts follow the log in slices; an append never pays for them. What it has not reached yet is scanned.
 * The index is derived: it can be thrown away and made anew.
 */
import { auditEvents } from '../../../src-shared/contract/audit-events.ts';
import { indexedTo } from '../store/indexed.ts';
import type { Store } from '../store/open.ts';
import { releaseParts, storeParts } from '../store/part.ts';
import { type Sliced, sliceClock } from '../store/slices.ts';
import { withTransaction } from '../store/transaction.ts';
import { type AuditEntry, decodeEntry } from './entry.ts';

const dayMs = 86_400_000;

/** Number of the local calendar day since 1970-01-01. */
export function localDay(instant: number): number {
  return Math.floor((instant - new Date(instant).getTimezoneOffset() * 60_000) / dayMs);
}

/** Indexes what is missing; yields after each slice. @returns how many entries were added */
export function* followLog(store: Store): Sliced<number> {
  let added = 0;
  for (;;) {
    const slice = indexSlice(store);
    added += slice;
    if (slice === 0) return added;
    yield { done: added, total: 0 };
  }
}

/** One slice of indexing. @returns how many entries were added, 0 at the end of the log */
export function indexSlice(store: Store): number {
  const over = sliceClock();
  const from = indexedTo(store);
  const next = store.sql<[number], { seq: number; entry: Buffer }>(
    'select seq, entry from audit_entry where seq >= ? order by seq limit 1000',
  );
  const rows = next.all(from);
  if (rows.length === 0) return 0;
  let added = 0;
  withTransaction(store, () => {
    const days = new Map<number, { count: number; first: number; last: number }>();
    for (const { seq, entry } of rows) {
      const decoded = decodeEntry(entry);
      indexOne(store, seq, decoded, days);
      if (decoded?.parts !== undefined) storeParts(store, seq, decoded.parts);
      added += 1;
      if ((added & 15) === 0 && over()) break;
    }
    const count = store.sql<[number, number, number, number]>(
      `insert into audit_day values (?, ?, ?, ?) on conflict (day) do update set count = count + excluded.count,
       first_seq = min(first_seq, excluded.first_seq), last_seq = max(last_seq, excluded.last_seq)`,
    );
    for (const [day, { count: n, first, last }] of days) count.run(day, n, first, last);
  });
  releaseParts(store, from + added);
  return added;
}

function indexOne(
  store: Store,
  seq: number,
  entry: AuditEntry | undefined,
  days: Map<number, { count: number; first: number; last: number }>,
): void {
  const write = store.sql<unknown[]>('insert into audit_index values (?, ?, ?, ?, ?, ?, ?, ?, ?)');
  if (entry === undefined) {
    // A damaged entry keeps its place, so that the index can go on; verification is what names it.
    write.run(seq, 0, null, 'damaged', 'system', null, 8, '', '');
    return;
  }
  const kind = auditEvents[entry.type].kind;
  write.run(
    seq,
    entry.recorded,
    entry.agent.user,
    entry.type,
    kind,
    entry.patient,
    entry.outcome,
    entry.device,
    entry.purpose,
  );
  const day = localDay(entry.recorded);
  const known = days.get(day);
  if (known === undefined) days.set(day, { count: 1, first: seq, last: seq });
  else {
    known.count += 1;
    known.last = seq;
  }
}
