/** Workstations as people have them: real cores on real keyrings, connected and enrolled through the ordinary procedures. */
import { mkdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { SyncStanding } from '../../../src-shared/contract/sync.ts';
import type { Keyring } from '../../host/keyring.ts';
import { confirm, create, type Named, person, profileOf, unlockedKeyring } from '../core/clinic.ts';
import { type CoreProcess, startCore } from '../core/process.ts';
import { hold } from '../kind.ts';
import type { BackendProcess } from './process.ts';

/** Asks until it is so. */
export async function until(what: string, within: number, so: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + within;
  while (!(await so())) {
    hold(performance.now() < end, `not within ${within} ms: ${what}`);
    await pause(50);
  }
}

type Environment = Readonly<Record<string, string>>;

/** One profile with its keyring; its core can be killed and started again. */
export class WorkstationHome {
  readonly home: string;
  readonly #keyring: Keyring;
  readonly #env: Environment;
  core: CoreProcess;

  private constructor(home: string, keyring: Keyring, env: Environment, core: CoreProcess) {
    this.home = home;
    this.#keyring = keyring;
    this.#env = env;
    this.core = core;
  }

  /** @param more for its core's environment beside what leads to its keyring */
  static async at(home: string, more: Environment = {}): Promise<WorkstationHome> {
    mkdirSync(profileOf(home), { recursive: true });
    const keyring = await unlockedKeyring(home);
    const env = { ...keyring.env, ...more };
    return new WorkstationHome(home, keyring, env, await startCore(profileOf(home), env));
  }

  /** Sets a clinic up and signs its admin in. */
  async setUp(named?: Named): Promise<void> {
    const { words, ask } = await create(this.core, named);
    await confirm(this.core, words, ask);
    await this.signIn();
  }

  async signIn(): Promise<void> {
    await this.core.demand('sessions.signIn', person);
  }

  /** SIGKILL, and as after the machine came back: started, signed in. */
  async powerCut(): Promise<void> {
    await this.core.kill();
    this.core = await startCore(profileOf(this.home), this.#env);
    await this.signIn();
  }

  standing(): Promise<SyncStanding> {
    return this.core.demand('sync.status', {});
  }

  async stop(): Promise<void> {
    await this.core.kill();
    await this.#keyring.stop();
  }
}

/** As an admin does: the fingerprint compared, the token typed in. @param port where this workstation finds it */
export async function connectClinic(at: WorkstationHome, backend: BackendProcess, port: number): Promise<string> {
  const { tenant, token } = await backend.clinic();
  const address = `localhost:${port}`;
  const { fingerprint } = await at.core.demand('backend.probe', { address });
  hold(fingerprint === backend.facts.fingerprint, 'the workstation sees another authority than the backend has');
  await at.core.demand('backend.connect', { address, fingerprint, token });
  return tenant;
}

/** A new workstation asks with the admin's code, both show the same words, the admin admits it. */
export async function enrol(
  admin: WorkstationHome,
  home: string,
  { port, name, env }: { readonly port: number; readonly name: string; readonly env?: Environment },
): Promise<WorkstationHome> {
  const { code } = await admin.core.demand('enrolment.open', {});
  const fresh = await WorkstationHome.at(home, env);
  const { words } = await fresh.core.demand('enrolment.ask', { address: `localhost:${port}`, code, name });
  await until('the request arrives', 10_000, async () => {
    const standing = await admin.core.demand('enrolment.standing', {});
    if (standing.state !== 'asked') return false;
    hold(standing.words.join(' ') === words.join(' '), 'the two screens show other words');
    return true;
  });
  await admin.core.demand('enrolment.admit', { words });
  await until('the welcome arrives', 10_000, async () => {
    return (await fresh.core.demand('enrolment.answer', {})).state === 'welcomed';
  });
  await fresh.core.demand('enrolment.finish', { words });
  await fresh.signIn();
  return fresh;
}

/** Nothing waits and nothing is behind, on any of them, twice in a row. */
export async function settled(stations: readonly WorkstationHome[], within = 30_000): Promise<void> {
  let calm = 0;
  await until('all workstations are up to date', within, async () => {
    const all = await Promise.all(stations.map((one) => one.standing()));
    const so = all.every(
      ({ state, waiting, behind, lastContact }) =>
        state === 'up-to-date' && waiting === 0 && behind === 0 && lastContact !== null,
    );
    calm = so ? calm + 1 : 0;
    return calm >= 2;
  });
}
