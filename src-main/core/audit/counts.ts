/** How many entries match, and how they spread over days, people or events. What is not indexed yet is scanned. */
import { followedTo } from '../store/indexed.ts';
import type { Store } from '../store/open.ts';
import { type Sliced, sliceClock } from '../store/slices.ts';
import { type Bits, countBits, countPacked } from './bitmap.ts';
import { type AuditEntry, decodeEntry } from './entry.ts';
import { type LogFilter, matches } from './filters.ts';
import { bitsOfField, chunkAt, valueAt, valuesOf } from './index-store.ts';
import { localDay } from './indexer.ts';
import { matching } from './matching.ts';

/** Days are numbers of local days since 1970-01-01. */
export type CountField = 'day' | 'user' | 'event';

export type LogCounts = {
  readonly total: number;
  /** Value → entries; values without any are left out, and entries without a value (of nobody) are in the total only. */
  readonly counts: ReadonlyMap<string, number>;
  /** False while the index is being made anew: what it has not reached is not all counted. */
  readonly complete: boolean;
};

/** Counts in slices: the bitmaps of millions of entries are more than one turn may take. */
export function* countEntries(store: Store, filter: LogFilter, field: CountField): Sliced<LogCounts> {
  const indexed = followedTo(store, 'index');
  const counts = new Map<string, number>();
  const add = (key: string | null, by: number) => {
    if (key !== null && by > 0) counts.set(key, (counts.get(key) ?? 0) + by);
  };
  // The newest first: an entry that comes to the index meanwhile is counted once, here.
  const tail = countTail(store, filter, indexed, (entry) => add(keyOf(field, entry), 1));
  let { total } = tail;
  let over = sliceClock();
  const found = new Map<number, Bits>();
  for (const [chunk, bits] of matching(store, filter, 0, indexed)) {
    found.set(chunk, bits);
    total += countBits(bits);
    if (over()) {
      yield { done: 0, total: 0 };
      over = sliceClock();
    }
  }
  const texts = field === 'day' ? null : valuesOf(store, field);
  for (const rows of bitsOfField(store, field)) {
    for (const { place, bits } of rows) {
      const known = found.get(chunkAt(place));
      const value = valueAt(place);
      if (known !== undefined)
        add(texts === null ? String(value) : (texts.get(value) ?? null), countPacked(known, bits));
    }
    if (over()) {
      yield { done: 0, total: 0 };
      over = sliceClock();
    }
  }
  return { total, counts, complete: tail.complete };
}

/** How many indexed entries with numbers in [first, end) match. */
export function countIndexed(store: Store, filter: LogFilter, first: number, end: number): number {
  let count = 0;
  for (const [, bits] of matching(store, filter, first, Math.min(end, followedTo(store, 'index')))) {
    count += countBits(bits);
  }
  return count;
}

function keyOf(field: CountField, { recorded, agent, type }: AuditEntry): string | null {
  if (field === 'day') return String(localDay(recorded));
  return field === 'user' ? agent.user : type;
}

function countTail(
  store: Store,
  filter: LogFilter,
  indexed: number,
  count: (entry: AuditEntry) => void,
): { readonly total: number; readonly complete: boolean } {
  const over = sliceClock();
  const rows = store.db
    .prepare<[number], { entry: Buffer }>('select entry from audit_entry where seq >= ? order by seq desc')
    .iterate(indexed);
  let total = 0;
  let looked = 0;
  for (const { entry } of rows) {
    const decoded = decodeEntry(entry);
    if (decoded !== undefined && matches(decoded, filter)) {
      total += 1;
      count(decoded);
    }
    looked += 1;
    if ((looked & 15) === 0 && over()) return { total, complete: false };
  }
  return { total, complete: true };
}
