/** One history of three workstations, then a backend that lies to one of them. */
import { head, readEntry } from '../../../src-main/core/audit/log.ts';
import { logSize } from '../../../src-main/core/sync/incoming/log.ts';
import { SyncStop } from '../../../src-main/core/sync/incoming/stop.ts';
import { addObservation, addPatient, changeStatus } from '../../unit/store/clinic.ts';
import { Clinic, contentOf, newBackend, Station } from '../../unit/sync/incoming/stations.ts';
import { hold } from '../kind.ts';
import type { Prng } from '../prng.ts';
import type { Behaviour } from './behaviours.ts';

const rows = (station: Station): string => JSON.stringify(contentOf(station.store));

function work(station: Station, random: Prng, patients: string[]): void {
  const patient = addPatient(station.store, { family: `N${random.below(1_000_000)}` });
  patients.push(patient);
  for (let n = random.below(4); n >= 0; n -= 1) {
    const row = addObservation(station.store, patient, `${random.below(200)}.50`);
    if (random.below(3) === 0) changeStatus(station.store, row, 'amended');
  }
}

function refusals(station: Station, from: number): number {
  let found = 0;
  for (let seq = from; seq < head(station.store).size; seq += 1) {
    if (readEntry(station.store, seq)?.type === 'sync.refused') found += 1;
  }
  return found;
}

/** @throws Broken where the lie was accepted in silence, or anything of it was taken */
export async function playHostile(behaviour: Behaviour, random: Prng): Promise<string> {
  const clinic = new Clinic();
  const honest = newBackend();
  const stations = [1, 2, 3].map((number) => new Station(number, clinic, honest));
  const [one, two, three] = stations;
  try {
    hold(one !== undefined && two !== undefined && three !== undefined, 'three workstations');
    const patients: string[] = [];
    for (let round = 1 + random.below(2); round >= 0; round -= 1) {
      for (const station of stations) {
        work(station, random, patients);
        await station.meet(honest);
      }
    }
    await two.meet(honest);
    // What is new while the second was away: of the first, then of the third, who saw it.
    for (const station of [one, three]) {
      for (let n = 1 + random.below(2); n >= 0; n -= 1) {
        work(station, random, patients);
        await station.meet(honest);
      }
    }
    work(two, random, patients);
    const before = { rows: rows(two), size: logSize(two.store), entries: head(two.store).size };
    const hostile = behaviour.of(honest, before.size, random);
    let code = 'nothing';
    try {
      await two.meet(hostile);
    } catch (error) {
      if (!(error instanceof SyncStop)) throw error;
      code = error.problem;
    }
    if (behaviour.entry === true && code === 'nothing') {
      hold(refusals(two, before.entries) > 0, `${behaviour.name}: in silence`);
      return 'entry';
    }
    hold(behaviour.codes.includes(code), () => `${behaviour.name}: ${code}`);
    if (!behaviour.name.includes('stored')) {
      hold(rows(two) === before.rows, () => `${behaviour.name}: something was taken`);
    }
    // An honest backend goes on from where it was.
    return code;
  } finally {
    for (const station of stations) station.close();
  }
}
