/**
 * Gap ranks: a patient's row number is its place in name order, with room between neighbours, so that hits come
 * sorted without a sort. Ranks stay below 2^53 so that they are plain numbers, and gaps are 2^20 so that the index
 * stores them in three bytes; room for eight thousand million patients.
 */

import { readMeta, writeMeta } from './meta.ts';
import { collationName, type Store } from './open.ts';
import type { SearchWords } from './words.ts';

export const gap = 2 ** 20;
/** What neighbours must have between them after relabelling. */
const comfortable = 2 ** 10;

export type Named = { readonly family: string; readonly given: string };
type Ranked = Named & { readonly ord: number };

/** Compares as the lists show people: family name, then given names, by the clinic's locale. */
export type NameOrder = (left: Named, right: Named) => number;

export function nameOrder(locale: string): NameOrder {
  const collator = new Intl.Collator(locale);
  return (left, right) => collator.compare(left.family, right.family) || collator.compare(left.given, right.given);
}

const orders = new WeakMap<Store, NameOrder>();

/** The order this database was ranked in. */
export function nameOrderOf(store: Store): NameOrder {
  let order = orders.get(store);
  if (order === undefined) {
    order = nameOrder(localeOf(store));
    orders.set(store, order);
  }
  return order;
}

function localeOf(store: Store): string {
  return (readMeta(store.db, 'collation')?.toString('utf8') ?? 'en').split('|')[0] ?? 'en';
}

/** Whether the ICU version changed since the ranks were given: `rankAnew` is due. */
export function ranksAreStale(store: Store): boolean {
  return readMeta(store.db, 'collation')?.toString('utf8') !== collationName(localeOf(store));
}

/** Neighbours of a name: the last patient not after it and the first after it. */
export function neighbours(
  store: Store,
  name: Named,
): { readonly before: Ranked | null; readonly after: Ranked | null } {
  const order = nameOrderOf(store);
  const from = store.sql<[number], Ranked>(
    'select ord, family, given from patient where ord >= ? order by ord limit 1',
  );
  // Below zero is who is on the way to a new name: nobody's neighbour.
  const last = store
    .sql<[], Ranked>('select ord, family, given from patient where ord > 0 order by ord desc limit 1')
    .get();
  if (last === undefined) return { before: null, after: null };
  if (order(last, name) <= 0) return { before: last, after: null };
  let before: Ranked | null = null;
  let after: Ranked = last;
  // Nobody has a rank in [empty, after.ord); the search halves ranks and jumps to the next person there is.
  let low = 0;
  let empty = last.ord;
  while (low < empty) {
    const middle = low + Math.floor((empty - low) / 2);
    const found = from.get(middle);
    if (found === undefined || found.ord >= after.ord) {
      empty = middle;
      const next = from.get(low);
      if (next === undefined || next.ord >= after.ord) break;
    } else if (order(found, name) <= 0) {
      before = found;
      low = found.ord + 1;
    } else {
      after = found;
      empty = middle;
    }
  }
  return { before, after };
}

/** A free rank for one name, relabelling neighbours where the gap is used up. */
export function placeFor(store: Store, name: Named): number {
  const { before, after } = neighbours(store, name);
  if (after === null) return (before?.ord ?? 0) + gap;
  const low = before?.ord ?? 0;
  const middle = low + Math.floor((after.ord - low) / 2);
  if (middle > low && middle < after.ord) return middle;
  makeRoom(store, low, 1);
  return placeFor(store, name);
}

/**
 * Ranks for `count` names that all fall between the same two neighbours, evenly spaced; null when the gap has
 * not enough room (call `makeRoom`).
 */
export function spread(low: number, high: number | null, count: number): number[] | null {
  if (high === null) return Array.from({ length: count }, (_, at) => low + (at + 1) * gap);
  const step = (high - low) / (count + 1);
  if (step < 1) return null;
  return Array.from({ length: count }, (_, at) => Math.floor(low + (at + 1) * step));
}

/** Spreads the patients around rank `around` so that `count` more fit after it with room to spare. */
export function makeRoom(store: Store, around: number, count: number): void {
  const needed = comfortable * (count + 1);
  for (let take = 16; ; take *= 4) {
    const left = store
      .sql<[number, number], { ord: number }>(
        'select ord from patient where ord > 0 and ord <= ? order by ord desc limit ?',
      )
      .all(around, take + 1);
    const right = store
      .sql<[number, number], { ord: number }>('select ord from patient where ord > ? order by ord limit ?')
      .all(around, take + 1);
    const low = left.length > take ? (left.at(-1)?.ord ?? 0) : 0;
    const moving = [...left.slice(0, take).reverse(), ...right.slice(0, take)].map(({ ord }) => ord);
    const beyond = right.length > take ? (right.at(-1)?.ord ?? null) : null;
    const room = beyond === null ? Number.POSITIVE_INFINITY : beyond - low;
    if (room < comfortable * (moving.length + 1) + needed) continue;
    relabel(store, moving, low, beyond, around, count);
    return;
  }
}

/** Moves the patients at `moving` to even ranks, leaving `count` empty places after the one at `around`. */
function relabel(
  store: Store,
  moving: readonly number[],
  low: number,
  high: number | null,
  around: number,
  count: number,
): void {
  const places = spread(low, high, moving.length + count);
  if (places === null) throw new RangeError('no room to relabel');
  const split = moving.filter((ord) => ord <= around).length;
  const targets = [...places.slice(0, split), ...places.slice(split + count)];
  const words = store.sql<[number], SearchWords>(
    'select name, former, birth, identifiers, phone from patient_words where ord = ?',
  );
  const kept = moving.map((ord) => words.get(ord));
  const moved = store.sql<[number, number]>('update patient set ord = ? where ord = ?');
  for (const [at, ord] of moving.entries()) {
    const entry = kept[at];
    if (entry) unindexWords(store, ord, entry);
    // Negative first: a target may still be someone else's rank; -1 is a patient on the way to a new name.
    moved.run(-2 - at, ord);
  }
  for (const [at, target] of targets.entries()) {
    const entry = kept[at];
    moved.run(target, -2 - at);
    if (entry) indexWords(store, target, entry);
  }
}

/** Adds a patient's words at a rank. */
export function indexWords(store: Store, ord: number, w: SearchWords): void {
  store
    .sql<unknown[]>(
      'insert into patient_words (ord, name, former, birth, identifiers, phone) values (?, ?, ?, ?, ?, ?)',
    )
    .run(ord, w.name, w.former, w.birth, w.identifiers, w.phone);
  store
    .sql<unknown[]>(
      'insert into patient_search (rowid, name, former, birth, identifiers, phone) values (?, ?, ?, ?, ?, ?)',
    )
    .run(ord, w.name, w.former, w.birth, w.identifiers, w.phone);
}

/** Takes a patient's words out: with secure-delete nothing of them stays in the index. */
export function unindexWords(store: Store, ord: number, w: SearchWords): void {
  store
    .sql<unknown[]>(
      `insert into patient_search (patient_search, rowid, name, former, birth, identifiers, phone)
       values ('delete', ?, ?, ?, ?, ?, ?)`,
    )
    .run(ord, w.name, w.former, w.birth, w.identifiers, w.phone);
  store.sql<[number]>('delete from patient_words where ord = ?').run(ord);
}

/** Ranks everybody anew and rebuilds the index: named maintenance, in one transaction, when ICU changed. */
export function rankAnew(store: Store): void {
  const { sql, db } = store;
  const order = nameOrderOf(store);
  sql('begin immediate').run();
  try {
    const all = sql<[], Ranked>('select ord, family, given from patient').all().sort(order);
    const patient = sql<[number, number]>('update patient set ord = ? where ord = ?');
    const words = sql<[number, number]>('update patient_words set ord = ? where ord = ?');
    for (const [at, { ord }] of all.entries()) {
      patient.run(-1 - at, ord);
      words.run(-1 - at, ord);
    }
    for (const at of all.keys()) {
      patient.run((at + 1) * gap, -1 - at);
      words.run((at + 1) * gap, -1 - at);
    }
    db.exec(`insert into patient_search (patient_search) values ('rebuild')`);
    writeMeta(db, 'collation', Buffer.from(collationName(localeOf(store)), 'utf8'));
    sql('commit').run();
  } catch (error) {
    if (db.inTransaction) sql('rollback').run();
    throw error;
  }
}
