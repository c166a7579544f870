/** The audit page's filter as chosen on screen, and what core is asked for it. */
import type { AuditFilter } from '../../src-shared/contract/audit.ts';
import type { AuditKind } from '../../src-shared/contract/audit-events.ts';
import { isoDay } from '../../src-shared/fhir/dates.ts';

export const ranges = ['day', 'week', 'month', 'all'] as const;
export type RangeName = (typeof ranges)[number];

export type Range =
  | { readonly kind: 'last'; readonly name: RangeName }
  /** Whole local days, ISO dates, both included. */
  | { readonly kind: 'days'; readonly from: string; readonly to: string };

export type Chosen = {
  readonly person: { readonly id: string; readonly name: string } | null;
  readonly patient: { readonly id: string; readonly name: string } | null;
  readonly kind: AuditKind | null;
  readonly outcome: AuditFilter['outcome'];
  readonly range: Range;
};

export const nothingChosen: Chosen = {
  person: null,
  patient: null,
  kind: null,
  outcome: null,
  range: { kind: 'last', name: 'month' },
};

const dayMs = 86_400_000;
const spans: { readonly [N in RangeName]: number | null } = { day: 1, week: 7, month: 30, all: null };

/** Local midnight of an ISO date, plus whole days (daylight saving kept right by the calendar). */
export function startOfDay(iso: string, plusDays = 0): number {
  const [year = 0, month = 1, day = 1] = iso.split('-').map(Number);
  return new Date(year, month - 1, day + plusDays).getTime();
}

/** What core is asked; `now` is rounded down to the day's start so that the same choice is the same question. */
export function toFilter(chosen: Chosen, now: number): AuditFilter {
  const common = {
    userId: chosen.person?.id ?? null,
    patientId: chosen.patient?.id ?? null,
    kind: chosen.kind,
    outcome: chosen.outcome,
  };
  if (chosen.range.kind === 'days') {
    return { ...common, from: startOfDay(chosen.range.from), to: startOfDay(chosen.range.to, 1) - 1 };
  }
  const days = spans[chosen.range.name];
  if (days === null) return { ...common, from: null, to: null };
  return { ...common, from: days === 1 ? now - dayMs : startOfDay(isoDay(now), 1 - days), to: null };
}
