/** How many entries match, and how they spread over days, people and events. What is not indexed yet is scanned. */
import { followedTo } from '../store/indexed.ts';
import type { Store } from '../store/open.ts';
import { sliceClock } from '../store/slices.ts';
import { type Bits, countBits, countPacked } from './bitmap.ts';
import { decodeEntry } from './entry.ts';
import { type LogFilter, matches } from './filters.ts';
import { bitsOfField, chunkAt, valueAt, valuesOf } from './index-store.ts';
import { localDay } from './indexer.ts';
import { matching } from './matching.ts';

export type LogCounts = {
  readonly total: number;
  /** Number of the local day since 1970-01-01 → entries, ascending; days without any are left out. */
  readonly days: ReadonlyMap<number, number>;
  /** User id → entries; those of nobody are the rest. */
  readonly users: ReadonlyMap<string, number>;
  readonly events: ReadonlyMap<string, number>;
  /** False while the index is being made anew: what it has not reached is not all counted. */
  readonly complete: boolean;
};

export function countEntries(store: Store, filter: LogFilter): LogCounts {
  const indexed = followedTo(store, 'index');
  const found = new Map<number, Bits>(matching(store, filter, 0, indexed));
  let total = 0;
  for (const bits of found.values()) total += countBits(bits);
  const days = new Map<number, number>();
  for (const { place, bits } of bitsOfField(store, 'day')) add(days, valueAt(place), countIn(found, place, bits));
  const users = tally(store, 'user', found);
  const events = tally(store, 'event', found);
  const rows = store.db
    .prepare<[number], { entry: Buffer }>('select entry from audit_entry where seq >= ? order by seq desc')
    .iterate(indexed);
  const over = sliceClock();
  let looked = 0;
  let complete = true;
  for (const { entry } of rows) {
    const decoded = decodeEntry(entry);
    if (decoded !== undefined && matches(decoded, filter)) {
      total += 1;
      add(days, localDay(decoded.recorded), 1);
      if (decoded.agent.user !== null) add(users, decoded.agent.user, 1);
      add(events, decoded.type, 1);
    }
    looked += 1;
    complete = (looked & 15) !== 0 || !over();
    if (!complete) break;
  }
  return { total, days: new Map([...days].sort(([one], [other]) => one - other)), users, events, complete };
}

/** How many indexed entries with numbers in [first, end) match. */
export function countIndexed(store: Store, filter: LogFilter, first: number, end: number): number {
  let count = 0;
  for (const [, bits] of matching(store, filter, first, Math.min(end, followedTo(store, 'index')))) {
    count += countBits(bits);
  }
  return count;
}

function tally(store: Store, field: 'user' | 'event', found: ReadonlyMap<number, Bits>): Map<string, number> {
  const texts = valuesOf(store, field);
  const counts = new Map<string, number>();
  for (const { place, bits } of bitsOfField(store, field)) {
    add(counts, texts.get(valueAt(place)) ?? '', countIn(found, place, bits));
  }
  return counts;
}

function countIn(found: ReadonlyMap<number, Bits>, place: number, packed: Buffer): number {
  const bits = found.get(chunkAt(place));
  return bits === undefined ? 0 : countPacked(bits, packed);
}

function add<Key>(counts: Map<Key, number>, key: Key, by: number): void {
  if (by > 0) counts.set(key, (counts.get(key) ?? 0) + by);
}
