/** Entries as the screen shows them: ids become names where names are known and may be read. */
import type { AuditLine } from '../../../src-shared/contract/audit.ts';
import type { CallContext } from '../call.ts';
import type { Store } from '../store/open.ts';
import { patientByRef } from '../store/patient.ts';
import type { AuditEntry } from './entry.ts';
import { detailOf } from './sealed-detail.ts';

const outcomeNames = { 0: 'success', 4: 'denied', 8: 'failure' } as const;

export type Names = {
  readonly people: ReadonlyMap<string, string>;
  readonly patient: (ref: string) => string | null;
  readonly device: (id: string) => string;
  /** Own roles by id. */
  readonly roles: ReadonlyMap<string, string>;
};

export function namesFor({ core, tx, session }: CallContext): Names {
  return {
    people: core.vault.people.names(),
    patient: patientNames(tx.store, session.permissions.has('patient:read')),
    device: deviceNames(core.vault, tx.store),
    roles: core.vault.ownRoleNames(),
  };
}

/** This workstation as it is called here, others as the roster calls them. */
export function deviceNames(vault: CallContext['core']['vault'], store: Store): (id: string) => string {
  const listed = vault.rosterState().devices;
  const here = vault.displayDirectory()?.workstationName;
  return (id) => (id === store.device ? here : undefined) ?? listed.get(id)?.name ?? id;
}

/** Names of patients for who may read demographics; the pseudonym alone for everyone else. */
export function patientNames(store: Store, mayRead: boolean): (ref: string) => string | null {
  const known = new Map<string, string | null>();
  return (ref) => {
    if (!mayRead) return null;
    if (!known.has(ref)) {
      const row = patientByRef(store, ref);
      known.set(ref, row === null ? null : [row.family, row.given].filter((part) => part !== '').join(', '));
    }
    return known.get(ref) ?? null;
  };
}

/** Details name own roles by id, alone or in a list. */
function named(detail: AuditLine['detail'], roles: Names['roles']): AuditLine['detail'] {
  if (roles.size === 0) return detail;
  const inWords = (value: string | number) =>
    typeof value === 'string' ? value.replace(/\bown-[a-z0-9]+/g, (id) => roles.get(id) ?? id) : value;
  return Object.fromEntries(Object.entries(detail).map(([key, value]) => [key, inWords(value)]));
}

export function toLine(store: Store, entry: AuditEntry, names: Names): AuditLine {
  const { detail, shut } = detailOf(store, entry);
  return {
    seq: entry.seq,
    recorded: entry.recorded,
    event: entry.type,
    action: entry.action,
    outcome: outcomeNames[entry.outcome],
    user: entry.agent.user === null ? null : (names.people.get(entry.agent.user) ?? entry.agent.user),
    roles: entry.agent.roles.map((role) => names.roles.get(role) ?? role),
    patient: entry.patient === null ? null : names.patient(entry.patient),
    patientRef: entry.patient,
    where: names.device(entry.device),
    session: entry.agent.session,
    entity: entry.entity,
    origin: entry.origin,
    purpose: entry.purpose,
    detail: named({ ...detail }, names.roles),
    shut,
    rows: entry.rows?.length ?? 0,
  };
}
