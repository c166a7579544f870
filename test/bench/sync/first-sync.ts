/** A new workstation begins with a snapshot, beside copying the same bytes and inserting the same rows. */
import { join } from 'node:path';
import { BackendProcess } from '../../faults/backend/process.ts';
import { generateChart } from '../../fixtures/synthetic/chart.ts';
import { loadClinic } from '../../fixtures/synthetic/load.ts';
import { generatePatients } from '../../fixtures/synthetic/patients.ts';
import { prng } from '../../fixtures/synthetic/prng.ts';
import type { BenchRun, Figure } from '../figure.ts';
import { bareCopy } from './bare.ts';
import { openPair } from './pairs.ts';
import { makeWorkstation, type Workstation } from './workstation.ts';

const perPatient = 4;

type Size = { readonly patients: number; readonly resourcesPerPatient: number; readonly seed: number };

const rowsOf = ({ at }: { readonly at: Workstation }): number =>
  at.store.sql<[], { n: number }>('select count(*) n from resource').get()?.n ?? 0;

const secondsOf = async (work: () => unknown): Promise<number> => {
  const from = performance.now();
  await work();
  return (performance.now() - from) / 1000;
};

/** What making the synthetic clinic takes by itself: nobody inserts that. */
function generate({ patients, resourcesPerPatient, seed }: Size): void {
  const random = prng(seed ^ 0x5eed);
  for (const { id, resource } of generatePatients(patients, seed)) {
    JSON.stringify(resource);
    for (const one of generateChart(random, id, resourcesPerPatient)) JSON.stringify(one);
  }
}

export async function firstSync(run: BenchRun): Promise<readonly Figure[]> {
  const size = {
    patients: Math.max(50, Math.round(100_000 * run.scale)),
    resourcesPerPatient: perPatient,
    seed: run.seed,
  };
  const backend = await BackendProcess.start({ folder: join(run.scratch, 'first'), unlimited: true });
  let bytes = 0;
  let rows = 0;
  let seconds = 0;
  try {
    const pair = await openPair(run, backend, 'first');
    loadClinic(pair.one.at.store, size);
    await pair.one.send();
    const { used } = await pair.one.receive();
    await pair.one.snapshot();
    const after = await pair.one.receive();
    bytes = after.used - used;
    run.say(`a snapshot of ${rowsOf(pair.one).toLocaleString('en')} rows is there`);
    seconds = await secondsOf(() => pair.two.receive());
    rows = rowsOf(pair.two);
    if (rows !== rowsOf(pair.one)) throw new Error(`${rows} rows arrived`);
    await pair.close();
  } finally {
    await backend.stop();
  }
  const copied = await bareCopy(run, bytes);
  const bare = makeWorkstation(run.scratch, 'inserted');
  const inserted = await secondsOf(() => loadClinic(bare.store, size));
  bare.store.db.close();
  const made = await secondsOf(() => generate(size));
  const least = copied + inserted - made;
  const people = size.patients.toLocaleString('en');
  return [
    {
      name: `first sync of a new workstation, ${people} patients, ${rows.toLocaleString('en')} rows`,
      value: seconds / least,
      unit: '×',
      samples: rows,
      bound: { text: '≤ 2× copying and inserting', holds: seconds <= 2 * least },
      note: `${seconds.toFixed(1)} s; copying ${Math.round(bytes / 1024 / 1024)} MiB over TLS ${copied.toFixed(1)} s, inserting rows, index and hashes ${(inserted - made).toFixed(1)} s. Snapshot taken whole: heads, leaves, keys, pages, search index.`,
    },
    { name: 'first sync, rows', value: rows / seconds, unit: 'per s', samples: rows },
  ];
}
