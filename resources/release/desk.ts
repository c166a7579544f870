/** What a command works with: the terminal, the clock, the generator, the disk. Tests bring their own. */
import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { Argon2Params } from '../../src-main/core/crypto/kdf.ts';
import { passwordMinimum, passwordStrength } from '../../src-main/core/crypto/password.ts';
import type { Random } from '../../src-main/core/crypto/random.ts';
import { wipe } from '../../src-main/core/crypto/wipe.ts';
import type { Disk } from './disk.ts';
import { ReleaseError } from './failure.ts';
import type { SigningKey } from './key.ts';
import { openKey, parseKeyFile } from './key-file.ts';

export type Desk = {
  say(...lines: readonly string[]): void;
  /** A line from the terminal. @throws ReleaseError when there is none */
  ask(question: string): Promise<string>;
  /** The same without echo; the caller wipes it. */
  askSecret(question: string): Promise<Buffer>;
  readonly now: () => number;
  readonly random: Random;
  readonly disk: Disk;
  /** The folder that relative paths mean. */
  readonly from: string;
  readonly cost?: Argon2Params;
};

export const place = (desk: Desk, path: string): string => (isAbsolute(path) ? path : join(desk.from, path));

export function readText(desk: Desk, path: string): string {
  try {
    return readFileSync(place(desk, path), 'utf8');
  } catch {
    throw new ReleaseError(`${path} cannot be read.`);
  }
}

/** Shows what is about to happen and goes on only after the word. */
export async function confirm(desk: Desk, question: string, yes: boolean | undefined): Promise<void> {
  if (yes === true) return;
  const answer = await desk.ask(`${question} Type yes to go on: `);
  if (answer.trim().toLowerCase() !== 'yes') throw new ReleaseError('Stopped. Nothing was changed.');
}

/** The first line of a file, or what is typed. The caller wipes it. */
async function passphrase(desk: Desk, question: string, file: string | undefined): Promise<Buffer> {
  if (file === undefined) return desk.askSecret(question);
  let bytes: Buffer;
  try {
    bytes = readFileSync(place(desk, file));
  } catch {
    throw new ReleaseError(`The passphrase file ${file} cannot be read.`);
  }
  const end = bytes.findIndex((byte) => byte === 0x0a || byte === 0x0d);
  const line = Buffer.from(end < 0 ? bytes : bytes.subarray(0, end));
  wipe(bytes);
  return line;
}

/** A passphrase for a new key, typed twice. @throws ReleaseError when it is too easily guessed */
export async function newPassphrase(desk: Desk, about: readonly string[], file: string | undefined): Promise<Buffer> {
  const first = await passphrase(desk, 'New passphrase: ', file);
  const refuse = (why: string): never => {
    wipe(first);
    throw new ReleaseError(why);
  };
  const { problem } = passwordStrength(first, about);
  if (problem === 'password-too-common')
    refuse('That passphrase is too easily guessed. Several words that nobody would put together do well.');
  if (problem === 'password-too-short') refuse(`That passphrase is too short: ${passwordMinimum} characters at least.`);
  if (problem === 'password-too-long') refuse('That passphrase is too long.');
  if (file !== undefined) return first;
  const second = await desk.askSecret('Once more: ');
  const same = first.equals(second);
  wipe(second);
  return same ? first : refuse('The two were not the same. Nothing was written.');
}

export async function oldPassphrase(desk: Desk, what: string, file: string | undefined): Promise<Buffer> {
  return passphrase(desk, `Passphrase for ${what}: `, file);
}

/** Opens key files for the time of `work`, and wipes them after it. */
export async function withKeys<T>(
  desk: Desk,
  files: readonly string[],
  passphraseFile: string | undefined,
  work: (keys: readonly SigningKey[]) => Promise<T> | T,
): Promise<T> {
  const keys: SigningKey[] = [];
  try {
    for (const file of files) {
      const text = readText(desk, file);
      const { role, owner, keyId } = parseKeyFile(text, file);
      const typed = await oldPassphrase(desk, `the ${role} key ${keyId.slice(0, 8)} of ${owner}`, passphraseFile);
      try {
        keys.push(await openKey(text, typed, file));
      } finally {
        wipe(typed);
      }
    }
    return await work(keys);
  } finally {
    for (const key of keys) key.wipe();
  }
}
