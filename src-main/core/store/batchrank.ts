/** The patients of a batch, brought into name order and index: sorted runs are merged, then placed gap by gap. */
import { member } from '../../../src-shared/fhir/json.ts';
import type { Store } from './open.ts';
import { writePatient } from './patient.ts';
import { patientColumns } from './patientcolumns.ts';
import { makeRoom, type Named, type NameOrder, nameOrderOf, neighbours, spread } from './rank.ts';
import { type Sliced, sliceClock } from './slices.ts';
import { withTransaction } from './transaction.ts';

export type WaitingPatient = Named & { readonly id: string; readonly row: number; readonly auditRef: Buffer };

/** @param runs each sorted by name @returns how many patients were placed */
export function* placePatients(
  store: Store,
  batch: number,
  runs: readonly (readonly WaitingPatient[])[],
  seen: ReadonlyMap<string, string>,
  now: () => number,
): Sliced<number> {
  const order = nameOrderOf(store);
  const sorted = yield* merge(runs, order);
  let at = 0;
  while (at < sorted.length) {
    at = withTransaction(store, () => placeSlice(store, batch, sorted, at, seen, order), now());
    yield { done: at, total: sorted.length };
  }
  return sorted.length;
}

function placeSlice(
  store: Store,
  batch: number,
  sorted: readonly WaitingPatient[],
  from: number,
  seen: ReadonlyMap<string, string>,
  order: NameOrder,
): number {
  const over = sliceClock();
  let at = from;
  while (at < sorted.length && !over()) {
    const first = sorted[at];
    if (first === undefined) break;
    const { before, after } = neighbours(store, first);
    const end = after === null ? sorted.length : firstAfter(sorted, at, after, order);
    const low = before?.ord ?? 0;
    const places = placesIn(low, after?.ord ?? null, end - at);
    if (places === null) {
      makeRoom(store, low, end - at);
      continue;
    }
    const begun = at;
    while (at < end && !(at > begun && over())) {
      const one = sorted[at];
      if (one === undefined) break;
      placeOne(store, batch, one, places(at - begun), seen.get(one.id) ?? null);
      at += 1;
    }
  }
  return at;
}

/** Rank of the n-th of `count` names in a gap; a function, because a run may be the whole import. */
function placesIn(low: number, high: number | null, count: number): ((at: number) => number) | null {
  const step = high === null ? null : (high - low) / (count + 1);
  if (step !== null && step < 1) return null;
  if (step === null) {
    const [first = 0, second = 0] = spread(low, null, 2) ?? [];
    return (at) => first + at * (second - first);
  }
  return (at) => Math.floor(low + (at + 1) * step);
}

function placeOne(store: Store, batch: number, one: WaitingPatient, ord: number, lastSeen: string | null): void {
  const json = store.sql<[number], { json: string }>('select json from resource where row = ?').get(one.row)?.json;
  const resource: unknown = JSON.parse(json ?? '{}');
  if (member(resource, 'resourceType') !== 'Patient') throw new Error('a waiting patient has no resource');
  writePatient(store, ord, one.id, patientColumns(resource), one.auditRef, one.row, batch, lastSeen);
}

/** First index from `from` on whose name does not come before `limit`. */
function firstAfter(sorted: readonly Named[], from: number, limit: Named, order: NameOrder): number {
  let low = from + 1;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const one = sorted[middle];
    if (one !== undefined && order(one, limit) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Merges sorted runs two by two, yielding on the way. */
function* merge<T extends Named>(runs: readonly (readonly T[])[], order: NameOrder): Sliced<readonly T[]> {
  let level: readonly (readonly T[])[] = runs;
  while (level.length > 1) {
    const above: (readonly T[])[] = [];
    for (let at = 0; at < level.length; at += 2) {
      const left = level[at] ?? [];
      const right = level[at + 1];
      above.push(right === undefined ? left : yield* mergeTwo(left, right, order));
    }
    level = above;
  }
  return level[0] ?? [];
}

function* mergeTwo<T extends Named>(left: readonly T[], right: readonly T[], order: NameOrder): Sliced<readonly T[]> {
  const out: T[] = [];
  let over = sliceClock();
  let l = 0;
  let r = 0;
  for (;;) {
    const a = left[l];
    const b = right[r];
    if (a === undefined && b === undefined) return out;
    if (a !== undefined && (b === undefined || order(a, b) <= 0)) {
      out.push(a);
      l += 1;
    } else if (b !== undefined) {
      out.push(b);
      r += 1;
    }
    if ((out.length & 255) === 0 && over()) {
      yield { done: 0, total: 0 };
      over = sliceClock();
    }
  }
}
