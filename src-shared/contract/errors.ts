/**
 * Errors as they cross from core to whoever called: a code of this closed list and, where one field is at fault,
 * the field's path. Never a stack, never a value from a record. The screens translate `error.<code>`.
 */
import { z } from 'zod';

export const errorCodes = [
  // the call itself
  'unknown-procedure',
  'invalid-input',
  'not-here', // this procedure is not offered on this channel
  'not-signed-in',
  'forbidden',
  'busy',
  'cancelled',
  'internal',
  'maintenance', // the database is being rotated: nobody works in it meanwhile
  // sign-in and start
  'wrong-password',
  'wait-before-retry',
  'account-suspended',
  'invitation-expired',
  'second-factor-needed', // the password was right: a code is asked for now
  'second-factor-wrong',
  'second-factor-set', // there is one already
  'second-factor-missing', // there is none
  'sign-in-unfinished', // a password of one's own, or a second factor, comes first
  'no-clinical-access', // an IT user asks for the open database
  'already-set-up',
  'not-set-up',
  'keychain-locked',
  'keychain-absent',
  'device-secret-missing',
  'device-removed',
  'key-file-missing',
  'key-file-damaged',
  'key-file-rolled-back',
  'database-missing',
  'database-damaged',
  'database-foreign',
  'database-newer',
  'database-rolled-back',
  'disk-full',
  'not-writable',
  // set-up and people
  'password-too-short',
  'password-too-common',
  'password-too-long',
  'password-is-code', // the one-time code itself
  'user-name-taken',
  'last-admin',
  'own-account',
  'second-admin-needed',
  'role-in-use',
  'role-name-taken',
  'role-beyond-limits', // what an own role may not hold, or half of what belongs together
  'no-seal-yet', // known here, but nobody has opened this workstation since: its key is not yet sealed to them
  'directory-refused',
  'directory-forked',
  'directory-rolled-back',
  'join-words-wrong',
  'kit-words-wrong',
  'kit-sheet-twice', // the same sheet two times
  'kit-sheets-differ', // two sheets that were not made together
  'drill-not-begun', // nothing was asked of this session, or it was answered already
  'request-needed', // a second admin has not agreed
  'request-over', // done, declined, withdrawn or expired
  'request-pending', // the same was asked for already
  'on-hold', // a legal hold on the whole log stands
  'patient-on-hold', // a legal hold on this patient, or on the whole log, stands
  'nothing-to-prune', // no entry is old enough, or none may go
  'prune-changed', // what may go is not what was asked for: a hold, a clock, a newer checkpoint
  'own-request', // nobody agrees to what they asked for themselves
  'recovery-code-wrong',
  'pin-too-simple',
  'pin-not-set',
  'pin-not-allowed', // the clinic does not allow quick return
  'wrong-pin',
  // the record
  'own-review', // nobody closes a review that concerns themselves
  'review-closed',
  'week-open', // something on the week's sheet has no verdict yet
  'week-signed',
  'restricted', // this patient's chart is open to named people only
  'not-restricted', // the chart is open to the caller: nothing to break or to lift
  'not-found',
  'record-damaged', // a row does not match its HMAC or its audit entry
  'changed-meanwhile', // the version the caller saw is not the current one
  'already-signed',
  'not-author',
  'nothing-to-sign',
  'likely-duplicate',
  'invalid-resource',
  'source-masked', // the resource as stored would show fields that this session sees masked
  // the backend and other workstations
  'not-connected', // the clinic is connected to no backend
  'backend-unreachable',
  'backend-refused', // it answered, and did not do what was asked
  'backend-differs', // not who it should be: another authority, another name
  'backend-not-in-eu',
  'token-wrong', // no such clinic token, or used already
  'enrolment-code-wrong', // no code of this clinic, or its ten minutes are over
  'enrolment-over',
  'quarantine-first', // what these changes build on waits for its own decision
  'quarantine-unreadable', // a batch that cannot be read can only be dropped
  'unseen-too-long', // too long without contact: only admins sign in here
  // what IT set for this machine, and updates
  'policy-forbids', // a policy of this machine, which no user can change
  'update-not-ready', // no update lies here, or another one than the caller saw
  'update-off', // there are no updates on this workstation
  'update-failed', // this new version did not prove itself: nobody works in it
  // files
  'file-unreadable',
  'file-too-large',
  'nothing-chosen',
  'no-certificate', // what was given holds no certificate, or a private key beside it
] as const;
export type ErrorCode = (typeof errorCodes)[number];

export const errorValue = z.strictObject({
  code: z.enum(errorCodes),
  /** Path of the input field at fault, e.g. `name.family`. */
  field: z.string().optional(),
  /** Milliseconds until a retry is worth it (`wait-before-retry`). */
  retryAfter: z.number().int().nonnegative().optional(),
  /** Local ids concerned (`likely-duplicate`, `changed-meanwhile`). */
  ids: z.array(z.string()).optional(),
});
export type ErrorValue = z.infer<typeof errorValue>;

/** Thrown by handlers for errors a person can cause; the dispatcher turns it into a value. */
export class CallError extends Error {
  readonly value: ErrorValue;
  constructor(code: ErrorCode, more: Omit<ErrorValue, 'code'> = {}) {
    super(code);
    this.name = 'CallError';
    this.value = { code, ...more };
  }
}
