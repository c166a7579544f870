/**
 * Carries out what was agreed to: first the row and its entry in one transaction, then a checkpoint that signs them,
 * then the entries go, in slices. A kill between slices leaves the rest to the next opening.
 */
import { cutLog, type Store } from '../../store/open.ts';
import { type Sliced, sliceClock } from '../../store/slices.ts';
import { tileSize } from '../../store/tiles.ts';
import { nextSeq, type Tx, withTransaction } from '../../store/transaction.ts';
import { decodeEntry } from '../entry.ts';
import { forgetEntries } from '../indexer.ts';
import { KeptSet } from './kept.ts';

/** Puts down what goes; the caller's entry, in the same transaction, must be its `audit.pruned`. */
export function beginPrune(tx: Tx, id: string, request: unknown, kept: KeptSet): void {
  tx.store
    .sql<unknown[]>('insert into audit_prune (id, request, below, kept_bits, seq, done_to) values (?, ?, ?, ?, ?, 0)')
    .run(id, JSON.stringify(request), kept.below, kept.bits, nextSeq(tx));
}

type Open = { readonly id: string; readonly below: number; readonly keptBits: Buffer; readonly doneTo: number };

/** Those that began and are not done: the first of their entries are gone. */
function unfinished(store: Store): Open[] {
  return store
    .sql<[], Open>(
      `select id, below, kept_bits keptBits, done_to doneTo from audit_prune where done_to > 0 and done_to < below
       order by seq`,
    )
    .all();
}

/** Does one run, or wait for the next opening to go on? */
export function isPruning(store: Store): boolean {
  return unfinished(store).length > 0;
}

/** Goes on where a kill stopped; one whose first slice never came stays undone for good. @returns how many entries went */
export function* finishPrunes(store: Store): Sliced<number> {
  let deleted = 0;
  for (const { id } of unfinished(store)) deleted += yield* deletePruned(store, id);
  return deleted;
}

/** Deletes what a prune's row says. @returns how many entries went */
export function* deletePruned(store: Store, id: string): Sliced<number> {
  const row = store
    .sql<[string], Open>('select id, below, kept_bits keptBits, done_to doneTo from audit_prune where id = ?')
    .get(id);
  if (row === undefined) return 0;
  const kept = new KeptSet(row.below, row.keptBits);
  let deleted = 0;
  for (let from = row.doneTo; from < row.below; ) {
    const { to, gone } = withTransaction(store, (tx) => deleteSlice(tx, row, kept, from));
    deleted += gone;
    from = to;
    yield { done: from, total: row.below };
  }
  // What was deleted goes from the write-ahead log, too.
  cutLog(store);
  return deleted;
}

function deleteSlice(tx: Tx, row: Open, kept: KeptSet, from: number): { readonly to: number; readonly gone: number } {
  const { store } = tx;
  const over = sliceClock();
  const tile = store.sql<[number, number], { seq: number; entry: Buffer }>(
    'select seq, entry from audit_entry where seq >= ? and seq < ?',
  );
  const drop = store.sql<[number]>('delete from audit_entry where seq = ?');
  const gone: { readonly seq: number; readonly patient: string | null }[] = [];
  let to = from;
  do {
    const end = Math.min(to + tileSize, row.below);
    for (const { seq, entry } of tile.all(to, end)) {
      if (kept.has(seq)) continue;
      drop.run(seq);
      gone.push({ seq, patient: decodeEntry(entry)?.patient ?? null });
    }
    to = end;
    // The first slice is one tile: with it the prune has begun, and goes on after a kill.
  } while (from > 0 && to < row.below && !over());
  forgetEntries(tx, gone);
  store.sql<[number, string]>('update audit_prune set done_to = ? where id = ?').run(to, row.id);
  return { to, gone: gone.length };
}
