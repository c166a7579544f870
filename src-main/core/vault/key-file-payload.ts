/** What the key file holds inside its outer layer, version 2 (docs/protocols/keys.md). */
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

const retiredKey = z.strictObject({ public: raw32, seal: sealedKey });

export const userRecord = z.strictObject({
  id,
  userName: z.string().min(1).max(64),
  displayName: z.string().min(1).max(120),
  roles: z.array(roleId).min(1),
  status: z.enum(['active', 'suspended']),
  createdAt: instant,
  /** Of this record: of two workstations' records the later one counts. */
  changedAt: instant,
  passwordSlot,
  passwordSetAt: instant,
  /** When the keys were made. */
  keysSince: instant,
  ed25519: z.strictObject({ public: raw32, wrappedPrivate: wrappedKey }),
  x25519: z.strictObject({
    public: raw32,
    wrappedPrivate: wrappedKey,
    recoverySeal: sealedKey,
    /** Keys before this one, private halves sealed to it: what was sealed to them still opens. Oldest first. */
    retired: z.array(retiredKey),
  }),
  /** What the next sign-in must do before anything else. */
  demands: z.strictObject({
    /** The password was somebody else's choice (invitation, reset): a new one, and new keys with it. */
    newPassword: z.boolean(),
    newKeys: z.boolean(),
  }),
  /** A one-time password is good until then; null for one the user chose. */
  passwordUntil: instant.nullable(),
  secondFactor: z
    .strictObject({
      /** Sealed to the user's X25519 key: the secret and what is left of the recovery codes. */
      seal: sealedKey,
      enrolledAt: instant,
      /** RFC 6238 time step of the last code taken: none is taken twice. */
      lastStep: z.number().int().nonnegative(),
    })
    .nullable(),
});
export type UserRecord = z.infer<typeof userRecord>;

/** `to`: the X25519 key it is sealed to, so that a seal to keys that are no longer somebody's is told from a good one. */
const userSeal = z.strictObject({ userId: id, to: raw32, seal: sealedKey });
const sealedToAll = { createdAt: instant, seals: z.array(userSeal), recoverySeal: sealedKey };
const generation = z.number().int().positive();

/** What every workstation of the clinic knows alike. */
const ofTheClinic = {
  clinic: z.strictObject({
    id,
    name: z.string().min(1).max(120),
    country,
    defaultLanguage: language,
  }),
  /** Everyone who is not removed: those stand in the roster alone. */
  users: z.array(userRecord).min(1),
  clinicKeys: z.array(z.strictObject({ epoch: z.number().int().positive(), id: raw32, ...sealedToAll })).min(1),
  clinicIdentity: z.strictObject({ public: raw32, recoveryWrapped: wrappedKey }),
  roster: z.array(rosterEntry).min(1),
};

const keyFileFields = {
  ...ofTheClinic,
  version: z.literal(2),
  /** Counts every change but failed sign-ins; the recovery file carries the same number. */
  revision: z.number().int().positive(),
  profileId: id,
  deviceId: id,
  workstationName: z.string().min(1).max(60),
  createdAt: instant,
  /** Cost for new password slots, and for sign-ins of names that do not exist. */
  passwordCost,
  databaseKey: z.strictObject({
    generation,
    ...sealedToAll,
    /** While a new database is not yet proved: the way back. */
    previous: z.strictObject({ generation, ...sealedToAll }).nullable(),
  }),
  /** Seals the directory (roster and wrapped keys) on its way between workstations; opens nothing clinical. */
  directoryKey: raw32,
  /** Somebody who knew these keys is gone: they are replaced at the next chance. */
  due: z.strictObject({ databaseKey: z.boolean(), clinicKey: z.boolean() }),
};

const recovery = z.strictObject({
  public: raw32,
  createdAt: instant,
  confirmedAt: instant.nullable(),
  /** One code, or three sheets of which two suffice. */
  form: z.enum(['code', 'shares']),
  /** Some words of the kit by their HMAC, for the yearly drill. `sheet` 0 is the one code. */
  check: z
    .strictObject({
      key: raw32,
      words: z.array(
        z.strictObject({
          sheet: z.number().int().min(0).max(3),
          position: z.number().int().min(1).max(29),
          mac: raw32,
        }),
      ),
    })
    .nullable(),
  lastDrill: z.strictObject({ at: instant, by: id, passed: z.boolean() }).nullable(),
});

/** The same with the kit: what the directory carries from one workstation to the others. */
export const sharedFields = { ...ofTheClinic, recovery };

/** A backend as this workstation knows it: pinned authority, pinned name and key, this workstation's certificate. */
export const backendConnection = z.strictObject({
  host: z.string().min(1).max(255),
  port: z.number().int().min(1).max(65_535),
  tenant: id,
  /** PEM of the one authority that is trusted. */
  authority: z.string().max(8192),
  name: z.string().max(80),
  operator: z.string().max(200),
  region: z.string().length(2),
  /** Signs heads, cosigns, signs the descriptor. */
  logKey: raw32,
  /** PEM; null until the first one is fetched. */
  certificate: z.string().max(8192).nullable(),
  lastContact: instant.nullable(),
});
export type BackendConnection = z.infer<typeof backendConnection>;

export const keyFilePayload = z.strictObject({
  ...keyFileFields,
  /** Counts every write, failed sign-ins included; the keychain remembers it, so that an older file is noticed. */
  sequence: z.number().int().nonnegative(),
  /** How far the roster was at the last meeting with other workstations: nobody goes back behind it. */
  directorySeen: z.strictObject({ size: z.number().int().positive(), head: raw32 }).nullable(),
  /** Users whose keys came from elsewhere: the next open session here seals this workstation's keys to them. */
  unsealed: z.array(id),
  /** When the current device secret was made. */
  deviceSecretSince: instant,
  /** Seals the journal; outlives the device secret. */
  journalKey: raw32,
  device: z.strictObject({
    createdAt: instant,
    ed25519: z.strictObject({ public: raw32, private: raw32 }),
    tls: z.strictObject({ algorithm: z.literal('ecdsa-p256'), spki: base64, pkcs8: base64 }),
  }),
  recovery: recovery.extend({
    /** Until the kit is confirmed: the secret, or set and shares, sealed to the first admin, and the two words asked back. */
    pending: z
      .strictObject({
        userId: id,
        seal: sealedKey,
        /** Counted through: the code's 24 words, or three sheets of 29. */
        asked: z.array(z.strictObject({ position: z.number().int().min(1).max(87), word: z.string() })).length(2),
      })
      .nullable(),
  }),
  attempts: attemptsRecord,
  /** Where this workstation meets the others, and its certificate there: needed while nobody is signed in. */
  backend: backendConnection.nullable().default(null),
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
  const {
    device,
    recovery: { pending: _pending, ...kit },
    attempts: _attempts,
    sequence: _sequence,
    journalKey: _journalKey,
    deviceSecretSince: _since,
    directorySeen: _seen,
    unsealed: _unsealed,
    backend: _backend,
    ...shared
  } = payload;
  return { ...shared, device: { ed25519: device.ed25519.public, tls: device.tls.spki }, recovery: kit };
}

/** One spelling of a user name: compatibility forms, case and spaces around it do not matter. */
export function foldedName(userName: string): string {
  return userName.normalize('NFKC').trim().toLowerCase();
}

/** IT alone opens nothing clinical; with another role beside it, the other role decides. */
export function opensDatabase(user: Pick<UserRecord, 'roles' | 'status'>): boolean {
  return user.status === 'active' && user.roles.some((held) => held !== 'it');
}
