/**
 * An import as one batch: written in slices under a number that `hidden_batch` hides from every read, shown whole by
 * removing that one row, undone by deleting in slices. What the audit entry vouches for is gathered on the way.
 *
 * Order: beginBatch, then per file beginFile, writeSlice…, endFile or abortFile; then finishBatch or cancelBatch.
 */
import { CallError } from '../../../src-shared/contract/errors.ts';
import { emptyFrontier, type Frontier, grow } from '../audit/merkle.ts';
import { deleteBatchRows } from './batchdelete.ts';
import type { WaitingPatient } from './batchrank.ts';
import { rowLeaf } from './chart.ts';
import { type Columns, columnsOf } from './columns.ts';
import { DigestSum } from './digest.ts';
import { isErased } from './erasures.ts';
import type { Store } from './open.ts';
import { keptPatientRef, makePatientKey } from './patient.ts';
import { type PatientColumns, patientColumns } from './patientcolumns.ts';
import { nameOrderOf } from './rank.ts';
import { rowMac } from './row.ts';
import { writeRow } from './row-write.ts';
import { type Sliced, sliceClock } from './slices.ts';
import { chartOf, withTransaction } from './transaction.ts';

export { finishBatch } from './batchfinish.ts';

/** One resource of an import. The importer made the local id (`newId`), so that references are known beforehand. */
export type ImportRow = {
  readonly id: string;
  readonly type: string;
  /** Whose chart it belongs to; for a Patient its own id. */
  readonly patientId: string | null;
  readonly encounterId: string | null;
  readonly json: string;
  /** The parsed resource. */
  readonly resource: unknown;
  readonly columns?: Columns;
  readonly source: string | null;
  /** 16 bytes of the content hash; null when duplicates of it do not matter. */
  readonly hash: Buffer | null;
  /** What other resources of the import call it: fullUrl, `Type/id`. */
  readonly names: readonly string[];
  /** References in its JSON as written, and the local ids they lead to. */
  readonly references: readonly (readonly [reference: string, targetId: string])[];
  /** Of a row that another workstation had first. */
  readonly received?: ReceivedRow;
};

/** What such a row brings with it. */
export type ReceivedRow = {
  readonly authorUser: string | null;
  readonly updatedAt: number;
  readonly deleted: 0 | 1;
  readonly signed: 0 | 1;
  /** JSON, as the row has it; null: the version of the op that names the batch. */
  readonly fieldVersions: string | null;
  /** File of the import it came in. */
  readonly file: number;
};

export type PartSum = { count: number; readonly sum: DigestSum };

type Gathered = {
  rows: number;
  frontier: Frontier;
  readonly parts: Map<string, PartSum>;
  readonly patients: WaitingPatient[][];
  readonly seen: Map<string, string>;
};

/** A batch being written. */
export type Batch = {
  readonly store: Store;
  readonly number: number;
  readonly id: string;
  readonly firstRow: number;
  readonly byUser: string | null;
  readonly now: () => number;
  /** What ended files brought. */
  readonly whole: Gathered;
  file: { readonly number: number; readonly firstRow: number; readonly gathered: Gathered } | null;
};

const gathered = (frontier: Frontier, rows: number): Gathered => ({
  rows,
  frontier,
  parts: new Map(),
  patients: [],
  seen: new Map(),
});

/** Starts a batch. @param files JSON for the list of imports: names, sizes */
export function beginBatch(
  store: Store,
  options: { readonly id: string; readonly byUser: string | null; readonly files: string; readonly now?: () => number },
): Batch {
  const now = options.now ?? Date.now;
  const number = withTransaction(
    store,
    () => {
      const { sql } = store;
      const written = sql<unknown[]>(
        `insert into import_batch (id, started, by_user, files, state, first_row) values (?, ?, ?, ?, 'running', ?)`,
      ).run(options.id, now(), options.byUser, options.files, nextRow(store));
      const batch = Number(written.lastInsertRowid);
      sql<[number]>('insert into hidden_batch values (?)').run(batch);
      return batch;
    },
    now(),
  );
  const firstRow = nextRow(store);
  return {
    store,
    number,
    id: options.id,
    firstRow,
    byUser: options.byUser,
    now,
    whole: gathered(emptyFrontier, 0),
    file: null,
  };
}

export function nextRow(store: Store): number {
  return (store.sql<[], { row: number | null }>('select max(row) row from resource').get()?.row ?? 0) + 1;
}

/** The rows that follow belong to file `number`: they stay or go together. */
export function beginFile(batch: Batch, number: number): void {
  if (batch.file !== null) throw new Error('a file is open');
  batch.file = {
    number,
    firstRow: nextRow(batch.store),
    gathered: gathered(batch.whole.frontier, batch.whole.rows),
  };
}

/**
 * Writes rows from `from` on, as many as fit into one slice, in one transaction.
 * @returns the index of the next row to write; `rows.length` when all are in
 */
export function writeSlice(batch: Batch, rows: readonly ImportRow[], from = 0): number {
  const { file, store } = batch;
  if (file === null) throw new Error('no file is open');
  const over = sliceClock();
  const leaves: Buffer[] = [];
  const patients: WaitingPatient[] = [];
  const written: { chart: string; mac: Buffer }[] = [];
  let at = from;
  const now = batch.now();
  withTransaction(
    store,
    () => {
      while (at < rows.length) {
        const one = rows[at];
        if (one === undefined) break;
        at += 1;
        const { mac, row } = writeImportRow(batch, file.number, one, now);
        leaves.push(rowLeaf(one.id, 1, mac));
        written.push({ chart: chartOf(one.patientId, one.id), mac });
        if (one.type === 'Patient' && one.received?.deleted !== 1) patients.push(waiting(store, one, row));
        if ((at & 7) === 0 && over()) break;
      }
    },
    now,
  );
  // Only what the transaction has kept is counted.
  for (const leaf of leaves) file.gathered.frontier = grow(file.gathered.frontier, leaf);
  for (const { chart, mac } of written) addToPart(file.gathered.parts, chart, 1, mac);
  for (const one of rows.slice(from, at)) noteSeen(file.gathered.seen, one);
  file.gathered.rows += leaves.length;
  if (patients.length > 0) file.gathered.patients.push(patients.sort(nameOrderOf(store)));
  return at;
}

function writeImportRow(batch: Batch, file: number, one: ImportRow, now: number): { mac: Buffer; row: number } {
  const { store } = batch;
  // Erased while the import ran: it fails, and takes back what it wrote.
  if (one.patientId !== null && isErased(store, one.patientId)) throw new CallError('not-found');
  const columns = one.columns ?? columnsOf(one.resource);
  const { received } = one;
  const unsealed = {
    id: one.id,
    type: one.type,
    patientId: one.patientId,
    encounterId: one.encounterId,
    date: columns.date,
    status: columns.status,
    code: columns.code,
    category: columns.category,
    deleted: received?.deleted ?? 0,
    signed: received?.signed ?? 0,
    version: 1,
    batch: batch.number,
    createdSeq: null,
    authorUser: received === undefined ? batch.byUser : received.authorUser,
    source: one.source,
    json: one.json,
    fieldVersions: received?.fieldVersions ?? null,
    updatedAt: received?.updatedAt ?? now,
  };
  const mac = rowMac(store, unsealed);
  const row = writeRow(store, { ...unsealed, mac, hash: one.hash });
  const named = store.sql<[number, string, number, string]>('insert or replace into source_id values (?, ?, ?, ?)');
  for (const name of one.names) named.run(batch.number, name, received?.file ?? file, one.id);
  const refers = store.sql<[number, string, string]>('insert or replace into reference_index values (?, ?, ?)');
  for (const [reference, target] of one.references) refers.run(row, reference, target);
  return { mac, row };
}

function waiting(store: Store, one: ImportRow, row: number): WaitingPatient {
  const columns: PatientColumns = patientColumns(one.resource);
  const auditRef = one.received === undefined ? makePatientKey(store, one.id) : keptPatientRef(store, one.id);
  return { id: one.id, row, family: columns.family, given: columns.given, auditRef };
}

/** Keeps a Bundle without its resources: `json` the text, `rows` JSON of the local ids that stood in it. */
export function writeEnvelope(
  batch: Batch,
  envelope: { readonly type: string; readonly json: string; readonly rows: string; readonly file?: number },
): void {
  const { file, store } = batch;
  if (file === null) throw new Error('no file is open');
  withTransaction(
    store,
    () => {
      store
        .sql<unknown[]>('insert into envelope (batch, file, type, json, rows) values (?, ?, ?, ?, ?)')
        .run(batch.number, envelope.file ?? file.number, envelope.type, envelope.json, envelope.rows);
    },
    batch.now(),
  );
}

/** The open file is whole. */
export function endFile(batch: Batch): void {
  const { file, whole } = batch;
  if (file === null) throw new Error('no file is open');
  whole.rows = file.gathered.rows;
  whole.frontier = file.gathered.frontier;
  for (const [chart, part] of file.gathered.parts) addToPart(whole.parts, chart, part.count, part.sum.value());
  whole.patients.push(...file.gathered.patients);
  for (const [patient, day] of file.gathered.seen) later(whole.seen, patient, day);
  batch.file = null;
}

/** Takes back what the open file has written. */
export function* abortFile(batch: Batch): Sliced<void> {
  const { file, store, number } = batch;
  if (file === null) throw new Error('no file is open');
  yield* deleteBatchRows(store, number, file.firstRow, file.number);
  batch.file = null;
}

/** Undoes the whole batch; one that is shown already stays, because an audit entry vouches for it. @param state what the list of imports says of it */
export function* cancelBatch(batch: Batch, state: 'cancelled' | 'failed' = 'cancelled'): Sliced<void> {
  batch.file = null;
  if (!isHidden(batch)) return;
  yield* deleteBatchRows(batch.store, batch.number, batch.firstRow, null);
  closeBatch(batch.store, batch.number, state, batch.now());
}

function isHidden(batch: Batch): boolean {
  const { sql } = batch.store;
  return (
    sql<[number], { batch: number }>('select batch from hidden_batch where batch = ?').get(batch.number) !== undefined
  );
}

/** Removes what killed imports left behind; for the start, after opening. */
export function* removeLeftovers(store: Store, now: () => number = Date.now): Sliced<number> {
  const left = store
    .sql<[], { batch: number; first: number | null }>(
      'select h.batch, b.first_row first from hidden_batch h left join import_batch b on b.batch = h.batch',
    )
    .all();
  for (const { batch, first } of left) {
    yield* deleteBatchRows(store, batch, first ?? 0, null);
    closeBatch(store, batch, 'failed', now());
  }
  return left.length;
}

function closeBatch(store: Store, batch: number, state: string, now: number): void {
  withTransaction(
    store,
    () => {
      store.sql<[string, number]>('update import_batch set state = ?, rows = 0 where batch = ?').run(state, batch);
      store.sql<[number]>('delete from hidden_batch where batch = ?').run(batch);
    },
    now,
  );
}

function addToPart(parts: Map<string, PartSum>, chart: string, count: number, digest: Buffer): void {
  let part = parts.get(chart);
  if (part === undefined) {
    part = { count: 0, sum: new DigestSum() };
    parts.set(chart, part);
  }
  part.count += count;
  part.sum.add(digest);
}

function noteSeen(seen: Map<string, string>, one: ImportRow): void {
  if (one.patientId === null || (one.type !== 'Encounter' && one.type !== 'Composition')) return;
  const date = (one.columns ?? columnsOf(one.resource)).date;
  if (date !== null) later(seen, one.patientId, date.slice(0, 10));
}

function later(seen: Map<string, string>, patient: string, day: string): void {
  const known = seen.get(patient);
  if (known === undefined || known < day) seen.set(patient, day);
}
