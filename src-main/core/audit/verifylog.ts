/** Every entry parsed, hashed into a tree of its own, compared with tiles and head; what entries vouch for gathered. */
import type { Store } from '../store/open.ts';
import { encoded } from '../store/row.ts';
import { type Sliced, sliceClock } from '../store/slices.ts';
import { type BatchCommit, decodeEntry } from './entry.ts';

import { emptyFrontier, type Frontier, frontierRoot, grow, leafHash } from './merkle.ts';
import { Found } from './problem.ts';
import { noteRestriction } from './verifyrestrictions.ts';

export type LogFacts = {
  /** Entries verified; later ones came while we worked. */
  readonly size: number;
  readonly root: string;
  /** `batch/chart` → the last entry that named this part. */
  readonly parts: Map<string, number>;
  readonly batches: Map<number, BatchCommit>;
  /** Patient's pseudonym → HMAC of their restriction as the last entry about it left it. */
  readonly restrictions: Map<string, string>;
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
  const parts = new Map<string, number>();
  const batches = new Map<number, BatchCommit>();
  const restrictions = new Map<string, string>();
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
      for (const [chart, batch] of decoded.parts ?? []) parts.set(`${batch}/${chart}`, seq);
      for (const [id, version, mac] of decoded.rows ?? []) checkRow(store, id, version, mac);
      if (decoded.batch) batches.set(decoded.batch.batch, decoded.batch);
      noteRestriction(restrictions, decoded);
    }
    if (over()) {
      yield { done: frontier.size, total: size };
      over = sliceClock();
    }
  }
  if (held !== undefined && !frontierRoot(held).equals(frontierRoot(frontier))) throw new Found('head-differs', size);
  return { size: size, root: frontierRoot(frontier).toString('hex'), parts, batches, restrictions };
}

/** Each version of a row that an entry named must be there, current or superseded. */
function checkRow(store: Store, id: string, version: number, mac: string): void {
  const { sql } = store;
  const now = sql<[string], { row: number; version: number; mac: Buffer }>(
    'select row, version, mac from resource where id = ?',
  ).get(id);
  if (now === undefined) throw new Found('row-missing', id);
  const found =
    now.version === version
      ? now
      : sql<[number, number], { mac: Buffer }>('select mac from resource_history where row = ? and version = ?').get(
          now.row,
          version,
        );
  if (found === undefined) throw new Found('row-missing', id);
  if (encoded(found.mac) !== mac) throw new Found('row-damaged', id);
}
