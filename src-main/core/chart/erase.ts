/** Erasing a patient: what two admins agreed to, while no legal hold covers the patient. */
import { CallError } from '../../../src-shared/contract/errors.ts';
import { holdsThatStand } from '../audit/prune/holds.ts';
import type { Handlers } from '../call.ts';
import { demandUsable } from '../requests/standing.ts';
import { afterErasure, eraseEverywhere } from '../store/erase.ts';
import type { Store } from '../store/open.ts';
import { patientRef } from '../store/patient.ts';
import { endRequest } from '../store/request.ts';
import { drain } from '../store/slices.ts';

/** @throws CallError not-found, patient-on-hold */
export function demandErasable(store: Store, patientId: string): void {
  const ref = patientRef(store, patientId);
  if (ref === null) throw new CallError('not-found');
  const { everything, patients } = drain(holdsThatStand(store));
  if (everything || patients.has(ref)) throw new CallError('patient-on-hold');
}

export const erasePatient: Handlers<'patients'>['erase'] = (context, { patientId, requestId }) => {
  const { core, tx, session, entry, now, kept } = context;
  entry.patientId = patientId;
  // The only admin signs alone: the others take no erasure that nobody signed.
  const request =
    requestId === null
      ? core.vault.requests.signAlone(session.keys, { kind: 'erase-patient', patientId })
      : demandUsable(core, tx.store, session, requestId, 'erase-patient', now);
  const { subject } = request.body;
  if (subject.kind !== 'erase-patient' || subject.patientId !== patientId) throw new CallError('request-needed');
  demandErasable(tx.store, patientId);
  const agreed = { request: JSON.stringify(request), roster: core.vault.audit.rosterSize() };
  const erased = eraseEverywhere(tx, patientId, agreed);
  if (erased === null) throw new CallError('not-found');
  // The pseudonym is nobody's any more: the entry names it among what proofs need, and no patient.
  entry.patientId = null;
  entry.entity.push(patientId, ...(requestId === null ? [] : [requestId]));
  entry.detail['rows'] = erased.rows;
  if (erased.ref !== null) entry.detail['erased'] = erased.ref;
  if (requestId === null) entry.detail['alone'] = 1;
  else endRequest(tx, requestId, 'done', session.userId);
  kept(() => afterErasure(tx.store, [erased]));
  return { ok: true };
};
