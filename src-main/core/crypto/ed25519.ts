/** Ed25519 signatures (RFC 8032), keys as 32 raw bytes, signatures 64. */
import { sign as nodeSign, verify as nodeVerify } from 'node:crypto';
import { type Random, randomBytes } from './random.ts';
import { privateKeyObject, publicHalf, publicKeyObject, type RawKeyPair, rawKeyLength } from './raw-key.ts';

export const signatureLength = 64;

export function generateEd25519(random: Random = randomBytes): RawKeyPair {
  const privateKey = random(rawKeyLength);
  return { privateKey, publicKey: publicHalf('ed25519', privateKey) };
}

/** The public half of a raw private key. */
export function ed25519Public(privateKey: Uint8Array): Buffer {
  return publicHalf('ed25519', privateKey);
}

/** 64 bytes over the message. */
export function sign(privateKey: Uint8Array, message: Uint8Array): Buffer {
  return nodeSign(null, message, privateKeyObject('ed25519', privateKey));
}

/** True only for a valid signature; malformed keys and signatures are false, not errors. */
export function verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== rawKeyLength || signature.length !== signatureLength) return false;
  try {
    return nodeVerify(null, message, publicKeyObject('ed25519', publicKey), signature);
  } catch {
    // Bytes that are no point on the curve: nothing can have been signed with them.
    return false;
  }
}
