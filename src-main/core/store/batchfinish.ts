/** The end of an import: into name order, proved, shown. */
import { append, type NewEntry } from '../audit/log.ts';
import { frontierRoot } from '../audit/merkle.ts';
import { type Batch, nextRow } from './batch.ts';
import { proveCharts } from './batchproof.ts';
import { placePatients } from './batchrank.ts';
import { partLeaf } from './chart.ts';
import { addCount } from './meta.ts';
import type { Store } from './open.ts';
import { addOp } from './record.ts';
import { encoded } from './row.ts';
import { type Sliced, sliceClock } from './slices.ts';
import { nextVersion, type Tx, withTransaction } from './transaction.ts';

/** Of a batch that another workstation had first. */
export type ReceivedBatch = {
  /** Version of the op that brought it: nobody is told of it again. */
  readonly op: string;
  /** What else belongs into the transaction that shows it; before its entry. @returns what the entry's detail says beside */
  readonly beside?: (tx: Tx) => Readonly<Record<string, string | number>>;
};

/**
 * Brings the batch's patients into name order and index, proves its charts, and shows it: one audit entry with the
 * two roots, one outbox row. Nothing is seen of it before the last transaction.
 * @returns the number of the audit entry
 */
export function* finishBatch(batch: Batch, entry: Omit<NewEntry, 'batch'>, received?: ReceivedBatch): Sliced<number> {
  const { store, whole, number } = batch;
  if (batch.file !== null) throw new Error('a file is open');
  const patients = yield* placePatients(store, number, whole.patients, whole.seen, batch.now);
  const charts = [...whole.parts].map(([chart, part]) => ({ chart, count: part.count, digest: part.sum.value() }));
  const chartsRoot = yield* proveCharts(store, number, charts, partLeaf, batch.now);
  const rowsRoot = frontierRoot(whole.frontier);
  const seq = withTransaction(
    store,
    (tx) => {
      const { sql } = store;
      const op = received?.op ?? nextVersion(tx);
      const beside = received?.beside?.(tx) ?? {};
      const commit = {
        batch: number,
        id: batch.id,
        rows: whole.rows,
        rowsRoot: encoded(rowsRoot),
        charts: charts.length,
        chartsRoot: encoded(chartsRoot),
      };
      if (received === undefined) addOp(tx, 'import', null, { op, ...commit });
      addCount(store.db, 'patients', patients);
      const last = nextRow(store) - 1;
      const entrySeq = append(tx, { ...entry, detail: { ...entry.detail, ...beside }, batch: commit });
      sql<unknown[]>(
        `update import_batch set state = 'done', rows = ?, patients = ?, last_row = ?, entry_seq = ?, op_version = ?,
         rows_root = ?, charts_root = ?, charts = ? where batch = ?`,
      ).run(whole.rows, patients, last, entrySeq, op, rowsRoot, chartsRoot, charts.length, number);
      sql<[number]>('delete from hidden_batch where batch = ?').run(number);
      return entrySeq;
    },
    batch.now(),
  );
  yield* bringSeenUp(store, whole.seen, batch.now);
  return seq;
}

/** Patients who were here before the import were perhaps seen later than we knew. */
function* bringSeenUp(store: Store, seen: ReadonlyMap<string, string>, now: () => number): Sliced<void> {
  const rest = [...seen];
  let at = 0;
  while (at < rest.length) {
    const over = sliceClock();
    withTransaction(
      store,
      () => {
        const raise = store.sql<[string, string, string]>(
          'update patient set last_seen = ? where id = ? and (last_seen is null or last_seen < ?)',
        );
        for (; at < rest.length && !over(); at += 1) {
          const [patient, day] = rest[at] ?? ['', ''];
          raise.run(day, patient, day);
        }
      },
      now(),
    );
    yield { done: at, total: rest.length };
  }
}
