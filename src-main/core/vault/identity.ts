/** A user's identity: made for them, its private halves wrapped by their password. */
import type { RoleId } from '../../../src-shared/contract/permissions.ts';
import { OpenError } from '../crypto/aead.ts';
import { ed25519Public, generateEd25519 } from '../crypto/ed25519.ts';
import { type Argon2Params, passwordKey, saltLength } from '../crypto/kdf.ts';
import { passwordBytes } from '../crypto/password.ts';
import { type Random, uuidFrom } from '../crypto/random.ts';
import { wipe } from '../crypto/wipe.ts';
import { generateX25519, x25519Public } from '../crypto/x25519.ts';
import type { PasswordSlot, UserRecord } from './key-file-payload.ts';
import { type Binding, fromBase64, openKey, sealKey, unwrap, wrap } from './wrapped.ts';

/** Raw private halves; wipe after use. */
export type IdentityKeys = { readonly ed25519: Buffer; readonly x25519: Buffer };

export function newIdentityKeys(random: Random): IdentityKeys {
  return { ed25519: generateEd25519(random).privateKey, x25519: generateX25519(random).privateKey };
}

export function wipeIdentity(keys: IdentityKeys): void {
  wipe(keys.ed25519, keys.x25519);
}

export type IdentityOwner = {
  readonly clinicId: string;
  readonly userId: string;
};

/** The slot is part of what is authenticated: other parameters or another salt, and nothing opens. */
const wrapBinding = (
  purpose: 'user-ed25519' | 'user-x25519',
  owner: IdentityOwner,
  publicKey: string,
  slot: PasswordSlot,
): Binding => ({
  purpose,
  clinicId: owner.clinicId,
  userId: owner.userId,
  recipient: 'password',
  public: publicKey,
  slot,
});

const recoveryBinding = (owner: IdentityOwner, publicKey: string): Binding => ({
  purpose: 'user-x25519',
  clinicId: owner.clinicId,
  userId: owner.userId,
  recipient: 'recovery',
  public: publicKey,
});

type WrappedIdentity = Pick<UserRecord, 'passwordSlot' | 'ed25519' | 'x25519'>;
type RetiredKeys = UserRecord['x25519']['retired'];

const retiredBinding = (owner: IdentityOwner, publicKey: string): Binding => ({
  purpose: 'user-x25519',
  clinicId: owner.clinicId,
  userId: owner.userId,
  recipient: 'own-next',
  public: publicKey,
});

/** The X25519 keys before the current one, sealed to a new one: nothing that was sealed to them is lost. */
export function retireX25519(
  owner: IdentityOwner,
  before: UserRecord['x25519'],
  privateKey: Buffer,
  nextPublic: Uint8Array,
  random: Random,
): RetiredKeys {
  const older = before.retired.map((key) => {
    const secret = openKey(privateKey, key.seal, retiredBinding(owner, key.public));
    const seal = sealKey(nextPublic, secret, retiredBinding(owner, key.public), random);
    wipe(secret);
    return { public: key.public, seal };
  });
  const seal = sealKey(nextPublic, privateKey, retiredBinding(owner, before.public), random);
  return [...older, { public: before.public, seal }];
}

/** The retired private halves, oldest first. Wipe them. @throws OpenError */
export function openRetired(owner: IdentityOwner, user: Pick<UserRecord, 'x25519'>, privateKey: Buffer): Buffer[] {
  return user.x25519.retired.map((key) => openKey(privateKey, key.seal, retiredBinding(owner, key.public)));
}

/** Wraps an identity under a password; takes as long as Argon2id. */
export async function wrapIdentity(
  owner: IdentityOwner,
  keys: IdentityKeys,
  password: Buffer,
  cost: Argon2Params,
  recoveryPublic: Uint8Array,
  random: Random,
  retired: RetiredKeys = [],
): Promise<WrappedIdentity> {
  const salt = random(saltLength);
  const slot: PasswordSlot = {
    algorithm: 'argon2id',
    version: 0x13,
    cost: { memoryKiB: cost.memoryKiB, passes: cost.passes, lanes: cost.lanes },
    salt: salt.toString('base64'),
  };
  const key = await passwordKeyOf(password, slot);
  const signPublic = ed25519Public(keys.ed25519).toString('base64');
  const receivePublic = x25519Public(keys.x25519).toString('base64');
  try {
    return {
      passwordSlot: slot,
      ed25519: {
        public: signPublic,
        wrappedPrivate: wrap(key, keys.ed25519, wrapBinding('user-ed25519', owner, signPublic, slot), random),
      },
      x25519: {
        public: receivePublic,
        wrappedPrivate: wrap(key, keys.x25519, wrapBinding('user-x25519', owner, receivePublic, slot), random),
        recoverySeal: sealKey(recoveryPublic, keys.x25519, recoveryBinding(owner, receivePublic), random),
        retired,
      },
    };
  } finally {
    wipe(key);
  }
}

/** The password key of a slot: Argon2id over the normalised password. */
export async function passwordKeyOf(password: Buffer, slot: PasswordSlot): Promise<Buffer> {
  const normal = passwordBytes(password);
  try {
    return await passwordKey(normal, fromBase64(slot.salt), slot.cost);
  } finally {
    wipe(normal);
  }
}

/** Undefined when the password (or the slot) is not the one that wrapped it. */
export async function unlockIdentity(
  clinicId: string,
  user: UserRecord,
  password: Buffer,
): Promise<IdentityKeys | undefined> {
  const owner = { clinicId, userId: user.id };
  const key = await passwordKeyOf(password, user.passwordSlot);
  let ed25519: Buffer | undefined;
  try {
    const slot = user.passwordSlot;
    ed25519 = unwrap(key, user.ed25519.wrappedPrivate, wrapBinding('user-ed25519', owner, user.ed25519.public, slot));
    const x25519 = unwrap(key, user.x25519.wrappedPrivate, wrapBinding('user-x25519', owner, user.x25519.public, slot));
    return { ed25519, x25519 };
  } catch (error) {
    wipe(ed25519);
    if (error instanceof OpenError) return undefined;
    throw error;
  } finally {
    wipe(key);
  }
}

/** The X25519 private half, with the kit instead of the password. @throws OpenError */
export function recoverX25519(clinicId: string, user: UserRecord, recoveryPrivate: Uint8Array): Buffer {
  const binding = recoveryBinding({ clinicId, userId: user.id }, user.x25519.public);
  return openKey(recoveryPrivate, user.x25519.recoverySeal, binding);
}

export type NewUser = {
  readonly userName: string;
  readonly displayName: string;
  readonly roles: readonly RoleId[];
  readonly password: Buffer;
  /** The password is an invitation: good until then, and to be replaced at the first sign-in. */
  readonly passwordUntil?: number;
};

/** A whole new user with fresh keys. Wipe the keys. */
export async function makeUser(
  clinicId: string,
  person: NewUser,
  cost: Argon2Params,
  recoveryPublic: Uint8Array,
  now: number,
  random: Random,
): Promise<{ readonly record: UserRecord; readonly keys: IdentityKeys }> {
  const userId = uuidFrom(random);
  const keys = newIdentityKeys(random);
  const wrapped = await wrapIdentity({ clinicId, userId }, keys, person.password, cost, recoveryPublic, random);
  return {
    keys,
    record: {
      id: userId,
      userName: person.userName,
      displayName: person.displayName,
      roles: [...new Set(person.roles)],
      status: 'active',
      createdAt: now,
      changedAt: now,
      ...wrapped,
      passwordSetAt: now,
      keysSince: now,
      demands: { newPassword: person.passwordUntil !== undefined, newKeys: false },
      passwordUntil: person.passwordUntil ?? null,
      secondFactor: null,
    },
  };
}
