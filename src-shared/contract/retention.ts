/** How long the audit log is kept: years, legal holds, and pruning what is older, which takes two admins. */
import { z } from 'zod';
import { country, empty, instant, ok, password, patientId, prose } from './primitives.ts';
import { command, query, task } from './procedure.ts';
import { fewestYears, mostYears } from './retention-years.ts';

const holdId = z.uuid();
const whole = z.number().int().nonnegative();

export const hold = z.strictObject({
  id: z.string(),
  /** Null: the whole log. */
  patientId: z.string().nullable(),
  /** The patient's name for those who may read demographics. */
  patient: z.string().nullable(),
  reason: z.string(),
  at: instant,
  by: z.string(),
  lifted: z.strictObject({ at: instant, by: z.string() }).nullable(),
});
export type Hold = z.infer<typeof hold>;

/** What keeps the next pruning from going further. */
export const pruneStops = ['age', 'checkpoint', 'log-server'] as const;

export const prunePlan = z.strictObject({
  /** Only what is older than this. */
  before: instant,
  /** Entries below this number, but those that stay; 0 when nothing may go. */
  below: whole,
  /** Entries that would be deleted. */
  going: whole,
  kept: whole,
  /** What is signed: SHA-256 of the numbers of the entries that stay, base64. */
  keptDigest: z.string().length(44),
  /** Why entries stay; one may count twice. */
  because: z.strictObject({ vouching: whole, held: whole, log: whole, review: whole, unsent: whole }),
  stoppedBy: z.enum(pruneStops),
  /** A hold on everything stands. */
  onHold: z.boolean(),
});
export type PrunePlan = z.infer<typeof prunePlan>;

export const pruneLine = z.strictObject({
  id: z.string(),
  at: instant,
  by: z.string(),
  agreedBy: z.array(z.string()),
  before: instant,
  below: whole,
  kept: whole,
  /** `stopped`: it ended before the first entry went, and nothing goes any more. */
  state: z.enum(['running', 'done', 'stopped']),
});
export type PruneLine = z.infer<typeof pruneLine>;

export const retention = {
  get: task({
    summary: 'How many years the audit log is kept, and what is usual in this country.',
    input: empty,
    output: z.strictObject({
      country,
      /** `source`: the rule these years come from, as it is cited there; null where nothing is known. */
      usual: z.strictObject({ years: z.number().int(), source: z.string().nullable() }),
      /** Null where the database is not open: then only what is usual can be told. */
      years: z.number().int().nullable(),
      /** Did an admin choose these years? Otherwise they are the usual ones. */
      chosen: z.boolean(),
      deviceId: z.string(),
    }),
    needs: ['settings:write', 'audit:read', 'device:read'],
    audits: { none: 'settings hold nothing about people' },
  }),
  set: command({
    summary: `Change how many years the audit log is kept, at least ${fewestYears}; null: what is usual in this country.`,
    input: z.strictObject({ years: z.number().int().min(fewestYears).max(mostYears).nullable() }),
    output: ok,
    needs: 'settings:write',
    audits: 'settings.changed',
  }),
  holds: query({
    summary: 'Legal holds, standing and lifted, newest first.',
    input: empty,
    output: z.strictObject({ holds: z.array(hold) }),
    needs: ['settings:write', 'audit:read'],
    audits: 'audit.read',
  }),
  hold: command({
    summary: 'Place a legal hold on the whole log or on one patient’s entries: they stay until it is lifted.',
    input: z.strictObject({
      patientId: patientId.nullable(),
      reason: prose(1000).pipe(z.string().regex(/[\p{L}\p{N}]/u)),
    }),
    output: z.strictObject({ id: holdId }),
    needs: 'settings:write',
    audits: 'audit.hold-set',
  }),
  liftHold: command({
    summary: 'Lift a legal hold. It stays in the list.',
    input: z.strictObject({ id: holdId }),
    output: ok,
    needs: 'settings:write',
    audits: 'audit.hold-lifted',
  }),
  preview: task({
    summary: 'What could be pruned now, and what stays and why. Nothing is deleted.',
    input: empty,
    output: prunePlan,
    needs: ['settings:write', 'audit:read'],
    audits: { none: 'numbers that name nobody' },
  }),
  prune: task({
    summary: 'Delete old entries from the log as two admins agreed; proofs of the log hold afterwards.',
    input: z.union([
      /** What a second admin agreed to. */
      z.strictObject({ requestId: z.uuid() }),
      /** Only where nobody else could agree: signed alone, with the password; a review is opened. */
      z.strictObject({ password, keptDigest: z.string().length(44) }),
    ]),
    output: z.strictObject({ deleted: whole }),
    needs: 'request:sign',
    audits: 'audit.pruned',
  }),
  prunes: query({
    summary: 'What was pruned, when and by whom, newest first.',
    input: empty,
    output: z.strictObject({ prunes: z.array(pruneLine) }),
    needs: ['settings:write', 'audit:read'],
    audits: { none: 'each pruning is an entry; this names admins only' },
  }),
};
