/** The audit page: entries by filter, entries per day, verification. */
import type { AuditFilter, AuditLine, AuditVerdict } from '../../../src-shared/contract/audit.ts';
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { CallContext, Handlers } from '../call.ts';
import { newNotes, writeEntry } from '../entry.ts';
import type { Store } from '../store/open.ts';
import { patientByRef, patientRef } from '../store/patient.ts';
import { withTransaction } from '../store/transaction.ts';
import { countEntries } from './counts.ts';
import type { AuditEntry } from './entry.ts';
import { everything, type LogFilter } from './filters.ts';
import { localDay } from './indexer.ts';
import { readPage } from './page.ts';

const outcomes = { success: 0, denied: 4, failure: 8 } as const;
const outcomeNames = { 0: 'success', 4: 'denied', 8: 'failure' } as const;
/** A name that no pseudonym of the log can have. */
const nobody = '-';

/** Practitioners see their own accesses only, whatever they ask for. */
function filterFor({ tx, session }: CallContext, filter: AuditFilter): LogFilter {
  const user = session.permissions.has('audit:read') ? filter.userId : session.userId;
  return {
    ...everything,
    user,
    patient: filter.patientId === null ? null : (patientRef(tx.store, filter.patientId) ?? nobody),
    kind: filter.kind,
    outcome: filter.outcome === null ? null : outcomes[filter.outcome],
    from: filter.from,
    to: filter.to,
  };
}

type Names = {
  readonly people: ReadonlyMap<string, string>;
  readonly patient: (ref: string) => string | null;
  readonly where: string;
  /** Own roles by id. */
  readonly roles: ReadonlyMap<string, string>;
};

/** Details name own roles by id, alone or in a list. */
function named(detail: AuditLine['detail'], roles: Names['roles']): AuditLine['detail'] {
  if (roles.size === 0) return detail;
  const inWords = (value: string | number) =>
    typeof value === 'string' ? value.replace(/\bown-[a-z0-9]+/g, (id) => roles.get(id) ?? id) : value;
  return Object.fromEntries(Object.entries(detail).map(([key, value]) => [key, inWords(value)]));
}

function toLine(entry: AuditEntry, names: Names): AuditLine {
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
    where: names.where,
    origin: entry.origin,
    purpose: entry.purpose,
    detail: named(entry.detail, names.roles),
  };
}

/** Names of patients for who may read demographics; the pseudonym alone for everyone else. */
function patientNames(store: Store, mayRead: boolean): (ref: string) => string | null {
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

/** How long one look covers scrolling on, milliseconds. */
const lookLasts = 10 * 60_000;

/**
 * A look into the log is one entry: a first page, or an overview with no look before it. Scrolling on in the same
 * filter, and the overview beside a page, are the same look for some minutes.
 */
function coverLook({ session, entry, now, kept }: CallContext, filter: string | null, goesOn: boolean): void {
  const { look } = session;
  const same = look !== null && now - look.at < lookLasts && (filter === null || look.filter === filter);
  if (goesOn && same) entry.covered = true;
  else
    kept(() => {
      session.look = { filter, at: now };
    });
}

const daysShown = 30;
const dayMs = 86_400_000;

/** Entries per local day, oldest first. */
function lastDays(store: Store, now: number): { day: string; count: number }[] {
  const today = localDay(now);
  const { days } = countEntries(store, { ...everything, from: now - (daysShown + 1) * dayMs });
  return Array.from({ length: daysShown }, (_, at) => {
    const day = today - daysShown + 1 + at;
    return { day: new Date(day * dayMs).toISOString().slice(0, 10), count: days.get(day) ?? 0 };
  });
}

export const auditHandlers: Handlers<'audit'> = {
  page: (context, { filter, before, limit }) => {
    const { core, tx, session, entry } = context;
    const page = readPage(tx.store, filterFor(context, filter), before, limit);
    const names: Names = {
      people: core.vault.people.names(),
      patient: patientNames(tx.store, session.permissions.has('patient:read')),
      where: core.vault.displayDirectory()?.workstationName ?? '',
      roles: core.vault.ownRoleNames(),
    };
    coverLook(context, JSON.stringify(filter), before !== null);
    entry.detail['count'] = page.entries.length;
    if (filter.patientId !== null) entry.patientId = filter.patientId;
    return { entries: page.entries.map((one) => toLine(one, names)), total: page.total, next: page.next };
  },
  overview: (context) => {
    const { core, tx, session } = context;
    coverLook(context, null, true);
    const all = session.permissions.has('audit:read');
    // Who was removed is in the log all the same, and can be asked for.
    const everybody = [...core.vault.users(), ...(all ? core.vault.people.removed() : [])];
    const people = everybody.filter(({ id }) => all || id === session.userId);
    return {
      days: all ? lastDays(tx.store, tx.now) : [],
      people: people.map(({ id, displayName }) => ({ id, name: displayName })),
      verified: core.verification.last(),
    };
  },
  verify: async ({ core, session, record }) => {
    const { store } = core.demandOpen();
    const { shared } = session.keys;
    if (shared === undefined) throw new CallError('no-clinical-access');
    const begun = (): void =>
      record(({ entry }) => {
        entry.detail.phase = 'begin';
      });
    const ended = (verdict: AuditVerdict): void => {
      const notes = newNotes('audit.verified', session);
      Object.assign(notes.detail, {
        phase: 'end',
        ok: verdict.ok ? 1 : 0,
        entries: verdict.entries,
        rows: verdict.rows,
        ...(verdict.problem !== null && { problem: verdict.problem.code }),
      });
      withTransaction(store, (tx) => writeEntry(tx, session, notes, verdict.ok ? 'success' : 'failure'), core.clock());
    };
    core.verification.start(begun, ended, shared.databaseKey);
    return { ok: true };
  },
  scrub: ({ core }) => core.scrub.status(),
  verdict: async ({ core }) => {
    if (core.opened() === null) throw new CallError('no-clinical-access');
    return { verdict: await core.verification.verdict() };
  },
  cancelVerify: async ({ core }) => {
    core.verification.cancel();
    return { ok: true };
  },
};
