/**
 * Writing and reading resources inside the dispatcher's transaction. Every write keeps the superseded version,
 * adds an outbox op and tells the transaction's commit what the audit entry must vouch for.
 */
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { Columns } from './columns.ts';
import { changedFields } from './fields.ts';
import type { Store } from './open.ts';
import { encoded, notHidden, type ResourceRow, rowColumns, rowMac } from './row.ts';
import { chartOf, newId, nextSeq, nextVersion, type Tx, touchPart } from './transaction.ts';

export type NewResource = {
  /** A local id; made when absent. */
  readonly id?: string;
  readonly type: string;
  readonly patientId: string | null;
  readonly encounterId: string | null;
  /** `columnsOf(resource)`. */
  readonly columns: Columns;
  readonly json: string;
  readonly authorUser: string | null;
  readonly source: string | null;
  /** A signed row can never be changed or deleted again. */
  readonly signed?: boolean;
};

/** Adds a resource. */
export function insertResource(tx: Tx, fresh: NewResource): ResourceRow {
  const id = fresh.id ?? newId(tx.now);
  const version = nextVersion(tx);
  const unsealed = {
    id,
    type: fresh.type,
    patientId: fresh.patientId,
    encounterId: fresh.encounterId,
    date: fresh.columns.date,
    status: fresh.columns.status,
    code: fresh.columns.code,
    category: fresh.columns.category,
    deleted: 0,
    signed: fresh.signed ? 1 : 0,
    version: 1,
    batch: 0,
    createdSeq: nextSeq(tx),
    authorUser: fresh.authorUser,
    source: fresh.source,
    json: fresh.json,
    fieldVersions: JSON.stringify({ '*': version }),
    updatedAt: tx.now,
  };
  const mac = rowMac(tx.store, unsealed);
  const row = writeRow(tx.store, { ...unsealed, mac, hash: null });
  tx.commit.rows.push([id, 1, encoded(mac)]);
  touchPart(tx, chartOf(fresh.patientId, id), 0, mac, 1);
  addOp(tx, 'create', fresh.patientId, { id, type: fresh.type, version: 1, op: version });
  if (fresh.patientId !== null) sawPatient(tx, fresh.patientId, fresh.type, fresh.columns.date);
  return { ...unsealed, row, mac, hash: null };
}

export type ResourceChange = {
  readonly id: string;
  /** The version the caller saw. */
  readonly expectedVersion: number;
  readonly json: string;
  readonly columns: Columns;
  readonly authorUser: string | null;
  readonly encounterId?: string | null;
  readonly source?: string | null;
  readonly signed?: boolean;
};

/** Replaces a resource's content. @throws CallError not-found, changed-meanwhile, already-signed, record-damaged */
export function updateResource(tx: Tx, change: ResourceChange): ResourceRow {
  const old = current(tx, change.id, change.expectedVersion);
  return replace(tx, old, changedFields(old.json, change.json), 'update', {
    encounterId: change.encounterId === undefined ? old.encounterId : change.encounterId,
    date: change.columns.date,
    status: change.columns.status,
    code: change.columns.code,
    category: change.columns.category,
    source: change.source === undefined ? old.source : change.source,
    json: change.json,
    deleted: 0,
    signed: change.signed ? 1 : 0,
    authorUser: change.authorUser,
  });
}

/** Marks a resource deleted; its content stays as history until erasure. @throws as updateResource */
export function deleteResource(
  tx: Tx,
  gone: { readonly id: string; readonly expectedVersion: number; readonly authorUser: string | null },
): ResourceRow {
  const old = current(tx, gone.id, gone.expectedVersion);
  return replace(tx, old, [], 'delete', { ...old, deleted: 1, authorUser: gone.authorUser });
}

const readById = `select ${rowColumns} from resource r where r.id = ? and ${notHidden('r')}`;

/** A row by its id, deleted ones too; null when there is none. @throws CallError record-damaged */
export function readResource(store: Store, id: string): ResourceRow | null {
  const row = store.sql<[string], ResourceRow>(readById).get(id);
  if (row === undefined) return null;
  if (!rowMac(store, row).equals(row.mac)) throw new CallError('record-damaged', { ids: [id] });
  return row;
}

export type HistoryRow = { readonly version: number; readonly json: string; readonly replacedAt: number };

/** Superseded versions, newest first. */
export function readHistory(store: Store, id: string): HistoryRow[] {
  return store
    .sql<[string], HistoryRow>(
      `select h.version, h.json, h.replaced_at replacedAt from resource_history h
       join resource r on r.row = h.row where r.id = ? and ${notHidden('r')} order by h.version desc`,
    )
    .all(id);
}

/** Adds an op for the exchange with other workstations; the audit entry's row carries it. */
export function addOp(tx: Tx, kind: string, patientId: string | null, op: Readonly<Record<string, unknown>>): void {
  tx.commit.ops.push({ ...op, lamport: tx.head.lamport, kind, patient: patientId });
}

type Kept = 'row' | 'id' | 'type' | 'patientId' | 'version' | 'batch' | 'createdSeq' | 'updatedAt' | 'mac' | 'hash';
type Next = Omit<ResourceRow, Kept | 'fieldVersions'>;

function current(tx: Tx, id: string, expectedVersion: number): ResourceRow {
  const old = readResource(tx.store, id);
  if (old === null || old.deleted === 1) throw new CallError('not-found', { ids: [id] });
  if (old.signed === 1) throw new CallError('already-signed', { ids: [id] });
  if (old.version !== expectedVersion) throw new CallError('changed-meanwhile', { ids: [id] });
  return old;
}

function replace(
  tx: Tx,
  old: ResourceRow,
  fields: readonly string[],
  kind: 'update' | 'delete',
  next: Next,
): ResourceRow {
  const op = nextVersion(tx);
  const versions = versionsOf(tx.store, old);
  const replaced: Record<string, string> = {};
  for (const field of fields) replaced[field] = versions[field] ?? versions['*'] ?? '';
  const unsealed = {
    id: old.id,
    type: old.type,
    patientId: old.patientId,
    encounterId: next.encounterId,
    date: next.date,
    status: next.status,
    code: next.code,
    category: next.category,
    deleted: next.deleted,
    signed: next.signed,
    version: old.version + 1,
    batch: 0,
    createdSeq: old.createdSeq,
    authorUser: next.authorUser,
    source: next.source,
    json: next.json,
    fieldVersions: JSON.stringify({ ...versions, ...Object.fromEntries(fields.map((field) => [field, op])) }),
    updatedAt: tx.now,
  };
  const mac = rowMac(tx.store, unsealed);
  keepOld(tx, old.row);
  tx.store
    .sql<unknown[]>(
      `update resource set encounter_id = ?, date = ?, status = ?, code = ?, category = ?, deleted = ?, signed = ?,
       version = ?, batch = 0, author_user = ?, source = ?, json = ?, field_versions = ?, updated_at = ?, mac = ?
       where row = ?`,
    )
    .run(
      unsealed.encounterId,
      unsealed.date,
      unsealed.status,
      unsealed.code,
      unsealed.category,
      unsealed.deleted,
      unsealed.signed,
      unsealed.version,
      unsealed.authorUser,
      unsealed.source,
      unsealed.json,
      unsealed.fieldVersions,
      tx.now,
      mac,
      old.row,
    );
  const chart = chartOf(old.patientId, old.id);
  touchPart(tx, chart, old.batch, old.mac, -1);
  touchPart(tx, chart, 0, mac, 1);
  tx.commit.rows.push([old.id, unsealed.version, encoded(mac)]);
  addOp(tx, kind, old.patientId, { id: old.id, type: old.type, version: unsealed.version, op, fields: replaced });
  // The content hash stays that of the import: the same file again must find the row it brought, edited or not.
  return { ...unsealed, row: old.row, mac, hash: old.hash };
}

function keepOld(tx: Tx, row: number): void {
  tx.store
    .sql<[number, number]>(
      `insert into resource_history select row, version, id, type, patient_id, encounter_id, date, status, code, category,
       deleted, signed, batch, created_seq, author_user, source, json, field_versions, updated_at, mac, hash, ?
       from resource where row = ?`,
    )
    .run(tx.now, row);
}

function versionsOf(store: Store, row: ResourceRow): Record<string, string> {
  if (row.fieldVersions !== null) {
    const parsed: unknown = JSON.parse(row.fieldVersions);
    const pairs = typeof parsed === 'object' && parsed !== null ? Object.entries(parsed) : [];
    return Object.fromEntries(pairs.map(([field, version]) => [field, String(version)]));
  }
  const batch = store
    .sql<[number], { op: string | null }>('select op_version op from import_batch where batch = ?')
    .get(row.batch);
  return { '*': batch?.op ?? '' };
}

/** Writes a sealed row. @returns its row number */
export function writeRow(store: Store, r: Omit<ResourceRow, 'row'>): number {
  const written = store
    .sql<unknown[]>(
      `insert into resource (id, type, patient_id, encounter_id, date, status, code, category, deleted, signed, version,
       batch, created_seq, author_user, source, json, field_versions, updated_at, mac, hash)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      r.id,
      r.type,
      r.patientId,
      r.encounterId,
      r.date,
      r.status,
      r.code,
      r.category,
      r.deleted,
      r.signed,
      r.version,
      r.batch,
      r.createdSeq,
      r.authorUser,
      r.source,
      r.json,
      r.fieldVersions,
      r.updatedAt,
      r.mac,
      r.hash,
    );
  return Number(written.lastInsertRowid);
}

const seenBy = new Set(['Encounter', 'Composition']);

function sawPatient(tx: Tx, patientId: string, type: string, date: string | null): void {
  if (!seenBy.has(type) || date === null) return;
  const day = date.slice(0, 10);
  tx.store
    .sql<[string, string, string]>(
      'update patient set last_seen = ? where id = ? and (last_seen is null or last_seen < ?)',
    )
    .run(day, patientId, day);
}
