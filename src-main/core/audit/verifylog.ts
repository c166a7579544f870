/** Every entry parsed, hashed into a tree of its own, compared with tiles and head. */
import type { Store } from '../store/open.ts';
import { type Sliced, sliceClock } from '../store/slices.ts';
import { decodeEntry } from './entry.ts';
import { emptyFrontier, type Frontier, frontierRoot, grow, leafHash } from './merkle.ts';
import { Found } from './problem.ts';

export type LogFacts = {
  /** Entries verified; later ones came while we worked. */
  readonly size: number;
  readonly root: string;
};

export function* verifyLog(store: Store): Sliced<LogFacts> {
  const { sql } = store;
  const size = (sql<[], { seq: number | null }>('select max(seq) seq from audit_entry').get()?.seq ?? -1) + 1;
  // What this process itself wrote last does not come from the file, so the file cannot have changed it.
  const held = store.held.head?.frontier;
  if (held !== undefined && held.size !== size) throw new Found('entry-missing', size);
  const page = sql<[number, number], { seq: number; entry: Buffer }>(
    'select seq, entry from audit_entry where seq >= ? and seq < ? order by seq limit 256',
  );
  let frontier: Frontier = emptyFrontier;
  let over = sliceClock();
  while (frontier.size < size) {
    const rows = page.all(frontier.size, size);
    if (rows.length === 0) throw new Found('entry-missing', frontier.size);
    for (const { seq, entry } of rows) {
      if (seq !== frontier.size) throw new Found('entry-missing', frontier.size);
      const decoded = decodeEntry(entry);
      if (decoded === undefined || decoded.seq !== seq) throw new Found('entry-damaged', seq);
      frontier = grow(frontier, leafHash(entry));
    }
    if (over()) {
      yield { done: frontier.size, total: size };
      over = sliceClock();
    }
  }
  if (held !== undefined && !frontierRoot(held).equals(frontierRoot(frontier))) throw new Found('head-differs', size);
  return { size: size, root: frontierRoot(frontier).toString('hex') };
}
