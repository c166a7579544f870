/** The two-person rule: what one admin asks for and another must agree to before it happens. */
import { z } from 'zod';
import { empty, instant, ok, password, rolesHeld, userId } from './primitives.ts';
import { command, query, task } from './procedure.ts';

export const requestStates = ['open', 'agreed', 'done', 'declined', 'withdrawn', 'expired'] as const;
export const requestState = z.enum(requestStates);
export type RequestState = z.infer<typeof requestState>;

export const requestSubject = z.discriminatedUnion('kind', [
  /** Who is an admin changes: made one, or no longer. */
  z.strictObject({ kind: z.literal('roles'), userId, roles: rolesHeld }),
  z.strictObject({ kind: z.literal('status'), userId, status: z.enum(['active', 'suspended', 'removed']) }),
  /** With the recovery kit: a new password for somebody who forgot theirs. */
  z.strictObject({ kind: z.literal('restore-access'), userId }),
  /** Everything in the record, in one file. */
  z.strictObject({ kind: z.literal('export-all') }),
  /** Everything of one patient goes, here and on every workstation, signed notes too. */
  z.strictObject({ kind: z.literal('erase-patient'), patientId: z.uuid() }),
  /** Entries of this workstation's audit log that are old enough go, but those that stay: `retention.preview`. */
  z.strictObject({
    kind: z.literal('audit-prune'),
    deviceId: z.uuid(),
    before: instant,
    below: z.number().int().positive(),
    kept: z.number().int().nonnegative(),
    keptDigest: z.string().length(44),
  }),
]);
export type RequestSubject = z.infer<typeof requestSubject>;

const requestId = z.uuid();

export const requestLine = z.strictObject({
  id: z.string(),
  subject: requestSubject,
  /** Whom it concerns, by name; null where it concerns nobody. */
  user: z.string().nullable(),
  askedBy: z.string(),
  askedAt: instant,
  expiresAt: instant,
  agreedBy: z.string().nullable(),
  state: requestState,
  ended: z.strictObject({ at: instant, by: z.string() }).nullable(),
  /** What the reader may do about it now. */
  may: z.strictObject({ agree: z.boolean(), decline: z.boolean(), withdraw: z.boolean(), carryOut: z.boolean() }),
});
export type RequestLine = z.infer<typeof requestLine>;

export const requests = {
  ask: command({
    summary: 'Ask a second admin for what one alone may not do. Says so where one is enough.',
    input: z.strictObject({ subject: requestSubject }),
    output: z.strictObject({
      /** False: there is no second admin, or none is needed; nothing was asked. */
      needed: z.boolean(),
      id: z.string().nullable(),
    }),
    needs: 'request:sign',
    audits: 'request.asked',
  }),
  list: query({
    summary: 'What is asked for and what became of it, newest first.',
    input: empty,
    output: z.strictObject({
      requests: z.array(requestLine),
      /** A request is over after this long, milliseconds. */
      life: z.number().int(),
      /** Are there others who could agree? */
      otherAdmins: z.number().int(),
    }),
    needs: 'request:sign',
    audits: { none: 'what admins ask of each other; every step of it is an entry' },
  }),
  count: query({
    summary: 'How many requests wait for the reader.',
    input: empty,
    output: z.strictObject({ waiting: z.number().int() }),
    needs: 'request:sign',
    audits: { none: 'a number that names nobody' },
  }),
  agree: task({
    summary: 'Agree as the second admin, proved by the password. Changes of who is an admin happen at once.',
    input: z.strictObject({ id: requestId, password }),
    output: z.strictObject({ carriedOut: z.boolean() }),
    needs: 'request:sign',
    audits: 'request.agreed',
  }),
  decline: command({
    summary: 'Say no to what another admin asked for.',
    input: z.strictObject({ id: requestId }),
    output: ok,
    needs: 'request:sign',
    audits: 'request.declined',
  }),
  withdraw: command({
    summary: 'Take back what one asked for.',
    input: z.strictObject({ id: requestId }),
    output: ok,
    needs: 'request:sign',
    audits: 'request.withdrawn',
  }),
};
