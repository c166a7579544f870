/** Key derivation: HKDF-SHA-256 (RFC 5869) from keys, Argon2id (RFC 9106) from passwords. */
import { createSecretKey, hkdfSync } from 'node:crypto';
import { hash as argon2Hash, argon2id as argon2idType } from 'argon2';

/** `length` bytes from key material that is already uniformly random. */
export function hkdf(ikm: Uint8Array, salt: Uint8Array, info: string | Uint8Array, length: number): Buffer {
  // As a key object: half of what the runtime makes of bare bytes.
  return Buffer.from(hkdfSync('sha256', createSecretKey(ikm), salt, info, length));
}

/** Cost of Argon2id: memory in KiB, passes, lanes. */
export type Argon2Params = { readonly memoryKiB: number; readonly passes: number; readonly lanes: number };

/** Less is refused: whoever lowers the numbers in a file wants to guess. */
export const argon2Floor: Argon2Params = { memoryKiB: 64 * 1024, passes: 3, lanes: 1 };
/** More is refused: whoever raises them wants the machine to stand still. */
export const argon2Ceiling: Argon2Params = { memoryKiB: 1024 * 1024, passes: 16, lanes: 4 };
export const argon2Default: Argon2Params = { memoryKiB: 128 * 1024, passes: 3, lanes: 1 };
export const saltLength = 16;

export function paramsAllowed(params: Argon2Params): boolean {
  const within = (value: number, low: number, high: number) =>
    Number.isSafeInteger(value) && value >= low && value <= high;
  return (
    within(params.memoryKiB, argon2Floor.memoryKiB, argon2Ceiling.memoryKiB) &&
    within(params.passes, argon2Floor.passes, argon2Ceiling.passes) &&
    within(params.lanes, argon2Floor.lanes, argon2Ceiling.lanes)
  );
}

/** Argon2id version 0x13 without bounds; for test vectors. Everything else goes through `passwordKey`. */
export function argon2id(
  password: Buffer,
  salt: Buffer,
  params: Argon2Params,
  length: number,
  more: { readonly secret?: Buffer; readonly associatedData?: Buffer } = {},
): Promise<Buffer> {
  return argon2Hash(password, {
    raw: true,
    type: argon2idType,
    version: 0x13,
    memoryCost: params.memoryKiB,
    timeCost: params.passes,
    parallelism: params.lanes,
    hashLength: length,
    salt,
    ...more,
  });
}

/**
 * 32 bytes from a normalised password (`passwordBytes`).
 * @throws RangeError when the parameters are outside floor and ceiling or the salt is not 16 bytes
 */
export async function passwordKey(password: Buffer, salt: Buffer, params: Argon2Params): Promise<Buffer> {
  if (!paramsAllowed(params)) throw new RangeError('Argon2id parameters outside the allowed range');
  if (salt.length !== saltLength) throw new RangeError('a password salt has 16 bytes');
  return argon2id(password, salt, params, 32);
}

/**
 * Parameters that take about `targetMs` here: memory stays at 128 MiB, passes grow from 3.
 * Runs Argon2id once.
 */
export async function calibrateArgon2(now: () => number, targetMs = 1000): Promise<Argon2Params> {
  const started = now();
  await passwordKey(Buffer.from('calibration'), Buffer.alloc(saltLength), argon2Default);
  const perPass = Math.max(1, (now() - started) / argon2Default.passes);
  const passes = Math.round(targetMs / perPass);
  return {
    ...argon2Default,
    passes: Math.min(argon2Ceiling.passes, Math.max(argon2Default.passes, passes)),
  };
}
