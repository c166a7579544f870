/**
 * Rows as they go into the table, whoever wrote them: what was there is kept as history, and the transaction's commit
 * is told what the audit entry must vouch for. Ops for other workstations are the caller's.
 */
import type { Store } from './open.ts';
import { encoded, type ResourceRow, rowMac } from './row.ts';
import { chartOf, nextSeq, type Tx, touchPart } from './transaction.ts';

type Made = 'row' | 'version' | 'batch' | 'createdSeq' | 'mac' | 'hash';
export type FreshRow = Omit<ResourceRow, Made>;

/** Adds a row. */
export function addRow(tx: Tx, fresh: FreshRow): ResourceRow {
  const { id, patientId, type, date } = fresh;
  const unsealed = { ...fresh, version: 1, batch: 0, createdSeq: nextSeq(tx) };
  const mac = rowMac(tx.store, unsealed);
  const row = writeRow(tx.store, { ...unsealed, mac, hash: null });
  tx.commit.rows.push([id, 1, encoded(mac)]);
  touchPart(tx, chartOf(patientId, id), 0, mac, 1);
  if (patientId !== null) sawPatient(tx, patientId, type, date);
  return { ...unsealed, row, mac, hash: null };
}

type Kept = 'row' | 'id' | 'type' | 'patientId' | 'version' | 'batch' | 'createdSeq' | 'mac' | 'hash';
export type NextRow = Omit<ResourceRow, Kept>;

/** Replaces a row's content; the version before becomes history. */
export function replaceRow(tx: Tx, old: ResourceRow, next: NextRow): ResourceRow {
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
    fieldVersions: next.fieldVersions,
    updatedAt: next.updatedAt,
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
      unsealed.updatedAt,
      mac,
      old.row,
    );
  const chart = chartOf(old.patientId, old.id);
  touchPart(tx, chart, old.batch, old.mac, -1);
  touchPart(tx, chart, 0, mac, 1);
  tx.commit.rows.push([old.id, unsealed.version, encoded(mac)]);
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

/** A row's field versions as they stand in it, `$…` included. */
export function versionsOf(store: Store, row: Pick<ResourceRow, 'fieldVersions' | 'batch'>): Map<string, string> {
  if (row.fieldVersions !== null) {
    const parsed: unknown = JSON.parse(row.fieldVersions);
    const pairs = typeof parsed === 'object' && parsed !== null ? Object.entries(parsed) : [];
    return new Map(pairs.map(([field, version]) => [field, String(version)]));
  }
  const batch = store
    .sql<[number], { op: string | null }>('select op_version op from import_batch where batch = ?')
    .get(row.batch);
  return new Map([['*', batch?.op ?? '']]);
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
