/**
 * A patient's chart, read whole and checked: every row against its MAC, the rows of each part against its count and
 * sum, each part against the audit entry it names. A single altered, older, added or missing page shows here;
 * several older pages that agree with each other show at verification.
 */
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { BatchCommit } from '../audit/entry.ts';
import { readEntry } from '../audit/log.ts';
import { leafHash, verifyInclusion } from '../audit/merkle.ts';
import { DigestSum } from './digest.ts';
import type { Store } from './open.ts';
import { type ChartPart, partsOf } from './part.ts';
import { encoded, notHidden, type ResourceRow, rowColumns, rowMac } from './row.ts';
import { chartOf } from './transaction.ts';

const rowsOfPatient = `select ${rowColumns} from resource r where r.patient_id = ? and ${notHidden('r')} order by r.row`;
const rowOfNobody = `select ${rowColumns} from resource r where r.id = ? and r.patient_id is null and ${notHidden('r')}`;

/** All rows of a patient that are not deleted, in the order they came. @throws CallError not-found, record-damaged */
export function readChart(store: Store, patientId: string): ResourceRow[] {
  const rows = store.sql<[string], ResourceRow>(rowsOfPatient).all(patientId);
  if (rows.length === 0 && !patientExists(store, patientId)) throw new CallError('not-found', { ids: [patientId] });
  if (!chartHolds(store, patientId, rows)) throw new CallError('record-damaged', { ids: [patientId] });
  return rows.filter((row) => row.deleted === 0);
}

/** A row that belongs to no patient, checked as a chart of its own. @throws CallError record-damaged */
export function readAlone(store: Store, id: string): ResourceRow | null {
  const row = store.sql<[string], ResourceRow>(rowOfNobody).get(id);
  const chart = chartOf(null, id);
  if (row === undefined) {
    if (partsOf(store, chart).some((part) => part.count > 0)) throw new CallError('record-damaged', { ids: [id] });
    return null;
  }
  if (!chartHolds(store, chart, [row])) throw new CallError('record-damaged', { ids: [id] });
  return row;
}

/** Whether rows, parts and entries of a chart agree. `rows` are all of the chart's rows, deleted ones included. */
export function chartHolds(store: Store, chart: string, rows: readonly ResourceRow[]): boolean {
  const sums = new Map<number, { count: number; sum: DigestSum }>();
  for (const row of rows) {
    if (!rowMac(store, row).equals(row.mac)) return false;
    let part = sums.get(row.batch);
    if (part === undefined) {
      part = { count: 0, sum: new DigestSum() };
      sums.set(row.batch, part);
    }
    part.count += 1;
    part.sum.add(row.mac);
  }
  for (const part of partsOf(store, chart)) {
    const found = sums.get(part.batch);
    if ((found?.count ?? 0) !== part.count) return false;
    if (!(found?.sum ?? new DigestSum()).value().equals(part.digest)) return false;
    if (!partHolds(store, part)) return false;
    sums.delete(part.batch);
  }
  return sums.size === 0;
}

/** Whether the audit entry that a part names says the same of it. */
export function partHolds(store: Store, part: ChartPart): boolean {
  if (part.seq !== null) {
    const said = readEntry(store, part.seq)?.parts?.find(
      ([chart, batch]) => chart === part.chart && batch === part.batch,
    );
    return said !== undefined && said[2] === part.count && said[3] === encoded(part.digest);
  }
  const commit = batchCommit(store, part.batch);
  return commit !== undefined && provenIn(part, commit);
}

function provenIn(part: ChartPart, commit: BatchCommit): boolean {
  if (part.proof === null || part.place === null || part.proof.length % 32 !== 0) return false;
  const path: Buffer[] = [];
  for (let at = 0; at < part.proof.length; at += 32) path.push(part.proof.subarray(at, at + 32));
  const root = Buffer.from(commit.chartsRoot, 'base64url');
  return verifyInclusion(partLeaf(part), part.place, commit.charts, path, root);
}

/** Leaf of a batch's second tree: a chart, how many rows the batch gave it, and the sum of their MACs. */
export function partLeaf(part: Pick<ChartPart, 'chart' | 'count' | 'digest'>): Buffer {
  return leafHash(JSON.stringify([part.chart, part.count, encoded(part.digest)]));
}

/** Leaf of a batch's first tree: one row as it came in. */
export function rowLeaf(id: string, version: number, mac: Buffer): Buffer {
  return leafHash(JSON.stringify([id, version, encoded(mac)]));
}

/** What the entry of a finished import vouches for; undefined when batch or entry is missing or damaged. */
export function batchCommit(store: Store, batch: number): BatchCommit | undefined {
  const row = store
    .sql<[number], { seq: number | null }>('select entry_seq seq from import_batch where batch = ?')
    .get(batch);
  if (row === undefined || row.seq === null) return undefined;
  const commit = readEntry(store, row.seq)?.batch;
  return commit?.batch === batch ? commit : undefined;
}

function patientExists(store: Store, patientId: string): boolean {
  return store.sql<[string], { one: number }>('select 1 one from patient where id = ?').get(patientId) !== undefined;
}
