/**
 * Erasing a patient (docs/protocols/sync.md, "Erasure"): everything of theirs goes from this file, signed rows too, and
 * the ledger keeps that they must not come back. The log keeps its proofs: charts end at no rows, and rows that an
 * import vouches for leave their leaves.
 */
import { CallError } from '../../../src-shared/contract/errors.ts';
import { forgetDetailKeys } from '../audit/sealed-detail.ts';
import { rowLeaf } from './chart.ts';
import { isErased } from './erasures.ts';
import { addCount } from './meta.ts';
import { cutLog, type Store } from './open.ts';
import { patientRef } from './patient.ts';
import { unindexWords } from './rank.ts';
import { addOp } from './record.ts';
import { nextVersion, type Tx, touchPart } from './transaction.ts';
import type { SearchWords } from './words.ts';

export type Erased = {
  readonly patientId: string;
  /** Pseudonym in the log; null where no line of the patient had come here yet. */
  readonly ref: string | null;
  readonly rows: number;
};

type Doomed = { readonly row: number; readonly id: string; readonly batch: number; readonly mac: Buffer };

/**
 * Erases a patient; null when that was done before. Call `afterErasure` once it is committed.
 * @param version of the op that says so; null where nobody else is told
 * @throws CallError busy while an import is writing to the chart
 */
export function erasePatient(tx: Tx, patientId: string, version: string | null): Erased | null {
  const { store } = tx;
  const { sql } = store;
  if (isErased(store, patientId)) return null;
  const ref = patientRef(store, patientId);
  const rows = sql<[string], Doomed>('select row, id, batch, mac from resource where patient_id = ?').all(patientId);
  const hidden = sql<[string], { one: number }>(
    'select 1 one from resource where patient_id = ? and batch in (select batch from hidden_batch) limit 1',
  ).get(patientId);
  if (hidden !== undefined) throw new CallError('busy');
  // First: the triggers let go only of whom the ledger names.
  sql<unknown[]>('insert into erasure (patient_id, at, version) values (?, ?, ?)').run(patientId, tx.now, version);
  const batches = keepLeaves(store, rows);
  forgetSources(store, patientId, batches, new Set(rows.map(({ id }) => id)));
  for (const { row, id, batch, mac } of rows) {
    touchPart(tx, patientId, batch, mac, -1);
    sql<[number]>('delete from reference_index where from_row = ?').run(row);
    sql<[string]>('delete from lost_write where id = ?').run(id);
    sql<[string]>('delete from merged_state where id = ?').run(id);
    sql<[number]>('delete from resource_history where row = ?').run(row);
    sql<[number]>('delete from resource where row = ?').run(row);
  }
  removeLine(store, patientId);
  for (const text of besides) sql<[string]>(text).run(patientId);
  return { patientId, ref, rows: rows.length };
}

/** JSON of the request that was signed for it, and how many entries the roster had: every workstation counts again. */
export type Agreed = { readonly request: string; readonly roster: number };

/** Erases a patient here, and tells every workstation. @throws as erasePatient */
export function eraseEverywhere(tx: Tx, patientId: string, { request, roster }: Agreed): Erased | null {
  if (isErased(tx.store, patientId)) return null;
  const op = nextVersion(tx);
  const erased = erasePatient(tx, patientId, op);
  addOp(tx, 'erase', patientId, { op, request, roster });
  return erased;
}

const besides = [
  'delete from patient_key where patient_id = ?',
  'delete from draft where patient_id = ?',
  'delete from recent_patient where patient_id = ?',
  'delete from chart_restriction where patient_id = ?',
  "delete from sync_register where name = 'restriction/' || ?",
  'delete from break_glass where patient_id = ?',
  'delete from access_report where patient_id = ?',
  'delete from sync_waiting where patient_id = ?',
] as const;

/** What of the rows an import's entry vouches for. @returns the imports */
function keepLeaves(store: Store, rows: readonly Doomed[]): Set<number> {
  const { sql } = store;
  const before = sql<[number], Doomed>('select row, id, batch, mac from resource_history where row = ? and batch <> 0');
  const keep = sql<[number, number, Buffer]>('insert into erased_leaf (batch, row, leaf) values (?, ?, ?)');
  const batches = new Set<number>();
  for (const now of rows) {
    const imported = now.batch === 0 ? before.get(now.row) : now;
    if (imported === undefined) continue;
    keep.run(imported.batch, imported.row, rowLeaf(imported.id, 1, imported.mac));
    batches.add(imported.batch);
  }
  return batches;
}

/** Names that imports gave their rows, and Bundles nothing of which is left. */
function forgetSources(store: Store, patientId: string, batches: Iterable<number>, ids: ReadonlySet<string>): void {
  const { sql } = store;
  for (const batch of batches) {
    sql<[number, string]>(
      'delete from source_id where batch = ? and resource_id in (select id from resource where patient_id = ?)',
    ).run(batch, patientId);
    const envelopes = sql<[number], { id: number; rows: string }>('select id, rows from envelope where batch = ?').all(
      batch,
    );
    for (const { id, rows } of envelopes) {
      const held: unknown = JSON.parse(rows);
      const all =
        Array.isArray(held) && held.length > 0 && held.every((one) => typeof one === 'string' && ids.has(one));
      if (all) sql<[number]>('delete from envelope where id = ?').run(id);
    }
  }
}

function removeLine(store: Store, patientId: string): void {
  const { sql } = store;
  const line = sql<[string], { ord: number }>('select ord from patient where id = ?').get(patientId);
  if (line === undefined) return;
  const words = sql<[number], SearchWords>(
    'select name, former, birth, identifiers, phone from patient_words where ord = ?',
  ).get(line.ord);
  if (words) unindexWords(store, line.ord, words);
  sql<[number]>('delete from patient where ord = ?').run(line.ord);
  addCount(store.db, 'patients', -1);
}

/** What was erased goes from the write-ahead log and from memory too. After the commit. */
export function afterErasure(store: Store, erased: readonly Erased[]): void {
  if (erased.length === 0) return;
  for (const { ref } of erased) if (ref !== null) forgetDetailKeys(store, ref);
  cutLog(store);
}
