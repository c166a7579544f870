/** From what a call was to the audit entry it leaves. */
import type { AuditCode } from '../../src-shared/contract/audit-events.ts';
import type { AuditEntry } from './audit/entry.ts';
import { append } from './audit/log.ts';
import type { EntryNotes } from './call.ts';
import type { LiveSession } from './session.ts';
import { patientRef } from './store/patient.ts';
import type { Tx } from './store/transaction.ts';

export type Outcome = 'success' | 'denied' | 'failure';
const outcomeCode = { success: 0, denied: 4, failure: 8 } as const satisfies Record<Outcome, AuditEntry['outcome']>;

/** Purpose of use (HL7 v3 PurposeOfUse): treatment for who cares for patients, operations for everyone else. */
export function purposeOf(session: LiveSession): 'TREAT' | 'HOPERAT' {
  const clinical = session.permissions.has('chart:read') || session.permissions.has('patient:write');
  return clinical ? 'TREAT' : 'HOPERAT';
}

export function newNotes(event: AuditCode, session: LiveSession): EntryNotes {
  return { event, patientId: null, alsoAbout: [], entity: [], detail: {}, purpose: purposeOf(session), covered: false };
}

/** Emergency access to a chart (HL7 v3 ActReason). */
export const breakTheGlass = 'BTG';

/** While a session's emergency access to a patient runs, everything it does about that patient says so. */
function purposeToWrite(session: LiveSession, { patientId, purpose }: EntryNotes): string {
  return patientId !== null && session.grants.running(patientId) !== null ? breakTheGlass : purpose;
}

/** Appends the entry of a session's act to the log, in the transaction of that act. @returns its number */
export function writeEntry(tx: Tx, session: LiveSession, notes: EntryNotes, outcome: Outcome): number {
  return append(tx, {
    type: notes.event,
    outcome: outcomeCode[outcome],
    agent: { user: session.userId, roles: [...session.roles], session: session.id },
    purpose: purposeToWrite(session, notes),
    patient: notes.patientId === null ? null : patientRef(tx.store, notes.patientId),
    entity: notes.entity,
    origin: session.channel,
    detail: notes.detail,
  });
}
