/**
 * The viewer's index as it lies in the database: which entries have a value in a field (bitmaps), which are about a
 * patient (a list each), and the times between which a chunk's entries were recorded.
 */
import type { Store } from '../store/open.ts';
import { type Bits, pack, unpack } from './bitmap.ts';
import { packTimes, type Times, unpackTimes } from './times.ts';

/** Numbers as written; `present` has one value and holds every entry that the index knows. */
export const fields = {
  present: 0,
  user: 1,
  event: 2,
  kind: 3,
  outcome: 4,
  device: 5,
  purpose: 6,
  origin: 7,
  /** Local calendar days; the value is the day's number itself. */
  day: 8,
  /** Pseudonyms: their values stand in `audit_by_patient`. */
  patient: 9,
  /** One value: the kinds of events that the sets of `kind` were made by. */
  catalogue: 10,
} as const;
export type Field = keyof typeof fields;

/** Values of a field and chunks are below this. */
const most = 2 ** 24;

/** A bitmap's place: a field's values side by side, a value's chunks side by side. */
export function placeOf(field: Field, value: number, chunk: number): number {
  return (fields[field] * most + value) * most + chunk;
}

export const chunkAt = (place: number): number => place % most;
export const valueAt = (place: number): number => Math.floor(place / most) % most;

/** The number of a value; undefined for one that no entry has. */
export function valueNumber(store: Store, field: Field, text: string): number | undefined {
  return store
    .sql<[number, string], { value: number }>('select value from audit_value where field = ? and text = ?')
    .get(fields[field], text)?.value;
}

/** The number of a value, made when it is new. */
export function numberFor(store: Store, field: Field, text: string): number {
  const known = valueNumber(store, field, text);
  if (known !== undefined) return known;
  const last = store
    .sql<[number], { value: number | null }>('select max(value) value from audit_value where field = ?')
    .get(fields[field]);
  const value = (last?.value ?? -1) + 1;
  store
    .sql<[number, number, string]>('insert into audit_value (field, value, text) values (?, ?, ?)')
    .run(fields[field], value, text);
  return value;
}

/** The kinds of events that the sets of `kind` were made by; undefined before there are any. */
export function readCatalogue(store: Store): string | undefined {
  return valuesOf(store, 'catalogue').get(0);
}

export function writeCatalogue(store: Store, text: string): void {
  store
    .sql<[number, string]>(
      'insert into audit_value (field, value, text) values (?, 0, ?) on conflict (field, value) do update set text = excluded.text',
    )
    .run(fields.catalogue, text);
}

/** Number → text of a field's values. */
export function valuesOf(store: Store, field: Field): Map<number, string> {
  const rows = store
    .sql<[number], { value: number; text: string }>('select value, text from audit_value where field = ?')
    .all(fields[field]);
  return new Map(rows.map(({ value, text }) => [value, text]));
}

export function readBits(store: Store, place: number): Bits | undefined {
  const row = store.sql<[number], { bits: Buffer }>('select bits from audit_bits where place = ?').get(place);
  return row && unpack(row.bits);
}

/** An empty set is no row. */
export function writeBits(store: Store, place: number, bits: Bits): void {
  const packed = pack(bits);
  if (packed.length === 1) store.sql<[number]>('delete from audit_bits where place = ?').run(place);
  else
    store
      .sql<[number, Buffer]>(
        'insert into audit_bits (place, bits) values (?, ?) on conflict (place) do update set bits = excluded.bits',
      )
      .run(place, packed);
}

type Row = { place: number; bits: Buffer };

/** One value's bitmaps of chunks [from, to). */
export function bitsOfValue(store: Store, field: Field, value: number, from: number, to: number): Row[] {
  return store
    .sql<[number, number], Row>('select place, bits from audit_bits where place >= ? and place < ?')
    .all(placeOf(field, value, from), placeOf(field, value, to));
}

/** Every bitmap of a field, some at a time: nothing stays open between two answers. */
export function* bitsOfField(store: Store, field: Field): Generator<readonly Row[]> {
  const read = store.sql<[number, number], Row>(
    'select place, bits from audit_bits where place >= ? and place < ? order by place limit 500',
  );
  const end = placeOf(field, most, 0);
  for (let from = placeOf(field, 0, 0); ; ) {
    const rows = read.all(from, end);
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < 500) return;
    from = last.place + 1;
  }
}

/** Places of a chunk's bitmaps of days in [from, to). */
export function placesOfDays(store: Store, from: number, to: number, chunk: number): number[] {
  return store
    .sql<[number, number, number, number], { place: number }>(
      'select place from audit_bits where place >= ? and place < ? and place % ? = ?',
    )
    .all(placeOf('day', from, 0), placeOf('day', to, 0), most, chunk)
    .map(({ place }) => place);
}

const spanSize = 65_536;
const spanOf = (seq: number): number => Math.floor(seq / spanSize);

/** Numbers of the entries about a patient, in [from, to). */
export function entriesAbout(store: Store, patient: number, from: number, to: number): number[] {
  const listed = store.sql<[number, number, number, number], { seq: number }>(
    'select seq from audit_by_patient where span = ? and patient = ? and seq >= ? and seq < ?',
  );
  const found: number[] = [];
  for (let span = spanOf(from); span * spanSize < to; span += 1) {
    for (const { seq } of listed.all(span, patient, from, to)) found.push(seq);
  }
  return found;
}

/** How many of the entries [from, to) are listed as about somebody; both in one span. */
export function listedIn(store: Store, from: number, to: number): number {
  const counted = store.sql<[number, number, number], { n: number }>(
    'select count(*) n from audit_by_patient where span = ? and seq >= ? and seq < ?',
  );
  return counted.get(spanOf(from), from, to)?.n ?? 0;
}

export function listAbout(store: Store, patient: number, seq: number): void {
  store
    .sql<[number, number, number]>('insert or ignore into audit_by_patient (span, patient, seq) values (?, ?, ?)')
    .run(spanOf(seq), patient, seq);
}

export function unlistAbout(store: Store, patient: number, seq: number): void {
  store
    .sql<[number, number, number]>('delete from audit_by_patient where span = ? and patient = ? and seq = ?')
    .run(spanOf(seq), patient, seq);
}

/** A chunk and the times, milliseconds, that all its entries lie between. */
export type Span = { readonly chunk: number; readonly first: number; readonly last: number };

/** Of chunks [from, to), newest first. */
export function spansDown(store: Store, from: number, to: number): Span[] {
  return store
    .sql<[number, number], Span>(
      'select chunk, first, last from audit_chunk where chunk >= ? and chunk < ? order by chunk desc',
    )
    .all(from, to);
}

/** When a chunk's entries were recorded; undefined when none is known. */
export function readTimes(store: Store, chunk: number): Times | undefined {
  const row = store.sql<[number], { times: Buffer }>('select times from audit_chunk where chunk = ?').get(chunk);
  return row && unpackTimes(row.times);
}

/** @param count how many places of `times` are known */
export function writeSpan(store: Store, { chunk, first, last }: Span, times: Times, count: number): void {
  store
    .sql<[number, number, number, Buffer]>(
      `insert into audit_chunk (chunk, first, last, times) values (?, ?, ?, ?) on conflict (chunk) do update
       set first = min(first, excluded.first), last = max(last, excluded.last), times = excluded.times`,
    )
    .run(chunk, first, last, packTimes(times, count));
}

/** The first entry that can have been recorded at an instant or later; undefined when there is none. */
export function firstEntrySince(store: Store, instant: number): Span | undefined {
  return store
    .sql<[number], Span>('select chunk, first, last from audit_chunk where last >= ? order by chunk limit 1')
    .get(instant);
}
