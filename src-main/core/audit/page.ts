/** Pages of the log, newest first, by filter: the tail that is not indexed yet is scanned, the rest comes by index. */
import { currentHead } from '../store/head.ts';
import { followedTo } from '../store/indexed.ts';
import type { Store } from '../store/open.ts';
import { sliceClock } from '../store/slices.ts';
import { chunkSize, placesDown } from './bitmap.ts';
import { type AuditEntry, decodeEntry } from './entry.ts';
import { type LogFilter, matches } from './filters.ts';
import { indexSlice } from './indexer.ts';
import { readEntry } from './log.ts';
import { matching } from './matching.ts';

export type LogPage = {
  /** As many as asked for, fewer at the end, and fewer where a long tail is not indexed yet. */
  readonly entries: readonly AuditEntry[];
  /** Entries in the whole log. */
  readonly total: number;
  /** Give as `before` to go on; null at the end. */
  readonly next: number | null;
};

/** @param before only entries with a smaller number; null: from the newest */
export function readPage(store: Store, filter: LogFilter, before: number | null, limit: number): LogPage {
  if (!store.readOnly && !store.db.inTransaction) indexSlice(store);
  const total = currentHead(store).frontier.size;
  const indexed = followedTo(store, 'index');
  const end = Math.min(before ?? total, total);
  const entries: AuditEntry[] = [];
  if (end > indexed) {
    const reached = scanTail(store, filter, indexed, end, limit, entries);
    if (reached > indexed) return { entries, total, next: reached };
  }
  for (const seq of newest(store, filter, 0, Math.min(end, indexed))) {
    if (entries.length === limit) break;
    const entry = readEntry(store, seq);
    // Damaged since it was indexed: verification is what names it.
    if (entry !== undefined) entries.push(entry);
  }
  const last = entries.at(-1);
  return { entries, total, next: entries.length < limit || last === undefined || last.seq === 0 ? null : last.seq };
}

/** Numbers of the indexed entries in [first, end) that match, newest first. */
export function* newest(store: Store, filter: LogFilter, first: number, end: number): Generator<number> {
  for (const [chunk, bits] of matching(store, filter, first, end)) {
    for (const place of placesDown(bits)) yield chunk * chunkSize + place;
  }
}

/** Adds what matches in [from, end). @returns down to where it looked: `from`, or higher when the page or the time was full */
function scanTail(
  store: Store,
  filter: LogFilter,
  from: number,
  end: number,
  limit: number,
  found: AuditEntry[],
): number {
  const over = sliceClock();
  const rows = store.db
    .prepare<[number, number], { seq: number; entry: Buffer }>(
      'select seq, entry from audit_entry where seq >= ? and seq < ? order by seq desc',
    )
    .iterate(from, end);
  let looked = 0;
  for (const { seq, entry } of rows) {
    const decoded = decodeEntry(entry);
    if (decoded !== undefined && matches(decoded, filter)) found.push(decoded);
    looked += 1;
    // A page that is full, and an index that is being made anew, are gone on with by the next call.
    if (found.length === limit || ((looked & 15) === 0 && over())) return seq;
  }
  return from;
}
