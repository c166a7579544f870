/** The backend under 1, 10, 100 and 1,000 clinics: how fast, how evenly, how much memory, and how all of it grows. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { randomBytes } from '../../../src-main/core/crypto/random.ts';
import { BackendProcess } from '../../faults/backend/process.ts';
import { joinClinics, someAtOnce } from '../backend/clinics.ts';
import { Workstation } from '../backend/load.ts';
import type { Bench, BenchRun, Figure } from '../figure.ts';
import { percentile, shown } from '../measure.ts';

/** A batch of 100 changes as the bench `sync` makes them for one patient. */
const changesPerBatch = 100;
const batchBytes = 16 * 1024;
/** Seconds between two batches of a workstation at work. */
const workPace = 5;
const sizes = [1, 10, 100, 1000] as const;

type Round = {
  readonly clinics: number;
  readonly opsPerSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly paceP50: number;
  readonly paceP99: number;
  readonly toldP95: number;
  /** MB of the service for all of them, idle and connected. */
  readonly memory: number;
};

/** Private and proportional memory of one process, MB. */
function memoryOf(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? Number.NaN) / 1024;
}

async function round(run: BenchRun, clinics: number): Promise<Round> {
  const backend = await BackendProcess.start({ folder: join(run.scratch, `backend-${clinics}`), unlimited: true });
  const stations: Workstation[] = [];
  try {
    const joined = await joinClinics(backend, clinics);
    await pause(1500);
    const before = memoryOf(backend.pid);
    stations.push(...(await someAtOnce(joined, (clinic) => Workstation.open(clinic, backend.facts.port))));
    const listening = stations.map((one) => one.listen());
    await pause(1500);
    const memory = memoryOf(backend.pid) - before;
    const body = randomBytes(batchBytes);

    const total = Math.max(clinics * 2, Math.round(2000 * run.scale));
    const each = Math.ceil(total / clinics);
    for (const one of stations) one.prepare(each, body);
    const from = performance.now();
    await Promise.all(stations.map((one) => one.run(0, 0)));
    const seconds = (performance.now() - from) / 1000;
    const took = stations.flatMap((one) => one.took.splice(0));
    for (const one of stations) one.told.splice(0);

    // At the pace of work: everybody somewhere in their five seconds.
    const turns = Math.max(1, Math.round(3 * run.scale));
    for (const one of stations) one.prepare(turns, body);
    await Promise.all(stations.map((one, at) => one.run(workPace * 1000, (workPace * 1000 * at) / stations.length)));
    const paced = stations.flatMap((one) => one.took);
    const told = stations.flatMap((one) => one.told);
    for (const one of stations) one.close();
    await Promise.all(listening);
    return {
      clinics,
      opsPerSecond: (each * clinics * changesPerBatch) / seconds,
      p50: percentile(took, 0.5),
      p99: percentile(took, 0.99),
      paceP50: percentile(paced, 0.5),
      paceP99: percentile(paced, 0.99),
      toldP95: percentile(told, 0.95),
      memory,
    };
  } finally {
    for (const one of stations) one.close();
    await backend.stop();
  }
}

function figuresOf(one: Round, first: Round): readonly Figure[] {
  const who = `${one.clinics.toLocaleString('en')} clinic${one.clinics === 1 ? '' : 's'}`;
  const ms = (name: string, value: number): Figure => ({
    name: `${who}: ${name}`,
    value,
    unit: 'ms',
    samples: one.clinics,
  });
  const growth = first.opsPerSecond / one.opsPerSecond;
  return [
    {
      name: `${who}, all pushing at once: changes stored`,
      value: one.opsPerSecond,
      unit: 'per s',
      samples: one.clinics,
      bound: { text: 'cost per change ≤ that of one clinic', holds: growth <= 1.1 },
      ...(one === first && {
        note: `batches of ${changesPerBatch} changes and ${batchBytes / 1024} KiB, real headers, chains and signatures; each clinic sends the next when the last is answered, and waits at /v1/state beside.`,
      }),
    },
    ms('a batch, all at once, p50', one.p50),
    ms('a batch, all at once, p99', one.p99),
    ms(`a batch, one every ${workPace} s from each, p50`, one.paceP50),
    ms(`a batch, one every ${workPace} s from each, p99`, one.paceP99),
    ms('until a change is told to who waits, p95', one.toldP95),
    {
      name: `${who}: memory of the service per connected workstation`,
      value: (one.memory * 1024 * 1024) / one.clinics,
      unit: 'B',
      samples: one.clinics,
      note: `two TLS connections each, one of them in a long poll: ${shown(one.memory)} MB for all.`,
    },
  ];
}

const bench: Bench = {
  name: 'backend',
  run: async (run) => {
    const rounds: Round[] = [];
    for (const clinics of sizes.filter((size) => size <= Math.max(10, 1000 * run.scale))) {
      run.say(`${clinics} clinics`);
      rounds.push(await round(run, clinics));
    }
    const [first] = rounds;
    if (first === undefined) throw new Error('no rounds');
    return rounds.flatMap((one) => figuresOf(one, first));
  },
};
export default bench;
