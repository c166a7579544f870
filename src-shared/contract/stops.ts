/** Something stopped: what a screen may say of itself, and what the next one tells whoever sits before it. */
import { z } from 'zod';
import { errorCodes } from './errors.ts';
import { empty, instant, ok } from './primitives.ts';
import { query, task } from './procedure.ts';

/** The processes, threads and screens that Carekeep is made of. */
export const stopParts = ['main', 'core', 'ctl', 'window', 'screen', 'validator', 'worker'] as const;

/** Classes of errors: the language's, the platform's, ours. Another name is `other`, what is no error `unknown`. */
export const errorNames = [
  'unknown',
  'other',
  'Error',
  'AggregateError',
  'AssertionError',
  'EvalError',
  'InternalError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'TypeError',
  'URIError',
  'AbortError',
  'TimeoutError',
  'DOMException',
  'DataCloneError',
  'InvalidStateError',
  'NotAllowedError',
  'NotFoundError',
  'NotReadableError',
  'QuotaExceededError',
  'SecurityError',
  'SqliteError',
  'ZodError',
  '$ZodError',
  'CallError',
  'ClientError',
  'OpenError',
  'TlsFailure',
  'PeerFailure',
  'RosterError',
  'KeyFileDamaged',
  'BadBatch',
  'SyncStop',
  'SyncWaits',
  'BlobGone',
  'BackendRefusal',
  'BackendUnreachable',
  'Refused',
] as const;
export type ErrorName = (typeof errorNames)[number];

/** Of a report: its time in 32 letters. */
export const referencePattern = /^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/;
const reference = z.string().regex(referencePattern);

const position = z.number().int().min(0).max(99_999_999);

/** Part of `app`. */
export const stops = {
  lastStop: query({
    summary: 'What stopped within the last day and nobody was told of: when, what, and the reference of its report.',
    input: empty,
    output: z.strictObject({
      stop: z.strictObject({ reference, at: instant, part: z.enum(stopParts) }).nullable(),
    }),
    needs: 'public',
    audits: { none: 'a time and a part of this program, nothing about people' },
  }),
  stopSeen: task({
    summary: 'Somebody has read that something stopped: it is not told again.',
    input: z.strictObject({ reference }),
    output: ok,
    needs: 'public',
    audits: { none: 'a notice was read, nothing about people' },
  }),
  reportFault: task({
    summary: 'A screen stopped working: leaves a report of class, code and place, five a minute at most.',
    input: z.strictObject({
      kind: z.enum(['drawing', 'exception', 'rejection']),
      name: z.enum(errorNames),
      code: z.enum(errorCodes).nullable(),
      /** Line of our own bundle; a file that is not in it counts as none. */
      at: z
        .strictObject({
          file: z
            .string()
            .max(100)
            .regex(/^[\w-]+(?:\.[\w-]+){1,3}$/),
          line: position,
          column: position,
        })
        .nullable(),
    }),
    output: z.strictObject({
      /** Null where none could be written. */
      reference: reference.nullable(),
    }),
    needs: 'public',
    audits: { none: 'goes into the log for support, which holds nothing about people' },
  }),
};
