/**
 * Parts of charts: how many rows a chart has from one batch, the sum of their MACs, and which audit entry says so.
 *
 * The entry is where a part is written down; the table follows the log as the viewer's index does, so that a write
 * touches no page for it. What the table has not yet is held in memory, and read back from the log's tail at opening.
 */
import { decodeEntry } from '../audit/entry.ts';
import { followedTo } from './indexed.ts';
import type { Store } from './open.ts';
import { encoded, notHidden } from './row.ts';
import type { Op, PartCommit, RowCommit, Tx } from './transaction.ts';

export type ChartPart = {
  readonly chart: string;
  readonly batch: number;
  readonly count: number;
  readonly digest: Buffer;
  /** The entry that committed this state; null: the entry of the batch, with `proof` and `place`. */
  readonly seq: number | null;
  readonly proof: Buffer | null;
  readonly place: number | null;
};

/** Chart → batch → the part as the last entry about it left it. */
export type HeldParts = Map<string, Map<number, ChartPart>>;

const partColumns = 'chart_id chart, batch, count, digest, seq, proof, place';

/** Takes the transaction's commit: the state each touched part has from entry `seq` on goes into that entry. */
export function settle(
  tx: Tx,
  seq: number,
): { readonly rows: RowCommit[]; readonly parts: PartCommit[]; readonly ops: readonly Op[] } {
  const { rows, ops, settled } = tx.commit;
  const parts: PartCommit[] = [];
  for (const { chart, batch, count: added, sum } of tx.commit.parts.values()) {
    const before =
      settled.get(chart)?.get(batch) ??
      heldParts(tx.store).get(chart)?.get(batch) ??
      storedPart(tx.store, chart, batch);
    if (before !== undefined) sum.add(before.digest);
    const part: ChartPart = {
      chart,
      batch,
      count: (before?.count ?? 0) + added,
      digest: sum.value(),
      seq,
      proof: null,
      place: null,
    };
    hold(settled, part);
    parts.push([chart, batch, part.count, encoded(part.digest)]);
  }
  tx.commit.rows = [];
  tx.commit.ops = [];
  tx.commit.parts.clear();
  return { rows, parts, ops };
}

/** The transaction is on the disk: what it settled holds from now on. */
export function keepSettled(store: Store, settled: HeldParts): void {
  const held = heldParts(store);
  for (const parts of settled.values()) for (const part of parts.values()) hold(held, part);
}

/** All parts of a chart that are shown, as the log's last entries about them left them. */
export function partsOf(store: Store, chart: string): ChartPart[] {
  const parts = new Map(
    store
      .sql<[string], ChartPart>(`select ${partColumns} from chart_part p where chart_id = ? and ${notHidden('p')}`)
      .all(chart)
      .map((part) => [part.batch, part]),
  );
  for (const [batch, part] of heldParts(store).get(chart) ?? []) parts.set(batch, part);
  return [...parts.values()];
}

export function hasPart(store: Store, chart: string, batch: number): boolean {
  return heldParts(store).get(chart)?.has(batch) === true || storedPart(store, chart, batch) !== undefined;
}

/** Charts with a part that the table does not have yet. */
export function heldCharts(store: Store): Iterable<string> {
  return heldParts(store).keys();
}

function storedPart(store: Store, chart: string, batch: number): Pick<ChartPart, 'count' | 'digest'> | undefined {
  return store
    .sql<[string, number], { count: number; digest: Buffer }>(
      'select count, digest from chart_part where chart_id = ? and batch = ?',
    )
    .get(chart, batch);
}

/** The table takes over an entry's parts; inside the indexer's transaction. An older entry changes nothing. */
export function storeParts(store: Store, seq: number, parts: readonly PartCommit[]): void {
  const write = store.sql<[string, number, number, Buffer, number]>(
    `insert into chart_part (chart_id, batch, count, digest, seq) values (?, ?, ?, ?, ?)
     on conflict (chart_id, batch) do update set count = excluded.count, digest = excluded.digest, seq = excluded.seq,
     proof = null, place = null where seq is null or seq < excluded.seq`,
  );
  for (const [chart, batch, count, digest] of parts)
    write.run(chart, batch, count, Buffer.from(digest, 'base64url'), seq);
}

/** Lets go of parts that the table has: those of entries below `seq`. */
export function releaseParts(store: Store, seq: number): void {
  const held = store.held.parts;
  if (held === undefined) return;
  for (const [chart, parts] of held) {
    for (const [batch, part] of parts) if (part.seq !== null && part.seq < seq) parts.delete(batch);
    if (parts.size === 0) held.delete(chart);
  }
}

function heldParts(store: Store): HeldParts {
  // A reader is not told of the writer's transactions and looks anew each time.
  if (store.readOnly) return tailParts(store);
  store.held.parts ??= tailParts(store);
  return store.held.parts;
}

/** Parts that entries behind the table speak of. An entry that does not parse says nothing; its chart will show it. */
function tailParts(store: Store): HeldParts {
  const held: HeldParts = new Map();
  const tail = store.sql<[number], { seq: number; entry: Buffer }>(
    'select seq, entry from audit_entry where seq >= ? order by seq',
  );
  for (const { seq, entry } of tail.all(followedTo(store, 'parts'))) {
    for (const [chart, batch, count, digest] of decodeEntry(entry)?.parts ?? []) {
      hold(held, { chart, batch, count, digest: Buffer.from(digest, 'base64url'), seq, proof: null, place: null });
    }
  }
  return held;
}

function hold(held: HeldParts, part: ChartPart): void {
  let parts = held.get(part.chart);
  if (parts === undefined) {
    parts = new Map();
    held.set(part.chart, parts);
  }
  parts.set(part.batch, part);
}
