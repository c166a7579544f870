/**
 * The viewer's index against the entries: whoever can write the database must not be able to hide an entry from those
 * who look. Chunk by chunk, both ways, as far as the index says it has come.
 */
import { followedTo } from '../store/indexed.ts';
import type { Store } from '../store/open.ts';
import { drain, type Sliced } from '../store/slices.ts';
import { type Bits, chunkSize, countBits, countBoth, hasBit, keepRange, noBits, setBit } from './bitmap.ts';
import { type AuditEntry, decodeEntry } from './entry.ts';
import {
  entriesAbout,
  type Field,
  fields,
  listedIn,
  placeOf,
  readBits,
  readTimes,
  spansDown,
  valueNumber,
} from './index-store.ts';
import { localDay, placesOf, textsOf } from './indexer.ts';
import { Found } from './problem.ts';
import type { RecordState } from './record-state.ts';
import { type Times, timeKept } from './times.ts';
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
  const wanted = new Wanted(store, first / chunkSize);
  const page = store.sql<[number, number], { seq: number; entry: Buffer }>(
    'select seq, entry from audit_entry where seq >= ? and seq < ? order by seq limit 64',
  );
  let over = turns();
  for (let next = first; ; ) {
    const rows = page.all(next, end);
    for (const { seq, entry } of rows) {
      const decoded = decodeEntry(entry);
      if (decoded === undefined) throw new Found('entry-damaged', seq);
      if (!wanted.holds(decoded, seq)) return false;
      next = seq + 1;
    }
    if (rows.length === 0) return wanted.isAll(first, end);
    if (over()) {
      yield { done: next, total: state.size };
      over = turns();
    }
  }
}

/** What the index of one chunk has to say, as its entries are read. */
class Wanted {
  readonly #store: Store;
  readonly #chunk: number;
  readonly #times: Times | undefined;
  readonly #bits = new Map<number, Bits>();
  readonly #values = new Map<string, number | undefined>();
  readonly #days = new Map<number, Bits | undefined>();
  #listed = 0;
  #earliest = Number.POSITIVE_INFINITY;
  #latest = Number.NEGATIVE_INFINITY;

  constructor(store: Store, chunk: number) {
    this.#store = store;
    this.#chunk = chunk;
    this.#times = readTimes(store, chunk);
    this.#bits.set(placeOf('present', 0, chunk), noBits());
  }

  /** Notes in which sets an entry belongs. @returns false where the index cannot know of it */
  holds(entry: AuditEntry, seq: number): boolean {
    const { recorded, patient } = entry;
    const at = seq % chunkSize;
    this.#set(placeOf('present', 0, this.#chunk), at);
    for (const [field, text] of textsOf(entry)) {
      const value = this.#value(field, text);
      if (value === undefined) return false;
      this.#set(placeOf(field, value, this.#chunk), at);
    }
    this.#earliest = Math.min(this.#earliest, recorded);
    this.#latest = Math.max(this.#latest, recorded);
    if (this.#times?.[at] !== timeKept(recorded) || !this.#onItsDay(recorded, at)) return false;
    if (patient === null) return true;
    this.#listed += 1;
    const number = this.#value('patient', patient);
    return number !== undefined && entriesAbout(this.#store, number, seq, seq + 1).length === 1;
  }

  /** Nothing stands in the index beside it. */
  isAll(first: number, end: number): boolean {
    const store = this.#store;
    if (listedIn(store, first, end) !== this.#listed) return false;
    const [span] = spansDown(store, this.#chunk, this.#chunk + 1);
    const present = this.#bits.get(placeOf('present', 0, this.#chunk)) ?? noBits();
    const held = countBits(present);
    if (held > 0 && (span === undefined || span.first > this.#earliest || span.last < this.#latest)) return false;
    const places = new Set([...this.#bits.keys(), ...placesOf(store, this.#chunk)]);
    let onDays = 0;
    for (const place of places) {
      const kept = readBits(store, place) ?? noBits();
      keepRange(kept, 0, end - first);
      const wanted = this.#bits.get(place) ?? noBits();
      const count = countBits(kept);
      if (isDay(place)) onDays += count;
      else if (count !== countBits(wanted) || count !== countBoth(kept, wanted)) return false;
    }
    return onDays === held;
  }

  /** The clocks of this place may have stood in another zone when it was indexed: a day before or after is its day too. */
  #onItsDay(recorded: number, at: number): boolean {
    const day = localDay(recorded);
    return [day, day - 1, day + 1].some((each) => {
      if (each >= 0 && !this.#days.has(each)) {
        this.#days.set(each, readBits(this.#store, placeOf('day', each, this.#chunk)));
      }
      const bits = this.#days.get(each);
      return bits !== undefined && hasBit(bits, at);
    });
  }

  #value(field: Field, text: string): number | undefined {
    const key = `${fields[field]} ${text}`;
    if (!this.#values.has(key)) this.#values.set(key, valueNumber(this.#store, field, text));
    return this.#values.get(key);
  }

  #set(place: number, at: number): void {
    let bits = this.#bits.get(place);
    if (bits === undefined) {
      bits = noBits();
      this.#bits.set(place, bits);
    }
    setBit(bits, at);
  }
}

const isDay = (place: number): boolean => place >= placeOf('day', 0, 0);
