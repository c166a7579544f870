/** Keys: how old each is, and new ones for old. No rotation needs another person's password. */
import { z } from 'zod';
import { empty, instant, ok, password, userId } from './primitives.ts';
import { task } from './procedure.ts';

export const keyKinds = ['database', 'clinic', 'device-secret', 'device', 'identity', 'recovery'] as const;

export const keyAge = z.strictObject({
  kind: z.enum(keyKinds),
  /** Generation of the database, epoch of the clinic key, number of the device secret. */
  number: z.number().int().nullable(),
  /** Whose identity. */
  userId: userId.nullable(),
  displayName: z.string().nullable(),
  createdAt: instant,
  /** When it replaced another; null for the first of its kind. */
  rotatedAt: instant.nullable(),
  /** By recommended age; null where none is recommended. */
  reminder: z.enum(['fresh', 'due', 'overdue']).nullable(),
  /** Somebody who knew it is gone: it is replaced at the next chance. */
  due: z.boolean(),
  /** Identity: when the password was chosen. */
  passwordSetAt: instant.nullable(),
  /** Identity: new keys are made at the next sign-in. */
  asked: z.boolean(),
  /** Kit: as one code or on sheets, and its last drill. */
  form: z.enum(['code', 'shares']).nullable(),
  lastDrill: z.strictObject({ at: instant, passed: z.boolean() }).nullable(),
});
export type KeyAge = z.infer<typeof keyAge>;

export const keys = {
  report: task({
    summary: 'Every kind of key with its age, its last rotation and whether another is due.',
    input: empty,
    output: z.strictObject({
      keys: z.array(keyAge),
      /** Size of the database file, bytes: how long its rotation will take. */
      databaseBytes: z.number().int().nonnegative(),
    }),
    needs: 'key:read',
    audits: 'key.reported',
  }),
  rotateDeviceSecret: task({
    summary: "A new secret in the system's keychain; the key file is sealed under it.",
    input: empty,
    output: z.strictObject({ number: z.number().int() }),
    needs: ['key:rotate', 'device:write'],
    audits: 'key.rotated',
  }),
  rotateClinicKey: task({
    summary: "A new epoch of the clinic key; patients' keys are sealed anew under it.",
    input: empty,
    output: z.strictObject({ epoch: z.number().int() }),
    needs: 'key:rotate',
    audits: 'key.rotated',
  }),
  rotateDatabaseKey: task({
    summary: 'The database in a new file under a new key, checked page by page. Others wait meanwhile.',
    input: empty,
    output: z.strictObject({ generation: z.number().int() }),
    needs: 'key:rotate',
    audits: 'key.rotated',
  }),
  cancelRotation: task({
    summary: 'Stop a running rotation of the database; the old file goes on.',
    input: empty,
    output: z.strictObject({ cancelled: z.boolean() }),
    needs: 'key:rotate',
    audits: { none: 'the rotation itself leaves an entry that says how it ended' },
  }),
  rotateOwnKeys: task({
    summary: "New keys for oneself, with one's own password. What was signed stays signed.",
    input: z.strictObject({ password }),
    output: ok,
    needs: 'session',
    audits: 'key.rotated',
  }),
  demandNewKeys: task({
    summary: 'A user gets new keys at their next sign-in, without being asked anything.',
    input: z.strictObject({ userId }),
    output: ok,
    needs: 'user:write',
    audits: 'key.demanded',
  }),
};
