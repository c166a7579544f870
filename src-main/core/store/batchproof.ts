/** The second tree of a batch: one leaf per chart it touched; every chart part keeps its path to the root. */
import { emptyRoot, inclusionProof, nodeHash } from '../audit/merkle.ts';
import type { Store } from './open.ts';
import { type Sliced, sliceClock } from './slices.ts';
import { withTransaction } from './transaction.ts';

export type BatchChart = { readonly chart: string; readonly count: number; readonly digest: Buffer };

/** Writes the parts with their proofs. @returns the root */
export function* proveCharts(
  store: Store,
  batch: number,
  charts: readonly BatchChart[],
  leafOf: (chart: BatchChart) => Buffer,
  now: () => number,
): Sliced<Buffer> {
  const levels = yield* treeInSlices(charts, leafOf);
  let at = 0;
  while (at < charts.length) {
    const over = sliceClock();
    withTransaction(
      store,
      () => {
        const write = store.sql<unknown[]>(
          `insert or replace into chart_part (chart_id, batch, count, digest, seq, proof, place)
           values (?, ?, ?, ?, null, ?, ?)`,
        );
        while (at < charts.length) {
          const one = charts[at];
          if (one === undefined) break;
          const proof = Buffer.concat(inclusionProof(levels, at));
          write.run(one.chart, batch, one.count, one.digest, proof, at);
          at += 1;
          if ((at & 15) === 0 && over()) break;
        }
      },
      now(),
    );
    yield { done: at, total: charts.length };
  }
  return levels.at(-1)?.[0] ?? emptyRoot;
}

/** `levelsOf` of audit/merkle.ts for trees too large for one slice. */
function* treeInSlices(
  charts: readonly BatchChart[],
  leafOf: (chart: BatchChart) => Buffer,
): Sliced<readonly (readonly Buffer[])[]> {
  let over = sliceClock();
  const leaves: Buffer[] = [];
  for (const chart of charts) {
    leaves.push(leafOf(chart));
    if ((leaves.length & 63) === 0 && over()) {
      yield { done: leaves.length, total: charts.length };
      over = sliceClock();
    }
  }
  const levels: Buffer[][] = [leaves];
  for (let level = leaves; level.length > 1; ) {
    const above: Buffer[] = [];
    for (let at = 0; at < level.length; at += 2) {
      const left = level[at];
      const right = level[at + 1];
      if (left !== undefined) above.push(right === undefined ? left : nodeHash(left, right));
      if ((above.length & 63) === 0 && over()) {
        yield { done: leaves.length, total: charts.length };
        over = sliceClock();
      }
    }
    levels.push(above);
    level = above;
  }
  return levels;
}
