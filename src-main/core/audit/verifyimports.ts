/** Every import that an entry vouches for is there with all its rows as they came, and no other claims to be done. */
import { rowLeaf } from '../store/chart.ts';
import type { Store } from '../store/open.ts';
import { encoded } from '../store/row.ts';
import type { Sliced } from '../store/slices.ts';
import type { BatchCommit } from './entry.ts';
import { readEntry } from './log.ts';
import { type Frontier, frontierFrom, frontierRoot, grow } from './merkle.ts';
import { Found } from './problem.ts';
import type { RecordState } from './record-state.ts';
import type { Turns } from './verifyrecord.ts';

type Done = { readonly batch: number; readonly seq: number | null; readonly first: number; readonly last: number };

/** What the log says of an import; undefined when it says nothing. */
export function commitOf(store: Store, state: RecordState, batch: number): BatchCommit | undefined {
  const seq = state.batches[batch];
  return seq === undefined ? undefined : readEntry(store, seq)?.batch;
}

export function* verifyImports(store: Store, state: RecordState, turns: Turns): Sliced<void> {
  const { sql } = store;
  const known = sql<[], Done & { readonly last: number | null }>(
    "select batch, entry_seq seq, first_row first, last_row last from import_batch where state = 'done' order by batch",
  ).all();
  const listed = new Set(known.map(({ batch }) => batch));
  for (const batch of Object.keys(state.batches)) {
    if (!listed.has(Number(batch))) throw new Found('import-missing', batch);
  }
  for (const { batch, seq, first, last } of known) {
    if (seq !== null && seq >= state.size) continue;
    if (state.import === null ? batch <= state.version : batch < state.import.batch) continue;
    const commit = commitOf(store, state, batch);
    if (commit === undefined || last === null) throw new Found('import-damaged', batch);
    const frontier = yield* rowsOf(store, { batch, seq, first, last }, state, turns);
    if (frontier.size !== commit.rows || encoded(frontierRoot(frontier)) !== commit.rowsRoot) {
      throw new Found('import-damaged', batch);
    }
    // `version` of the cursor is the last import done.
    Object.assign(state, { import: null, version: batch });
    yield { done: state.done, total: 0 };
  }
}

function* rowsOf(store: Store, { batch, first, last }: Done, state: RecordState, turns: Turns): Sliced<Frontier> {
  const page = store.sql<
    [number, number, number, number, number, number, number, number, number],
    { readonly row: number; readonly id: string; readonly mac: Buffer; readonly erased: number }
  >(
    `select row, id, mac, 0 erased from resource where row between ? and ? and batch = ?
     union all select row, id, mac, 0 from resource_history where row between ? and ? and batch = ?
     union all select row, '', leaf, 1 from erased_leaf where row between ? and ? and batch = ?
     order by row limit 64`,
  );
  const begun = state.import ?? { batch, row: first, size: 0, hashes: [] };
  let frontier = frontierFrom(begun.size, Buffer.concat(begun.hashes.map((hash) => Buffer.from(hash, 'base64'))));
  let next = begun.row;
  let over = turns();
  for (;;) {
    const rows = page.all(next, last, batch, next, last, batch, next, last, batch);
    const end = rows.at(-1);
    if (end === undefined) return frontier;
    for (const { id, mac, erased } of rows) frontier = grow(frontier, erased === 1 ? mac : rowLeaf(id, 1, mac));
    next = end.row + 1;
    state.done += rows.length;
    if (!over()) continue;
    const hashes = frontier.hashes.map((hash) => hash.toString('base64'));
    state.import = { batch, row: next, size: frontier.size, hashes };
    yield { done: state.done, total: 0 };
    over = turns();
  }
}
