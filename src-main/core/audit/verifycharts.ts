/**
 * Every chart holds: its rows by their HMACs, each part by its count, its sum and the entry it names. A long chart is
 * read over several slices; one that was written to meanwhile is read again.
 */
import { partHolds } from '../store/chart.ts';
import { DigestSum } from '../store/digest.ts';
import { isErased } from '../store/erasures.ts';
import type { Store } from '../store/open.ts';
import { type ChartPart, heldCharts, partsOf } from '../store/part.ts';
import { notHidden, type ResourceRow, rowColumns, rowMac } from '../store/row.ts';
import type { Sliced } from '../store/slices.ts';
import { Found } from './problem.ts';
import type { RecordState } from './record-state.ts';
import { noteSignature, type SignerBook } from './signatures.ts';
import { commitOf } from './verifyimports.ts';
import type { Turns } from './verifyrecord.ts';

/** A chart that somebody writes to without end is read in one go at last. */
const tries = 4;

class Charts {
  readonly #store: Store;
  readonly #turns: Turns;
  readonly #signers: SignerBook | undefined;
  #over: () => boolean;

  constructor(store: Store, turns: Turns, signers: SignerBook | undefined) {
    this.#store = store;
    this.#turns = turns;
    this.#signers = signers;
    this.#over = turns();
  }

  /** @returns how many rows it has */
  *check(chart: string, done: number): Sliced<number> {
    for (let left = tries; ; left -= 1) {
      const before = partsOf(this.#store, chart);
      const found = yield* this.#read(chart, done, left > 0);
      if (left > 0 && !sameParts(before, partsOf(this.#store, chart))) continue;
      if (found === null || !this.#hold(before, found.sums)) throw new Found('chart-damaged', chart);
      // Rows leave a chart by erasure alone, and the ledger of erasures says so.
      const emptied = before.length > 0 && found.rows === 0 && !chart.startsWith('_/');
      if (emptied && !isErased(this.#store, chart)) throw new Found('chart-damaged', chart);
      return found.rows;
    }
  }

  /** Ends the slice if its time is over. */
  *turn(done: number): Sliced<void> {
    if (!this.#over()) return;
    yield { done, total: 0 };
    this.#over = this.#turns();
  }

  /** @returns null when a row went away, which is damage unless the chart was written to */
  *#read(
    chart: string,
    done: number,
    yielding: boolean,
  ): Sliced<{ readonly rows: number; readonly sums: Map<number, { count: number; sum: DigestSum }> } | null> {
    const { sql } = this.#store;
    const numbers = chart.startsWith('_/')
      ? sql<[string], { row: number }>('select row from resource where id = ? and patient_id is null').all(
          chart.slice(2),
        )
      : sql<[string], { row: number }>('select row from resource where patient_id = ?').all(chart);
    const one = sql<[number], ResourceRow>(`select ${rowColumns} from resource r where r.row = ?`);
    const hidden = new Set(
      sql<[], { batch: number }>('select batch from hidden_batch')
        .all()
        .map((h) => h.batch),
    );
    const sums = new Map<number, { count: number; sum: DigestSum }>();
    let rows = 0;
    for (const { row } of numbers) {
      if (yielding) yield* this.turn(done);
      const found = one.get(row);
      if (found === undefined) return null;
      if (hidden.has(found.batch)) continue;
      if (!rowMac(this.#store, found).equals(found.mac)) throw new Found('chart-damaged', chart);
      this.#alone(found);
      rows += 1;
      let part = sums.get(found.batch);
      if (part === undefined) {
        part = { count: 0, sum: new DigestSum() };
        sums.set(found.batch, part);
      }
      part.count += 1;
      part.sum.add(found.mac);
    }
    return { rows, sums };
  }

  /** What is asked of a row beside its chart. */
  #alone(row: ResourceRow): void {
    const { sql } = this.#store;
    if (row.type === 'Patient' && row.deleted === 0) {
      const line = sql<[string], { one: number }>('select 1 one from patient where id = ?').get(row.id);
      if (line === undefined) throw new Found('patient-differs', row.id);
    }
    if (this.#signers === undefined || row.type !== 'Composition' || row.signed !== 1 || row.batch !== 0) return;
    // Written in one transaction with its note, right behind it; what came from elsewhere may stand further off.
    const near = sql<[number, number], ResourceRow>(
      `select ${rowColumns} from resource r where r.row between ? and ? and ${notHidden('r')}`,
    ).all(row.row + 1, row.row + 2);
    let state = noteSignature(this.#store, row, near, this.#signers);
    if (state !== 'holds' && row.patientId !== null) {
      const inChart = sql<[string], ResourceRow>(
        `select ${rowColumns} from resource r where r.patient_id = ? and r.type = 'Provenance' and ${notHidden('r')}`,
      ).all(row.patientId);
      state = noteSignature(this.#store, row, inChart, this.#signers);
    }
    if (state !== 'holds') throw new Found(`signature-${state}`, row.id);
  }

  #hold(parts: readonly ChartPart[], sums: Map<number, { count: number; sum: DigestSum }>): boolean {
    for (const part of parts) {
      const found = sums.get(part.batch);
      if ((found?.count ?? 0) !== part.count) return false;
      if (!(found?.sum ?? new DigestSum()).value().equals(part.digest)) return false;
      if (!partHolds(this.#store, part)) return false;
      sums.delete(part.batch);
    }
    return sums.size === 0;
  }
}

function sameParts(before: readonly ChartPart[], after: readonly ChartPart[]): boolean {
  const said = new Map(before.map((part) => [part.batch, part]));
  return (
    before.length === after.length &&
    after.every((part) => {
      const one = said.get(part.batch);
      return one !== undefined && one.seq === part.seq && one.count === part.count && one.digest.equals(part.digest);
    })
  );
}

/** Every chart, and as many charts of each import as its entry says. */
export function* verifyCharts(
  store: Store,
  state: RecordState,
  turns: Turns,
  signers: SignerBook | undefined,
): Sliced<void> {
  const charts = new Charts(store, turns, signers);
  const seen = new Set<string>();
  if (state.after === '') {
    // Those that the table does not have yet come first: it takes them over while we read it, perhaps behind us.
    Object.assign(state, { rows: 0, done: 0 });
    let rows = 0;
    for (const chart of [...heldCharts(store)]) {
      rows += yield* charts.check(chart, seen.size);
      seen.add(chart);
    }
    Object.assign(state, { rows, done: seen.size });
  }
  const page = store.sql<[string, number], { chart: string; batch: number }>(
    `select chart_id chart, batch from chart_part p where (chart_id, batch) > (?, ?) and ${notHidden('p')}
     order by chart_id, batch limit 64`,
  );
  for (;;) {
    const parts = page.all(state.after, state.row);
    if (parts.length === 0) break;
    for (const { chart, batch } of parts) {
      if (chart !== state.after && !seen.has(chart)) {
        state.rows += yield* charts.check(chart, state.done);
        state.done += 1;
      }
      state.parts[batch] = (state.parts[batch] ?? 0) + 1;
      Object.assign(state, { after: chart, row: batch });
      yield* charts.turn(state.done);
    }
  }
  for (const batch of Object.keys(state.batches)) {
    const charted = state.parts[batch] ?? 0;
    if (commitOf(store, state, Number(batch))?.charts !== charted) throw new Found('chart-missing', batch);
  }
}
