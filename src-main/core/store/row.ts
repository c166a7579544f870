/** A row of the record and the MAC over it. */
import type { Store } from './open.ts';

export type ResourceRow = {
  readonly row: number;
  readonly id: string;
  readonly type: string;
  readonly patientId: string | null;
  readonly encounterId: string | null;
  readonly date: string | null;
  readonly status: string | null;
  readonly code: string | null;
  readonly category: string | null;
  readonly deleted: number;
  readonly signed: number;
  readonly version: number;
  /** 0 for what was written here, else the import batch. */
  readonly batch: number;
  /** Number of the audit entry that recorded its creation; null for imports (the batch names it). */
  readonly createdSeq: number | null;
  readonly authorUser: string | null;
  /** JSON of whoever wrote it: `{kind, by, at, import}` of the chart's source line. */
  readonly source: string | null;
  readonly json: string;
  /** JSON map element → op version; `*` for all others; null: the import's op. */
  readonly fieldVersions: string | null;
  readonly updatedAt: number;
  readonly mac: Buffer;
  /** First 16 bytes of the importer's content hash, for finding duplicates. */
  readonly hash: Buffer | null;
};

/** In the order of the table, under the names of ResourceRow. */
export const rowColumns = `r.row, r.id, r.type, r.patient_id patientId, r.encounter_id encounterId, r.date, r.status,
 r.code, r.category, r.deleted, r.signed, r.version, r.batch, r.created_seq createdSeq, r.author_user authorUser,
 r.source, r.json, r.field_versions fieldVersions, r.updated_at updatedAt, r.mac, r.hash`;

/** Leaves out what an unfinished import has written so far. */
export const notHidden = (alias: string) => `${alias}.batch not in (select batch from hidden_batch)`;

/**
 * HMAC over 0x01, a JSON array of every column but row number, MAC and content hash, a line feed, and the JSON text.
 * The array is unambiguous (strings are quoted), the text comes last and as it is.
 */
export function rowMac(store: Pick<Store, 'mac'>, r: Omit<ResourceRow, 'row' | 'mac' | 'hash'>): Buffer {
  const fields = JSON.stringify([
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
    r.fieldVersions,
    r.updatedAt,
  ]);
  return store.mac.of(`\u0001${fields}\n${r.json}`);
}

/** Base64url, as MACs and digests stand in audit entries. */
export function encoded(bytes: Buffer): string {
  return bytes.toString('base64url');
}
