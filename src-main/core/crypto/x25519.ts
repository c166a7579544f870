/**
 * Sealing to a public key: ephemeral X25519 (RFC 7748), HKDF-SHA-256, AES-256-GCM.
 *
 *   sealed = 0x01 ‖ ephemeral public (32) ‖ aead
 *   key    = HKDF(ikm = X25519(ephemeral, recipient), salt = ephemeral public ‖ recipient public,
 *                 info = "carekeep/v1/x25519-seal", 32)
 *   aead   = AES-256-GCM under key as in aead.ts, with the caller's associated data
 *
 * The sender is not authenticated: who needs that, signs.
 */
import { diffieHellman } from 'node:crypto';
import { OpenError, open, seal } from './aead.ts';
import { hkdf } from './kdf.ts';
import { type Random, randomBytes } from './random.ts';
import { privateKeyObject, publicHalf, publicKeyObject, type RawKeyPair, rawKeyLength } from './raw-key.ts';
import { wipe } from './wipe.ts';

const sealVersion = 1;
const sealInfo = 'carekeep/v1/x25519-seal';

export function generateX25519(random: Random = randomBytes): RawKeyPair {
  const privateKey = random(rawKeyLength);
  return { privateKey, publicKey: publicHalf('x25519', privateKey) };
}

/** The public half of a raw private key. */
export function x25519Public(privateKey: Uint8Array): Buffer {
  return publicHalf('x25519', privateKey);
}

/** The 32-byte shared secret. @throws OpenError for points of low order (RFC 7748 §6.1) */
export function x25519Shared(privateKey: Uint8Array, publicKey: Uint8Array): Buffer {
  let shared: Buffer;
  try {
    shared = diffieHellman({
      privateKey: privateKeyObject('x25519', privateKey),
      publicKey: publicKeyObject('x25519', publicKey),
    });
  } catch {
    throw new OpenError('no shared secret with this public key');
  }
  if (shared.every((byte) => byte === 0)) throw new OpenError('no shared secret with this public key');
  return shared;
}

/** Seals `plaintext` so that only the holder of the recipient's private key opens it. */
export function sealTo(
  recipientPublic: Uint8Array,
  plaintext: Uint8Array,
  aad: Uint8Array,
  random: Random = randomBytes,
): Buffer {
  const ephemeral = generateX25519(random);
  const shared = x25519Shared(ephemeral.privateKey, recipientPublic);
  const key = hkdf(shared, Buffer.concat([ephemeral.publicKey, recipientPublic]), sealInfo, 32);
  try {
    return Buffer.concat([Buffer.of(sealVersion), ephemeral.publicKey, seal(key, plaintext, aad, random)]);
  } finally {
    wipe(ephemeral.privateKey, shared, key);
  }
}

/** Opens what `sealTo` gave. @throws OpenError */
export function openSealed(privateKey: Uint8Array, sealed: Uint8Array, aad: Uint8Array): Buffer {
  if (sealed.length < 1 + rawKeyLength) throw new OpenError('sealed bytes are too short');
  if (sealed[0] !== sealVersion) throw new OpenError('sealed bytes have an unknown version');
  const ephemeralPublic = sealed.subarray(1, 1 + rawKeyLength);
  const shared = x25519Shared(privateKey, ephemeralPublic);
  const key = hkdf(shared, Buffer.concat([ephemeralPublic, publicHalf('x25519', privateKey)]), sealInfo, 32);
  try {
    return open(key, sealed.subarray(1 + rawKeyLength), aad);
  } finally {
    wipe(shared, key);
  }
}
