/** The feed of the audit log to a log server of the clinic's own (RFC 5424 over TLS). */
import { z } from 'zod';
import { empty, ok } from './primitives.ts';
import { command, query, task } from './procedure.ts';

/** Why the server does not get the log. */
export const logServerFailures = [
  'not-reachable',
  'refused',
  'no-tls',
  'tls-too-old',
  'not-trusted',
  'expired',
  'wrong-name',
  'broken',
  'no-answer',
] as const;
export const logServerFailure = z.enum(logServerFailures);
export type LogServerFailure = z.infer<typeof logServerFailure>;

export const defaultPort = 6514;

/** A name or an address, as a resolver takes it. */
const host = z
  .string()
  .trim()
  .min(1)
  .max(253)
  .regex(/^[A-Za-z0-9._:-]+$/);

/** Where the server is, and whom to trust. */
export const logServerTarget = z.strictObject({
  host,
  port: z.number().int().min(1).max(65_535),
  /** The name its certificate must carry where that is not the host. */
  serverName: host.regex(/^[^:]+$/).nullable(),
  /** The server's authority as PEM: nothing else is trusted. */
  authorities: z.string().min(1).max(65_536),
});
export type LogServerTarget = z.infer<typeof logServerTarget>;

/** Which entries a server gets: those from now on, the whole log, or from where the last server's position is. */
export const logServerFrom = z.enum(['now', 'beginning', 'position']);

export const authority = z.strictObject({
  subject: z.string(),
  until: z.number().int(),
  fingerprint: z.string(),
});

const state = z.strictObject({
  /** `idle`: everything there is was delivered. */
  state: z.enum(['off', 'idle', 'sending', 'waiting']),
  /** Since when it fails, milliseconds; null while it does not. */
  failingSince: z.number().int().nullable(),
  lastFailure: logServerFailure.nullable(),
  /** When the next try comes, milliseconds. */
  nextTry: z.number().int().nullable(),
  /** When the server last confirmed something. */
  lastDelivered: z.number().int().nullable(),
  /** Entries below this number were delivered. */
  deliveredTo: z.number().int().nonnegative(),
  /** Entries that wait. */
  pending: z.number().int().nonnegative(),
});
export type LogServerState = z.infer<typeof state>;

export const logServer = {
  get: query({
    summary: 'The log server: its address, whom it must prove to be signed by, and how far the log has gone.',
    input: empty,
    output: z.strictObject({
      /** What was last set, also while it is off; null before the first time. */
      target: logServerTarget.extend({ known: z.array(authority) }).nullable(),
      /** A position of an earlier time is there to go on from. */
      hasPosition: z.boolean(),
      ...state.shape,
    }),
    needs: 'settings:write',
    audits: { none: 'settings and numbers, nothing about people' },
  }),
  set: command({
    summary: 'Send every entry of the audit log to this server from now on.',
    input: logServerTarget.extend({ from: logServerFrom }),
    output: ok,
    needs: 'settings:write',
    audits: 'settings.changed',
    takesOut: true, // the whole log, to wherever an admin says; what was set before goes on
  }),
  switchOff: command({
    summary: 'Send nothing more. Address and position stay.',
    input: empty,
    output: ok,
    needs: 'settings:write',
    audits: 'settings.changed',
  }),
  test: task({
    summary: 'One connection to a server, which is ended at once: what happened. Nothing is sent.',
    input: logServerTarget,
    output: z.strictObject({
      result: z.union([z.literal('ok'), logServerFailure]),
      /** `TLSv1.3` or `TLSv1.2` where there was a connection. */
      protocol: z.string().nullable(),
    }),
    needs: 'settings:write',
    audits: 'log-server.tested',
  }),
  readAuthorities: task({
    summary: 'What a pasted certificate says, or one chosen as a file: whom it names, until when, its fingerprint.',
    input: z.strictObject({
      /** Null: from a file that the user chooses. */
      text: z.string().max(65_536).nullable(),
    }),
    output: z.strictObject({ authorities: z.string(), known: z.array(authority) }),
    needs: 'settings:write',
    audits: { none: 'a certificate is public, and nothing changes' },
  }),
};
