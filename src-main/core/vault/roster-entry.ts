/** One entry of the roster, version 1: what changed, chained to the entry before, signed. */
import { z } from 'zod';
import { roleId } from '../../../src-shared/contract/primitives.ts';
import { base64, raw32, raw64 } from './wrapped.ts';

const id = z.uuid();
const keys = { ed25519: raw32, x25519: raw32 };
const names = { userName: z.string().min(1).max(64), displayName: z.string().min(1).max(120) };
const roles = z.array(roleId).min(1);

export const rosterChange = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('recovery-set'), x25519: raw32 }),
  z.strictObject({ kind: z.literal('user-added'), userId: id, ...names, roles, ...keys }),
  z.strictObject({ kind: z.literal('roles-set'), userId: id, roles }),
  z.strictObject({ kind: z.literal('status-set'), userId: id, status: z.enum(['active', 'suspended']) }),
  /** New keys for a user; the old signing key is retired: it proves the past and signs nothing new. */
  z.strictObject({ kind: z.literal('user-keys-replaced'), userId: id, ...keys }),
  z.strictObject({
    kind: z.literal('device-added'),
    deviceId: id,
    name: z.string().min(1),
    ed25519: raw32,
    tls: base64,
  }),
  z.strictObject({ kind: z.literal('device-keys-replaced'), deviceId: id, ed25519: raw32, tls: base64 }),
]);
export type RosterChange = z.infer<typeof rosterChange>;

export const rosterBody = z.strictObject({
  version: z.literal(1),
  clinicId: id,
  seq: z.number().int().nonnegative(),
  /** Hash of the entry before; 32 zero bytes for the first. */
  previous: raw32,
  at: z.number().int().nonnegative(),
  changes: z.array(rosterChange).min(1),
});
export type RosterBody = z.infer<typeof rosterBody>;

export const rosterEntry = z.strictObject({
  body: rosterBody,
  signatures: z
    .array(
      z.strictObject({
        /** A user's id, or `clinic` for the clinic identity. */
        by: z.union([id, z.literal('clinic')]),
        algorithm: z.literal('ed25519'),
        signature: raw64,
      }),
    )
    .min(1),
});
export type RosterEntry = z.infer<typeof rosterEntry>;
