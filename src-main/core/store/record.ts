/**
 * Writing and reading resources inside the dispatcher's transaction. Every write keeps the superseded version,
 * adds an outbox op and tells the transaction's commit what the audit entry must vouch for.
 */
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { Columns } from './columns.ts';
import { isErased } from './erasures.ts';
import { elementVersions, versionOf, versionsText, wholeField } from './field-versions.ts';
import { changedFields, elementOf, elementText, topLevelFields } from './fields.ts';
import { readLost, settleLost } from './lost-writes.ts';
import { readMerged, writeMerged } from './merged-state.ts';
import type { Store } from './open.ts';
import { notHidden, type ResourceRow, rowColumns, rowMac } from './row.ts';
import { addRow, replaceRow, versionsOf } from './row-write.ts';
import { newId, nextVersion, type Tx } from './transaction.ts';

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

/** Adds a resource. @throws CallError not-found for a patient who was erased */
export function insertResource(tx: Tx, fresh: NewResource): ResourceRow {
  const id = fresh.id ?? newId(tx.now);
  // A screen that still shows somebody who was erased meanwhile.
  if (fresh.patientId !== null && isErased(tx.store, fresh.patientId)) throw new CallError('not-found');
  const version = nextVersion(tx);
  const row = addRow(tx, {
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
    authorUser: fresh.authorUser,
    source: fresh.source,
    json: fresh.json,
    fieldVersions: versionsText(new Map([['*', version]])),
    updatedAt: tx.now,
  });
  addOp(tx, 'create', fresh.patientId, { id, type: fresh.type, version: 1, op: version });
  return row;
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
  /** Elements that are decided anew, whether their text changes or not. */
  readonly claims?: readonly string[];
  /** Lost values that this decides about. */
  readonly settles?: readonly Settled[];
};

/** Replaces a resource's content. @throws CallError not-found, changed-meanwhile, already-signed, record-damaged */
export function updateResource(tx: Tx, change: ResourceChange): ResourceRow {
  const { store } = tx;
  const old = current(tx, change.id, change.expectedVersion);
  const versions = versionsOf(store, old);
  const elements = elementVersions(versions);
  // What is in the row's state and does not show was not seen by whoever edits: their text takes its place.
  const hidden = Object.keys(readMerged(store, old.id)?.hidden ?? {});
  const changed = changedFields(old.json, change.json);
  const fields = [...new Set([...changed, ...hidden.map(elementOf), ...(change.claims ?? [])])].sort();
  const settles = [...(change.settles ?? []), ...sameAsSeen(store, old, change.json, fields)];
  const op = nextVersion(tx);
  const replaced: Record<string, string> = {};
  for (const field of fields) {
    replaced[field] = versionOf(elements, field);
    elements.set(field, op);
  }
  const row = replaceRow(tx, old, {
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
    fieldVersions: versionsText(elements, fields.length === 0 ? { whole: op } : {}),
    updatedAt: tx.now,
  });
  for (const [field, version] of settles) settleLost(tx, old.id, { field, version });
  keepWriters(tx, old.id, elements);
  addOp(tx, 'update', old.patientId, {
    id: old.id,
    type: old.type,
    version: row.version,
    op,
    fields: replaced,
    ...(settles.length > 0 && { settles }),
  });
  return row;
}

/** Lost values of elements that change, where they say what was shown or what is written now: nothing is left to decide. */
function sameAsSeen(store: Store, old: ResourceRow, json: string, fields: readonly string[]): Settled[] {
  const lost = readLost(store, old.id);
  if (lost.length === 0) return [];
  const [before, after] = [topLevelFields(old.json), topLevelFields(json)];
  return lost
    .filter(({ field }) => fields.includes(field))
    .filter(({ field, text }) => text === elementText(before, field) || text === elementText(after, field))
    .map(({ field, version }) => [field, version]);
}

/** The row shows all of its state now; who wrote what of it is known on. */
function keepWriters(tx: Tx, id: string, elements: ReadonlyMap<string, string>): void {
  const merged = readMerged(tx.store, id);
  if (merged === null) return;
  const named = new Set(elements.values());
  const writers = Object.entries(merged.writers).filter(([version]) => named.has(version));
  writeMerged(tx, id, writers.length === 0 ? null : { whole: null, hidden: {}, writers: Object.fromEntries(writers) });
}

/**
 * Marks a resource deleted; its content stays as history until erasure. Lost values are let go with it: who deletes
 * has seen that they are there. @throws as updateResource
 */
export function deleteResource(
  tx: Tx,
  gone: { readonly id: string; readonly expectedVersion: number; readonly authorUser: string | null },
): ResourceRow {
  const { store } = tx;
  const old = current(tx, gone.id, gone.expectedVersion);
  settleWrites(
    tx,
    old,
    readLost(store, old.id).map(({ field, version }) => [field, version] as const),
    gone.authorUser,
  );
  const versions = versionsOf(store, old);
  const elements = elementVersions(versions);
  const op = nextVersion(tx);
  const whole = versions.get(wholeField);
  const row = replaceRow(tx, old, {
    ...old,
    deleted: 1,
    authorUser: gone.authorUser,
    fieldVersions: versionsText(elements, { deleted: op, ...(whole !== undefined && { whole }) }),
    updatedAt: tx.now,
  });
  addOp(tx, 'delete', old.patientId, {
    id: old.id,
    type: old.type,
    version: row.version,
    op,
    fields: {},
    covers: Object.fromEntries(elements),
  });
  return row;
}

export type Settled = readonly [field: string, version: string];

/** Lets lost values go, here and on every workstation; nothing for an empty list. */
export function settleWrites(
  tx: Tx,
  row: Pick<ResourceRow, 'id' | 'patientId'>,
  settles: readonly Settled[],
  author: string | null,
): void {
  if (settles.length === 0) return;
  for (const [field, version] of settles) settleLost(tx, row.id, { field, version });
  addOp(tx, 'settle', row.patientId, { id: row.id, op: nextVersion(tx), author, settles });
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

function current(tx: Tx, id: string, expectedVersion: number): ResourceRow {
  const old = readResource(tx.store, id);
  if (old === null || old.deleted === 1) throw new CallError('not-found', { ids: [id] });
  if (old.signed === 1) throw new CallError('already-signed', { ids: [id] });
  if (old.version !== expectedVersion) throw new CallError('changed-meanwhile', { ids: [id] });
  return old;
}
