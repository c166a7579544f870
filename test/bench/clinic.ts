/** Synthetic clinics, made once and kept between runs: the encrypted database and the same one decrypted. */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { append } from '../../src-main/core/audit/log.ts';
import { connect } from '../../src-main/core/store/connect.ts';
import { type ClinicKey, closeStore, createStore, openStore, type Store } from '../../src-main/core/store/open.ts';
import { withTransaction } from '../../src-main/core/store/transaction.ts';
import { loadClinic } from '../fixtures/synthetic/load.ts';
import type { BenchRun } from './figure.ts';
import { openPlain } from './plain.ts';

/** The data is synthetic and the key is in this file: it measures, it protects nothing. */
export const benchKey: Buffer = Buffer.alloc(32, 0x5a);
export const benchClinicKey: ClinicKey = { epoch: 1, key: Buffer.alloc(32, 0xa5) };

export type BenchClinic = {
  readonly patients: number;
  readonly resources: number;
  /** Both files, closed. Benches that write take a copy. */
  readonly encrypted: string;
  readonly plain: string;
};

const root = join(import.meta.dirname, '..', '..');

/** Changes with whatever decides what such a database looks like. */
function fingerprint(): string {
  const hash = createHash('sha256');
  for (const folder of ['src-main/core/store', 'src-main/core/store/migrations', 'test/fixtures/synthetic']) {
    for (const file of readdirSync(join(root, folder)).sort()) {
      if (file.endsWith('.ts')) hash.update(readFileSync(join(root, folder, file)));
    }
  }
  return hash.digest('hex').slice(0, 10);
}

/** The clinic of this size, from the cache or new. Older ones of the same size go. */
export function benchClinic(run: BenchRun, patients: number, perPatient: number): BenchClinic {
  const size = `clinic-${patients}x${perPatient}-${run.seed}`;
  const name = `${size}-${fingerprint()}`;
  const folder = join(run.cache, name);
  const clinic: BenchClinic = {
    patients,
    resources: patients * (perPatient + 1),
    encrypted: join(folder, 'db', 'carekeep-1.db'),
    plain: join(folder, 'plain.db'),
  };
  if (existsSync(folder)) return clinic;
  for (const old of readdirSync(run.cache)) {
    if (old.startsWith(`${size}-`)) rmSync(join(run.cache, old), { recursive: true });
  }
  const from = performance.now();
  run.say(
    `makes a clinic of ${patients.toLocaleString('en')} patients with ${clinic.resources.toLocaleString('en')} resources`,
  );
  const making = join(run.cache, `making-${process.pid}`);
  mkdirSync(making, { recursive: true });
  fill(join(making, 'db', 'carekeep-1.db'), patients, perPatient, run.seed);
  cpSync(join(making, 'db', 'carekeep-1.db'), join(making, 'plain.db'));
  decrypt(join(making, 'plain.db'));
  renameSync(making, folder);
  run.say(`made in ${Math.round((performance.now() - from) / 1000)} s`);
  return clinic;
}

function fill(path: string, patients: number, perPatient: number, seed: number): void {
  const store = createStore({ path, key: benchKey, clinicKey: benchClinicKey, device: 'bench' });
  // Only the result counts here, not that it survives a power cut half way.
  store.db.pragma('synchronous=OFF');
  store.db.pragma('wal_autocheckpoint=50000');
  const agent = { user: null, roles: [], session: null };
  withTransaction(store, (tx) =>
    append(tx, { type: 'setup.completed', outcome: 0, agent, purpose: 'HOPERAT', origin: 'core' }),
  );
  loadClinic(store, { patients, resourcesPerPatient: perPatient, seed });
  // As after a quiet night: statistics there, index segments merged, log written back.
  store.db.exec("insert into patient_search (patient_search) values ('optimize'); analyze;");
  closeStore(store);
}

function decrypt(path: string): void {
  const db = connect({ path, key: benchKey });
  db.pragma('journal_mode=DELETE');
  db.rekey(Buffer.alloc(0));
  db.close();
}

export function openEncrypted(path: string): Store {
  return openStore({ path, key: benchKey, clinicKey: benchClinicKey });
}

export { openPlain };

/** A copy of a clinic's database that a bench may write to, in a folder like a profile's. */
export function copyOf(path: string, scratch: string, name: string): string {
  const folder = join(scratch, name, 'db');
  mkdirSync(folder, { recursive: true });
  const target = join(folder, 'carekeep-1.db');
  cpSync(path, target);
  return target;
}
