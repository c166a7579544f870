/** From an op of the log to what travels: its content from the row, or from the row's history, at that version. */
import { z } from 'zod';
import { CallError } from '../../../../src-shared/contract/errors.ts';
import { limits } from '../../../../src-shared/sync-protocol/limits.ts';
import type { BlobRef, SyncOp } from '../../../../src-shared/sync-protocol/ops.ts';
import { decodeEntry } from '../../audit/entry.ts';
import { sha256 } from '../../crypto/hash.ts';
import { uuidFrom } from '../../crypto/random.ts';
import { isErased } from '../../store/erasures.ts';
import type { Store } from '../../store/open.ts';
import { chunkCount } from './blobs.ts';
import type { RowOp, StoreOp } from './store-op.ts';

/** A long text that must be at the backend before the op is. */
export type LongText = { readonly ref: BlobRef; readonly resource: string; readonly version: number };

/** One op as it goes out. */
export type LocalOp = {
  readonly patient: string | null;
  /** JSON and LF. */
  readonly line: string;
  readonly bytes: number;
  readonly long: LongText | null;
};

export function localOp(patient: string | null, op: SyncOp, long: LongText | null = null): LocalOp {
  const line = `${JSON.stringify(op)}\n`;
  return { patient, line, bytes: Buffer.byteLength(line), long };
}

type Content = {
  readonly row: number;
  readonly version: number;
  readonly type: string;
  readonly encounter: string | null;
  readonly author: string | null;
  readonly source: string | null;
  readonly json: string;
  readonly signed: number;
  readonly at: number;
  readonly fieldVersions: string | null;
  readonly batch: number;
  /** Does it refer to anything by a name that is not its own? */
  readonly refers: number;
};
const columns = `row, version, type, encounter_id encounter, author_user author, source, json, signed, updated_at at,
 field_versions fieldVersions, batch, exists (select 1 from reference_index where from_row = row) refers`;

/** A row's content at a version; null where it is gone. */
function contentAt(store: Store, id: string, version: number): Content | null {
  const now = store.sql<[string], Content>(`select ${columns} from resource where id = ?`).get(id);
  if (now === undefined || now.version === version) return now ?? null;
  const then = store.sql<[number, number], Content>(
    `select ${columns} from resource_history where row = ? and version = ?`,
  );
  return then.get(now.row, version) ?? null;
}

/** A row's text at a version, for its blob; null where it is gone. */
export function textAt(store: Store, id: string, version: number): string | null {
  return contentAt(store, id, version)?.json ?? null;
}

/** What a row refers to under names that are not its own. */
export function referencesFrom(store: Store, row: number): { refs?: [string, string][] } {
  const found = store
    .sql<[number], { reference: string; target: string }>(
      'select reference, target_id target from reference_index where from_row = ?',
    )
    .all(row);
  return found.length === 0 ? {} : { refs: found.map(({ reference, target }) => [reference, target]) };
}

/** Who is erased, asked for many at a time: mostly nobody is. */
export function erasedAmong(store: Store): (patient: string) => boolean {
  const any = store.sql<[], { any: number }>('select exists (select 1 from erasure) any').get()?.any === 1;
  return any ? (patient) => isErased(store, patient) : () => false;
}

const fieldMap = z.record(z.string(), z.string());

/** Field versions of a row as they stand; an import's rows have one for all. */
export function fieldVersionsOf(store: Store, row: Pick<Content, 'fieldVersions' | 'batch'>): Record<string, string> {
  if (row.fieldVersions !== null) return fieldMap.parse(JSON.parse(row.fieldVersions));
  const op = store
    .sql<[number], { op: string | null }>('select op_version op from import_batch where batch = ?')
    .get(row.batch)?.op;
  return { '*': op ?? '' };
}

/** The text of a resource inside an op, or the blob it travels as. */
export function textOrBlob(
  store: Pick<Store, 'random'>,
  json: string,
): { readonly json: string } | { readonly blob: BlobRef } {
  // A character is at most three bytes of UTF-8.
  if (json.length * 3 <= limits.inlineJson) return { json };
  const bytes = Buffer.from(json, 'utf8');
  if (bytes.length <= limits.inlineJson) return { json };
  const size = bytes.length;
  const ref = { id: uuidFrom(store.random), size, sha256: sha256(bytes).toString('base64'), count: chunkCount(size) };
  return { blob: ref };
}

/** Time and author as the entry says them; asked only where no row does. */
type Told = { readonly recorded: number; readonly user: string | null; readonly roster: number | undefined };

/** What an entry says of itself. @throws CallError record-damaged */
export function toldBy(store: Store, seq: number): Told {
  const row = store.sql<[number], { entry: Buffer }>('select entry from audit_entry where seq = ?').get(seq);
  const entry = row && decodeEntry(row.entry);
  if (entry === undefined) throw new CallError('record-damaged', { ids: [] });
  const roster = entry.detail['roster'];
  return { recorded: entry.recorded, user: entry.agent.user, roster: typeof roster === 'number' ? roster : undefined };
}

/**
 * What goes out for an op of entry `seq`; null for what nobody needs any more: of an erased patient, or overtaken.
 * Imports are not for here. @throws CallError record-damaged where content is missing that nobody erased
 */
export function outgoingOp(
  store: Store,
  seq: number,
  op: Exclude<StoreOp, { kind: 'import' }>,
  erased: (patient: string) => boolean,
): LocalOp | null {
  // The patient's key is gone with the patient: this op is sealed with the batch alone.
  if (op.kind === 'erase') {
    const { op: v, patient, request, roster } = op;
    return localOp(null, { k: 'erase', v, at: toldBy(store, seq).recorded, patient, request, roster });
  }
  if (op.patient !== null && erased(op.patient)) return null;
  switch (op.kind) {
    case 'create':
    case 'update':
    case 'delete':
      return rowOp(store, seq, op);
    case 'settle': {
      const { recorded, user } = toldBy(store, seq);
      const { op: v, id, settles, author = user } = op;
      return localOp(op.patient, { k: 'settle', v, at: recorded, id, author, settles });
    }
    case 'restriction':
      return restriction(store, op);
    case 'emergency':
      return emergency(store, seq, op);
  }
}

function rowOp(store: Store, seq: number, op: RowOp): LocalOp | null {
  const row = contentAt(store, op.id, op.version);
  if (row === null) throw new CallError('record-damaged', { ids: [op.id] });
  const { author, at } = row;
  const { id, type, op: v, patient } = op;
  if (op.kind === 'delete') {
    const covers = op.covers ?? fieldVersionsOf(store, row);
    return localOp(patient, { k: 'delete', v, at, id, type, author, covers });
  }
  const text = textOrBlob(store, row.json);
  const signed: 0 | 1 = row.signed === 1 ? 1 : 0;
  const roster = signed === 1 ? toldBy(store, seq).roster : undefined;
  const content = {
    id,
    type,
    ...text,
    encounter: row.encounter,
    author,
    source: row.source,
    signed,
    ...(roster !== undefined && { roster }),
    ...(row.refers === 1 && referencesFrom(store, row.row)),
  };
  const long = 'blob' in text ? { ref: text.blob, resource: id, version: op.version } : null;
  if (op.kind === 'create') return localOp(patient, { k: 'create', v, at, ...content }, long);
  const { fields, settles } = op;
  return localOp(patient, { k: 'update', v, at, ...content, fields, ...(settles && { settles }) }, long);
}

const userIds = z.array(z.string());

type RestrictionRow = {
  readonly version: number;
  readonly users: string | null;
  readonly reason: string;
  readonly author: string;
  readonly at: number;
};

/** One that another has taken the place of is not there any more; what took its place goes out by itself. */
function restriction(store: Store, op: Extract<StoreOp, { kind: 'restriction' }>): LocalOp | null {
  const row = store
    .sql<[string], RestrictionRow>(
      'select version, users, reason, by_user author, at from chart_restriction where patient_id = ?',
    )
    .get(op.patient);
  if (row?.version !== op.version) return null;
  const users = row.users === null ? null : userIds.parse(JSON.parse(row.users));
  const { reason, author, at } = row;
  return localOp(op.patient, { k: 'restriction', v: op.op, at, patient: op.patient, users, reason, author });
}

export type EmergencyRow = {
  readonly id: string;
  readonly patient: string;
  readonly user: string;
  readonly session: string;
  readonly openedAt: number;
  readonly endsAt: number;
  readonly reason: string;
  readonly told: string;
};
export const emergencyColumns = `id, patient_id patient, user_id user, session_id session, opened_at openedAt, ends_at endsAt,
 reason, told`;

function emergency(store: Store, seq: number, op: Extract<StoreOp, { kind: 'emergency' }>): LocalOp | null {
  const row = store.sql<[string], EmergencyRow>(`select ${emergencyColumns} from break_glass where id = ?`).get(op.id);
  if (row === undefined) throw new CallError('record-damaged', { ids: [op.id] });
  return localOp(op.patient, { k: 'emergency', v: op.op, at: toldBy(store, seq).recorded, ...row });
}
