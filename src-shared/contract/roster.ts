/** The roster: who may act and sign, with which keys, now and on any day since the clinic began. */
import { z } from 'zod';
import { permissions } from './permissions.ts';
import { empty, instant, roleId } from './primitives.ts';
import { task } from './procedure.ts';

/** First eight bytes of SHA-256 over the raw public key, in four groups of hex: short enough to compare by eye. */
export const fingerprint = z.string().regex(/^([0-9a-f]{4} ){3}[0-9a-f]{4}$/);

export const rosterPerson = z.strictObject({
  userId: z.string(),
  userName: z.string(),
  displayName: z.string(),
  roles: z.array(roleId),
  status: z.enum(['active', 'suspended', 'removed']),
  /** Of the signing key; keys before it, oldest first. */
  key: fingerprint,
  retired: z.array(fingerprint),
  /** Could sign notes then: active, with a role that signs. */
  signs: z.boolean(),
});
export type RosterPerson = z.infer<typeof rosterPerson>;

export const rosterView = z.strictObject({
  /** Entries that count then. */
  size: z.number().int(),
  /** Hash of the last of them, hex: the same on every workstation that has the same roster. */
  head: z.string(),
  people: z.array(rosterPerson),
  devices: z.array(
    z.strictObject({
      deviceId: z.string(),
      name: z.string(),
      status: z.enum(['active', 'removed']),
      key: fingerprint,
    }),
  ),
  ownRoles: z.array(
    z.strictObject({ roleId: z.string(), name: z.string(), permissions: z.array(z.enum(permissions)) }),
  ),
  adminSecondFactor: z.boolean(),
});
export type RosterView = z.infer<typeof rosterView>;

export const rosterStep = z.strictObject({
  seq: z.number().int(),
  at: instant,
  changes: z.array(
    z.strictObject({
      kind: z.enum([
        'recovery-set',
        'user-added',
        'roles-set',
        'status-set',
        'user-keys-replaced',
        'device-added',
        'device-keys-replaced',
        'device-removed',
        'role-defined',
        'role-removed',
        'clinic-key-set',
        'policy-set',
      ]),
      /** The person, device or role concerned, by name. */
      about: z.string().nullable(),
      roles: z.array(roleId).nullable(),
      status: z.enum(['active', 'suspended', 'removed']).nullable(),
    }),
  ),
  /** Who signed the entry or agreed to its request, by name. */
  signers: z.array(z.string()),
  /** Signed with the recovery kit (set-up, recovery). */
  byKit: z.boolean(),
  /** A user replaced their own keys. */
  byThemselves: z.boolean(),
});
export type RosterStep = z.infer<typeof rosterStep>;

export const roster = {
  state: task({
    summary: 'Users, roles, devices and keys as the signed roster has them, now or at an instant.',
    input: z.strictObject({ at: instant.nullable() }),
    /** Null before the clinic began. */
    output: z.strictObject({ view: rosterView.nullable() }),
    needs: 'roster:read',
    audits: 'roster.read',
  }),
  history: task({
    summary: 'Every entry of the roster, newest first: what changed, who signed.',
    input: empty,
    output: z.strictObject({ steps: z.array(rosterStep) }),
    needs: 'roster:read',
    audits: 'roster.read',
  }),
};
