/** A copy of a clinic with its keyring, on which one start-up state is played. */

import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { StartState } from '../../../src-shared/contract/app.ts';
import { type Keyring, startKeyring } from '../../host/keyring.ts';
import { keyringOf, keyringPassword, person, profileOf } from '../core/clinic.ts';
import type { Ahead } from '../core/messages.ts';
import { type CoreProcess, startCore } from '../core/process.ts';
import { hold } from '../kind.ts';
import type { Prng } from '../prng.ts';

/** What was prepared once: a clinic as it is, an older copy of its profile, and another clinic. */
export type Prepared = {
  readonly clinic: string;
  readonly older: string;
  readonly other: string;
  readonly words: readonly string[];
};

export type Stage = {
  readonly home: string;
  readonly profile: string;
  readonly prepared: Prepared;
  readonly random: Prng;
  /** Paths in the profile. */
  readonly keyFile: string;
  readonly database: string;
  /** Starts a keyring over the clinic's secrets; ended with the trial. */
  keyring(options?: { readonly password?: string; readonly dir?: string }): Promise<Keyring>;
  /** Starts core; ended with the trial. */
  core(env: Readonly<Record<string, string>>, profile?: string, offset?: Ahead): Promise<CoreProcess>;
  /** What must be undone when the trial ends, last first. */
  afterwards(undo: () => Promise<void> | void): void;
};

export async function onStage(
  prepared: Prepared,
  home: string,
  random: Prng,
  play: (stage: Stage) => Promise<void>,
): Promise<void> {
  mkdirSync(home, { recursive: true });
  cpSync(profileOf(prepared.clinic), profileOf(home), { recursive: true });
  cpSync(keyringOf(prepared.clinic), keyringOf(home), { recursive: true });
  const undo: (() => Promise<void> | void)[] = [];
  const profile = profileOf(home);
  const stage: Stage = {
    home,
    profile,
    prepared,
    random,
    keyFile: join(profile, 'keyfile'),
    database: join(profile, 'db', 'carekeep-1.db'),
    keyring: async (options = { password: keyringPassword }) => {
      const started = await startKeyring({
        dir: options.dir ?? keyringOf(home),
        ...(options.password !== undefined && { password: options.password }),
      });
      undo.push(() => started.stop());
      return started;
    },
    core: async (env, at = profile, offset) => {
      const started = await startCore(at, env, offset);
      undo.push(() => started.kill());
      return started;
    },
    afterwards: (more) => void undo.push(more),
  };
  try {
    await play(stage);
  } finally {
    for (const step of undo.toReversed()) await step();
  }
}

export async function demandState(core: CoreProcess, expected: StartState | readonly StartState[]): Promise<void> {
  const { state } = await core.demand('app.status', {});
  const wanted: readonly StartState[] = typeof expected === 'string' ? [expected] : expected;
  hold(wanted.includes(state), `says ${state} instead of ${wanted.join(' or ')}`);
}

/** Signing in must work, and the record must hold. */
export async function demandWorking(core: CoreProcess): Promise<void> {
  await core.demand('sessions.signIn', person);
  const problem = await core.check();
  hold(problem === null, `works, but ${problem}`);
}

/** Signing in must be refused with one of these codes, and nobody may be signed in afterwards. */
export async function demandRefused(core: CoreProcess, codes: readonly string[]): Promise<void> {
  const got = await core.call('sessions.signIn', person);
  hold(!got.ok, 'signs in all the same');
  hold(codes.includes(got.error.code), `sign-in says ${got.error.code} instead of ${codes.join(' or ')}`);
}

/** Where somebody tried to sign in: the key file counts the try, whatever the database says to it. */
export const afterTry = /^(journal|keyfile)$/;

/** Path → digest of every file in a folder, but for the lock, the socket and SQLite's shared memory. */
export function filesIn(folder: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || /^lock\.db|\.sock$|-shm$|-wal$/.test(entry.name) || !existsSync(path)) continue;
    if (statSync(path).size === 0) continue;
    found.set(relative(folder, path), createHash('sha256').update(readFileSync(path)).digest('hex'));
  }
  return found;
}

/** What only grows: a log of codes, not of records. */
const grows = /^logs\/[a-z]+-[\d-]+\.jsonl$/;

/** Nothing that was there may be lost: each file is as it was, or set aside under another name with the same content. */
export function demandKept(before: ReadonlyMap<string, string>, folder: string, mayChange: RegExp = /^journal$/): void {
  const after = filesIn(folder);
  const contents = new Set(after.values());
  for (const [path, digest] of before) {
    hold(contents.has(digest) || mayChange.test(path) || grows.test(path), `${path} was changed or deleted over it`);
  }
}
