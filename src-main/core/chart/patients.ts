/** Finding patients, adding them, changing their demographics. */

import { CallError } from '../../../src-shared/contract/errors.ts';
import type { PatientLine } from '../../../src-shared/contract/patients.ts';
import { patientId as patientIdSchema } from '../../../src-shared/contract/primitives.ts';
import { isoDay } from '../../../src-shared/fhir/dates.ts';
import { parseResource } from '../../../src-shared/fhir/lossless.ts';
import type { CallContext, Handlers } from '../call.ts';
import type { Core } from '../core.ts';
import { type Hidden, hiddenFrom, maskedDemographics, maskedList, searchedBy, withStored } from '../people/masking.ts';
import { likelyDuplicates } from '../store/duplicates.ts';
import { countPatients, insertPatient, type PatientRow, readPatientResource, updatePatient } from '../store/patient.ts';
import type { DateOrder } from '../store/query.ts';
import { firstPatients, recentPatients, searchPatients } from '../store/search.ts';
import { newId } from '../store/transaction.ts';
import { demographicsOf, editedPatientJson, newPatientJson } from './demographics.ts';
import { erasePatient } from './erase.ts';
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

const linesOf = (rows: readonly PatientRow[], hidden: Hidden): PatientLine[] =>
  rows.map((row) => patientLine(row, hidden));

export const patientHandlers: Handlers<'patients'> = {
  search: (context, { text }) => {
    const { core, tx, session } = context;
    const hidden = hiddenFrom(session);
    const started = performance.now();
    const { hits, matches } = searchPatients(tx.store, text, {
      order: dateOrder(core),
      searched: searchedBy(hidden),
    });
    const took = performance.now() - started;
    coverSearch(context, hits.length);
    return { hits: linesOf(hits, hidden), total: countPatients(tx.store), matches, took };
  },
  endSearch: (context, { opened }) => {
    endSearch(context, opened);
    return { ok: true };
  },
  recent: ({ tx, session, entry }) => {
    const recent = recentPatients(tx.store, session.userId);
    const rows = recent.length > 0 ? recent : firstPatients(tx.store);
    entry.detail['count'] = rows.length;
    return { patients: linesOf(rows, hiddenFrom(session)), total: countPatients(tx.store) };
  },
  demographics: ({ tx, session, entry }, { patientId }) => {
    const row = readPatientResource(tx.store, patientId);
    if (row === null || row.deleted === 1) throw new CallError('not-found');
    entry.patientId = patientId;
    const hidden = hiddenFrom(session);
    return {
      patientId,
      version: row.version,
      imported: readSource(row).kind === 'import',
      demographics: maskedDemographics(demographicsOf(parseResource(row.json)), hidden),
      masked: maskedList(hidden),
    };
  },
  similar: ({ tx, session, entry }, { family, given, birthDate }) => {
    const candidates = likelyDuplicates(tx.store, { family, given, birthDate });
    entry.detail['count'] = candidates.length;
    const hidden = hiddenFrom(session);
    return { candidates: candidates.map(({ patient, reason }) => ({ patient: patientLine(patient, hidden), reason })) };
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
      // A refusal would tell who does not see identifiers that a guessed one is right.
      identifiers: hiddenFrom(session).has('identifiers') ? [] : demographics.identifiers,
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
    const stored = demographicsOf(parseResource(row.json));
    const changed = updatePatient(tx, {
      id: patientId,
      expectedVersion: version,
      json: editedPatientJson(row.json, withStored(demographics, stored, hiddenFrom(session))),
      authorUser: session.userId,
      source: editedSource(row, session, tx.now),
    });
    return { version: changed.version };
  },
  erase: erasePatient,
};
