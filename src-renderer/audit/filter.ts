/** The audit page's filter as chosen on screen, what core is asked for it, and how it is kept. */
import type { AuditFilter } from '../../src-shared/contract/audit.ts';
import type { AuditKind } from '../../src-shared/contract/audit-events.ts';
import {
  type AuditTerm,
  auditRanges,
  type SavedFilter,
  type SavedFilterLine,
} from '../../src-shared/contract/audit-filter.ts';
import { isoDay } from '../../src-shared/fhir/dates.ts';

export const ranges = auditRanges;
export type RangeName = (typeof ranges)[number];

export type Range =
  | { readonly kind: 'last'; readonly name: RangeName }
  /** Whole local days, ISO dates, both included. */
  | { readonly kind: 'days'; readonly from: string; readonly to: string };

type Named = { readonly id: string; readonly name: string };

export type Chosen = {
  readonly person: Named | null;
  readonly patient: Named | null;
  readonly kind: AuditKind | null;
  readonly outcome: AuditFilter['outcome'];
  readonly device: Named | null;
  readonly purpose: string | null;
  /** Words as typed, in the user's language. */
  readonly text: string;
  readonly range: Range;
};

export const nothingChosen: Chosen = {
  person: null,
  patient: null,
  kind: null,
  outcome: null,
  device: null,
  purpose: null,
  text: '',
  range: { kind: 'last', name: 'month' },
};

export const sameChoice = (one: Chosen, other: Chosen): boolean =>
  JSON.stringify(kept(one)) === JSON.stringify(kept(other));

const dayMs = 86_400_000;
const spans: { readonly [N in RangeName]: number | null } = { day: 1, week: 7, month: 30, year: 365, all: null };

/** Local midnight of an ISO date, plus whole days (daylight saving kept right by the calendar). */
export function startOfDay(iso: string, plusDays = 0): number {
  const [year = 0, month = 1, day = 1] = iso.split('-').map(Number);
  return new Date(year, month - 1, day + plusDays).getTime();
}

/**
 * What core is asked; `now` is rounded down to the day's start so that the same choice is the same question.
 * @param terms what the words typed stand for
 */
export function toFilter(chosen: Chosen, now: number, terms: readonly AuditTerm[] = []): AuditFilter {
  const { person, patient, kind, outcome, device, purpose, range } = chosen;
  return {
    userId: person?.id ?? null,
    patientId: patient?.id ?? null,
    kind,
    outcome,
    device: device?.id ?? null,
    purpose,
    terms: [...terms],
    ...timeOf(range, now),
  };
}

function timeOf(range: Range, now: number): { readonly from: number | null; readonly to: number | null } {
  if (range.kind === 'days') return { from: startOfDay(range.from), to: startOfDay(range.to, 1) - 1 };
  const days = spans[range.name];
  if (days === null) return { from: null, to: null };
  return { from: days === 1 ? now - dayMs : startOfDay(isoDay(now), 1 - days), to: null };
}

/** A choice as it is kept: ids without the names of today. */
export function kept({ person, patient, device, ...rest }: Chosen): SavedFilter {
  return { ...rest, userId: person?.id ?? null, patientId: patient?.id ?? null, device: device?.id ?? null };
}

/** A kept choice with today's names; an id that nobody bears any more stands for itself. */
export function unkept({ filter, person, patient }: SavedFilterLine, deviceName: (id: string) => string): Chosen {
  const { userId, patientId, device, kind, outcome, purpose, text, range } = filter;
  return {
    person: userId === null ? null : { id: userId, name: person ?? userId },
    patient: patientId === null ? null : { id: patientId, name: patient ?? patientId },
    kind,
    outcome,
    device: device === null ? null : { id: device, name: deviceName(device) },
    purpose,
    text,
    range,
  };
}
