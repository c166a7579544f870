/** Two workstations that reach their backend through bad weather, and what each of them was told is saved. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { BackendProcess } from '../backend/process.ts';
import { connectClinic, enrol, settled, WorkstationHome } from '../backend/workstations.ts';
import { hold } from '../kind.ts';
import { WeatherProxy } from './weather-proxy.ts';

export class StormyClinic {
  readonly backend: BackendProcess;
  readonly proxy: WeatherProxy;
  readonly stations: readonly [WorkstationHome, WorkstationHome];
  readonly patients: readonly string[];
  readonly #noNames: string;
  /** Acknowledged problems: text → patient. */
  readonly #saved = new Map<string, string>();

  private constructor(
    parts: { backend: BackendProcess; proxy: WeatherProxy; stations: readonly [WorkstationHome, WorkstationHome] },
    patients: readonly string[],
    noNames: string,
  ) {
    this.backend = parts.backend;
    this.proxy = parts.proxy;
    this.stations = parts.stations;
    this.patients = patients;
    this.#noNames = noNames;
  }

  static async open(folder: string): Promise<StormyClinic> {
    const backend = await BackendProcess.start({ folder: join(folder, 'backend'), unlimited: true });
    const proxy = await WeatherProxy.start(backend.facts.port);
    const noNames = join(folder, 'no-names');
    const hook = join(import.meta.dirname, 'dns.ts');
    const env = { NODE_OPTIONS: `--import=${hook}`, CAREKEEP_FAULTS_NO_NAMES: noNames };
    const one = await WorkstationHome.at(join(folder, 'one'), env);
    await one.setUp();
    await connectClinic(one, backend, proxy.port);
    const two = await enrol(one, join(folder, 'two'), { port: proxy.port, name: 'Second', env });
    const patients: string[] = [];
    for (const family of ['Sturm', 'Hagel', 'Nebel']) {
      patients.push(
        (await one.core.demand('patients.create', { demographics: person(family), notADuplicate: true })).patientId,
      );
    }
    const clinic = new StormyClinic({ backend, proxy, stations: [one, two] }, patients, noNames);
    await settled(clinic.stations);
    return clinic;
  }

  names(there: boolean): void {
    if (there) rmSync(this.#noNames, { force: true });
    else writeFileSync(this.#noNames, '');
  }

  /** One change at a workstation; it counts once core has answered. */
  async write(which: 0 | 1, patient: number, text: string): Promise<void> {
    const patientId = this.patients[patient % this.patients.length] ?? '';
    const more = { code: '', system: '', onset: null, note: 'a remark that makes it longer than a header' };
    const { core } = this.stations[which];
    // A core that dies answers nothing: then nothing was acknowledged, and it may be there or not.
    const asked = await core.call('chart.addProblem', { patientId, text, ...more }).catch(() => null);
    if (asked?.ok === true) this.#saved.set(text, patientId);
  }

  /** Both come to have the same rows, and each acknowledged change once: a workstation that was not told yet knows of nothing. */
  async demandSame(within: number): Promise<void> {
    const end = performance.now() + within;
    for (;;) {
      const differs = await this.#difference();
      if (differs === null) return;
      hold(performance.now() < end, differs);
      await pause(100);
    }
  }

  async #difference(): Promise<string | null> {
    for (const patientId of this.patients) {
      const [here, there] = await Promise.all(this.stations.map((one) => rowsOf(one, patientId)));
      if (here === undefined || there === undefined) return 'no chart';
      if (here.join('\n') !== there.join('\n')) return `the copies differ: ${here.length} rows and ${there.length}`;
      for (const [text, of] of this.#saved) {
        if (of !== patientId) continue;
        const times = here.filter((row) => row.includes(text)).length;
        if (times !== 1) return `an acknowledged change is there ${times} times`;
      }
    }
    return null;
  }

  get saved(): number {
    return this.#saved.size;
  }

  async close(): Promise<void> {
    for (const one of this.stations) await one.stop();
    await this.proxy.stop();
    await this.backend.kill();
  }
}

async function rowsOf({ core }: WorkstationHome, patientId: string): Promise<readonly string[]> {
  const { rows } = await core.demand('chart.open', { patientId });
  return rows.map(({ id, json }) => `${id} ${json}`).sort();
}

function person(family: string) {
  return {
    family,
    given: 'Trial',
    former: '',
    birthDate: null,
    gender: null,
    identifiers: [],
    phone: '',
    email: '',
    address: { line: '', postalCode: '', city: '', country: '' },
  };
}
