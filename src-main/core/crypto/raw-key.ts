/**
 * RFC 8410 keys as 32 raw bytes. The DER around them is constant, so it is put on and taken off here;
 * no other module sees a key object.
 */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

export type Curve = 'ed25519' | 'x25519';
export const rawKeyLength = 32;

/** SubjectPublicKeyInfo and PKCS #8 headers (RFC 8410 §4, §7): only the last byte of the OID differs. */
const oid: Record<Curve, string> = { ed25519: '70', x25519: '6e' };
const spkiHeader = (curve: Curve) => Buffer.from(`302a300506032b65${oid[curve]}032100`, 'hex');
const pkcs8Header = (curve: Curve) => Buffer.from(`302e020100300506032b65${oid[curve]}04220420`, 'hex');

function checked(raw: Uint8Array): Uint8Array {
  if (raw.length !== rawKeyLength) throw new RangeError('a raw key has 32 bytes');
  return raw;
}

export function publicKeyObject(curve: Curve, raw: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([spkiHeader(curve), checked(raw)]), format: 'der', type: 'spki' });
}

export function privateKeyObject(curve: Curve, raw: Uint8Array): KeyObject {
  const der = Buffer.concat([pkcs8Header(curve), checked(raw)]);
  try {
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  } finally {
    der.fill(0);
  }
}

/** The 32-byte public half of a raw private key. */
export function publicHalf(curve: Curve, rawPrivate: Uint8Array): Buffer {
  const spki = createPublicKey(privateKeyObject(curve, rawPrivate)).export({ format: 'der', type: 'spki' });
  return Buffer.from(spki.subarray(spki.length - rawKeyLength));
}

/** A raw private key as PKCS #8 (RFC 8410 §7), for files that other programs may read; wipe it after use. */
export function toPkcs8(curve: Curve, rawPrivate: Uint8Array): Buffer {
  return Buffer.concat([pkcs8Header(curve), checked(rawPrivate)]);
}

/** The raw private key in what `toPkcs8` gave; undefined for anything else. Wipe it after use. */
export function fromPkcs8(curve: Curve, der: Uint8Array): Buffer | undefined {
  const header = pkcs8Header(curve);
  const fits = der.length === header.length + rawKeyLength && header.equals(der.subarray(0, header.length));
  return fits ? Buffer.from(der.subarray(header.length)) : undefined;
}

/** A key pair as raw bytes; wipe `privateKey` after use. */
export type RawKeyPair = { readonly publicKey: Buffer; readonly privateKey: Buffer };
