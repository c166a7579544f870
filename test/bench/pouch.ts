/** The peer: PouchDB with leveldb in a process of its own, from the package that the bench installs for it. */
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { BenchRun } from './figure.ts';

const peers = join(import.meta.dirname, 'peers');

/** Installs the peers on first use, by their own lockfile, without their install scripts. */
export function installPeers(run: BenchRun): void {
  const installed = ['pouchdb-core', 'pouchdb-replication', 'express-pouchdb'];
  if (installed.every((name) => existsSync(join(peers, 'node_modules', name, 'package.json')))) return;
  run.say('installs the peers');
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: peers,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

const said = z.strictObject({ samples: z.array(z.number()) });

async function peer(script: string, run: BenchRun, order: object): Promise<readonly number[]> {
  installPeers(run);
  const child = fork(join(peers, script), [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  child.send(order);
  const answer = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => undefined)]);
  child.kill('SIGKILL');
  if (answer === undefined) throw new Error('the peer ended without an answer');
  return said.parse(answer[0]).samples;
}

/** Milliseconds of each query over `patients` synthetic people. */
export function pouchSearch(run: BenchRun, patients: number, texts: readonly string[]): Promise<readonly number[]> {
  const folder = join(run.cache, `pouch-${patients}-${run.seed}`);
  return peer('search.ts', run, { folder, patients, seed: run.seed, texts });
}

/** Milliseconds of each write of one resource. */
export function pouchWrites(run: BenchRun, count: number): Promise<readonly number[]> {
  return peer('write.ts', run, { folder: join(run.scratch, 'pouch-write'), count, seed: run.seed });
}

/** Milliseconds of reading one patient's `size` documents. */
export function pouchChart(run: BenchRun, size: number): Promise<readonly number[]> {
  return peer('chart.ts', run, { folder: join(run.scratch, 'pouch-chart'), size, seed: run.seed });
}

/** Resources per second of an import without checks. */
export async function pouchImport(run: BenchRun, patients: number, perPatient: number): Promise<number> {
  const [rate] = await peer('import.ts', run, {
    folder: join(run.scratch, 'pouch-import'),
    patients,
    perPatient,
    seed: run.seed,
  });
  return rate ?? Number.NaN;
}
