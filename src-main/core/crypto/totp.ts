/**
 * Time-based one-time codes (RFC 6238): HMAC-SHA-1, six digits, thirty seconds.
 *
 * SHA-1 because it is what authenticator apps assume, some without saying so when asked for another. What is broken
 * about SHA-1 is collisions; HMAC does not rest on their absence (RFC 6194 §3.3), and a code lives for ninety seconds.
 */
import { Secret, TOTP } from 'otpauth';
import { equalBytes } from './hash.ts';
import type { Random } from './random.ts';

const period = 30;
const digits = 6;
/** A code of the step before or after counts too: clocks differ and typing takes time. */
const tolerance = 1;

/** 20 bytes, what RFC 4226 recommends. Wipe after use. */
export function newTotpSecret(random: Random): Buffer {
  return random(20);
}

function generator(secret: Uint8Array, names: { readonly issuer?: string; readonly label?: string } = {}): TOTP {
  // A copy of its own: a Buffer may be a window into a larger one.
  const { buffer } = Uint8Array.from(secret);
  return new TOTP({ ...names, secret: new Secret({ buffer }), algorithm: 'SHA1', digits, period });
}

/** The time step of an instant (milliseconds since the epoch). */
export function totpStep(at: number): number {
  return Math.floor(at / 1000 / period);
}

/** The code of a step. */
export function totpCode(secret: Uint8Array, step: number): string {
  return generator(secret).generate({ timestamp: step * period * 1000 });
}

/** The step whose code was typed, near this instant and after the last one taken; null for a wrong or used code. */
export function totpStepOf(secret: Uint8Array, typed: string, at: number, lastStep: number): number | null {
  const now = totpStep(at);
  const code = Buffer.from(typed.replace(/\s/g, ''), 'utf8');
  let found: number | null = null;
  // All are compared, so that time does not tell which one it was.
  for (let step = now - tolerance; step <= now + tolerance; step += 1) {
    const same = equalBytes(Buffer.from(totpCode(secret, step), 'utf8'), code);
    if (same && step > lastStep) found = step;
  }
  return found;
}

/** For people who type it: base32. */
export function totpText(secret: Uint8Array): string {
  return new Secret({ buffer: Uint8Array.from(secret).buffer }).base32;
}

/** `otpauth://totp/…`, what an authenticator app reads from a QR code. */
export function totpUri(secret: Uint8Array, issuer: string, account: string): string {
  return generator(secret, { issuer, label: account }).toString();
}
