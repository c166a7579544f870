/** What of the log the rules look at: who reached for whose chart, and how it ended. */
import type { AuditCode } from '../../../src-shared/contract/audit-events.ts';

/** One line of the audit index. */
export type LogRow = {
  readonly seq: number;
  readonly recorded: number;
  readonly user: string | null;
  readonly event: string;
  readonly patientRef: string | null;
  readonly outcome: number;
};

/** Events by which a patient's data comes to somebody's eyes. Searching is not among them: its entry names nobody. */
export const chartAccess = [
  'chart.read',
  'chart.source-read',
  'patient.read',
  'export.bundle',
  'export.summary',
  'export.pdf',
] as const satisfies readonly AuditCode[];
const accessEvents: ReadonlySet<string> = new Set(chartAccess);

/** The counting rules' window, milliseconds. */
export const windowMs = 10 * 60_000;

export type Access = {
  readonly seq: number;
  readonly at: number;
  readonly userId: string;
  /** Pseudonym as in the log. */
  readonly patientRef: string;
};

/** A patient's data was shown; null for everything else. */
export function accessOf({ seq, recorded, user, event, patientRef, outcome }: LogRow): Access | null {
  if (user === null || patientRef === null || outcome !== 0 || !accessEvents.has(event)) return null;
  return { seq, at: recorded, userId: user, patientRef };
}

export type Denial = { readonly seq: number; readonly at: number; readonly userId: string };

/** Somebody was refused, or reached for a patient's data and failed; null for everything else. */
export function denialOf({ seq, recorded, user, event, outcome }: LogRow): Denial | null {
  if (user === null || outcome === 0) return null;
  if (event !== ('access.denied' satisfies AuditCode) && !accessEvents.has(event)) return null;
  return { seq, at: recorded, userId: user };
}

/** Within the window of each other, whichever way the clock went. */
export function together(one: number, other: number): boolean {
  return Math.abs(one - other) < windowMs;
}
