/** A session's key, certified by the user's own key at sign-in (docs/protocols/audit.md, "Who did it"). */
import { z } from 'zod';
import { canonicalBytes, canonicalJson } from '../crypto/canonical.ts';
import { verify } from '../crypto/ed25519.ts';
import { sha256 } from '../crypto/hash.ts';
import type { SignerBook } from './signatures.ts';

const sessionCertificate = z.strictObject({
  version: z.literal(1),
  origin: z.string(),
  session: z.string(),
  user: z.string(),
  /** Base64 of the session's Ed25519 public key. */
  publicKey: z.string().regex(/^[A-Za-z0-9+/]{43}=$/),
  at: z.number().int().nonnegative(),
  /** Entries that the roster had: the user's key is the one listed then. */
  roster: z.number().int().positive(),
});
export type SessionCertificate = z.infer<typeof sessionCertificate>;

export function certificateBytes(certificate: SessionCertificate): Buffer {
  return Buffer.concat([Buffer.from('carekeep/v1/audit/session\0', 'utf8'), canonicalBytes(certificate)]);
}

export const certificateHash = (certificate: SessionCertificate): string =>
  sha256(canonicalBytes(certificate)).toString('base64');

/** @returns undefined for text that is no certificate */
export function parseCertificate(text: string): SessionCertificate | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Damaged text is an answer here: the caller names the session.
    return undefined;
  }
  const parsed = sessionCertificate.safeParse(value);
  // The same said in other letters is another text: nobody else would take it for what was signed.
  return parsed.success && canonicalJson(parsed.data) === text ? parsed.data : undefined;
}

/** Did this user's own key, as the roster had it, certify the session's? */
export function certificateHolds(certificate: SessionCertificate, signature: Uint8Array, book: SignerBook): boolean {
  const key = book.signingKey(certificate.user, certificate.roster);
  return key !== undefined && verify(key, certificateBytes(certificate), signature);
}
