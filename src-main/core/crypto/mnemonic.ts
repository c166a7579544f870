/** BIP 39: 32 bytes as 24 English words, eight bits of checksum included. */
import { entropyToMnemonic, mnemonicToEntropy } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';

export const mnemonicWords = 24;

/** What is wrong with typed words; `position` counts from 1. */
export type WordsProblem =
  | { readonly kind: 'count'; readonly found: number }
  | { readonly kind: 'unknown-word'; readonly position: number }
  | { readonly kind: 'checksum' };

const exact = new Set(wordlist);
/** The list is made so that four letters tell every word apart. */
const byPrefix = new Map(wordlist.map((word) => [word.slice(0, 4), word]));

/** 24 words for 32 bytes. */
export function wordsOf(secret: Uint8Array): readonly string[] {
  if (secret.length !== 32) throw new RangeError('24 words hold 32 bytes');
  return entropyToMnemonic(secret, wordlist).split(' ');
}

/** The list's word for a typed one: any case, four letters are enough, what follows them may be mistyped. */
export function wordOf(typed: string): string | undefined {
  const letters = typed
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z]/g, '');
  return exact.has(letters) ? letters : byPrefix.get(letters.slice(0, 4));
}

export type TypedWords =
  | { readonly ok: true; readonly words: readonly string[] }
  | { readonly ok: false; readonly problem: WordsProblem };

/** The list's words from typed ones: numbers, commas, line breaks and case do not matter. */
export function typedWords(typed: string | readonly string[]): TypedWords {
  const text = typeof typed === 'string' ? typed : typed.join(' ');
  const parts = text
    .normalize('NFKD')
    .split(/[^\p{L}\p{M}]+/u)
    .filter((part) => part !== '');
  const words: string[] = [];
  for (const [index, part] of parts.entries()) {
    const word = wordOf(part);
    if (word === undefined) return { ok: false, problem: { kind: 'unknown-word', position: index + 1 } };
    words.push(word);
  }
  return { ok: true, words };
}

/** 32 bytes from typed words. */
export function parseWords(
  typed: string | readonly string[],
): { readonly ok: true; readonly secret: Buffer } | { readonly ok: false; readonly problem: WordsProblem } {
  const read = typedWords(typed);
  if (!read.ok) return read;
  const { words } = read;
  if (words.length !== mnemonicWords) return { ok: false, problem: { kind: 'count', found: words.length } };
  try {
    return { ok: true, secret: Buffer.from(mnemonicToEntropy(words.join(' '), wordlist)) };
  } catch {
    // All words are on the list and there are 24: only the checksum is left to be wrong.
    return { ok: false, problem: { kind: 'checksum' } };
  }
}

/** The first bits of a hash as words of the list, 11 bits each, for people to compare. No checksum: nothing is kept in them. */
export function comparedWords(hash: Uint8Array, count: number): readonly string[] {
  const bits = [...hash].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  if (bits.length < 11 * count) throw new RangeError('the hash is too short for so many words');
  return Array.from(
    { length: count },
    (_, at) => wordlist[Number.parseInt(bits.slice(11 * at, 11 * at + 11), 2)] ?? '',
  );
}
