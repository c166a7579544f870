/**
 * Envelopes: a batch as it travels and lies at the backend (docs/protocols/sync.md, "Batches"). Made and opened by
 * workstations; the backend reads header, signature and body hash, and nothing more.
 */
import type { z } from 'zod';
import { type BatchBinding, type BatchHeader, batchHeader } from '../../../src-shared/sync-protocol/envelope.ts';
import { limits } from '../../../src-shared/sync-protocol/limits.ts';
import { open, seal } from '../crypto/aead.ts';
import { canonicalBytes } from '../crypto/canonical.ts';
import { signatureLength, verify } from '../crypto/ed25519.ts';
import { sha256 } from '../crypto/hash.ts';
import { hkdf } from '../crypto/kdf.ts';
import type { Random } from '../crypto/random.ts';
import { wipe } from '../crypto/wipe.ts';

const nothing = Buffer.alloc(0);
const headerMaximum = 4096;
/** `previous` of a chain's first batch. */
export const noBatch: Buffer = Buffer.alloc(32);

export type Envelope = {
  readonly bytes: Buffer;
  readonly headerBytes: Buffer;
  readonly header: BatchHeader;
  readonly signature: Buffer;
  readonly body: Buffer;
};

/** What the next batch names as `previous`, and the leaf's content in the log. */
export function batchHash(headerBytes: Uint8Array): Buffer {
  return sha256('carekeep/v1/sync/batch-hash\0', headerBytes);
}

function signedBytes(headerBytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from('carekeep/v1/sync/batch\0', 'utf8'), headerBytes]);
}

function bodyBinding(binding: BatchBinding): Buffer {
  return Buffer.concat([Buffer.from('carekeep/v1/sync/body\0', 'utf8'), canonicalBytes(binding)]);
}

function bodyKey(clinicKey: Uint8Array): Buffer {
  return hkdf(clinicKey, nothing, 'carekeep/v1/sync/batch', 32);
}

export type EnvelopeKeys = {
  /** Of the epoch that the header names. */
  readonly clinicKey: Uint8Array;
  /** The device's Ed25519. */
  readonly sign: (message: Uint8Array) => Buffer;
  readonly random?: Random;
};

/** Seals groups into a batch and signs it. @param plain groups, see groups.ts; the caller wipes it */
export function makeEnvelope(binding: BatchBinding, plain: Uint8Array, keys: EnvelopeKeys): Envelope {
  const key = bodyKey(keys.clinicKey);
  const body =
    keys.random === undefined
      ? seal(key, plain, bodyBinding(binding))
      : seal(key, plain, bodyBinding(binding), keys.random);
  wipe(key);
  const header: BatchHeader = { ...binding, bodyHash: sha256(body).toString('base64') };
  const headerBytes = canonicalBytes(header);
  const signature = keys.sign(signedBytes(headerBytes));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(headerBytes.length);
  return { bytes: Buffer.concat([length, headerBytes, signature, body]), headerBytes, header, signature, body };
}

/**
 * Takes an envelope apart; nothing is verified but its form, the header's spelling and the body's hash.
 * @returns undefined for what is none
 */
export function readEnvelope(bytes: Buffer): Envelope | undefined {
  if (bytes.length < 4 || bytes.length > limits.batchBytes) return undefined;
  const length = bytes.readUInt32BE(0);
  const bodyAt = 4 + length + signatureLength;
  if (length > headerMaximum || bytes.length <= bodyAt) return undefined;
  const headerBytes = bytes.subarray(4, 4 + length);
  const header = headerOf(headerBytes);
  const body = bytes.subarray(bodyAt);
  if (header === undefined || sha256(body).toString('base64') !== header.bodyHash) return undefined;
  return { bytes, headerBytes, header, signature: bytes.subarray(4 + length, bodyAt), body };
}

function headerOf(bytes: Buffer): BatchHeader | undefined {
  let parsed: z.ZodSafeParseResult<BatchHeader>;
  try {
    parsed = batchHeader.safeParse(JSON.parse(bytes.toString('utf8')));
  } catch {
    // Not JSON: no header.
    return undefined;
  }
  // One spelling only: what is hashed and signed is what was read.
  return parsed.success && canonicalBytes(parsed.data).equals(bytes) ? parsed.data : undefined;
}

/** Did this device sign it? */
export function envelopeSigned({ headerBytes, signature }: Envelope, publicKey: Uint8Array): boolean {
  return verify(publicKey, signedBytes(headerBytes), signature);
}

/** The groups inside. @throws OpenError; the caller wipes what it gets */
export function openEnvelope({ header, body }: Envelope, clinicKey: Uint8Array): Buffer {
  const { bodyHash: _bodyHash, ...binding } = header;
  const key = bodyKey(clinicKey);
  try {
    return open(key, body, bodyBinding(binding));
  } finally {
    wipe(key);
  }
}
