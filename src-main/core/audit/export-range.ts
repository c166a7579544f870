/** Which entries an export of some time holds in full: numbers, rounded out to checkpoints so that all they prove shows. */
import { z } from 'zod';
import { followedTo } from '../store/indexed.ts';
import type { Store } from '../store/open.ts';
import { chunkSize } from './bitmap.ts';
import { checkpointCovering, checkpointUpTo } from './checkpoint-store.ts';

export type Times = { readonly from: number | null; readonly to: number | null };
export type Numbers = { readonly from: number; readonly to: number };

const page = 512;
const recordedOf = z.object({ recorded: z.number() });

/** When an entry says it was recorded; null for one that cannot be read, which belongs to every time. */
function recorded(entry: Buffer): number | null {
  try {
    return recordedOf.parse(JSON.parse(entry.toString('utf8', 1))).recorded;
  } catch {
    // The verifier says of it that it is damaged.
    return null;
  }
}

/** First and last entry of a span that lie within the times; yields so that others get a turn. */
function* within(store: Store, span: Numbers, times: Times): Generator<null, Numbers | null> {
  const { from, to } = { from: times.from ?? 0, to: times.to ?? Number.MAX_SAFE_INTEGER };
  const next = store.sql<[number, number, number], { seq: number; entry: Buffer }>(
    'select seq, entry from audit_entry where seq >= ? and seq < ? order by seq limit ?',
  );
  let [first, end] = [-1, -1];
  for (let at = span.from; at < span.to; ) {
    const rows = next.all(at, span.to, page);
    for (const { seq, entry } of rows) {
      const time = recorded(entry);
      if (time !== null && (time < from || time > to)) continue;
      if (first < 0) first = seq;
      end = seq + 1;
    }
    const last = rows.at(-1);
    if (last === undefined) break;
    at = last.seq + 1;
    yield null;
  }
  return first < 0 ? null : { from: first, to: end };
}

/** Numbers from the first entry within the times to the last; an empty span when there is none. */
export function* numbersWithin(store: Store, times: Times, size: number): Generator<null, Numbers> {
  if (times.from === null && times.to === null) return { from: 0, to: size };
  const chunks = store
    .sql<[number, number], { first: number | null; last: number | null }>(
      'select min(chunk) first, max(chunk) last from audit_chunk where last >= ? and first <= ?',
    )
    .get(times.from ?? 0, times.to ?? Number.MAX_SAFE_INTEGER);
  // What the index has not reached is looked through; of what it has, the first chunk and the last.
  const indexed = Math.min(followedTo(store, 'index'), size);
  const spans: Numbers[] = [{ from: indexed, to: size }];
  for (const chunk of new Set([chunks?.first ?? null, chunks?.last ?? null]))
    if (chunk !== null) spans.push({ from: chunk * chunkSize, to: Math.min((chunk + 1) * chunkSize, indexed) });
  let [from, to] = [size, 0];
  for (const span of spans) {
    const found = yield* within(store, span, times);
    if (found === null) continue;
    from = Math.min(from, found.from);
    to = Math.max(to, found.to);
  }
  if (to === 0) return { from: 0, to: 0 };
  return { from: checkpointUpTo(store, from)?.size ?? 0, to: checkpointCovering(store, to)?.size ?? size };
}
