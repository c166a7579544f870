/** What of the log is asked for. */
import { type AuditCode, type AuditKind, auditEvents } from '../../../src-shared/contract/audit-events.ts';
import type { AuditEntry } from './entry.ts';

/** Values by field, as the index knows them. */
export type LogTerm = Readonly<
  Partial<Record<'event' | 'outcome' | 'origin' | 'purpose' | 'user' | 'device', readonly string[]>>
>;

/** Null means any. */
export type LogFilter = {
  readonly user: string | null;
  /** Pseudonym as in entries: `patientRef(store, id)`. */
  readonly patient: string | null;
  readonly kind: AuditKind | null;
  /** Any of these; none of them is nothing. */
  readonly events: readonly AuditCode[] | null;
  readonly outcome: AuditEntry['outcome'] | null;
  readonly device: string | null;
  readonly purpose: string | null;
  readonly origin: AuditEntry['origin'] | null;
  /** Each lets through what has any of its values. */
  readonly terms: readonly LogTerm[];
  /** Milliseconds, both ends included. */
  readonly from: number | null;
  readonly to: number | null;
};

export const everything: LogFilter = {
  user: null,
  patient: null,
  kind: null,
  events: null,
  outcome: null,
  device: null,
  purpose: null,
  origin: null,
  terms: [],
  from: null,
  to: null,
};

export function matches(entry: AuditEntry, filter: LogFilter): boolean {
  return (
    (filter.user === null || entry.agent.user === filter.user) &&
    (filter.patient === null || entry.patient === filter.patient) &&
    (filter.kind === null || auditEvents[entry.type].kind === filter.kind) &&
    (filter.events === null || filter.events.includes(entry.type)) &&
    (filter.outcome === null || entry.outcome === filter.outcome) &&
    (filter.device === null || entry.device === filter.device) &&
    (filter.purpose === null || entry.purpose === filter.purpose) &&
    (filter.origin === null || entry.origin === filter.origin) &&
    filter.terms.every((term) => has(entry, term)) &&
    (filter.from === null || entry.recorded >= filter.from) &&
    (filter.to === null || entry.recorded <= filter.to)
  );
}

/** Whether an entry has any of a term's values. */
export function has({ type, outcome, origin, purpose, agent, device }: AuditEntry, term: LogTerm): boolean {
  return (
    term.event?.includes(type) === true ||
    term.outcome?.includes(String(outcome)) === true ||
    term.origin?.includes(origin) === true ||
    term.purpose?.includes(purpose) === true ||
    (agent.user !== null && term.user?.includes(agent.user) === true) ||
    term.device?.includes(device) === true
  );
}
