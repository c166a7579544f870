/** A clinic made the ordinary way, through `setup.*`, on a keyring of its own. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { CallInput } from '../../../src-shared/contract/index.ts';
import { type Keyring, startKeyring } from '../../host/keyring.ts';
import type { CoreProcess } from './process.ts';
import { startCore } from './process.ts';

export const person = { userName: 'eva.example', password: 'heron quarry lantern 47' } as const;
export const keyringPassword = 'keyring of a harness';

export type MadeClinic = {
  /** Holds `profile` and `keyring`. */
  readonly home: string;
  readonly words: readonly string[];
};

export const profileOf = (home: string) => join(home, 'profile');
export const keyringOf = (home: string) => join(home, 'keyring');

/** Starts the keyring of a clinic's home, unlocked. */
export function unlockedKeyring(home: string): Promise<Keyring> {
  mkdirSync(keyringOf(home), { recursive: true });
  return startKeyring({ dir: keyringOf(home), password: keyringPassword });
}

export type Named = { readonly clinicName: string; readonly workstationName: string; readonly displayName: string };
const plainly: Named = { clinicName: 'Harness clinic', workstationName: 'Harness', displayName: 'Eva Example' };

/** Sets up a clinic up to the recovery kit. @returns its words and the places asked back */
export async function create(
  core: CoreProcess,
  named: Named = plainly,
): Promise<{ readonly words: readonly string[]; readonly ask: readonly number[] }> {
  return core.demand('setup.create', {
    language: 'en',
    clinicName: named.clinicName,
    country: 'DE',
    workstationName: named.workstationName,
    admin: { userName: person.userName, displayName: named.displayName, roles: ['practitioner'] },
    password: person.password,
  });
}

export async function confirm(core: CoreProcess, words: readonly string[], ask: readonly number[]): Promise<void> {
  await core.demand('setup.confirmKit', {
    words: ask.map((position) => ({ position, word: words[position - 1] ?? '' })),
  });
}

/** Invites a colleague, who comes once at a desk of their own and chooses this password. */
export async function invite(
  core: CoreProcess,
  colleague: CallInput<'users.create'>,
  password: string,
  desk: number,
): Promise<void> {
  const { invitation } = await core.demand('users.create', colleague);
  await core.demand('sessions.signIn', { userName: colleague.userName, password: invitation.code }, desk);
  await core.demand('sessions.finishPassword', { next: password }, desk);
}

/** Makes a clinic in `home` and closes it again; `fill` may write into it first. */
export async function makeCoreClinic(
  home: string,
  fill: (core: CoreProcess) => Promise<void> = async () => undefined,
  named: Named = plainly,
): Promise<MadeClinic> {
  mkdirSync(profileOf(home), { recursive: true });
  const keyring = await unlockedKeyring(home);
  try {
    const core = await startCore(profileOf(home), keyring.env);
    const { words, ask } = await create(core, named);
    await confirm(core, words, ask);
    await core.demand('sessions.signIn', person);
    await fill(core);
    await core.close();
    return { home, words };
  } finally {
    await keyring.stop();
  }
}
