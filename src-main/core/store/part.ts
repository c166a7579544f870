/** Parts of charts: how many rows a chart has from one batch, the sum of their MACs, and which audit entry says so. */
import { DigestSum } from './digest.ts';
import { encoded } from './row.ts';
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

export const partColumns = 'chart_id chart, batch, count, digest, seq, proof, place';

/** Takes the transaction's commit: chart parts are brought up to date under entry `seq`, rows and parts go into it. */
export function settle(
  tx: Tx,
  seq: number,
): { readonly rows: RowCommit[]; readonly parts: PartCommit[]; readonly ops: readonly Op[] } {
  const { sql } = tx.store;
  const { rows, ops } = tx.commit;
  const parts: PartCommit[] = [];
  for (const delta of tx.commit.parts.values()) {
    const before = sql<[string, number], { count: number; digest: Buffer }>(
      'select count, digest from chart_part where chart_id = ? and batch = ?',
    ).get(delta.chart, delta.batch);
    if (before) delta.sum.add(before.digest);
    const count = (before?.count ?? 0) + delta.count;
    const digest = delta.sum.value();
    const write = before
      ? 'update chart_part set count = ?, digest = ?, seq = ?, proof = null, place = null where chart_id = ? and batch = ?'
      : 'insert into chart_part (count, digest, seq, chart_id, batch) values (?, ?, ?, ?, ?)';
    sql<[number, Buffer, number, string, number]>(write).run(count, digest, seq, delta.chart, delta.batch);
    parts.push([delta.chart, delta.batch, count, encoded(digest)]);
  }
  tx.commit.rows = [];
  tx.commit.ops = [];
  tx.commit.parts.clear();
  return { rows, parts, ops };
}

/** Sum of the MACs of a set of rows, 32 bytes. */
export function digestOf(rows: readonly { readonly mac: Buffer }[]): Buffer {
  const sum = new DigestSum();
  for (const row of rows) sum.add(row.mac);
  return sum.value();
}
