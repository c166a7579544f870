/** What two people wrote of the same element, as people read it, and whose rows a session may decide about. */
import type { ConflictLine } from '../../../src-shared/contract/sync.ts';
import { conceptText } from '../../../src-shared/fhir/display.ts';
import { elementText as readable } from '../../../src-shared/fhir/element-text.ts';
import { isObject, member, textAt } from '../../../src-shared/fhir/json.ts';
import { parseLossless } from '../../../src-shared/fhir/lossless.ts';
import { splitVersion } from '../../../src-shared/sync-protocol/primitives.ts';
import { mayOpen } from '../access/chokepoint.ts';
import type { CallContext } from '../call.ts';
import { chartMask } from '../people/masked-chart.ts';
import { hiddenFrom } from '../people/masking.ts';
import { readChart } from '../store/chart.ts';
import { deletedField, versionOf } from '../store/field-versions.ts';
import { elementText, topLevelFields } from '../store/fields.ts';
import type { Store } from '../store/open.ts';
import { readPatient } from '../store/patient.ts';
import type { ResourceRow } from '../store/row.ts';
import { loadState } from '../sync/merge/row-state.ts';
import { hiddenBehind, hiddenElements, type RowState, type Writer } from '../sync/merge/state.ts';
import { chartVersions } from './masked-answer.ts';

/** A value that is not shown: it lost, or what it would make of the whole is no resource. */
export type Unshown = Writer & { readonly field: string; readonly version: string; readonly text: string | null };

const writerOf = (state: RowState, version: string): Writer =>
  version === state.whole.version ? state.whole : (state.writers.get(version) ?? { author: null, at: 0 });

/** What nobody has settled of a row, in order of element and version; nothing of a row that is deleted. */
export function unshownOf(store: Store, row: ResourceRow): { readonly state: RowState; readonly unshown: Unshown[] } {
  const state = loadState(store, row);
  if (row.deleted === 1) return { state, unshown: [] };
  const shown = topLevelFields(row.json);
  const lost = [...state.lost.values()].filter(({ field, text }) => text !== elementText(shown, field));
  const hidden = hiddenElements(hiddenBehind(row.json, state.texts).keys()).map((field): Unshown => {
    const version = versionOf(state.versions, field);
    return { field, version, text: elementText(state.texts, field), ...pick(writerOf(state, version)) };
  });
  const deletions = [...state.deletions.values()].map(
    ({ version, author, at }): Unshown => ({ field: deletedField, version, text: null, author, at }),
  );
  const unshown = [...lost, ...hidden, ...deletions].sort((a, b) =>
    a.field === b.field ? (a.version < b.version ? -1 : 1) : a.field < b.field ? -1 : 1,
  );
  return { state, unshown };
}

const pick = ({ author, at }: Writer): Writer => ({ author, at });

/** A patient's line is whose who may write it; a chart's rows are theirs who may write the chart and open this one. */
export function mayDecide({ tx, session }: CallContext, row: ResourceRow): boolean {
  const { permissions } = session;
  if (row.type === 'Patient') return permissions.has('patient:write') && permissions.has('patient:read');
  if (!permissions.has('chart:write') || !permissions.has('chart:read')) return false;
  return row.patientId === null || mayOpen(tx.store, session, row.patientId);
}

/** Lines of one row. */
export function linesOf(context: CallContext, row: ResourceRow): ConflictLine[] {
  const { core, tx, session } = context;
  const { state, unshown } = unshownOf(tx.store, row);
  if (unshown.length === 0) return [];
  const mask = maskOf(context, row);
  const { users, devices } = core.vault.rosterState();
  const side = (version: string, { author, at }: Writer, text: string | null): ConflictLine['shown'] => ({
    version,
    text,
    user: author === null ? null : (users.get(author)?.displayName ?? null),
    device: devices.get(splitVersion(version).device)?.name ?? null,
    at: at === 0 ? null : at,
  });
  const shown = topLevelFields(row.json);
  const patient = row.patientId === null ? null : readPatient(tx.store, row.patientId);
  const named = patient !== null && session.permissions.has('patient:read');
  const title = titleOf(row, mask);
  return unshown.map((one) => {
    const { field, version } = one;
    const isDeletion = field === deletedField;
    const top = isDeletion ? state.whole.version : versionOf(state.versions, field);
    const text = isDeletion ? title : textOf(row.type, field, elementText(shown, field), mask);
    return {
      id: row.id,
      type: row.type,
      field,
      patientId: row.patientId,
      patient: named ? [patient.family, patient.given].filter((part) => part !== '').join(', ') : null,
      title,
      shown: side(top, writerOf(state, top), text),
      lost: side(version, one, isDeletion ? null : textOf(row.type, field, one.text, mask)),
      expectedVersion: row.version,
    };
  });
}

type Mask = (json: string) => string;

function maskOf({ tx, session }: CallContext, row: ResourceRow): Mask {
  const hidden = hiddenFrom(session);
  if (hidden.size === 0) return (json) => json;
  const chart = row.patientId === null ? [] : readChart(tx.store, row.patientId);
  const lost = unshownOf(tx.store, row).unshown.flatMap(({ text }) => (text === null ? [] : [whole(row.type, text)]));
  return chartMask([...chartVersions(tx.store, chart), ...lost], hidden).json;
}

const whole = (type: string, members: string): string => `{"resourceType":${JSON.stringify(type)},${members}}`;

function textOf(type: string, field: string, members: string | null, mask: Mask): string | null {
  if (members === null) return null;
  const resource = parseLossless(mask(whole(type, members)));
  const value = member(resource, field);
  if (value !== undefined) return readable(value);
  const beside = member(resource, `_${field}`);
  return beside === undefined ? '' : readable(beside);
}

/** What the resource is called in its chart. */
function titleOf(row: ResourceRow, mask: Mask): string {
  const resource = parseLossless(mask(row.json));
  if (!isObject(resource)) return row.type;
  const called =
    conceptText(resource.code) ?? conceptText(resource.medicationCodeableConcept) ?? textAt(resource, 'title');
  return called ?? row.type;
}
