/** What of the audit log is asked for, and how a filter is kept for the next time. */
import { z } from 'zod';
import { auditCodes, auditKinds } from './audit-events.ts';
import { fullDate, instant, line, requiredLine } from './primitives.ts';

const anyText = z.string().max(64).nullable();

const outcome = z.enum(['success', 'failure', 'denied']);
const values = (most: number) => z.array(z.string().max(64)).max(most);

/**
 * One word that was searched for, as the codes and ids it stands for: an entry has it that has any of them. The words
 * themselves are translated where they are typed and are not sent.
 */
export const auditTerm = z.strictObject({
  events: z.array(z.enum(auditCodes)).max(auditCodes.length),
  outcomes: z.array(outcome).max(3),
  origins: z.array(z.enum(['screen', 'ctl', 'core'])).max(3),
  purposes: values(100),
  users: values(1000),
  devices: values(1000),
});
export type AuditTerm = z.infer<typeof auditTerm>;

const chosen = {
  userId: anyText,
  patientId: anyText,
  kind: z.enum(auditKinds).nullable(),
  outcome: outcome.nullable(),
  /** Workstation, by the id it has in the roster. */
  device: anyText.default(null),
  /** v3 PurposeOfUse. */
  purpose: anyText.default(null),
};

/** Null is any. */
export const auditFilter = z.strictObject({
  ...chosen,
  /** All of them. */
  terms: z.array(auditTerm).max(8).default([]),
  from: instant.nullable(),
  to: instant.nullable(),
});
export type AuditFilter = z.infer<typeof auditFilter>;

export const auditRanges = ['day', 'week', 'month', 'year', 'all'] as const;

/** A filter as chosen on screen: its time goes along with today, its text is found anew in whatever language. */
export const savedFilter = z.strictObject({
  ...chosen,
  text: line(100),
  range: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('last'), name: z.enum(auditRanges) }),
    /** Whole local days, both included. */
    z.strictObject({ kind: z.literal('days'), from: fullDate, to: fullDate }),
  ]),
});
export type SavedFilter = z.infer<typeof savedFilter>;

export const filterName = requiredLine(60);

/** One of one's own saved filters, with the names of whom it asks for, as far as they are known and may be. */
export const savedFilterLine = z.strictObject({
  id: z.string(),
  name: z.string(),
  filter: savedFilter,
  person: z.string().nullable(),
  patient: z.string().nullable(),
});
export type SavedFilterLine = z.infer<typeof savedFilterLine>;

/** How long a bar of the plot over time is. */
export const countUnits = ['day', 'week', 'month'] as const;

const counted = {
  total: z.number().int(),
  /** False while the index is being made anew: then there are more. */
  complete: z.boolean(),
};

export const countsBy = ['time', 'people', 'events'] as const;

export const auditCounts = z.discriminatedUnion('by', [
  z.strictObject({
    by: z.literal('time'),
    ...counted,
    unit: z.enum(countUnits),
    /** Local days, first and last of each bar, oldest first, without a gap. */
    times: z.array(z.strictObject({ from: z.string(), to: z.string(), count: z.number().int() })),
    /** Entries that lie outside of the bars: older than ten years, or of a clock that was wrong. */
    outside: z.number().int(),
  }),
  z.strictObject({
    by: z.literal('people'),
    ...counted,
    /** Most first. */
    people: z.array(z.strictObject({ id: z.string(), name: z.string(), count: z.number().int() })),
    /** Entries of nobody: before sign-in, and core's own. */
    nobody: z.number().int(),
  }),
  z.strictObject({
    by: z.literal('events'),
    ...counted,
    /** Most first. */
    events: z.array(z.strictObject({ event: z.enum(auditCodes), count: z.number().int() })),
  }),
]);
export type AuditCounts = z.infer<typeof auditCounts>;
