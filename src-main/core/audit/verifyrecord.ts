/** The record against the log: imports against their roots, charts against their parts, rows against their MACs. */
import { chartHolds, rowLeaf } from '../store/chart.ts';
import type { Store } from '../store/open.ts';
import { hasPart, heldCharts, partsOf } from '../store/part.ts';
import { encoded, notHidden, type ResourceRow, rowColumns, rowMac } from '../store/row.ts';
import { type Sliced, sliceClock } from '../store/slices.ts';
import { chartOf } from '../store/transaction.ts';
import { emptyFrontier, frontierRoot, grow } from './merkle.ts';
import { Found } from './problem.ts';
import type { LogFacts } from './verifylog.ts';

/** Every import that an entry vouches for is there with all its rows as they came, and no other claims to be done. */
export function* verifyBatches(store: Store, facts: LogFacts): Sliced<void> {
  const { sql } = store;
  const known = sql<[], { batch: number; seq: number | null; first: number; last: number | null }>(
    "select batch, entry_seq seq, first_row first, last_row last from import_batch where state = 'done' order by batch",
  ).all();
  const listed = new Set(known.map(({ batch }) => batch));
  for (const batch of facts.batches.keys()) if (!listed.has(batch)) throw new Found('import-missing', batch);
  for (const { batch, seq, first, last } of known) {
    if (seq !== null && seq >= facts.size) continue;
    const commit = facts.batches.get(batch);
    if (commit === undefined || last === null) throw new Found('import-damaged', batch);
    const charts = sql<[number], { n: number }>('select count(*) n from chart_part where batch = ?').get(batch)?.n;
    if (charts !== commit.charts) throw new Found('chart-missing', batch);
    let frontier = emptyFrontier;
    const page = sql<[number, number, number, number, number, number], { row: number; id: string; mac: Buffer }>(
      `select row, id, mac from resource where row between ? and ? and batch = ?
       union all select row, id, mac from resource_history where row between ? and ? and batch = ?
       order by row limit 500`,
    );
    for (let from = first; ; ) {
      const rows = page.all(from, last, batch, from, last, batch);
      for (const row of rows) frontier = grow(frontier, rowLeaf(row.id, 1, row.mac));
      const end = rows.at(-1);
      if (end === undefined) break;
      from = end.row + 1;
      yield { done: frontier.size, total: commit.rows };
    }
    if (frontier.size !== commit.rows || encoded(frontierRoot(frontier)) !== commit.rowsRoot) {
      throw new Found('import-damaged', batch);
    }
  }
}

/** Every chart holds, and each of its parts stands as the last entry about it left it. */
export function* verifyCharts(store: Store, facts: LogFacts): Sliced<void> {
  const { sql } = store;
  const ofPatient = sql<[string], ResourceRow>(
    `select ${rowColumns} from resource r where r.patient_id = ? and ${notHidden('r')}`,
  );
  const ofNobody = sql<[string], ResourceRow>(
    `select ${rowColumns} from resource r where r.id = ? and r.patient_id is null and ${notHidden('r')}`,
  );
  const page = sql<[string], { chart: string }>(
    `select distinct chart_id chart from chart_part p where chart_id > ? and ${notHidden('p')} order by chart_id limit 64`,
  );
  const unseen = new Map(facts.parts);
  const check = (chart: string): void => {
    const rows = chart.startsWith('_/') ? ofNobody.all(chart.slice(2)) : ofPatient.all(chart);
    if (!chartHolds(store, chart, rows)) throw new Found('chart-damaged', chart);
    for (const { batch, seq } of partsOf(store, chart)) {
      const last = unseen.get(`${batch}/${chart}`);
      unseen.delete(`${batch}/${chart}`);
      // A part of a later entry than we read was checked against that entry itself.
      if (last !== undefined && seq !== last && (seq === null || seq < facts.size)) {
        throw new Found('part-older', chart);
      }
    }
  };
  let done = 0;
  let from = '';
  for (;;) {
    const charts = page.all(from);
    if (charts.length === 0) break;
    let over = sliceClock();
    for (const { chart } of charts) {
      from = chart;
      check(chart);
      done += 1;
      if (over()) {
        yield { done, total: 0 };
        over = sliceClock();
      }
    }
    yield { done, total: 0 };
  }
  // Charts so new that the table does not have them yet.
  for (const chart of [...heldCharts(store)]) check(chart);
  const [missing] = unseen.keys();
  if (missing !== undefined) throw new Found('chart-missing', missing);
}

/** No row stands outside a chart, and superseded versions are as they were. @returns how many rows there are */
export function* verifyRows(store: Store): Sliced<number> {
  const { sql } = store;
  const page = sql<[number], { row: number; id: string; patientId: string | null; batch: number }>(
    `select r.row, r.id, r.patient_id patientId, r.batch from resource r where r.row > ? and ${notHidden('r')}
     order by r.row limit 500`,
  );
  let count = 0;
  for (let from = 0; ; ) {
    const rows = page.all(from);
    for (const { id, patientId, batch } of rows) {
      if (!hasPart(store, chartOf(patientId, id), batch)) throw new Found('row-unknown', id);
    }
    const last = rows.at(-1);
    if (last === undefined) break;
    count += rows.length;
    from = last.row;
    yield { done: count, total: 0 };
  }
  const history = sql<[number, number], ResourceRow>(
    `select ${rowColumns} from resource_history r where (r.row, r.version) > (?, ?) order by r.row, r.version limit 200`,
  );
  for (let row = 0, version = 0; ; ) {
    const rows = history.all(row, version);
    for (const old of rows) if (!rowMac(store, old).equals(old.mac)) throw new Found('row-damaged', old.id);
    const last = rows.at(-1);
    if (last === undefined) return count;
    row = last.row;
    version = last.version;
    yield { done: count, total: 0 };
  }
}
