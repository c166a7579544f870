/** A clinic on a real encrypted profile with a real keyring, called through the dispatcher as the command line calls it. */
import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { argon2Floor } from '../../../src-main/core/crypto/kdf.ts';
import { type Headless, startHeadless } from '../../../src-main/core/headless.ts';
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { CallInput, Output, ProcedureName } from '../../../src-shared/contract/index.ts';
import { procedures } from '../../../src-shared/contract/index.ts';
import { startKeyring } from '../../host/keyring.ts';

export const adminPassword = 'sieben blaue Fahrräder am Hafen';
export const doctorPassword = 'tres molinos junto al río lento';

/** Argon2id at its floor: a test is about something else. */
export const quick = { passwordCost: argon2Floor };

/** The document bundles of the International Patient Summary, version 2.0.0. */
export const ipsBundles: readonly string[] = (() => {
  const folder = fileURLToPath(new URL('../../../node_modules/hl7.fhir.uv.ips/example', import.meta.url));
  return readdirSync(folder)
    .filter((name) => name.startsWith('Bundle-'))
    .map((name) => join(folder, name));
})();

export class Clinic {
  readonly profile: string;
  #core: Headless;

  constructor(profile: string, core: Headless) {
    this.profile = profile;
    this.#core = core;
  }

  /** Calls and checks the answer against the contract. @throws CallError */
  async call<N extends ProcedureName>(name: N, input: CallInput<N>): Promise<Output<N>> {
    const reply = await this.#core.call(name, input);
    if (!reply.ok) throw new CallError(reply.error.code, reply.error);
    const checked: unknown = procedures.get(name)?.output.parse(reply.value);
    // The schema just parsed is this procedure's own.
    return checked as Output<N>;
  }

  async signIn(userName: string, password: string): Promise<void> {
    await this.call('sessions.signIn', { userName, password });
  }

  /** Invites a person, who comes once and chooses this password; then the admin is signed in again. */
  async hire(newcomer: CallInput<'users.create'>, password: string): Promise<void> {
    const { invitation } = await this.call('users.create', newcomer);
    await this.signIn(newcomer.userName, invitation.code);
    await this.call('sessions.finishPassword', { next: password });
    await this.signIn('lena.hof', adminPassword);
  }

  /** Ends core and starts another on the same profile. */
  async restart(): Promise<void> {
    await this.#core.close();
    this.#core = await startHeadless(this.profile, quick);
  }

  close(): Promise<void> {
    return this.#core.close();
  }
}

export type Place = { readonly dir: string; readonly stop: () => Promise<void> };

/** A folder of its own and a keyring whose address this process uses from now on. */
export async function startPlace(): Promise<Place> {
  const dir = await mkdtemp(join(tmpdir(), 'carekeep-core-'));
  const keyring = await startKeyring({ dir: join(dir, 'keyring'), password: 'keyring of a test' });
  Object.assign(process.env, keyring.env);
  return {
    dir,
    stop: async () => {
      await keyring.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Set up, kit confirmed, admin `lena.hof` and practitioner `ana.ruiz` there; the admin is signed in. */
export async function startClinic(profile: string): Promise<Clinic> {
  const clinic = new Clinic(profile, await startHeadless(profile, quick));
  const kit = await clinic.call('setup.create', {
    language: 'en',
    clinicName: 'Praxis am Hafen',
    country: 'DE',
    workstationName: 'Consulting room 2',
    admin: { userName: 'lena.hof', displayName: 'Lena Hof', roles: [] },
    password: adminPassword,
  });
  const words = kit.ask.map((position) => ({ position, word: kit.words[position - 1] ?? '' }));
  await clinic.call('setup.confirmKit', { words });
  await clinic.signIn('lena.hof', adminPassword);
  await clinic.hire({ userName: 'ana.ruiz', displayName: 'Dr. Ana Ruiz', roles: ['practitioner'] }, doctorPassword);
  return clinic;
}
