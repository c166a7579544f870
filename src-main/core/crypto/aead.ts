/**
 * AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce.
 *
 *   sealed = 0x01 ‖ nonce (12) ‖ ciphertext ‖ tag (16)
 *
 * A key may seal up to 2^32 messages.
 */
import { createCipheriv, createDecipheriv, createSecretKey } from 'node:crypto';
import { type Random, randomBytes } from './random.ts';

export const aeadVersion = 1;
export const keyLength = 32;
const nonceLength = 12;
const tagLength = 16;
/** How many bytes sealing adds. */
export const aeadOverhead = 1 + nonceLength + tagLength;

/** The bytes do not open: another key, other associated data, an unknown version, or a changed byte. */
export class OpenError extends Error {
  constructor(what = 'sealed bytes do not open') {
    super(what);
    this.name = 'OpenError';
  }
}

function cipherFor(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array) {
  if (key.length !== keyLength) throw new RangeError('an AES-256 key has 32 bytes');
  // A key object costs a quarter of what the runtime makes of bare bytes; its copy is cleared when it goes, like theirs.
  const cipher = createCipheriv('aes-256-gcm', createSecretKey(key), nonce, { authTagLength: tagLength });
  cipher.setAAD(aad);
  return cipher;
}

/** AES-256-GCM with a nonce of the caller's, for test vectors and formats that carry the nonce elsewhere. */
export function sealWithNonce(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, aad: Uint8Array): Buffer {
  if (nonce.length !== nonceLength) throw new RangeError('a GCM nonce has 12 bytes');
  const cipher = cipherFor(key, nonce, aad);
  return Buffer.concat([Buffer.of(aeadVersion), nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/** Seals `plaintext` under a 32-byte key; `aad` is authenticated and not stored. */
export function seal(key: Uint8Array, plaintext: Uint8Array, aad: Uint8Array, random: Random = randomBytes): Buffer {
  return sealWithNonce(key, random(nonceLength), plaintext, aad);
}

/** Opens what `seal` gave. @throws OpenError */
export function open(key: Uint8Array, sealed: Uint8Array, aad: Uint8Array): Buffer {
  if (key.length !== keyLength) throw new RangeError('an AES-256 key has 32 bytes');
  if (sealed.length < aeadOverhead) throw new OpenError('sealed bytes are too short');
  if (sealed[0] !== aeadVersion) throw new OpenError('sealed bytes have an unknown version');
  const nonce = sealed.subarray(1, 1 + nonceLength);
  const decipher = createDecipheriv('aes-256-gcm', createSecretKey(key), nonce, { authTagLength: tagLength });
  decipher.setAAD(aad);
  decipher.setAuthTag(sealed.subarray(sealed.length - tagLength));
  const body = decipher.update(sealed.subarray(1 + nonceLength, sealed.length - tagLength));
  try {
    return Buffer.concat([body, decipher.final()]);
  } catch {
    // The runtime gives one reason for everything, and so do we.
    body.fill(0);
    throw new OpenError();
  }
}
