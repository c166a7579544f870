/** The audit page: entries and counts by filter, saved filters, verification. */
import type { AuditFilter, AuditVerdict } from '../../../src-shared/contract/audit.ts';
import type { SavedFilterLine } from '../../../src-shared/contract/audit-filter.ts';
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { CallContext, Handlers } from '../call.ts';
import { newNotes, writeEntry } from '../entry.ts';
import { patientRef } from '../store/patient.ts';
import { runSliced } from '../store/slices.ts';
import { withTransaction } from '../store/transaction.ts';
import { countEntries } from './counts.ts';
import type { LogFilter } from './filters.ts';
import { valuesOf } from './index-store.ts';
import { deviceNames, namesFor, patientNames, toLine } from './lines.ts';
import { readPage } from './page.ts';
import { eventsOf, peopleOf, timesOf } from './plots.ts';
import { deleteFilter, readFilters, saveFilter } from './saved-filters.ts';

const outcomes = { success: 0, denied: 4, failure: 8 } as const;
/** A name that no pseudonym of the log can have. */
const nobody = '-';

/** Practitioners see their own accesses only, whatever they ask for. */
function filterFor({ tx, session }: CallContext, filter: AuditFilter): LogFilter {
  const { kind, device, purpose, terms, from, to } = filter;
  return {
    user: session.permissions.has('audit:read') ? filter.userId : session.userId,
    patient: filter.patientId === null ? null : (patientRef(tx.store, filter.patientId) ?? nobody),
    outcome: filter.outcome === null ? null : outcomes[filter.outcome],
    kind,
    events: null,
    device,
    purpose,
    origin: null,
    terms: terms.map(({ events, outcomes: ends, origins, purposes, users, devices }) => ({
      event: events,
      outcome: ends.map((end) => String(outcomes[end])),
      origin: origins,
      purpose: purposes,
      user: users,
      device: devices,
    })),
    from,
    to,
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

function filtersOf({ core, tx, session }: CallContext): SavedFilterLine[] {
  const people = core.vault.people.names();
  const nameOf = patientNames(tx.store, session.permissions.has('patient:read'));
  return readFilters(tx.store, session.userId).map(({ id, name, filter }) => {
    const ref = filter.patientId === null ? null : patientRef(tx.store, filter.patientId);
    return {
      id,
      name,
      filter,
      person: filter.userId === null ? null : (people.get(filter.userId) ?? null),
      patient: ref === null ? null : nameOf(ref),
    };
  });
}

export const auditHandlers: Handlers<'audit'> = {
  page: (context, { filter, before, limit }) => {
    const { tx, entry } = context;
    const page = readPage(tx.store, filterFor(context, filter), before, limit);
    const names = namesFor(context);
    coverLook(context, JSON.stringify(filter), before !== null);
    entry.detail['count'] = page.entries.length;
    if (filter.patientId !== null) entry.patientId = filter.patientId;
    return { entries: page.entries.map((one) => toLine(tx.store, one, names)), total: page.total, next: page.next };
  },
  counts: async ({ core, session, now, record }, { filter, by }) => {
    const { store, closing } = core.demandOpen();
    const asked = record((context) => {
      coverLook(context, JSON.stringify(filter), true);
      if (filter.patientId !== null) context.entry.patientId = filter.patientId;
      return filterFor(context, filter);
    });
    const fields = { time: 'day', people: 'user', events: 'event' } as const;
    const counts = await runSliced(countEntries(store, asked, fields[by]), { signal: closing });
    // Who asked may have gone meanwhile, and somebody else sit here.
    if (session.keys.closed) throw new CallError('not-signed-in');
    if (by === 'time') return timesOf(counts, filter, now);
    if (by === 'events') return eventsOf(counts);
    const names = core.vault.people.names();
    return peopleOf(counts, (id) => names.get(id) ?? id);
  },
  overview: (context) => {
    const { core, tx, session } = context;
    coverLook(context, null, true);
    const all = session.permissions.has('audit:read');
    // Who was removed is in the log all the same, and can be asked for.
    const everybody = [...core.vault.users(), ...(all ? core.vault.people.removed() : [])];
    const people = everybody.filter(({ id }) => all || id === session.userId);
    const nameOf = deviceNames(core.vault, tx.store);
    return {
      people: people.map(({ id, displayName }) => ({ id, name: displayName })),
      devices: [...valuesOf(tx.store, 'device').values()].map((id) => ({ id, name: nameOf(id) })),
      purposes: [...valuesOf(tx.store, 'purpose').values()].sort(),
      filters: filtersOf(context),
      // Where the whole log is wrong, is for who reads the whole log.
      verified: all ? core.verification.last() : null,
    };
  },
  saveFilter: ({ tx, session, entry }, { name, filter }) => {
    entry.detail['of'] = 'audit-filter';
    if (filter.patientId !== null) entry.patientId = filter.patientId;
    const id = saveFilter(tx, session.userId, name, filter);
    entry.entity.push(id);
    return { id };
  },
  deleteFilter: ({ tx, session, entry }, { id }) => {
    entry.detail['of'] = 'audit-filter';
    entry.entity.push(id);
    deleteFilter(tx, session.userId, id);
    return { ok: true };
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
