/**
 * Wrapped keys: each names algorithm and version, and is bound by its associated data to what it is for, so that
 * it opens in its own place only. Layouts: docs/protocols/keys.md.
 */
import { z } from 'zod';
import { open, seal } from '../crypto/aead.ts';
import { canonicalBytes } from '../crypto/canonical.ts';
import type { Random } from '../crypto/random.ts';
import { openSealed, sealTo } from '../crypto/x25519.ts';

/** Base64 with padding, in the one spelling that encoding gives. */
export const base64 = z
  .string()
  .max(1 << 20)
  .refine((text) => Buffer.from(text, 'base64').toString('base64') === text);
const base64Of = (bytes: number) => base64.refine((text) => Buffer.from(text, 'base64').length === bytes);
export const raw32 = base64Of(32);
export const raw16 = base64Of(16);
export const raw64 = base64Of(64);

export function fromBase64(text: string): Buffer {
  return Buffer.from(text, 'base64');
}

export const wrappedKey = z.strictObject({
  algorithm: z.literal('A256GCM'),
  version: z.literal(1),
  sealed: base64,
});
export type WrappedKey = z.infer<typeof wrappedKey>;

export const sealedKey = z.strictObject({
  algorithm: z.literal('X25519-HKDF-SHA256-A256GCM'),
  version: z.literal(1),
  sealed: base64,
});
export type SealedKey = z.infer<typeof sealedKey>;

export type Purpose =
  | 'user-ed25519'
  | 'user-x25519'
  | 'database-key'
  | 'clinic-key'
  | 'clinic-identity'
  | 'recovery-secret'
  | 'second-factor';

/** What a wrapped key is for: the purpose and everything that must not be exchanged under it. */
export type Binding = { readonly purpose: Purpose } & Readonly<Record<string, unknown>>;

function associated(algorithm: string, binding: Binding): Buffer {
  return canonicalBytes({ algorithm, version: 1, binding });
}

/** Wraps under a 32-byte key. */
export function wrap(key: Uint8Array, secret: Uint8Array, binding: Binding, random: Random): WrappedKey {
  const sealed = seal(key, secret, associated('A256GCM', binding), random);
  return { algorithm: 'A256GCM', version: 1, sealed: sealed.toString('base64') };
}

/** @throws OpenError */
export function unwrap(key: Uint8Array, wrapped: WrappedKey, binding: Binding): Buffer {
  return open(key, fromBase64(wrapped.sealed), associated(wrapped.algorithm, binding));
}

/** Seals to an X25519 public key. */
export function sealKey(publicKey: Uint8Array, secret: Uint8Array, binding: Binding, random: Random): SealedKey {
  const algorithm = 'X25519-HKDF-SHA256-A256GCM';
  const sealed = sealTo(publicKey, secret, associated(algorithm, binding), random);
  return { algorithm, version: 1, sealed: sealed.toString('base64') };
}

/** @throws OpenError */
export function openKey(privateKey: Uint8Array, sealed: SealedKey, binding: Binding): Buffer {
  return openSealed(privateKey, fromBase64(sealed.sealed), associated(sealed.algorithm, binding));
}
