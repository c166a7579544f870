/**
 * The recovery secret as three sheets of which two suffice (Shamir over GF(256), by byte), each as 29 words.
 *
 *   words  1–3   5 bits of version (1), then 28 random bits that all three sheets of a set have in common
 *   words  4–27  the share: 32 bytes of values, 1 byte of where they were taken, big-endian bits
 *   word   28    Σ aⁱ · wᵢ over words 1–27, in GF(2048) with a = 2 and x¹¹ + x² + 1
 *   word   29    Σ a²ⁱ · wᵢ
 *
 * Words that begin alike belong together. Any one or two wrong words, and any two that changed places, are noticed:
 * the two sums have distance 3 over the words themselves.
 */
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { combine, split } from 'shamir-secret-sharing';
import { type TypedWords, typedWords, type WordsProblem } from './mnemonic.ts';
import type { Random } from './random.ts';

export const sheetCount = 3;
/** Words on one sheet. */
export const sheetWords = 29;
/** Words that hold the share: the ones before are the same on every sheet of a set, the ones after are checks. */
export const shareWords = { from: 4, to: 27 } as const;

/**
 * Eight words are eleven bytes of a share. Where something is known of each sheet's own block only, no byte is known of
 * two sheets, and so nothing of the secret. @param sheet from 1 to 3
 */
export function shareBlock(sheet: number): { readonly from: number; readonly to: number } {
  const from = shareWords.from + (sheet - 1) * 8;
  return { from, to: from + 7 };
}

const shareLength = 33;
const version = 1;
const headWords = 3;

/** Shares of one secret, made together. The Buffers are as good as the secret: wipe them. */
export type ShareSet = { readonly setId: number; readonly shares: readonly Buffer[] };
export type Share = { readonly setId: number; readonly share: Buffer };

export async function splitSecret(secret: Uint8Array, random: Random): Promise<ShareSet> {
  if (secret.length !== 32) throw new RangeError('a recovery secret has 32 bytes');
  const shares = await split(Uint8Array.from(secret), sheetCount, 2);
  return { setId: random(4).readUInt32BE(0) >>> 4, shares: shares.map((share) => Buffer.from(share)) };
}

/** x · a in GF(2048). */
const doubled = (x: number): number => (x < 1024 ? x << 1 : (x << 1) ^ 0x805);

function times(x: number, y: number): number {
  let product = 0;
  let shifted = x;
  for (let rest = y; rest > 0; rest >>= 1) {
    if ((rest & 1) === 1) product ^= shifted;
    shifted = doubled(shifted);
  }
  return product;
}

function checksOf(numbers: readonly number[]): readonly [number, number] {
  let power = 1;
  let once = 0;
  let twice = 0;
  for (const number of numbers) {
    power = doubled(power);
    once ^= times(power, number);
    twice ^= times(times(power, power), number);
  }
  return [once, twice];
}

/** The 29 words of one sheet. */
export function wordsOfShare({ setId, share }: Share): readonly string[] {
  if (share.length !== shareLength || setId >>> 28 !== 0) throw new RangeError('not a share of a recovery secret');
  // 33 bits before the share: the version's five and the set's 28.
  const head = (BigInt(version) << 28n) | BigInt(setId);
  const numbers = [Number(head >> 22n), Number((head >> 11n) & 0x7ffn), Number(head & 0x7ffn)];
  let bits = 0;
  let held = 0;
  for (const byte of share) {
    held = ((held << 8) | byte) & 0x7ffff;
    bits += 8;
    if (bits < 11) continue;
    bits -= 11;
    numbers.push((held >> bits) & 0x7ff);
  }
  return [...numbers, ...checksOf(numbers)].map((number) => wordlist[number] ?? '');
}

const numberOf = new Map(wordlist.map((word, number) => [word, number]));

/** What is wrong with a typed sheet. */
export type ShareProblem = WordsProblem | { readonly kind: 'version' };
export type ParsedShare =
  | { readonly ok: true; readonly share: Share }
  | { readonly ok: false; readonly problem: ShareProblem };

/** One sheet from its words. */
export function parseShare(typed: string | readonly string[]): ParsedShare {
  const read: TypedWords = typedWords(typed);
  if (!read.ok) return read;
  const { words } = read;
  if (words.length !== sheetWords) return { ok: false, problem: { kind: 'count', found: words.length } };
  const numbers = words.map((word) => numberOf.get(word) ?? 0);
  const [once, twice] = checksOf(numbers.slice(0, shareWords.to));
  if (numbers[shareWords.to] !== once || numbers[shareWords.to + 1] !== twice)
    return { ok: false, problem: { kind: 'checksum' } };
  const [first = 0, second = 0, third = 0] = numbers;
  if (first >> 6 !== version) return { ok: false, problem: { kind: 'version' } };
  const setId = (first & 0x3f) * 2 ** 22 + (second << 11) + third;
  const share = Buffer.alloc(shareLength);
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const number of numbers.slice(headWords, shareWords.to)) {
    held = ((held << 11) | number) & 0x7ffff;
    bits += 11;
    while (bits >= 8) {
      bits -= 8;
      share.writeUInt8((held >> bits) & 0xff, at);
      at += 1;
    }
  }
  return { ok: true, share: { setId, share } };
}

/** `twice`: the same sheet two times; `other-set`: sheets that were not made together. */
export type CombineProblem = 'twice' | 'other-set';

/** The secret from two sheets. Wipe it. */
export async function combineShares(
  one: Share,
  other: Share,
): Promise<{ readonly ok: true; readonly secret: Buffer } | { readonly ok: false; readonly problem: CombineProblem }> {
  if (one.setId !== other.setId) return { ok: false, problem: 'other-set' };
  // The last byte says where the values were taken: two of one place are one sheet.
  if (one.share[shareLength - 1] === other.share[shareLength - 1]) return { ok: false, problem: 'twice' };
  const secret = await combine([Uint8Array.from(one.share), Uint8Array.from(other.share)]);
  return { ok: true, secret: Buffer.from(secret.buffer, secret.byteOffset, secret.byteLength) };
}
