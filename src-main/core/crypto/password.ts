/**
 * What a password may be (NIST SP 800-63B-4 §3.1.1): long, not on a list of common ones, not what others know of the
 * person or the clinic. No rule about its composition, no periodic change, no hint, and pasting is welcome.
 *
 * At least 15 characters, as the standard asks where a password may stand alone: the second factor is each person's
 * choice, and a password that is somebody's for years must not depend on it. The list of common and compromised
 * passwords is zxcvbn's, offline, with its dictionaries and keyboard patterns: a guess score below 3 of 4 means that a
 * known password, a name or a simple pattern makes up most of it, so the score is the blocklist and no further rule.
 */
import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common';

export const passwordMinimum = 15;
export const passwordMaximum = 128;
const scoreNeeded = 3;
/** Names one after the other are long and known: so much of the password must be something else. */
const ownNeeded = 8;
/** zxcvbn's work grows faster than the text; what follows adds nothing to a verdict of "strong". */
const examined = 64;

export type PasswordProblem = 'password-too-short' | 'password-too-long' | 'password-too-common';
export type PasswordStrength = {
  /** 0 guessed at once … 4 very hard to guess. */
  readonly score: 0 | 1 | 2 | 3 | 4;
  /** Why it is refused; absent when it may be used. */
  readonly problem?: PasswordProblem;
};

// Made on first use: reading the lists takes tens of milliseconds that a start should not pay.
let estimator: ZxcvbnFactory | undefined;

/** NFKC, so that the same password typed on another keyboard or system gives the same bytes. Wipe after use. */
export function passwordBytes(password: string | Buffer): Buffer {
  if (typeof password === 'string') return Buffer.from(password.normalize('NFKC'), 'utf8');
  // ASCII is its own normal form; it never becomes a string that cannot be wiped.
  if (password.every((byte) => byte < 0x80)) return Buffer.from(password);
  return Buffer.from(password.toString('utf8').normalize('NFKC'), 'utf8');
}

/** Judges a password; `about` lists what others know of the person (user name, name, clinic). */
export function passwordStrength(password: string | Buffer, about: readonly string[] = []): PasswordStrength {
  const text = passwordBytes(password).toString('utf8');
  const length = [...text].length;
  const sample = [...text].slice(0, examined).join('');
  const known = ['carekeep', ...about.flatMap((item) => [item, ...item.split(/[\s,.@_-]+/)])]
    .map((item) => item.normalize('NFKC').toLowerCase())
    .filter((item) => item.length > 2);
  estimator ??= new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs, useLevenshteinDistance: false });
  const score = estimator.check(sample, known).score;
  if (length < passwordMinimum) return { score, problem: 'password-too-short' };
  if (length > passwordMaximum) return { score, problem: 'password-too-long' };
  return score < scoreNeeded || ownPart(text, known) < ownNeeded
    ? { score, problem: 'password-too-common' }
    : { score };
}

/** How much is left of a password without what others know of the person: letters and digits. */
function ownPart(text: string, known: readonly string[]): number {
  const longestFirst = known.toSorted((left, right) => right.length - left.length);
  const left = longestFirst.reduce((rest, item) => rest.replaceAll(item, ''), text.toLowerCase());
  return [...left.replace(/[^\p{L}\p{M}\p{N}\p{S}]/gu, '')].length;
}
