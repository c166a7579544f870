/** Reading the chart and adding to it. */
import { CallError } from '../../../src-shared/contract/errors.ts';
import { resourceId } from '../../../src-shared/contract/primitives.ts';
import { buildAllergy, buildCondition, buildMedication, patientReference } from '../../../src-shared/fhir/build.ts';
import { isoDay } from '../../../src-shared/fhir/dates.ts';
import { parseResource } from '../../../src-shared/fhir/lossless.ts';
import { noteSignature, type SignatureState } from '../audit/signatures.ts';
import type { CallContext, Handlers } from '../call.ts';
import { hiddenFrom } from '../people/masking.ts';
import { patientsOfDocument } from '../store/access.ts';
import { readAlone, readChart } from '../store/chart.ts';
import { columnsOf } from '../store/columns.ts';
import { readPatient } from '../store/patient.ts';
import { noteRecent } from '../store/personal.ts';
import { insertResource, readHistory, readResource, updateResource } from '../store/record.ts';
import type { ResourceRow } from '../store/row.ts';
import { newId } from '../store/transaction.ts';
import { toChartRow } from './chart-row.ts';
import { draftsOf } from './drafts.ts';
import { endedJson, endsBeforeItBegan } from './ending.ts';
import { maskedAnswer, maskedSource } from './masked-answer.ts';
import { recorderOf } from './recorder.ts';
import { referencesOf, referredRows } from './referred.ts';
import { editedSource, localSource } from './source-line.ts';
import { vitalObservations } from './vital-observations.ts';

/** Adds one resource of ours to a patient's chart. @returns its local id */
function addResource(context: CallContext, patientId: string, id: string, resource: object): string {
  const { tx, session, entry } = context;
  if (readPatient(tx.store, patientId) === null) throw new CallError('not-found');
  const type = 'resourceType' in resource ? String(resource.resourceType) : '';
  insertResource(tx, {
    id,
    type,
    patientId,
    encounterId: null,
    columns: columnsOf(resource),
    json: JSON.stringify(resource),
    authorUser: session.userId,
    source: localSource(session, tx.now),
  });
  entry.patientId = patientId;
  entry.entity.push(id);
  return id;
}

function making({ tx, session }: CallContext) {
  return { id: newId(tx.now), recorded: new Date(tx.now).toISOString(), recorder: recorderOf(session) };
}

function conceptOf(input: { readonly text: string; readonly code: string; readonly system: string }) {
  return {
    text: input.text,
    ...(input.code !== '' && { code: input.code }),
    ...(input.system !== '' && { system: input.system }),
  };
}

function demandPast({ now }: CallContext, date: string | null, field: string): void {
  const tomorrow = new Date(now + 86_400_000).toISOString().slice(0, 10);
  if (date !== null && date > tomorrow) throw new CallError('invalid-input', { field });
}

/** Of a note signed here; null for everything else. */
function signatureOf({ tx, core }: CallContext, row: ResourceRow): SignatureState | null {
  if (row.type !== 'Composition' || row.signed !== 1 || row.batch !== 0 || row.patientId === null) return null;
  return noteSignature(tx.store, row, readChart(tx.store, row.patientId), core.vault.rosterHistory());
}

/** A row with the chart it is proved in. @throws CallError not-found, record-damaged */
function checkedRow(context: CallContext, id: string): ResourceRow {
  const { store } = context.tx;
  const row = readResource(store, id);
  if (row === null || row.deleted === 1) throw new CallError('not-found');
  const proved =
    row.patientId === null ? readAlone(store, id) : readChart(store, row.patientId).find((one) => one.id === id);
  if (proved === null || proved === undefined) throw new CallError('record-damaged', { ids: [id] });
  return proved;
}

export const chartHandlers: Handlers<'chart'> = {
  open: ({ tx, session, entry }, { patientId }) => {
    entry.patientId = patientId;
    const rows = readChart(tx.store, patientId);
    const references = referencesOf(tx.store, patientId);
    const referred = referredRows(tx.store, Object.values(references), new Set(rows.map(({ id }) => id)));
    noteRecent(tx, session.userId, patientId);
    entry.detail['rows'] = rows.length;
    const writes = session.permissions.has('note:write');
    return maskedAnswer(tx.store, rows, hiddenFrom(session), {
      patientId,
      rows: rows.map((row) => toChartRow(row)),
      referred: referred.map((row) => toChartRow(row)),
      references,
      drafts: writes ? draftsOf(tx.store, session.userId, patientId) : [],
    });
  },
  source: (context, { id }) => {
    const { tx, session, entry } = context;
    const row = checkedRow(context, id);
    entry.patientId = row.patientId;
    entry.entity.push(id);
    // A document about several people is a row of none of them, and shows all of them.
    if (row.type === 'Bundle') entry.alsoAbout.push(...patientsOfDocument(tx.store, id));
    const shown = maskedSource(tx.store, row, hiddenFrom(session), readHistory(tx.store, id));
    return { ...shown, signature: signatureOf(context, row) };
  },
  addProblem: (context, input) => {
    demandPast(context, input.onset, 'onset');
    const made = making(context);
    const condition = buildCondition({
      ...made,
      patient: patientReference(input.patientId),
      problem: conceptOf(input),
      ...(input.onset !== null && { onset: input.onset }),
      ...(input.note.trim() !== '' && { note: input.note.trim() }),
    });
    return { id: resourceId.parse(addResource(context, input.patientId, made.id, condition)) };
  },
  addAllergy: (context, input) => {
    const made = making(context);
    const patient = patientReference(input.patientId);
    if (input.kind === 'none-known') {
      const none = buildAllergy({ ...made, patient, allergen: 'none-known' });
      return { id: resourceId.parse(addResource(context, input.patientId, made.id, none)) };
    }
    demandPast(context, input.onset, 'onset');
    const allergy = buildAllergy({
      ...made,
      patient,
      allergen: conceptOf(input),
      ...(input.category !== null && { category: input.category }),
      ...(input.criticality !== null && { criticality: input.criticality }),
      ...(input.reaction !== '' && { reaction: { manifestation: input.reaction } }),
      ...(input.onset !== null && { onset: input.onset }),
    });
    return { id: resourceId.parse(addResource(context, input.patientId, made.id, allergy)) };
  },
  addMedication: (context, input) => {
    const made = making(context);
    const statement = buildMedication({
      ...made,
      patient: patientReference(input.patientId),
      medication: conceptOf(input),
      ...(input.dosage !== '' && { dosage: input.dosage }),
      ...(input.start !== null && { start: input.start }),
      ...(input.note.trim() !== '' && { note: input.note.trim() }),
    });
    return { id: resourceId.parse(addResource(context, input.patientId, made.id, statement)) };
  },
  end: (context, { id, version, as, date }) => {
    const { tx, session, entry } = context;
    demandPast(context, date, 'date');
    const row = checkedRow(context, id);
    entry.patientId = row.patientId;
    entry.entity.push(id);
    entry.detail['as'] = as;
    if (row.version !== version) throw new CallError('changed-meanwhile', { ids: [id] });
    const ended = date ?? isoDay(tx.now);
    if (as === 'ended' && endsBeforeItBegan(row.json, ended)) throw new CallError('invalid-input', { field: 'date' });
    const json = endedJson(row.type, row.json, as, ended);
    if (json === null) throw new CallError('invalid-resource');
    const changed = updateResource(tx, {
      id,
      expectedVersion: version,
      json,
      columns: columnsOf(parseResource(json)),
      authorUser: session.userId,
      source: editedSource(row, session, tx.now),
    });
    return { version: changed.version };
  },
  recordVitals: (context, input) => {
    const { tx, session, now } = context;
    if (input.at > now + 60_000) throw new CallError('invalid-input', { field: 'at' });
    const observations = vitalObservations(input, {
      recorded: new Date(tx.now).toISOString(),
      recorder: recorderOf(session),
      newId: () => newId(tx.now),
    });
    return {
      ids: observations.map(({ id, resource }) =>
        resourceId.parse(addResource(context, input.patientId, id, resource)),
      ),
    };
  },
};
