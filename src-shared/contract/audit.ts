/** Looking into the audit log and verifying it. */
import { z } from 'zod';
import { auditCodes } from './audit-events.ts';
import { auditCounts, auditFilter, countsBy, filterName, savedFilter, savedFilterLine } from './audit-filter.ts';
import { empty, instant, ok } from './primitives.ts';
import { command, query, task } from './procedure.ts';

export type { AuditFilter } from './audit-filter.ts';
export { auditFilter } from './audit-filter.ts';

export const auditLine = z.strictObject({
  seq: z.number().int(),
  recorded: instant,
  event: z.enum(auditCodes),
  action: z.enum(['C', 'R', 'U', 'D', 'E']),
  outcome: z.enum(['success', 'failure', 'denied']),
  user: z.string().nullable(),
  roles: z.array(z.string()),
  /** Patient's name for those who may read demographics, else null; `patientRef` is the pseudonym in the log. */
  patient: z.string().nullable(),
  patientRef: z.string().nullable(),
  where: z.string(),
  session: z.string().nullable(),
  /** Local ids of what it was about. */
  entity: z.array(z.string()),
  origin: z.enum(['screen', 'ctl', 'core']),
  purpose: z.string(),
  /** Codes and numbers only: counts, ids, error codes. */
  detail: z.record(z.string(), z.union([z.string(), z.number()])),
  /** The rest of the detail is sealed for good: the patient's key is gone. */
  shut: z.boolean(),
  /** How many versions of records the entry vouches for. */
  rows: z.number().int(),
});
export type AuditLine = z.infer<typeof auditLine>;

export const auditVerdict = z.strictObject({
  ok: z.boolean(),
  entries: z.number().int(),
  rows: z.number().int(),
  /** Root hash of the log, hex. */
  root: z.string(),
  /** The first thing wrong: a closed code and where. */
  problem: z.strictObject({ code: z.string(), at: z.string() }).nullable(),
  /** How many entries the people they name have signed, by their sessions; null where the tree did not hold. */
  actions: z.strictObject({ signed: z.number().int(), unsigned: z.number().int() }).nullable().default(null),
  finishedAt: instant,
});
export type AuditVerdict = z.infer<typeof auditVerdict>;

export const audit = {
  page: query({
    summary: 'Entries, newest first, by filter; looking is itself an entry.',
    input: z.strictObject({
      filter: auditFilter,
      /** Continue below this entry. */
      before: z.number().int().nullable(),
      limit: z.number().int().min(1).max(200),
    }),
    output: z.strictObject({
      /** May be fewer than asked for, or none, while the index is being made anew; `next` says whether to go on. */
      entries: z.array(auditLine),
      /** Entries in the whole log. */
      total: z.number().int(),
      /** Pass as `before` to go on; null at the end. */
      next: z.number().int().nullable(),
    }),
    needs: ['audit:read', 'audit:read-own'],
    audits: 'audit.read',
  }),
  counts: task({
    summary:
      'How many entries a filter lets through: over time, by person or by event. Beside a page of that filter no new look.',
    input: z.strictObject({ filter: auditFilter, by: z.enum(countsBy) }),
    output: auditCounts,
    needs: ['audit:read', 'audit:read-own'],
    audits: 'audit.read',
  }),
  overview: query({
    summary: 'What may be filtered by: people, workstations, purposes, and the filters saved by who asks.',
    input: empty,
    output: z.strictObject({
      people: z.array(z.strictObject({ id: z.string(), name: z.string() })),
      devices: z.array(z.strictObject({ id: z.string(), name: z.string() })),
      purposes: z.array(z.string()),
      filters: z.array(savedFilterLine),
      verified: auditVerdict.nullable(),
    }),
    needs: ['audit:read', 'audit:read-own'],
    audits: 'audit.read',
  }),
  saveFilter: command({
    summary: "Keep a filter among one's own, by name; one of that name is replaced.",
    input: z.strictObject({ name: filterName, filter: savedFilter }),
    output: z.strictObject({ id: z.string() }),
    needs: ['audit:read', 'audit:read-own'],
    audits: 'user.preferences-changed',
  }),
  deleteFilter: command({
    summary: "Let one of one's own saved filters go.",
    input: z.strictObject({ id: z.string().max(64) }),
    output: ok,
    needs: ['audit:read', 'audit:read-own'],
    audits: 'user.preferences-changed',
  }),
  verify: task({
    summary: 'Verify the log from its first entry and every row against it. Answers at once; progress comes as events.',
    input: empty,
    output: ok,
    needs: 'audit:verify',
    audits: 'audit.verified',
  }),
  scrub: query({
    summary: 'The weekly check that core does by itself: its last verdict, and how far it is or when it begins.',
    input: empty,
    output: z.strictObject({
      last: auditVerdict.extend({ startedAt: instant }).nullable(),
      /** A check takes as many sessions as it needs: since when, and which part of the record it is at. */
      running: z.strictObject({ since: instant, stage: z.string() }).nullable(),
      due: instant.nullable(),
    }),
    needs: 'audit:verify',
    audits: { none: 'a date and a verdict that name nobody' },
  }),
  verdict: task({
    summary: 'Wait for a running verification and give its verdict; the last one when none runs.',
    input: empty,
    output: z.strictObject({ verdict: auditVerdict.nullable() }),
    needs: 'audit:verify',
    audits: { none: 'the verification itself is an entry' },
  }),
  cancelVerify: task({
    summary: 'Stop a running verification.',
    input: empty,
    output: ok,
    needs: 'audit:verify',
    audits: { none: 'ends what an entry has begun' },
  }),
};
