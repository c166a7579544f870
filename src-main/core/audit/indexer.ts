/**
 * The viewer's index and the table of chart parts follow the log in slices, each with its own position; an append
 * never pays for them. What they have not reached yet is scanned. The index is derived: it can be thrown away and made
 * anew.
 */
import { z } from 'zod';
import { auditCodes, auditEvents } from '../../../src-shared/contract/audit-events.ts';
import { followedTo, setFollowed } from '../store/indexed.ts';
import type { Store } from '../store/open.ts';
import { releaseParts, storeParts } from '../store/part.ts';
import { type Sliced, sliceClock } from '../store/slices.ts';
import { type Tx, withTransaction } from '../store/transaction.ts';
import { type Bits, chunkSize, clearBit, noBits, setBit } from './bitmap.ts';
import { type AuditEntry, decodeEntry } from './entry.ts';
import {
  type Field,
  fields,
  listAbout,
  numberFor,
  placeOf,
  placesOfDays,
  readBits,
  readCatalogue,
  readTimes,
  type Span,
  spansDown,
  unlistAbout,
  valueNumber,
  valuesOf,
  writeBits,
  writeCatalogue,
  writeSpan,
} from './index-store.ts';
import { setTime, type Times } from './times.ts';

const dayMs = 86_400_000;
/** What a calendar can say (ECMA-262), and days that a bitmap's place can name. */
const lastInstant = 8_640_000_000_000_000;
const lastDay = 2 ** 24 - 1;

/** Number of the local calendar day since 1970-01-01. */
export function localDay(instant: number): number {
  const at = Math.min(instant, lastInstant);
  const day = Math.floor((at - new Date(at).getTimezoneOffset() * 60_000) / dayMs);
  return Math.max(0, Math.min(lastDay, day));
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
  renewForCatalogue(store);
  const index = followedTo(store, 'index');
  const parts = followedTo(store, 'parts');
  // Charts are proved from their parts: an index that is being made anew does not keep those waiting.
  return (index < parts ? slice(store, parts, false) : 0) || slice(store, Math.min(index, parts), true);
}

const known = new WeakSet<Store>();

/** A release that moves an event to another kind makes the index anew: its sets of kinds would say the old one. */
function renewForCatalogue(store: Store): void {
  if (known.has(store)) return;
  const now = JSON.stringify(Object.fromEntries(auditCodes.map((code) => [code, auditEvents[code].kind])));
  const before = readCatalogue(store);
  if (before !== now) {
    withTransaction(store, (tx) => {
      if (before !== undefined && movesEvents(before)) forgetIndex(tx);
      writeCatalogue(store, now);
    });
  }
  known.add(store);
}

function movesEvents(before: string): boolean {
  const kinds = z.record(z.string(), z.string()).safeParse(JSON.parse(before));
  return (
    !kinds.success || auditCodes.some((code) => (kinds.data[code] ?? auditEvents[code].kind) !== auditEvents[code].kind)
  );
}

function slice(store: Store, from: number, indexing: boolean): number {
  const over = sliceClock();
  const rows = store
    .sql<[number], { seq: number; entry: Buffer }>(
      'select seq, entry from audit_entry where seq >= ? order by seq limit 600',
    )
    .all(from);
  if (rows.length === 0) return 0;
  let added = 0;
  let next = from;
  withTransaction(store, () => {
    const index = followedTo(store, 'index');
    const parts = followedTo(store, 'parts');
    const work = new Pages(store);
    for (const { seq, entry } of rows) {
      const decoded = decodeEntry(entry);
      // A damaged entry is in no set; verification is what names it.
      if (indexing && seq >= index && decoded !== undefined) work.add(seq, decoded);
      if (seq >= parts && decoded?.parts !== undefined) storeParts(store, seq, decoded.parts);
      next = seq + 1;
      added += 1;
      if ((added & 15) === 0 && over()) break;
    }
    work.write();
    if (indexing && next > index) setFollowed(store, 'index', next);
    if (next > parts) setFollowed(store, 'parts', next);
  });
  releaseParts(store, next);
  return added;
}

/** The bitmaps that one slice touches: each is read once and written once. */
class Pages {
  readonly #store: Store;
  readonly #bits = new Map<number, Bits>();
  readonly #numbers = new Map<string, number>();
  readonly #spans = new Map<number, Omit<Span, 'chunk'> & { readonly times: Times; readonly count: number }>();

  constructor(store: Store) {
    this.#store = store;
  }

  add(seq: number, entry: AuditEntry): void {
    const chunk = Math.floor(seq / chunkSize);
    this.#set(placeOf('present', 0, chunk), seq);
    for (const [field, text] of textsOf(entry)) this.#set(placeOf(field, this.#number(field, text), chunk), seq);
    this.#set(placeOf('day', localDay(entry.recorded), chunk), seq);
    if (entry.patient !== null) listAbout(this.#store, this.#number('patient', entry.patient), seq);
    this.#timed(chunk, seq % chunkSize, entry.recorded);
  }

  write(): void {
    for (const [place, bits] of this.#bits) writeBits(this.#store, place, bits);
    for (const [chunk, { first, last, times, count }] of this.#spans) {
      writeSpan(this.#store, { chunk, first, last }, times, count);
    }
  }

  #timed(chunk: number, place: number, recorded: number): void {
    const known = this.#spans.get(chunk);
    const times = known?.times ?? readTimes(this.#store, chunk) ?? new Float64Array(chunkSize);
    setTime(times, place, recorded);
    this.#spans.set(chunk, {
      first: Math.min(known?.first ?? recorded, recorded),
      last: Math.max(known?.last ?? recorded, recorded),
      times,
      count: place + 1,
    });
  }

  #number(field: Field, text: string): number {
    const key = `${fields[field]} ${text}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const value = numberFor(this.#store, field, text);
    this.#numbers.set(key, value);
    return value;
  }

  #set(place: number, seq: number): void {
    let bits = this.#bits.get(place);
    if (bits === undefined) {
      bits = readBits(this.#store, place) ?? noBits();
      this.#bits.set(place, bits);
    }
    setBit(bits, seq % chunkSize);
  }
}

/** What an entry says in the fields whose values are texts. */
export function textsOf({ agent, type, outcome, device, purpose, origin }: AuditEntry): (readonly [Field, string])[] {
  return [
    ...(agent.user === null ? [] : [['user', agent.user] as const]),
    ['event', type],
    ['kind', auditEvents[type].kind],
    ['outcome', String(outcome)],
    ['device', device],
    ['purpose', purpose],
    ['origin', origin],
  ];
}

/**
 * Takes entries out of the index, in the transaction that deletes them: neither page nor count knows them any more.
 * @param gone their numbers and pseudonyms, as decoded before they went
 */
export function forgetEntries(
  tx: Tx,
  gone: readonly { readonly seq: number; readonly patient: string | null }[],
): void {
  const { store } = tx;
  const byChunk = new Map<number, number[]>();
  for (const { seq, patient } of gone) {
    const chunk = Math.floor(seq / chunkSize);
    const held = byChunk.get(chunk);
    if (held === undefined) byChunk.set(chunk, [seq]);
    else held.push(seq);
    const number = patient === null ? undefined : valueNumber(store, 'patient', patient);
    if (number !== undefined) unlistAbout(store, number, seq);
  }
  for (const [chunk, seqs] of byChunk) {
    for (const place of placesOf(store, chunk)) {
      const bits = readBits(store, place);
      if (bits === undefined) continue;
      for (const seq of seqs) clearBit(bits, seq % chunkSize);
      writeBits(store, place, bits);
    }
  }
}

/** Every place that a bitmap of a chunk can stand at. */
export function placesOf(store: Store, chunk: number): number[] {
  const places = [placeOf('present', 0, chunk)];
  for (const field of ['user', 'event', 'kind', 'outcome', 'device', 'purpose', 'origin'] as const) {
    for (const value of valuesOf(store, field).keys()) places.push(placeOf(field, value, chunk));
  }
  // Days as they were counted when the entries came, wherever the clocks of this place stood then.
  for (const { first, last } of spansDown(store, chunk, chunk + 1)) {
    places.push(...placesOfDays(store, Math.max(0, localDay(first) - 2), localDay(last) + 3, chunk));
  }
  return places;
}

/** Throws the viewer's index away; it is made anew from the log. The charts' parts stay. */
export function forgetIndex(tx: Tx): void {
  tx.db.exec('delete from audit_bits; delete from audit_by_patient; delete from audit_chunk; delete from audit_value');
  setFollowed(tx.store, 'index', 0);
}
