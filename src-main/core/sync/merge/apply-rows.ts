/** Creates, updates, deletions and settlings of another workstation, taken into rows. */
import { CallError } from '../../../../src-shared/contract/errors.ts';
import type { CreateOp, DeleteOp, SettleOp, UpdateOp } from '../../../../src-shared/sync-protocol/ops.ts';
import { compareVersions } from '../../../../src-shared/sync-protocol/primitives.ts';
import { columnsOf } from '../../store/columns.ts';
import { deletedField, highestOf, versionOf, versionsText } from '../../store/field-versions.ts';
import { elementOf, topLevelFields } from '../../store/fields.ts';
import { wasLost } from '../../store/lost-writes.ts';
import { addLine, changeLine } from '../../store/patient.ts';
import { type ResourceRow, rowMac } from '../../store/row.ts';
import { addRow, replaceRow, versionsOf } from '../../store/row-write.ts';
import type { Tx } from '../../store/transaction.ts';
import { known, merged, noKey, type Outcome, refused, taken, unknownRow } from './outcome.ts';
import { loadState, saveState, wasTaken } from './row-state.ts';
import { isOthers, shapeOf } from './shape.ts';
import type { Read, Slice } from './slice.ts';
import { takeDelete, takeSettled, takeUpdate, type Update } from './state.ts';

export function applyCreate(slice: Slice, op: CreateOp, patient: string | null): Outcome {
  const { tx } = slice;
  const { store } = tx;
  const there = slice.row(op.id);
  if (there !== undefined) {
    return versionsOf(store, there).get('*') === op.v || wasTaken(store, there, op.v) ? known : refused('exists');
  }
  const read = shapeOf(op);
  if (typeof read === 'string') return refused(read);
  if (isOthers(store, op, read.resource, patient, null)) return refused('other-patient');
  if (op.type === 'Patient') {
    const key = store.sql<[string], { one: number }>('select 1 one from patient_key where patient_id = ?').get(op.id);
    if (key === undefined) return noKey;
  } else if (patient !== null && !slice.isHere(patient)) return unknownRow;
  const row = addRow(tx, {
    id: op.id,
    type: op.type,
    patientId: patient,
    encounterId: op.encounter,
    ...columnsOf(read.resource),
    deleted: 0,
    signed: op.signed,
    authorUser: op.author,
    source: op.source,
    json: read.json,
    fieldVersions: versionsText(new Map([['*', op.v]])),
    updatedAt: op.at,
  });
  if (op.type === 'Patient') addLine(store, row, read.resource);
  writeReferences(tx, row.row, op.refs);
  return taken;
}

function writeReferences(tx: Tx, row: number, refs: CreateOp['refs']): void {
  if (refs === undefined) return;
  const write = tx.store.sql<[number, string, string]>('insert or replace into reference_index values (?, ?, ?)');
  for (const [reference, target] of refs) write.run(row, reference, target);
}

/** The row an op is about, as it may be changed. */
function rowFor(slice: Slice, id: string, patient: string | null): ResourceRow | Outcome {
  const row = slice.row(id);
  if (row === undefined) return unknownRow;
  if (row.patientId !== patient) return refused('other-patient');
  if (row.signed === 1) return refused('signed');
  // What was altered in the file is not made good by a new HMAC over it.
  if (!rowMac(slice.tx.store, row).equals(row.mac)) throw new CallError('record-damaged', { ids: [id] });
  return row;
}

export function applyUpdate(slice: Slice, op: UpdateOp, patient: string | null): Outcome {
  const { tx } = slice;
  const row = rowFor(slice, op.id, patient);
  if ('what' in row) return row;
  if (row.type !== op.type) return refused('other-type');
  // A row is signed when it is made and at no other time.
  if (op.signed === 1) return refused('signed');
  const fields = new Map(Object.entries(op.fields));
  for (const field of fields.keys()) if (!isElement(field)) return refused('fields');
  const read = shapeOf(op);
  if (typeof read === 'string') return refused(read);
  if (isOthers(tx.store, op, read.resource, patient, row.row)) return refused('other-patient');
  if (op.settles === undefined && takeClean(slice, row, op, fields, read)) {
    writeReferences(tx, row.row, op.refs);
    return taken;
  }
  if (wasTaken(tx.store, row, op.v) || wasLost(tx.store, row.id, op.v)) return known;
  const state = loadState(tx.store, row);
  const before = new Map(state.versions);
  const write: Update = {
    version: op.v,
    json: read.json,
    encounter: op.encounter,
    source: op.source,
    author: op.author,
    at: op.at,
    fields,
    settles: op.settles ?? [],
  };
  takeUpdate(state, write);
  const shown = saveState(tx, row, state, slice.validOf(row.type));
  writeReferences(tx, row.row, op.refs);
  slice.besides = true;
  const clash = [...fields].some(([field, replaced]) => versionOf(before, field) !== replaced);
  return clash || shown !== read.json ? merged : taken;
}

const isElement = (field: string): boolean =>
  field !== '*' && field !== 'resourceType' && !field.startsWith('$') && !field.startsWith('_');

/** An update of exactly what is there, by somebody who saw all of it: the text is theirs, and nothing is merged. */
function takeClean(
  slice: Slice,
  row: ResourceRow,
  op: UpdateOp,
  fields: ReadonlyMap<string, string>,
  { json, resource }: Read,
): boolean {
  const { tx } = slice;
  if (row.deleted === 1 || fields.size === 0) return false;
  if (slice.besides && hasBesides(tx, row.id)) return false;
  const versions = versionsOf(tx.store, row);
  if (compareVersions(highestOf(versions.values()), op.v) >= 0) return false;
  for (const [field, replaced] of fields) if (versionOf(versions, field) !== replaced) return false;
  const before = topLevelFields(row.json);
  const after = topLevelFields(json);
  for (const [name, text] of after) if (before.get(name) !== text && !fields.has(elementOf(name))) return false;
  for (const name of before.keys()) if (!after.has(name) && !fields.has(elementOf(name))) return false;
  for (const field of fields.keys()) versions.set(field, op.v);
  versions.delete('$whole');
  replaceRow(tx, row, {
    ...columnsOf(resource),
    encounterId: op.encounter,
    source: op.source,
    deleted: 0,
    signed: 0,
    authorUser: op.author,
    json,
    fieldVersions: versionsText(versions),
    updatedAt: op.at,
  });
  if (row.type === 'Patient') changeLine(tx.store, row.id, resource);
  return true;
}

function hasBesides({ store }: Tx, id: string): boolean {
  return (
    store
      .sql<[string, string], { one: number }>(
        `select 1 one from merged_state where id = ?
         union all select 1 from lost_write where id = ? and gone = 0 limit 1`,
      )
      .get(id, id) !== undefined
  );
}

export function applyDelete(slice: Slice, op: DeleteOp, patient: string | null): Outcome {
  const { tx } = slice;
  const row = rowFor(slice, op.id, patient);
  if ('what' in row) return row;
  if (row.type !== op.type) return refused('other-type');
  if (row.type === 'Patient') return refused('patient-deleted');
  if (wasTaken(tx.store, row, op.v) || wasLost(tx.store, row.id, op.v)) return known;
  const state = loadState(tx.store, row);
  const covers = new Map(Object.entries(op.covers).filter(([field]) => !field.startsWith('$')));
  takeDelete(state, { version: op.v, covers, author: op.author, at: op.at });
  saveState(tx, row, state, slice.validOf(row.type));
  slice.besides = true;
  const now = slice.row(op.id);
  return now !== undefined && versionsOf(tx.store, now).get(deletedField) === op.v ? taken : merged;
}

export function applySettle(slice: Slice, op: SettleOp, patient: string | null): Outcome {
  const { tx } = slice;
  const row = rowFor(slice, op.id, patient);
  if ('what' in row) return row;
  const state = loadState(tx.store, row);
  const before = state.lost.size + state.deletions.size;
  takeSettled(state, op.settles);
  if (state.lost.size + state.deletions.size === before) return known;
  saveState(tx, row, state, slice.validOf(row.type));
  return taken;
}
