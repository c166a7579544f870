/** The exchange with the clinic's other workstations: how it stands, what waits for an admin. */
import { z } from 'zod';
import { empty, instant, ok } from './primitives.ts';
import { command, query, task } from './procedure.ts';

/** Why somebody has to look: each has its words in the translations (`sync.problem.<code>`). */
export const syncProblems = [
  'batch-refused', // what the backend gave does not hold: changed on the way, or not ours
  'log-forked', // two workstations were shown different logs
  'log-rolled-back', // the backend's log is shorter than it was
  'stranger-device', // the backend knows a device that the roster does not
  'clinic-key-missing', // a new epoch: somebody has to sign in once more
  'region-refused', // the backend says that it stands outside the EU and EEA
  'authority-changed', // its certificate does not come from the pinned authority
  'certificate-refused', // the backend does not take this workstation's certificate, nor renew it
  'device-revoked',
  'directory-refused',
  'quota-used-up',
  'clock-wrong', // certificates look expired or not yet valid: this machine's clock is off
  'unseen-too-long', // too long without contact: only admins may sign in here
  'set-aside', // a batch of another workstation could not be read
] as const;
export const syncProblem = z.enum(syncProblems);
export type SyncProblem = z.infer<typeof syncProblem>;

export const syncStanding = z.strictObject({
  state: z.enum(['not-connected', 'up-to-date', 'sending', 'receiving', 'offline', 'attention']),
  /** Changes of this workstation that the backend does not have yet. */
  waiting: z.number().int().nonnegative(),
  /** Batches known to be there and not taken yet. */
  behind: z.number().int().nonnegative(),
  /** Last contact; null before the first. */
  lastContact: instant.nullable(),
  problem: syncProblem.nullable(),
  /** Fields that two people changed and nobody has settled, as far as the reader may see them. */
  conflicts: z.number().int().nonnegative(),
  /** What waits for an admin's decision. */
  quarantined: z.number().int().nonnegative(),
});
export type SyncStanding = z.infer<typeof syncStanding>;

export const quarantineItem = z.strictObject({
  id: z.string(),
  reason: z.enum(['user-removed', 'device-removed', 'builds-on-quarantined', 'unreadable']),
  deviceId: z.string(),
  device: z.string(),
  /** Whose changes; null where a whole batch waits. */
  userId: z.string().nullable(),
  user: z.string().nullable(),
  changes: z.number().int().nonnegative(),
  patients: z.number().int().nonnegative(),
  /** When they were made, by their author's clock. */
  from: instant.nullable(),
  to: instant.nullable(),
  at: instant,
});
export type QuarantineItem = z.infer<typeof quarantineItem>;

export const sync = {
  status: task({
    summary: 'How the exchange with the other workstations stands.',
    input: empty,
    output: syncStanding,
    needs: 'session',
    audits: { none: 'counts and times, nothing of a record' },
  }),
  now: task({
    summary: 'Try at once instead of at the next turn.',
    input: empty,
    output: ok,
    needs: 'session',
    audits: { none: 'what is exchanged leaves its own entries' },
  }),
  quarantined: query({
    summary: 'Changes by people or workstations that were removed, waiting for a decision.',
    input: empty,
    output: z.strictObject({ items: z.array(quarantineItem) }),
    needs: 'user:write',
    audits: 'sync.quarantine-read',
  }),
  decide: task({
    summary: 'Let quarantined changes in, or drop them for good.',
    input: z.strictObject({ id: z.string().min(1).max(64), decision: z.enum(['accept', 'drop']) }),
    output: ok,
    needs: 'user:write',
    audits: 'sync.quarantine-decided',
  }),
};

/** One side of a conflict. `text`: the element as people read it, lines; null: it was taken out. */
const side = z.strictObject({
  version: z.string(),
  text: z.string().nullable(),
  user: z.string().nullable(),
  device: z.string().nullable(),
  at: instant.nullable(),
});
export const conflictLine = z.strictObject({
  id: z.string(),
  type: z.string(),
  /** FHIR element, or `$deleted`. */
  field: z.string(),
  patientId: z.string().nullable(),
  patient: z.string().nullable(),
  /** What the resource is called in its chart. */
  title: z.string(),
  shown: side,
  lost: side,
  /** Row version to name when settling. */
  expectedVersion: z.number().int(),
});
export type ConflictLine = z.infer<typeof conflictLine>;

export const conflicts = {
  list: query({
    summary: 'Fields that two people changed without seeing each other’s change: both values, who and when.',
    input: z.strictObject({ patientId: z.uuid().nullable().default(null) }),
    output: z.strictObject({ conflicts: z.array(conflictLine), more: z.number().int().nonnegative() }),
    needs: ['chart:write', 'patient:write'],
    audits: 'conflict.listed',
  }),
  settle: command({
    summary: 'Keep what is shown, or take the other value: settles the conflict on every workstation.',
    input: z.strictObject({
      id: z.uuid(),
      field: z.string().min(1).max(128),
      version: z.string().min(1).max(80),
      choose: z.enum(['shown', 'lost']),
      expectedVersion: z.number().int().positive(),
    }),
    output: ok,
    needs: ['chart:write', 'patient:write'],
    audits: 'conflict.settled',
  }),
};
