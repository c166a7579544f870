/**
 * One-time codes for invitations and resets: eight words of the BIP 39 list, 88 bits, to read aloud or copy from paper.
 */
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { wordOf } from './mnemonic.ts';
import { passwordBytes } from './password.ts';
import type { Random } from './random.ts';

export const invitationWords = 8;

/** Words joined by hyphens: `orbit-candle-…`. The list has 2048 words, so eleven bits draw one evenly. */
export function newInvitationCode(random: Random): string {
  const draw = (): string => wordlist[random(2).readUInt16BE(0) % wordlist.length] ?? '';
  return Array.from({ length: invitationWords }, draw).join('-');
}

/** The words of a typed code; undefined for what is none. */
function codeWords(typed: Buffer): string | undefined {
  const words = typed
    .toString('utf8')
    .split(/[^\p{L}\p{M}]+/u)
    .filter((part) => part !== '')
    .map(wordOf);
  return words.length === invitationWords && !words.includes(undefined) ? words.join('-') : undefined;
}

export function looksLikeCode(typed: Buffer): boolean {
  return codeWords(typed) !== undefined;
}

/**
 * The bytes that a typed code stands for: case, spaces for hyphens and what follows a word's first four letters do not
 * matter. What is no code stays as typed. Wipe after use.
 */
export function invitationBytes(typed: Buffer): Buffer {
  const code = codeWords(typed);
  return code === undefined ? passwordBytes(typed) : Buffer.from(code, 'utf8');
}
