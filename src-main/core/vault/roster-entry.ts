/**
 * One entry of the roster: what changed, chained to the entry before, signed. Version 2 names the request that a
 * second admin agreed to; version 1 is read where it stands at a chain's beginning.
 */
import { z } from 'zod';
import { permissions } from '../../../src-shared/contract/permissions.ts';
import { ownRoleId, roleId } from '../../../src-shared/contract/primitives.ts';
import { base64, raw32, raw64 } from './wrapped.ts';

const id = z.uuid();
const instant = z.number().int().nonnegative();
const keys = { ed25519: raw32, x25519: raw32 };
const names = { userName: z.string().min(1).max(64), displayName: z.string().min(1).max(120) };
const roles = z.array(roleId).min(1);

export const rosterChange = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('recovery-set'), x25519: raw32 }),
  z.strictObject({ kind: z.literal('user-added'), userId: id, ...names, roles, ...keys }),
  z.strictObject({ kind: z.literal('roles-set'), userId: id, roles }),
  /** Removed is for good: the name stays for what the person signed. */
  z.strictObject({ kind: z.literal('status-set'), userId: id, status: z.enum(['active', 'suspended', 'removed']) }),
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
  z.strictObject({ kind: z.literal('device-removed'), deviceId: id }),
  /** A role of the clinic's own: new, or with other permissions than before. */
  z.strictObject({
    kind: z.literal('role-defined'),
    roleId: ownRoleId,
    name: z.string().min(1).max(40),
    permissions: z.array(z.enum(permissions)),
  }),
  z.strictObject({ kind: z.literal('role-removed'), roleId: ownRoleId }),
  /** A clinic key by its id: what is not named here is nobody's clinic key, whoever seals it to whom. */
  z.strictObject({ kind: z.literal('clinic-key-set'), epoch: z.number().int().positive(), id: raw32 }),
  z.strictObject({ kind: z.literal('policy-set'), adminSecondFactor: z.boolean() }),
]);
export type RosterChange = z.infer<typeof rosterChange>;

/** What two admins sign before one of them may act (the two-person rule). */
export const requestSubject = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('roster'), changes: z.array(rosterChange).min(1) }),
  /** New keys for somebody who forgot the password, made with the recovery kit. */
  z.strictObject({ kind: z.literal('restore-access'), userId: id }),
  z.strictObject({ kind: z.literal('export-all') }),
  z.strictObject({ kind: z.literal('erase-patient'), patientId: id }),
  /** What may leave one workstation's log: entries below a number, older than an instant, but the ones kept. */
  z.strictObject({
    kind: z.literal('audit-prune'),
    deviceId: id,
    before: instant,
    below: z.number().int().positive(),
    kept: z.number().int().nonnegative(),
    keptDigest: raw32,
  }),
]);
export type RequestSubject = z.infer<typeof requestSubject>;

export const requestBody = z.strictObject({
  version: z.literal(1),
  clinicId: id,
  /** Used once. */
  id,
  subject: requestSubject,
  at: instant,
  expiresAt: instant,
});
export type RequestBody = z.infer<typeof requestBody>;

const signature = z.strictObject({
  /** A user's id, or `clinic` for the clinic identity. */
  by: z.union([id, z.literal('clinic')]),
  algorithm: z.literal('ed25519'),
  signature: raw64,
});
export type RosterSignature = z.infer<typeof signature>;

export const signedRequest = z.strictObject({ body: requestBody, signatures: z.array(signature).min(1).max(16) });
export type SignedRequest = z.infer<typeof signedRequest>;

const bodyFields = {
  clinicId: id,
  seq: z.number().int().nonnegative(),
  /** Hash of the entry before; 32 zero bytes for the first. */
  previous: raw32,
  at: instant,
  changes: z.array(rosterChange).min(1),
};
export const rosterBody = z.discriminatedUnion('version', [
  z.strictObject({ version: z.literal(1), ...bodyFields }),
  z.strictObject({ version: z.literal(2), ...bodyFields, request: signedRequest.optional() }),
]);
export type RosterBody = z.infer<typeof rosterBody>;

export const rosterEntry = z.strictObject({ body: rosterBody, signatures: z.array(signature).min(1) });
export type RosterEntry = z.infer<typeof rosterEntry>;
