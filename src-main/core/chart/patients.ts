/** Finding patients, adding them, changing their demographics. */

import { CallError } from '../../../src-shared/contract/errors.ts';
import type { PatientLine } from '../../../src-shared/contract/patients.ts';
import { patientId as patientIdSchema } from '../../../src-shared/contract/primitives.ts';
import { isoDay } from '../../../src-shared/fhir/dates.ts';
import { parseResource } from '../../../src-shared/fhir/lossless.ts';
import type { CallContext, Handlers } from '../call.ts';
import type { Core } from '../core.ts';
import { likelyDuplicates } from '../store/duplicates.ts';
import { countPatients, insertPatient, type PatientRow, readPatientResource, updatePatient } from '../store/patient.ts';
import type { DateOrder } from '../store/query.ts';
import { firstPatients, recentPatients, searchPatients } from '../store/search.ts';
import { newId } from '../store/transaction.ts';
import { demographicsOf, editedPatientJson, newPatientJson } from './demographics.ts';
import { patientLine } from './patient-line.ts';
import { coverSearch, endSearch } from './search-session.ts';
import { editedSource, localSource, readSource } from './source-line.ts';

/** How a typed birth date reads: the month first only where people write it so. */
function dateOrder(core: Core): DateOrder {
  return core.vault.displayDirectory()?.country === 'US' ? 'mdy' : 'dmy';
}

function demandPastDate(context: CallContext, birthDate: string | null): void {
  if (birthDate !== null && birthDate > isoDay(context.now))
    throw new CallError('invalid-input', { field: 'demographics.birthDate' });
}

const linesOf = (rows: readonly PatientRow[]): PatientLine[] => rows.map(patientLine);

export const patientHandlers: Handlers<'patients'> = {
  search: (context, { text }) => {
    const { core, tx } = context;
    const started = performance.now();
    const { hits, matches } = searchPatients(tx.store, text, { order: dateOrder(core) });
    const took = performance.now() - started;
    coverSearch(context, hits.length);
    return { hits: linesOf(hits), total: countPatients(tx.store), matches, took };
  },
  endSearch: (context, { opened }) => {
    endSearch(context, opened);
    return { ok: true };
  },
  recent: ({ tx, session, entry }) => {
    const recent = recentPatients(tx.store, session.userId);
    const rows = recent.length > 0 ? recent : firstPatients(tx.store);
    entry.detail['count'] = rows.length;
    return { patients: linesOf(rows), total: countPatients(tx.store) };
  },
  demographics: ({ tx, entry }, { patientId }) => {
    const row = readPatientResource(tx.store, patientId);
    if (row === null || row.deleted === 1) throw new CallError('not-found');
    entry.patientId = patientId;
    return {
      patientId,
      version: row.version,
      imported: readSource(row).kind === 'import',
      demographics: demographicsOf(parseResource(row.json)),
    };
  },
  similar: ({ tx, entry }, { family, given, birthDate }) => {
    const candidates = likelyDuplicates(tx.store, { family, given, birthDate });
    entry.detail['count'] = candidates.length;
    return { candidates: candidates.map(({ patient, reason }) => ({ patient: patientLine(patient), reason })) };
  },
  create: (context, { demographics, notADuplicate }) => {
    const { tx, session, entry } = context;
    demandPastDate(context, demographics.birthDate);
    const full =
      demographics.birthDate !== null && demographics.birthDate.length === 10 ? demographics.birthDate : null;
    const similar = likelyDuplicates(tx.store, {
      family: demographics.family,
      given: demographics.given,
      birthDate: full,
      identifiers: demographics.identifiers,
    });
    if (similar.length > 0 && !notADuplicate) {
      throw new CallError('likely-duplicate', { ids: similar.map(({ patient }) => patient.id) });
    }
    const id = newId(tx.now);
    insertPatient(tx, {
      id,
      json: newPatientJson(id, demographics),
      authorUser: session.userId,
      source: localSource(session, tx.now),
    });
    entry.patientId = id;
    entry.entity.push(id);
    if (similar.length > 0) entry.detail['despiteSimilar'] = similar.length;
    return { patientId: patientIdSchema.parse(id) };
  },
  update: (context, { patientId, version, demographics }) => {
    const { tx, session, entry } = context;
    demandPastDate(context, demographics.birthDate);
    const row = readPatientResource(tx.store, patientId);
    if (row === null || row.deleted === 1) throw new CallError('not-found');
    entry.patientId = patientId;
    entry.entity.push(patientId);
    const changed = updatePatient(tx, {
      id: patientId,
      expectedVersion: version,
      json: editedPatientJson(row.json, demographics),
      authorUser: session.userId,
      source: editedSource(row, session, tx.now),
    });
    return { version: changed.version };
  },
};
