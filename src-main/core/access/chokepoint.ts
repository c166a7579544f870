/**
 * The one place where a restricted chart is refused. The dispatcher asks after a handler's work and before the commit:
 * whatever was found or written about a patient whom this session may not see is undone and not answered.
 */
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { Permission } from '../../../src-shared/contract/permissions.ts';
import type { Needs } from '../../../src-shared/contract/procedure.ts';
import type { EntryNotes } from '../call.ts';
import type { LiveSession } from '../session.ts';
import { readRestriction } from '../store/access.ts';
import type { Store } from '../store/open.ts';

/** What these permissions open is the chart; demographics and the log are not. */
const clinical: ReadonlySet<Permission> = new Set([
  'chart:read',
  'chart:write',
  'note:read',
  'note:write',
  'note:sign',
  'note:amend',
  'patient:print',
  'patient:export',
]);

/** Whether a procedure is for those alone whose permissions open charts. */
export function opensCharts(needs: Needs): boolean {
  if (needs === 'public' || needs === 'session') return false;
  const held = typeof needs === 'string' ? [needs] : needs;
  return held.every((one) => clinical.has(one));
}

/** Not restricted, or on its list, or in a running emergency access. @throws CallError record-damaged */
export function mayOpen(store: Store, session: Pick<LiveSession, 'userId' | 'grants'>, patientId: string): boolean {
  const restriction = readRestriction(store, patientId);
  if (restriction === null || restriction.users.includes(session.userId)) return true;
  return session.grants.running(patientId) !== null;
}

/** @throws CallError restricted, with the patient concerned */
export function demandOpenCharts(store: Store, session: LiveSession, needs: Needs, entry: EntryNotes): void {
  if (!opensCharts(needs)) return;
  const about = entry.patientId === null ? entry.alsoAbout : [entry.patientId, ...entry.alsoAbout];
  for (const patientId of about) {
    if (!mayOpen(store, session, patientId)) throw new CallError('restricted', { ids: [patientId] });
  }
}
