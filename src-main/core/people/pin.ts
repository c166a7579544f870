/**
 * The PIN of quick return. It opens nothing: it only tells a core that is still alive to give a session back. So no
 * key comes from it, and what is kept is a verifier, in the encrypted database and nowhere else.
 */
import { z } from 'zod';
import { CallError } from '../../../src-shared/contract/errors.ts';
import { equalBytes } from '../crypto/hash.ts';
import { argon2Floor, passwordKey, saltLength } from '../crypto/kdf.ts';
import { type Random, randomBytes } from '../crypto/random.ts';
import { wipe } from '../crypto/wipe.ts';

/** Argon2id, version 0x13, with its own salt: what a PIN is compared with. */
export const pinVerifier = z.strictObject({
  algorithm: z.literal('argon2id'),
  version: z.literal(0x13),
  cost: z.strictObject({ memoryKiB: z.number().int(), passes: z.number().int(), lanes: z.number().int() }),
  salt: z.base64(),
  hash: z.base64(),
});
export type PinVerifier = z.infer<typeof pinVerifier>;

/** One or two or three digits over and over: 777777, 121212, 123123. */
const repeated = /^(\d{1,3})\1+$/;

/** Digits that count up or down one by one, over 9 and 0 too: 123456, 654321, 890123. */
function isRun(pin: string): boolean {
  const steps = new Set([...pin].slice(1).map((digit, at) => (Number(digit) - Number(pin[at]) + 10) % 10));
  return steps.size === 1 && (steps.has(1) || steps.has(9));
}

/** @throws CallError pin-too-simple for what a person at the desk would try first */
export function demandPin(pin: string): void {
  if (repeated.test(pin) || isRun(pin)) throw new CallError('pin-too-simple', { field: 'pin' });
}

/** Hashes at the floor: five tries are all there are, and a person waits for the answer. */
export async function makeVerifier(pin: string, random: Random = randomBytes): Promise<PinVerifier> {
  const salt = random(saltLength);
  const hash = await hashOf(pin, salt, argon2Floor);
  const kept = { salt: salt.toString('base64'), hash: hash.toString('base64') };
  wipe(hash);
  return { algorithm: 'argon2id', version: 0x13, cost: { ...argon2Floor }, ...kept };
}

export async function isPin(pin: string, { salt, hash, cost }: PinVerifier): Promise<boolean> {
  const kept = Buffer.from(hash, 'base64');
  const tried = await hashOf(pin, Buffer.from(salt, 'base64'), cost);
  const same = equalBytes(tried, kept);
  wipe(tried, kept);
  return same;
}

async function hashOf(pin: string, salt: Buffer, cost: PinVerifier['cost']): Promise<Buffer> {
  const bytes = Buffer.from(pin, 'utf8');
  try {
    return await passwordKey(bytes, salt, cost);
  } finally {
    wipe(bytes);
  }
}
