/**
 * Where the log stands: its tree's right edge and the Lamport counter. Held in memory by the one writer, and found
 * again at opening from tiles and tail, so that no transaction writes a page for it.
 */
import { emptyFrontier, type Frontier, grow, leafHash } from '../audit/merkle.ts';
import type { Store } from './open.ts';
import { frontierFromTiles, tiledSize } from './tiles.ts';

export type Head = { frontier: Frontier; lamport: number };

/** The head as the last committed transaction left it. */
export function currentHead(store: Store): Head {
  // A reader is not told of the writer's transactions and looks anew each time.
  if (store.readOnly) return findHead(store);
  store.held.head ??= findHead(store);
  return store.held.head;
}

function findHead(store: Store): Head {
  const last = store
    .sql<[], { seq: number; lamport: number }>('select seq, lamport from audit_entry order by seq desc limit 1')
    .get();
  if (last === undefined) return { frontier: emptyFrontier, lamport: 0 };
  const frontier = frontierAt(store, last.seq + 1);
  // Entries or tiles are missing in the middle: nothing may be appended to a broken log.
  if (frontier === undefined) throw Object.assign(new Error('the log has holes'), { code: 'SQLITE_CORRUPT' });
  return { frontier, lamport: last.lamport };
}

/** Right edge of the tree of the first `size` entries; undefined when an entry or tile is missing. */
export function frontierAt(store: Store, size: number): Frontier | undefined {
  let frontier = frontierFromTiles(store, Math.min(size, tiledSize(store)));
  if (frontier === undefined) return undefined;
  const rest = store.sql<[number, number], { seq: number; entry: Buffer }>(
    'select seq, entry from audit_entry where seq >= ? and seq < ? order by seq',
  );
  for (const { seq, entry } of rest.iterate(frontier.size, size)) {
    if (seq !== frontier.size) return undefined;
    frontier = grow(frontier, leafHash(entry));
  }
  return frontier.size === size ? frontier : undefined;
}
