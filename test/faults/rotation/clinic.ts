/** The clinic whose keys are rotated: one profile and its keychain items, put back before each trial. */
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { argon2Floor } from '../../../src-main/core/crypto/kdf.ts';
import { type Headless, startHeadless } from '../../../src-main/core/headless.ts';
import { parseHeader } from '../../../src-main/core/vault/key-file.ts';
import { openKeychain } from '../../../src-main/core/vault/keychain.ts';
import type { CallInput, Output, ProcedureName } from '../../../src-shared/contract/index.ts';
import { procedures } from '../../../src-shared/contract/index.ts';
import { hold } from '../kind.ts';

export const userName = 'lena.hof';
export const password = 'sieben blaue Fahrräder am Hafen';
const kept = ['device-secret/1', 'key-file', 'audit-head', 'attempts'] as const;
const numbers = 6;

export async function call<N extends ProcedureName>(core: Headless, name: N, input: CallInput<N>): Promise<Output<N>> {
  const reply = await core.call(name, input);
  hold(reply.ok, () => `${name} is refused (${reply.ok ? '' : reply.error.code})`);
  const checked: unknown = procedures.get(name)?.output.parse(reply.value);
  // The schema just parsed is this procedure's own.
  return checked as Output<N>;
}

export const start = (profile: string): Promise<Headless> => startHeadless(profile, { passwordCost: argon2Floor });

export class RotatedClinic {
  readonly profile: string;
  readonly #template: string;
  readonly profileId: string;
  readonly words: string;
  readonly #items: ReadonlyMap<string, string>;
  readonly keychain = openKeychain();

  constructor(profile: string, template: string, profileId: string, words: string, items: ReadonlyMap<string, string>) {
    this.profile = profile;
    this.#template = template;
    this.profileId = profileId;
    this.words = words;
    this.#items = items;
  }

  /** Folder and keychain as they were at first. */
  async restore(): Promise<void> {
    rmSync(this.profile, { recursive: true, force: true });
    cpSync(this.#template, this.profile, { recursive: true });
    for (let number = 1; number <= numbers; number += 1)
      await this.keychain.remove(`${this.profileId}/device-secret/${number}`);
    for (const [account, value] of this.#items) await this.keychain.write(account, value);
  }

  /** Numbers of the device secrets that are in the keychain. */
  async deviceSecrets(): Promise<number[]> {
    const found: number[] = [];
    for (let number = 1; number <= numbers; number += 1) {
      const read = await this.keychain.read(`${this.profileId}/device-secret/${number}`);
      if (read.state === 'ok') found.push(number);
    }
    return found;
  }
}

/** Set up, with some patients. The process must see a keyring already. */
export async function makeClinic(scratch: string, patients: number): Promise<RotatedClinic> {
  const profile = join(scratch, 'profile');
  const core = await start(profile);
  const kit = await call(core, 'setup.create', {
    language: 'en',
    clinicName: 'Praxis am Hafen',
    country: 'DE',
    workstationName: 'Consulting room 2',
    admin: { userName, displayName: 'Lena Hof', roles: ['practitioner'] },
    password,
  });
  const asked = kit.ask.map((position) => ({ position, word: kit.words[position - 1] ?? '' }));
  await call(core, 'setup.confirmKit', { words: asked });
  await call(core, 'sessions.signIn', { userName, password });
  for (let number = 0; number < patients; number += 1) {
    await call(core, 'patients.create', {
      notADuplicate: true,
      demographics: {
        family: `Family${number}`,
        given: 'Kim',
        former: '',
        birthDate: '1970-01-01',
        gender: null,
        identifiers: [],
        phone: '',
        email: '',
        address: { line: '', postalCode: '', city: '', country: '' },
      },
    });
  }
  await core.close();
  const { profileId } = parseHeader(readFileSync(join(profile, 'keyfile')));
  const keychain = openKeychain();
  const items = new Map<string, string>();
  for (const name of kept) {
    const account = `${profileId}/${name}`;
    const read = await keychain.read(account);
    if (read.state === 'ok') items.set(account, read.value);
  }
  const template = join(scratch, 'template');
  cpSync(profile, template, { recursive: true });
  return new RotatedClinic(profile, template, profileId, kit.words.join(' '), items);
}
