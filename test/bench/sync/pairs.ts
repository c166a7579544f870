/** Two workstations of one clinic through the backend: pushed by the one, pulled by the other, timed apart. */
import { join } from 'node:path';
import { BackendProcess } from '../../faults/backend/process.ts';
import { WeatherProxy } from '../../faults/network/weather-proxy.ts';
import type { BenchRun } from '../figure.ts';
import type { Change, Mix } from './changes.ts';
import { BenchClinic } from './clinic.ts';
import { Exchange } from './exchange.ts';
import type { BothWays } from './pouch-sync.ts';
import { addChanges, addPatients, makeWorkstation } from './workstation.ts';

export type Pair = { readonly one: Exchange; readonly two: Exchange; close(): Promise<void> };

/** @param port where they believe the backend to be */
export async function openPair(run: BenchRun, backend: BackendProcess, name: string, port?: number): Promise<Pair> {
  const clinic = await BenchClinic.at(backend);
  const stations = [makeWorkstation(run.scratch, `${name}-one`), makeWorkstation(run.scratch, `${name}-two`)] as const;
  const [first, second] = [await clinic.join(stations[0], port), await clinic.join(stations[1], port)];
  const of = { tenant: clinic.tenant, clinic: clinic.clinic, stations };
  return {
    one: new Exchange(first, of, backend.facts),
    two: new Exchange(second, of, backend.facts),
    close: async () => {
      await Promise.all([first.backend.close(), second.backend.close()]);
      for (const { store } of stations) store.db.close();
    },
  };
}

export function countIn({ at }: Exchange): number {
  return at.store.sql<[], { n: number }>("select count(*) n from resource where type = 'Observation'").get()?.n ?? 0;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return (performance.now() - from) / 1000;
}

/** The patients are known on both sides; then `changes` go from one to the other. @returns bytes of the wire as NaN */
async function exchanged({ one, two }: Pair, changes: readonly Change[]): Promise<{ push: number; pull: number }> {
  addPatients(one.at, [...new Set(changes.map(({ patient }) => patient))]);
  await one.send();
  await two.receive();
  addChanges(one.at, changes);
  const push = await timed(() => one.send());
  const pull = await timed(() => two.receive());
  if (countIn(two) !== changes.length) throw new Error(`${countIn(two)} of ${changes.length} changes arrived`);
  return { push, pull };
}

/** Changes a second in both directions, then once more through a proxy that counts their bytes. */
export async function ourSync(run: BenchRun, mix: Mix, changes: readonly Change[]): Promise<BothWays> {
  const folder = join(run.scratch, `ours-${mix.perPatient}`);
  const backend = await BackendProcess.start({ folder, unlimited: true });
  try {
    const pair = await openPair(run, backend, `timed-${mix.perPatient}`);
    const { push, pull } = await exchanged(pair, changes);
    await pair.close();
    const bytes = await bytesOf(run, backend, mix, changes);
    return {
      push: { perSecond: changes.length / push, bytes: bytes.push / changes.length },
      pull: { perSecond: changes.length / pull, bytes: bytes.pull / changes.length },
    };
  } finally {
    await backend.stop();
  }
}

async function bytesOf(
  run: BenchRun,
  backend: BackendProcess,
  mix: Mix,
  changes: readonly Change[],
): Promise<{ push: number; pull: number }> {
  const proxy = await WeatherProxy.start(backend.facts.port);
  const through = () => proxy.bytes.up + proxy.bytes.down;
  try {
    const pair = await openPair(run, backend, `counted-${mix.perPatient}`, proxy.port);
    addPatients(pair.one.at, [...new Set(changes.map(({ patient }) => patient))]);
    await pair.one.send();
    await pair.two.receive();
    addChanges(pair.one.at, changes);
    const before = through();
    await pair.one.send();
    const pushed = through();
    await pair.two.receive();
    const pulled = through();
    await pair.close();
    return { push: pushed - before, pull: pulled - pushed };
  } finally {
    await proxy.stop();
  }
}
