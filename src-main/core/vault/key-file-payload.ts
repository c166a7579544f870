/** What the key file holds inside its outer layer, version 1 (docs/protocols/keys.md). */
import { z } from 'zod';
import { country, language, roleId } from '../../../src-shared/contract/primitives.ts';
import { paramsAllowed } from '../crypto/kdf.ts';
import { attemptsRecord } from './attempts-record.ts';
import { rosterEntry } from './roster-entry.ts';
import { base64, raw16, raw32, sealedKey, wrappedKey } from './wrapped.ts';

const id = z.uuid();
const instant = z.number().int().nonnegative();

/** How a password becomes a key. The bounds are checked here: a file that asks for less is not opened. */
export const passwordCost = z
  .strictObject({ memoryKiB: z.number().int(), passes: z.number().int(), lanes: z.number().int() })
  .refine(paramsAllowed);
export const passwordSlot = z.strictObject({
  algorithm: z.literal('argon2id'),
  version: z.literal(0x13),
  cost: passwordCost,
  salt: raw16,
});
export type PasswordSlot = z.infer<typeof passwordSlot>;

export const userRecord = z.strictObject({
  id,
  userName: z.string().min(1).max(64),
  displayName: z.string().min(1).max(120),
  roles: z.array(roleId).min(1),
  status: z.enum(['active', 'suspended']),
  createdAt: instant,
  passwordSlot,
  ed25519: z.strictObject({ public: raw32, wrappedPrivate: wrappedKey }),
  x25519: z.strictObject({ public: raw32, wrappedPrivate: wrappedKey, recoverySeal: sealedKey }),
});
export type UserRecord = z.infer<typeof userRecord>;

const userSeal = z.strictObject({ userId: id, seal: sealedKey });

const keyFileFields = {
  version: z.literal(1),
  /** Counts every change but failed sign-ins; the recovery file carries the same number. */
  revision: z.number().int().positive(),
  clinic: z.strictObject({
    id,
    name: z.string().min(1).max(120),
    country,
    defaultLanguage: language,
  }),
  profileId: id,
  deviceId: id,
  workstationName: z.string().min(1).max(60),
  createdAt: instant,
  /** Cost for new password slots, and for sign-ins of names that do not exist. */
  passwordCost,
  users: z.array(userRecord).min(1),
  databaseKey: z.strictObject({
    generation: z.number().int().positive(),
    seals: z.array(userSeal),
    recoverySeal: sealedKey,
  }),
  clinicKeys: z
    .array(z.strictObject({ epoch: z.number().int().positive(), seals: z.array(userSeal), recoverySeal: sealedKey }))
    .min(1),
  clinicIdentity: z.strictObject({ public: raw32, recoveryWrapped: wrappedKey }),
  roster: z.array(rosterEntry).min(1),
};

const recovery = z.strictObject({
  public: raw32,
  createdAt: instant,
  confirmedAt: instant.nullable(),
});

export const keyFilePayload = z.strictObject({
  ...keyFileFields,
  device: z.strictObject({
    ed25519: z.strictObject({ public: raw32, private: raw32 }),
    tls: z.strictObject({ algorithm: z.literal('ecdsa-p256'), spki: base64, pkcs8: base64 }),
  }),
  recovery: recovery.extend({
    /** Until the kit is confirmed: its secret sealed to the first admin, and the two words asked back. */
    pending: z
      .strictObject({
        userId: id,
        seal: sealedKey,
        asked: z.array(z.strictObject({ position: z.number().int().min(1).max(24), word: z.string() })).length(2),
      })
      .nullable(),
  }),
  attempts: attemptsRecord,
});
export type KeyFilePayload = z.infer<typeof keyFilePayload>;

/** What the recovery file repeats: everything but this workstation's own private keys and the counters. */
export const recoveryBundle = z.strictObject({
  ...keyFileFields,
  device: z.strictObject({ ed25519: raw32, tls: base64 }),
  recovery,
});
export type RecoveryBundle = z.infer<typeof recoveryBundle>;

export function bundleOf(payload: KeyFilePayload): RecoveryBundle {
  const { device, recovery: kit, attempts: _attempts, ...shared } = payload;
  return {
    ...shared,
    device: { ed25519: device.ed25519.public, tls: device.tls.spki },
    recovery: { public: kit.public, createdAt: kit.createdAt, confirmedAt: kit.confirmedAt },
  };
}

/** One spelling of a user name: compatibility forms, case and spaces around it do not matter. */
export function foldedName(userName: string): string {
  return userName.normalize('NFKC').trim().toLowerCase();
}

/** IT alone opens nothing clinical; with another role beside it, the other role decides. */
export function opensDatabase(user: Pick<UserRecord, 'roles' | 'status'>): boolean {
  return user.status === 'active' && user.roles.some((held) => held !== 'it');
}
