/** Pages of the log, newest first, by filter: the tail that is not indexed yet is scanned, the rest comes by index. */
import { type AuditKind, auditEvents } from '../../../src-shared/contract/audit-events.ts';
import { currentHead } from '../store/head.ts';
import { indexedTo } from '../store/indexed.ts';
import type { Store } from '../store/open.ts';
import { type AuditEntry, decodeEntry } from './entry.ts';
import { indexSlice, localDay } from './indexer.ts';

/** Null means any. */
export type LogFilter = {
  readonly user: string | null;
  /** Pseudonym as in entries: `patientRef(store, id)`. */
  readonly patient: string | null;
  readonly kind: AuditKind | null;
  readonly outcome: AuditEntry['outcome'] | null;
  /** Milliseconds, both ends included. */
  readonly from: number | null;
  readonly to: number | null;
};

export type LogPage = {
  readonly entries: readonly AuditEntry[];
  /** Entries in the whole log. */
  readonly total: number;
  /** Give as `before` to go on; null at the end. */
  readonly next: number | null;
};

/** @param before only entries with a smaller number; null: from the newest */
export function readPage(store: Store, filter: LogFilter, before: number | null, limit: number): LogPage {
  if (!store.readOnly && !store.db.inTransaction) indexSlice(store);
  const total = currentHead(store).frontier.size;
  const indexed = indexedTo(store);
  const end = Math.min(before ?? total, total);
  const entries = end > indexed ? scanTail(store, filter, indexed, end, limit) : [];
  if (entries.length < limit) {
    const found = fromIndex(store, filter, Math.min(end, indexed), limit - entries.length);
    entries.push(...found);
  }
  const last = entries.at(-1);
  return { entries, total, next: entries.length < limit || last === undefined || last.seq === 0 ? null : last.seq };
}

function scanTail(store: Store, filter: LogFilter, from: number, end: number, limit: number): AuditEntry[] {
  const found: AuditEntry[] = [];
  const rows = store.db
    .prepare<[number, number], { entry: Buffer }>(
      'select entry from audit_entry where seq >= ? and seq < ? order by seq desc',
    )
    .iterate(from, end);
  for (const { entry } of rows) {
    const decoded = decodeEntry(entry);
    if (decoded !== undefined && matches(decoded, filter)) found.push(decoded);
    if (found.length === limit) break;
  }
  return found;
}

function matches(entry: AuditEntry, filter: LogFilter): boolean {
  return (
    (filter.user === null || entry.agent.user === filter.user) &&
    (filter.patient === null || entry.patient === filter.patient) &&
    (filter.kind === null || auditEvents[entry.type].kind === filter.kind) &&
    (filter.outcome === null || entry.outcome === filter.outcome) &&
    (filter.from === null || entry.recorded >= filter.from) &&
    (filter.to === null || entry.recorded <= filter.to)
  );
}

function fromIndex(store: Store, filter: LogFilter, end: number, limit: number): AuditEntry[] {
  const span = seqSpan(store, filter);
  const { where, values } = conditions(filter);
  const rows = store
    .sql<unknown[], { entry: Buffer }>(
      `select e.entry from audit_index i join audit_entry e on e.seq = i.seq
       where i.seq >= ? and i.seq < ? ${where} order by i.seq desc limit ?`,
    )
    .all(span.first, Math.min(end, span.last + 1), ...values, limit);
  return rows.map(({ entry }) => decodeEntry(entry)).filter((entry) => entry !== undefined);
}

/**
 * The most telling condition uses its index, which gives the order as well; the plus signs keep the planner from
 * taking another.
 */
function conditions(filter: LogFilter): { readonly where: string; readonly values: readonly (string | number)[] } {
  const parts: string[] = [];
  const values: (string | number)[] = [];
  const byPatient = filter.patient !== null;
  const byOutcome = !byPatient && filter.outcome !== null && filter.outcome !== 0;
  const plus = byPatient || byOutcome ? '+' : '';
  const add = (text: string, value: string | number | null) => {
    if (value === null) return;
    parts.push(`and ${text} = ?`);
    values.push(value);
  };
  add('i.patient_ref', filter.patient);
  if (byOutcome) parts.push('and i.outcome <> 0');
  add(byOutcome ? 'i.outcome' : '+i.outcome', filter.outcome);
  add(`${plus}i.user`, filter.user);
  add(`${plus}i.kind`, filter.kind);
  if (filter.from !== null) {
    parts.push('and +i.recorded >= ?');
    values.push(filter.from);
  }
  if (filter.to !== null) {
    parts.push('and +i.recorded <= ?');
    values.push(filter.to);
  }
  return { where: parts.join(' '), values };
}

/** Between which entries a span of time lies, by whole days. */
function seqSpan(store: Store, filter: LogFilter): { readonly first: number; readonly last: number } {
  const all = { first: 0, last: Number.MAX_SAFE_INTEGER - 1 };
  if (filter.from === null && filter.to === null) return all;
  const span = store
    .sql<[number, number], { first: number | null; last: number | null }>(
      'select min(first_seq) first, max(last_seq) last from audit_day where day between ? and ?',
    )
    .get(filter.from === null ? 0 : localDay(filter.from), filter.to === null ? 4_000_000 : localDay(filter.to));
  return { first: span?.first ?? 0, last: span?.last ?? -1 };
}

/** Entries per local day, `days` of them up to the day of `now`, oldest first; day as ISO date. */
export function countsPerDay(
  store: Store,
  now: number,
  days: number,
): { readonly day: string; readonly count: number }[] {
  const today = localDay(now);
  const counts = new Map(
    store
      .sql<[number], { day: number; count: number }>('select day, count from audit_day where day > ?')
      .all(today - days)
      .map(({ day, count }) => [day, count]),
  );
  return Array.from({ length: days }, (_, at) => {
    const day = today - days + 1 + at;
    return { day: new Date(day * 86_400_000).toISOString().slice(0, 10), count: counts.get(day) ?? 0 };
  });
}
