/** Pieces that every message of docs/protocols/sync.md is made of. */
import { z } from 'zod';

export const id = z.uuid();

/** Base64 (RFC 4648 §4, padded) of exactly so many bytes, in its one canonical spelling. */
export function base64Of(bytes: number) {
  const full = Math.floor(bytes / 3);
  const rest = bytes % 3;
  const tail = rest === 0 ? '' : rest === 1 ? '[A-Za-z0-9+/][AQgw]==' : '[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=';
  return z.string().regex(new RegExp(`^[A-Za-z0-9+/]{${full * 4}}${tail}$`));
}
export const hash = base64Of(32);
export const publicKey = base64Of(32);
export const signature = base64Of(64);
/** Base64 of any length; whoever decodes it compares the spelling. */
export const base64 = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/);
export const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`));

export const count = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
export const millis = count;

/** Counters stay below this: who adds to one for three centuries at a million a second is still below 2^53. */
export const lamportLimit = 2 ** 48;
/** `<Lamport counter>.<device id>`. */
export const version = z.string().regex(/^(0|[1-9]\d{0,14})\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);

/** A version's two halves; the counter is below 10^15. */
export function splitVersion(text: string): { readonly lamport: number; readonly device: string } {
  const dot = text.indexOf('.');
  return { lamport: Number(text.slice(0, dot)), device: text.slice(dot + 1) };
}

/** Order of versions: counter, then device id. The empty text (a row that never had one) comes first. */
export function compareVersions(a: string, b: string): number {
  if (a === b) return 0;
  const left = splitVersion(a);
  const right = splitVersion(b);
  if (left.lamport !== right.lamport) return left.lamport - right.lamport;
  return left.device < right.device ? -1 : 1;
}
