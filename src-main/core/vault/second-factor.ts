/**
 * The second factor of a user: the secret of an authenticator app and recovery codes for when the phone is lost,
 * sealed to the user's own X25519 key. Only a session, and a sign-in whose password was right, can read it.
 */
import { z } from 'zod';
import { CallError } from '../../../src-shared/contract/errors.ts';
import { OpenError } from '../crypto/aead.ts';
import { canonicalBytes } from '../crypto/canonical.ts';
import { equalBytes, sha256 } from '../crypto/hash.ts';
import type { Random } from '../crypto/random.ts';
import { totpStepOf } from '../crypto/totp.ts';
import { wipe } from '../crypto/wipe.ts';
import type { UserRecord } from './key-file-payload.ts';
import { type Binding, base64, fromBase64, openKey, raw32, type SealedKey, sealKey } from './wrapped.ts';

export const recoveryCodeCount = 10;

type SecondFactor = NonNullable<UserRecord['secondFactor']>;
type Owner = { readonly clinicId: string; readonly userId: string };

const content = z.strictObject({
  version: z.literal(1),
  secret: base64.refine((text) => fromBase64(text).length === 20),
  /** Hashes of the recovery codes that are left. */
  codes: z.array(raw32).max(recoveryCodeCount),
});
type Content = z.infer<typeof content>;

const bindingOf = (owner: Owner, publicKey: string): Binding => ({
  purpose: 'second-factor',
  clinicId: owner.clinicId,
  userId: owner.userId,
  public: publicKey,
});

function sealContent(owner: Owner, publicKey: string, inside: Content, random: Random): SealedKey {
  const bytes = canonicalBytes(inside);
  try {
    return sealKey(fromBase64(publicKey), bytes, bindingOf(owner, publicKey), random);
  } finally {
    wipe(bytes);
  }
}

/** @throws CallError key-file-damaged where the seal is not this user's */
function openContent(owner: Owner, user: UserRecord, factor: SecondFactor, privateKey: Uint8Array): Content {
  let bytes: Buffer | undefined;
  try {
    bytes = openKey(privateKey, factor.seal, bindingOf(owner, user.x25519.public));
    return content.parse(JSON.parse(bytes.toString('utf8')));
  } catch (error) {
    if (error instanceof OpenError) throw new CallError('key-file-damaged');
    throw error;
  } finally {
    wipe(bytes);
  }
}

/** Without 0 and O, 1, I and L side by side: what is mistaken for another letter is read as it (Crockford base32). */
const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Ten letters in two groups: 50 bits. */
function newRecoveryCode(random: Random): string {
  const drawn = [...random(10)].map((byte) => letters[byte % letters.length] ?? '').join('');
  return `${drawn.slice(0, 5)}-${drawn.slice(5)}`;
}

function hashOf(owner: Owner, typed: string): Buffer {
  const code = typed
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, '')
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1');
  return sha256('carekeep/v1/second-factor/recovery-code\0', owner.clinicId, owner.userId, code);
}

/** A user with a second factor, and the recovery codes to show once. `step` is the one whose code proved the app. */
export function enrolled(
  clinicId: string,
  user: UserRecord,
  secret: Buffer,
  step: number,
  now: number,
  random: Random,
): { readonly user: UserRecord; readonly codes: readonly string[] } {
  const owner = { clinicId, userId: user.id };
  const codes = Array.from({ length: recoveryCodeCount }, () => newRecoveryCode(random));
  const inside: Content = {
    version: 1,
    secret: secret.toString('base64'),
    codes: codes.map((code) => hashOf(owner, code).toString('base64')),
  };
  const seal = sealContent(owner, user.x25519.public, inside, random);
  return { user: { ...user, secondFactor: { seal, enrolledAt: now, lastStep: step } }, codes };
}

/**
 * The user after a code of the app, or a recovery code, was taken; undefined for a wrong one and for one used before.
 * @throws CallError key-file-damaged
 */
export function takeCode(
  clinicId: string,
  user: UserRecord,
  privateKey: Uint8Array,
  typed: string,
  now: number,
  random: Random,
): UserRecord | undefined {
  const factor = user.secondFactor;
  if (factor === null) return undefined;
  const owner = { clinicId, userId: user.id };
  const inside = openContent(owner, user, factor, privateKey);
  const secret = fromBase64(inside.secret);
  const step = totpStepOf(secret, typed, now, factor.lastStep);
  wipe(secret);
  const hash = hashOf(owner, typed);
  const left = inside.codes.filter((code) => !equalBytes(fromBase64(code), hash));
  if (step !== null) return { ...user, secondFactor: { ...factor, lastStep: step } };
  if (left.length === inside.codes.length) return undefined;
  const seal = sealContent(owner, user.x25519.public, { ...inside, codes: left }, random);
  return { ...user, secondFactor: { ...factor, seal } };
}

/** How many recovery codes are left. @throws CallError key-file-damaged */
export function codesLeft(clinicId: string, user: UserRecord, privateKey: Uint8Array): number {
  const factor = user.secondFactor;
  if (factor === null) return 0;
  return openContent({ clinicId, userId: user.id }, user, factor, privateKey).codes.length;
}

/** The same second factor for the user's next X25519 key. @throws CallError key-file-damaged */
export function resealed(
  clinicId: string,
  user: UserRecord,
  privateKey: Uint8Array,
  nextPublic: string,
  random: Random,
): UserRecord['secondFactor'] {
  const factor = user.secondFactor;
  if (factor === null) return null;
  const owner = { clinicId, userId: user.id };
  const inside = openContent(owner, user, factor, privateKey);
  return { ...factor, seal: sealContent(owner, nextPublic, inside, random) };
}
