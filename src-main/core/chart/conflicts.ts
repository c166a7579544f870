/** Fields that two people changed without seeing each other's change: shown side by side, and settled everywhere. */
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { ConflictLine } from '../../../src-shared/contract/sync.ts';
import type { CallContext, Handlers } from '../call.ts';
import { columnsOf } from '../store/columns.ts';
import { deletedField } from '../store/field-versions.ts';
import { withElement } from '../store/fields.ts';
import { rowsWithLost } from '../store/lost-writes.ts';
import { rowsWithHidden } from '../store/merged-state.ts';
import type { Store } from '../store/open.ts';
import { updatePatient } from '../store/patient.ts';
import { deleteResource, readResource, type Settled, settleWrites, updateResource } from '../store/record.ts';
import type { ResourceRow } from '../store/row.ts';
import { linesOf, mayDecide, type Unshown, unshownOf } from './conflict-sides.ts';
import { editedSource } from './source-line.ts';

/** Conflicts that one answer holds; the rest is counted. */
const shown = 100;

const idsToSettle = (store: Store): string[] => [...new Set([...rowsWithLost(store), ...rowsWithHidden(store)])].sort();

/** Rows with something to settle, of one patient or of all, as far as this session may see them. */
function* rowsToSettle(
  context: CallContext,
  patientId: string | null,
  ids: readonly string[] = idsToSettle(context.tx.store),
): Generator<ResourceRow> {
  const { store } = context.tx;
  for (const id of ids) {
    const row = readResource(store, id);
    if (row === null || row.deleted === 1) continue;
    if (patientId !== null && row.patientId !== patientId) continue;
    if (mayDecide(context, row)) yield row;
  }
}

/** The row and the value that is to be decided about. @throws CallError not-found, restricted, changed-meanwhile */
function asked(
  context: CallContext,
  input: { readonly id: string; readonly field: string; readonly version: string; readonly expectedVersion: number },
): { readonly row: ResourceRow; readonly one: Unshown } {
  const { tx, entry } = context;
  const row = readResource(tx.store, input.id);
  if (row === null || row.deleted === 1) throw new CallError('not-found', { ids: [input.id] });
  entry.patientId = row.patientId;
  entry.entity.push(row.id);
  if (!mayDecide(context, row)) {
    throw row.patientId === null ? new CallError('forbidden') : new CallError('restricted', { ids: [row.patientId] });
  }
  if (row.version !== input.expectedVersion) throw new CallError('changed-meanwhile', { ids: [row.id] });
  const { unshown } = unshownOf(tx.store, row);
  const one = unshown.find(({ field, version }) => field === input.field && version === input.version);
  if (one === undefined) throw new CallError('changed-meanwhile', { ids: [row.id] });
  return { row, one };
}

function write(context: CallContext, row: ResourceRow, json: string, claims: string[], settles: Settled[]): void {
  const { tx, session } = context;
  const change = {
    id: row.id,
    expectedVersion: row.version,
    json,
    authorUser: session.userId,
    source: editedSource(row, session, tx.now),
    claims,
    settles,
  };
  if (row.type === 'Patient') updatePatient(tx, change);
  else updateResource(tx, { ...change, columns: columnsOf(JSON.parse(json)) });
}

function keepShown(context: CallContext, row: ResourceRow, { field, version }: Unshown): void {
  const { tx, session } = context;
  const { state } = unshownOf(tx.store, row);
  const wasHidden = !state.lost.has(`${version} ${field}`) && field !== deletedField;
  // A deletion that lost would hold again if nothing but what it covers were left: what is shown is said anew.
  if (wasHidden || (state.deletions.size > 0 && field !== deletedField)) {
    write(context, row, row.json, [field], wasHidden ? [] : [[field, version]]);
  } else settleWrites(tx, row, [[field, version]], session.userId);
}

function takeLost(context: CallContext, row: ResourceRow, { field, version, text }: Unshown): void {
  const { tx, session } = context;
  if (field !== deletedField) {
    write(context, row, withElement(row.json, field, text), [field], [[field, version]]);
    return;
  }
  if (row.type === 'Patient') throw new CallError('forbidden');
  deleteResource(tx, { id: row.id, expectedVersion: row.version, authorUser: session.userId });
}

/** Rows that are read to count what a session may see of them; of further ones each counts as one. */
const counted = 100;

/** As many lines as `conflicts.list` would show to this session. */
export function countConflicts(context: CallContext): number {
  const { permissions } = context.session;
  if (!permissions.has('chart:write') && !permissions.has('patient:write')) return 0;
  const { store } = context.tx;
  const ids = idsToSettle(store);
  let lines = Math.max(0, ids.length - counted);
  try {
    for (const row of rowsToSettle(context, null, ids.slice(0, counted))) lines += unshownOf(store, row).unshown.length;
  } catch (error) {
    // Of a damaged row the list says so; how the exchange stands is told all the same.
    if (!(error instanceof CallError) || error.value.code !== 'record-damaged') throw error;
    return ids.length;
  }
  return lines;
}

export const conflictHandlers: Handlers<'conflicts'> = {
  list: (context, { patientId }) => {
    const { entry } = context;
    entry.patientId = patientId;
    const conflicts: ConflictLine[] = [];
    let more = 0;
    for (const row of rowsToSettle(context, patientId)) {
      const lines = linesOf(context, row);
      if (conflicts.length >= shown) more += lines.length;
      else {
        conflicts.push(...lines);
        if (lines.length > 0) entry.entity.push(row.id);
      }
    }
    return { conflicts, more };
  },
  settle: (context, input) => {
    const { row, one } = asked(context, input);
    context.entry.detail['choose'] = input.choose;
    if (input.choose === 'shown') keepShown(context, row, one);
    else takeLost(context, row, one);
    return { ok: true };
  },
};
