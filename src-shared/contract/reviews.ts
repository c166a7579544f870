/** What somebody else must look at: emergency access and what stands out in the audit log, with a verdict signed by a person. */
import { z } from 'zod';
import { empty, instant, ok, password, prose } from './primitives.ts';
import { command, query, task } from './procedure.ts';

/** Why something is in the queue. Closed: each has its words in the translations (`review.kind.<kind>`). */
export const reviewKinds = [
  'break-glass', // a chart was opened in an emergency, past a restriction or a missing permission
  'many-charts', // one person opened many charts in a few minutes
  'outside-hours', // a chart was opened while the clinic is closed
  'same-name', // the patient has the family name of who opened the chart, or of a colleague
  'same-address', // the patient lives with, or has the telephone of, somebody who works here
  'denials', // one person was refused again and again
  'recovery-alone', // one admin alone did what recovery usually takes two for
  'log-anchored', // the log's chain of one-time keys began anew
  'prune-alone', // the only admin pruned the audit log
  'key-introduced', // a key entered the roster without the usual vouching
  'random-sample', // an access of the week, drawn at random
  'record-differs', // the weekly scrub found the record other than the log says
] as const;
export const reviewKind = z.enum(reviewKinds);
export type ReviewKind = z.infer<typeof reviewKind>;

export const reviewVerdicts = ['justified', 'not-justified', 'follow-up'] as const;
export const reviewVerdict = z.enum(reviewVerdicts);
export type ReviewVerdict = z.infer<typeof reviewVerdict>;

const reviewId = z.string().regex(/^[A-Za-z0-9-]{1,64}$/);

export const reviewLine = z.strictObject({
  id: z.string(),
  kind: reviewKind,
  /** Who is concerned: the one person who may not close it. */
  userId: z.string(),
  user: z.string(),
  /** The patient's name for those who may read demographics, else null; `patientRef` is the pseudonym in the log. */
  patient: z.string().nullable(),
  patientId: z.string().nullable(),
  patientRef: z.string().nullable(),
  /** When it happened: from the first to the last access seen. */
  at: instant,
  until: instant,
  /** Codes and numbers only. */
  detail: z.record(z.string(), z.union([z.string(), z.number()])),
  openedAt: instant,
  closed: z.strictObject({ at: instant, by: z.string(), verdict: reviewVerdict }).nullable(),
});
export type ReviewLine = z.infer<typeof reviewLine>;

export const reviewDetail = reviewLine.extend({
  /** A colleague the finding names beside the person concerned (`detail.colleague`). */
  colleague: z.string().nullable(),
  /** Accesses that are the evidence, oldest first; at most 200, `entryCount` says how many there are. */
  evidence: z.array(
    z.strictObject({
      seq: z.number().int(),
      recorded: instant,
      event: z.string(),
      outcome: z.enum(['success', 'failure', 'denied']),
      patient: z.string().nullable(),
      patientRef: z.string().nullable(),
    }),
  ),
  entryCount: z.number().int(),
  comment: z.string().nullable(),
  /** False for what concerns the reader, for what is closed, and for who may only read. */
  mayClose: z.boolean(),
});
export type ReviewDetail = z.infer<typeof reviewDetail>;

/** ISO 8601 week of the clinic's own calendar, as `2026-W47`. */
const isoWeek = z.string().regex(/^\d{4}-W\d{2}$/);

/** What a sign-off is worth: it holds; its signature does not; the log says otherwise; the sheet was altered since. */
export const weekHolds = z.enum(['holds', 'signature-broken', 'log-differs', 'items-differ']);
export type WeekHolds = z.infer<typeof weekHolds>;

export const reviewWeekLine = z.strictObject({
  week: isoWeek,
  /** The first millisecond and the first after it. */
  from: instant,
  to: instant,
  drawnAt: instant,
  /** Successful accesses to charts in that week, and how many of them were drawn. */
  accesses: z.number().int(),
  samples: z.number().int(),
  findings: z.number().int(),
  /** Of samples and findings together, those with a verdict. */
  closed: z.number().int(),
  /** `ready`: everything has its verdict; `overdue`: nobody signed it within 14 days. */
  state: z.enum(['open', 'ready', 'overdue', 'signed']),
  signed: z.strictObject({ by: z.string(), at: instant.nullable(), holds: weekHolds }).nullable(),
});
export type ReviewWeekLine = z.infer<typeof reviewWeekLine>;

export const reviewWeek = reviewWeekLine.extend({ items: z.array(reviewLine), maySign: z.boolean() });
export type ReviewWeek = z.infer<typeof reviewWeek>;

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/);

/** Thresholds of the rules; the window of the counting ones is ten minutes. */
export const reviewRules = z.strictObject({
  /** More than this many patients' charts by one person in ten minutes. */
  manyCharts: z.strictObject({ on: z.boolean(), charts: z.number().int().min(3).max(500) }),
  /** ISO weekdays (1 Monday … 7 Sunday) and local times; `to` before `from` runs past midnight, equal is all day. */
  outsideHours: z.strictObject({
    on: z.boolean(),
    days: z
      .array(z.number().int().min(1).max(7))
      .max(7)
      .refine((days) => new Set(days).size === days.length),
    from: timeOfDay,
    to: timeOfDay,
  }),
  sameName: z.strictObject({ on: z.boolean() }),
  sameAddress: z.strictObject({ on: z.boolean() }),
  /** This many refused or failed accesses, or more, by one person in ten minutes. */
  denials: z.strictObject({ on: z.boolean(), count: z.number().int().min(2).max(100) }),
});
export type ReviewRules = z.infer<typeof reviewRules>;

export const defaultReviewRules: ReviewRules = {
  manyCharts: { on: true, charts: 30 },
  outsideHours: { on: true, days: [1, 2, 3, 4, 5, 6], from: '06:00', to: '21:00' },
  sameName: { on: true },
  sameAddress: { on: true },
  denials: { on: true, count: 5 },
};

export const reviews = {
  list: query({
    summary: 'What is to be reviewed, or was, newest first; looking is itself an entry.',
    input: z.strictObject({
      state: z.enum(['open', 'closed']),
      /** Continue below this item. */
      before: reviewId.nullable(),
      limit: z.number().int().min(1).max(100),
    }),
    output: z.strictObject({
      items: z.array(reviewLine),
      total: z.number().int(),
      /** Pass as `before` to go on; null at the end. */
      next: z.string().nullable(),
    }),
    needs: 'review:read',
    audits: 'review.read',
  }),
  get: query({
    summary: 'One finding with its evidence.',
    input: z.strictObject({ id: reviewId }),
    output: reviewDetail,
    needs: 'review:read',
    audits: 'review.read',
  }),
  count: query({
    summary: 'How many findings are open.',
    input: empty,
    output: z.strictObject({ open: z.number().int() }),
    needs: 'review:read',
    audits: { none: 'a number that names nobody' },
  }),
  close: command({
    summary: 'Sign a verdict on a finding. Nobody closes what concerns themselves; what is closed stays as it is.',
    input: z.strictObject({ id: reviewId, verdict: reviewVerdict, comment: prose(2000) }),
    output: ok,
    needs: 'review:close',
    audits: 'review.closed',
  }),
  weeks: query({
    summary:
      'Sheets of the weeks, newest first, and what the week that goes on has so far; looking is itself an entry.',
    input: z.strictObject({
      /** Continue before this week. */
      before: isoWeek.nullable(),
      limit: z.number().int().min(1).max(26),
    }),
    output: z.strictObject({
      current: z.strictObject({
        week: isoWeek,
        from: instant,
        to: instant,
        findings: z.number().int(),
        closed: z.number().int(),
      }),
      weeks: z.array(reviewWeekLine),
      /** Pass as `before` to go on; null at the end. */
      next: isoWeek.nullable(),
    }),
    needs: 'review:read',
    audits: 'review.read',
  }),
  week: query({
    summary: 'One week: its random sample and what stood out.',
    input: z.strictObject({ week: isoWeek }),
    output: reviewWeek,
    needs: 'review:read',
    audits: 'review.read',
  }),
  signWeek: task({
    summary: 'Sign a week off with the own password, once everything on its sheet has a verdict.',
    input: z.strictObject({ week: isoWeek, password }),
    output: ok,
    needs: 'review:close',
    audits: 'review.week-signed',
  }),
  rules: query({
    summary: 'Thresholds of what is looked for in the audit log.',
    input: empty,
    output: reviewRules,
    needs: 'review:read',
    audits: { none: 'settings hold nothing about people' },
  }),
  setRules: command({
    summary: 'Change what is looked for in the audit log.',
    input: reviewRules,
    output: ok,
    needs: 'settings:write',
    audits: 'settings.changed',
  }),
};
