/** Restricting a chart to named users, lifting it, and saying who may open it. */
import type { EmergencyAccess } from '../../../src-shared/contract/access.ts';
import { CallError } from '../../../src-shared/contract/errors.ts';
import {
  patientId as patientIdSchema,
  type UserId,
  userId as userIdSchema,
} from '../../../src-shared/contract/primitives.ts';
import type { CallContext, Handlers } from '../call.ts';
import type { Core } from '../core.ts';
import { permissionsNow } from '../people/roles.ts';
import type { LiveSession } from '../session.ts';
import { emergenciesOf, type Restriction, readRestriction, writeRestriction } from '../store/access.ts';
import type { Store } from '../store/open.ts';
import { readPatient } from '../store/patient.ts';
import { mayOpen } from './chokepoint.ts';

type Named = { id: UserId; name: string };

/** Active users who may read charts, in order of names. */
function readersOf(core: Core): Named[] {
  const may = permissionsNow(core.vault);
  return core.vault
    .users()
    .filter(({ status, roles }) => status === 'active' && may(roles).has('chart:read'))
    .map(({ id, displayName }) => ({ id: userIdSchema.parse(id), name: displayName }))
    .sort((a, b) => a.name.localeCompare(b.name));
}

function nameOf(core: Core, id: string): string {
  return core.vault.people.names().get(id) ?? '';
}

/**
 * Who is on the list, and who reads no charts at all (an admin), may change it. A reader of charts who is not on it
 * would let themselves in; for them there is emergency access. When nobody on the list can open the chart any more,
 * everyone with the permission may.
 */
function mayChange(core: Core, session: LiveSession, restriction: Restriction | null): boolean {
  if (!session.permissions.has('patient:restrict')) return false;
  if (restriction === null || restriction.users.includes(session.userId)) return true;
  if (!session.permissions.has('chart:read')) return true;
  return !readersOf(core).some(({ id }) => restriction.users.includes(id));
}

function demandChange({ core, session, entry }: CallContext, restriction: Restriction | null): void {
  const { patientId } = entry;
  if (patientId !== null && !mayChange(core, session, restriction)) {
    throw new CallError('restricted', { ids: [patientId] });
  }
}

function demandPatient(store: Store, patientId: string): void {
  if (readPatient(store, patientId) === null) throw new CallError('not-found');
}

function emergencies(core: Core, store: Store, patientId: string): EmergencyAccess[] {
  return emergenciesOf(store, patientId).map(({ id, userId, openedAt, endsAt, reason }) => ({
    id,
    by: nameOf(core, userId),
    at: openedAt,
    until: endsAt,
    reason,
  }));
}

export const restrictionHandlers: Pick<Handlers<'access'>, 'get' | 'candidates' | 'restrict' | 'lift'> = {
  get: ({ core, tx, session, entry }, { patientId }) => {
    demandPatient(tx.store, patientId);
    entry.patientId = patientId;
    const restriction = readRestriction(tx.store, patientId);
    const open = session.permissions.has('chart:read') && mayOpen(tx.store, session, patientId);
    const change = mayChange(core, session, restriction);
    const running = session.grants.running(patientId);
    // Beside a chart that opens, whose own entry covers it; that a chart is closed to someone is worth its own.
    entry.covered = open;
    return {
      patientId: patientIdSchema.parse(patientId),
      restriction: restriction && {
        reason: restriction.reason,
        by: nameOf(core, restriction.byUser),
        at: restriction.at,
        users: restriction.users.map((id) => ({ id: userIdSchema.parse(id), name: nameOf(core, id) })),
      },
      open,
      mayChange: change,
      running: running && { until: running.until, reason: running.reason },
      emergencies: open || change ? emergencies(core, tx.store, patientId) : [],
    };
  },
  candidates: ({ core }) => ({ users: readersOf(core) }),
  restrict: (context, { patientId, reason, users }) => {
    const { core, tx, session, entry } = context;
    demandPatient(tx.store, patientId);
    entry.patientId = patientId;
    demandChange(context, readRestriction(tx.store, patientId));
    // Each of them, so that at least one: nobody on the list who could not open the chart anyway.
    const readers = new Set<string>(readersOf(core).map(({ id }) => id));
    if (!users.every((id) => readers.has(id))) throw new CallError('invalid-input', { field: 'users' });
    entry.detail['mac'] = writeRestriction(tx, { patientId, users, reason, byUser: session.userId });
    entry.detail['reason'] = reason;
    entry.entity.push(...users);
    return { ok: true };
  },
  lift: (context, { patientId }) => {
    const { tx, session, entry } = context;
    demandPatient(tx.store, patientId);
    entry.patientId = patientId;
    const restriction = readRestriction(tx.store, patientId);
    if (restriction === null) throw new CallError('not-restricted');
    demandChange(context, restriction);
    const { reason } = restriction;
    entry.detail['mac'] = writeRestriction(tx, { patientId, users: null, reason, byUser: session.userId });
    return { ok: true };
  },
};
