/** Puts a synthetic clinic into a real profile, with its own keys, as an import without files would. */
import {
  beginBatch,
  beginFile,
  endFile,
  finishBatch,
  type ImportRow,
  writeSlice,
} from '../../src-main/core/store/batch.ts';
import { closeStore, openStore, type Store } from '../../src-main/core/store/open.ts';
import { drain } from '../../src-main/core/store/slices.ts';
import { newId } from '../../src-main/core/store/transaction.ts';
import { openKeychain } from '../../src-main/core/vault/keychain.ts';
import { openVault } from '../../src-main/core/vault/vault.ts';
import { person } from '../faults/core/clinic.ts';
import { generateChart, type SyntheticResource } from '../fixtures/synthetic/chart.ts';
import { loadClinic } from '../fixtures/synthetic/load.ts';
import { prng } from '../fixtures/synthetic/prng.ts';
import type { BenchRun } from './figure.ts';
import type { Desk } from './headless.ts';

/** `patients` people and three more, called Zzbench, with a chart of `chart` resources each. */
export async function fillDesk(run: BenchRun, desk: Desk, patients: number, chart: number): Promise<void> {
  const vault = await openVault({ profileDir: desk.profile, keychain: openKeychain() });
  const session = await vault.signIn(person.userName, Buffer.from(person.password));
  const clinicKey = session.shared?.clinicKeys.at(-1);
  const key = session.shared?.databaseKey;
  if (key === undefined || clinicKey === undefined) throw new Error('no key for the database');
  const store = openStore({ path: vault.database().path, key, clinicKey });
  store.db.pragma('synchronous=OFF');
  run.say(`fills the profile with ${patients.toLocaleString('en')} patients`);
  loadClinic(store, { patients, resourcesPerPatient: 1, seed: run.seed });
  addCharts(store, chart, run.seed);
  closeStore(store);
  session.close();
  vault.close();
}

function addCharts(store: Store, chart: number, seed: number): void {
  const random = prng(seed);
  const batch = beginBatch(store, { id: 'bench-charts', byUser: null, files: '[]' });
  beginFile(batch, 0);
  for (const given of ['Ana', 'Ben', 'Cleo']) {
    const patientId = newId(Date.now());
    const patient = {
      resourceType: 'Patient',
      id: patientId,
      name: [{ family: 'Zzbench', given: [given] }],
      gender: 'female',
      birthDate: '1971-03-14',
    };
    const rows = [
      row(patient, patientId, patientId),
      ...generateChart(random, patientId, chart - 1).map((one) => row(one, newId(Date.now()), patientId)),
    ];
    for (let at = 0; at < rows.length; ) at = writeSlice(batch, rows, at);
  }
  endFile(batch);
  const agent = { user: null, roles: [], session: null };
  drain(finishBatch(batch, { type: 'import.completed', outcome: 0, agent, purpose: 'HOPERAT', origin: 'core' }));
}

function row(resource: SyntheticResource, id: string, patientId: string): ImportRow {
  const json = JSON.stringify(resource);
  return {
    id,
    type: resource.resourceType,
    patientId,
    encounterId: null,
    json,
    resource,
    source: null,
    hash: null,
    names: [],
    references: [],
  };
}
