/**
 * The viewer's index against the entries: whoever can write the database must not be able to hide an entry from those
 * who look. Chunk by chunk, both ways, as far as the index says it has come.
 */
import { followedTo } from '../store/indexed.ts';
import type { Store } from '../store/open.ts';
import { drain, type Sliced } from '../store/slices.ts';
import { type Bits, chunkSize, countBits, countBoth, hasBit, keepRange, noBits, setBit } from './bitmap.ts';
import { type AuditEntry, decodeEntry } from './entry.ts';
import { entriesAbout, listedIn, placeOf, readBits, readTimes, spansDown, valueNumber } from './index-store.ts';
import { localDay, placesOf, textsOf } from './indexer.ts';
import { Found } from './problem.ts';
import type { RecordState } from './record-state.ts';
import { timeKept } from './times.ts';
import type { Turns } from './verifyrecord.ts';

/** @throws Found index-differs, with the numbers of the entries it is about */
export function* verifyLogIndex(store: Store, state: RecordState, turns: Turns): Sliced<void> {
  if (followedTo(store, 'index') > state.size) demandLogOf(store, followedTo(store, 'index'));
  for (;;) {
    const first = state.row * chunkSize;
    const end = Math.min(first + chunkSize, state.size, followedTo(store, 'index'));
    if (first >= end) return;
    // What was pruned in the middle of it is no difference: then once more, in one go.
    if (
      !(yield* chunkHolds(store, state, first, end, turns)) &&
      !drain(chunkHolds(store, state, first, end, noTurns))
    ) {
      throw new Found('index-differs', `${first}-${end - 1}`);
    }
    state.row += 1;
    state.done = end;
  }
}

const noTurns: Turns = () => () => false;

/** Entries come while this runs, and the index with them; it is never ahead of the log. */
function demandLogOf(store: Store, indexed: number): void {
  const last = store.sql<[], { seq: number | null }>('select max(seq) seq from audit_entry').get()?.seq ?? -1;
  if (indexed > last + 1) throw new Found('index-differs', indexed);
}

function* chunkHolds(store: Store, state: RecordState, first: number, end: number, turns: Turns): Sliced<boolean> {
  const chunk = first / chunkSize;
  const expected = new Map<number, Bits>([[placeOf('present', 0, chunk), noBits()]]);
  const days = noBits();
  const times = readTimes(store, chunk);
  const page = store.sql<[number, number], { seq: number; entry: Buffer }>(
    'select seq, entry from audit_entry where seq >= ? and seq < ? order by seq limit 64',
  );
  let listed = 0;
  let earliest = Number.POSITIVE_INFINITY;
  let latest = Number.NEGATIVE_INFINITY;
  let over = turns();
  for (let next = first; ; ) {
    const rows = page.all(next, end);
    for (const { seq, entry } of rows) {
      const decoded = decodeEntry(entry);
      if (decoded === undefined) throw new Found('entry-damaged', seq);
      const at = seq - first;
      if (!expect(store, expected, decoded, chunk, at)) return false;
      if (!onItsDay(store, decoded, chunk, at)) return false;
      setBit(days, at);
      if (times?.[at] !== timeKept(decoded.recorded)) return false;
      if (decoded.patient !== null) listed += 1;
      earliest = Math.min(earliest, decoded.recorded);
      latest = Math.max(latest, decoded.recorded);
      next = seq + 1;
    }
    if (rows.length === 0) break;
    if (over()) {
      yield { done: next, total: state.size };
      over = turns();
    }
  }
  if (listedIn(store, first, end) !== listed) return false;
  const span = spansDown(store, chunk, chunk + 1)[0];
  const held = countBits(days);
  if (held > 0 && (span === undefined || span.first > earliest || span.last < latest)) return false;
  return sameBits(store, expected, chunk, end - first) && heldOnce(store, chunk, days, end - first);
}

/** Notes in which sets an entry belongs. @returns false where the index knows no such value, or does not list it */
function expect(store: Store, expected: Map<number, Bits>, entry: AuditEntry, chunk: number, at: number): boolean {
  const places = [placeOf('present', 0, chunk)];
  for (const [field, text] of textsOf(entry)) {
    const value = valueNumber(store, field, text);
    if (value === undefined) return false;
    places.push(placeOf(field, value, chunk));
  }
  for (const place of places) {
    let bits = expected.get(place);
    if (bits === undefined) {
      bits = noBits();
      expected.set(place, bits);
    }
    setBit(bits, at);
  }
  if (entry.patient === null) return true;
  const patient = valueNumber(store, 'patient', entry.patient);
  return patient !== undefined && entriesAbout(store, patient, entry.seq, entry.seq + 1).length === 1;
}

/** The clocks of this place may have stood in another zone when it was indexed: a day before or after is its day too. */
function onItsDay(store: Store, { recorded }: AuditEntry, chunk: number, at: number): boolean {
  const day = localDay(recorded);
  return [day, day - 1, day + 1].some((each) => {
    const bits = each < 0 ? undefined : readBits(store, placeOf('day', each, chunk));
    return bits !== undefined && hasBit(bits, at);
  });
}

const isDay = (place: number): boolean => place >= placeOf('day', 0, 0);

function sameBits(store: Store, expected: ReadonlyMap<number, Bits>, chunk: number, size: number): boolean {
  const places = new Set([...expected.keys(), ...placesOf(store, chunk).filter((place) => !isDay(place))]);
  for (const place of places) {
    const kept = readBits(store, place) ?? noBits();
    keepRange(kept, 0, size);
    const wanted = expected.get(place) ?? noBits();
    const count = countBits(kept);
    if (count !== countBits(wanted) || count !== countBoth(kept, wanted)) return false;
  }
  return true;
}

/** Each entry is on one day. */
function heldOnce(store: Store, chunk: number, days: Bits, size: number): boolean {
  let count = 0;
  for (const place of placesOf(store, chunk).filter(isDay)) {
    const bits = readBits(store, place) ?? noBits();
    keepRange(bits, 0, size);
    count += countBits(bits);
  }
  return count === countBits(days);
}
