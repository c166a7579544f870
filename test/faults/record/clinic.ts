/** A small clinic straight on the store, under keys of the harness: no keyring, no password, the same rows and entries. */
import { join } from 'node:path';
import { append } from '../../../src-main/core/audit/log.ts';
import { type ClinicKey, closeStore, createStore, openStore, type Store } from '../../../src-main/core/store/open.ts';
import { withTransaction } from '../../../src-main/core/store/transaction.ts';
import type { Prng } from '../prng.ts';
import { agent, type WriteKind, write } from './writes.ts';

export type ClinicKeys = { readonly key: Buffer; readonly clinicKey: ClinicKey };
export type Clinic = ClinicKeys & { readonly path: string };

export function clinicKeys(random: Prng): ClinicKeys {
  return { key: random.bytes(32), clinicKey: { epoch: 1, key: random.bytes(32) } };
}

const filling: readonly WriteKind[] = [
  'item',
  'item',
  'item',
  'item',
  'item',
  'item',
  'change',
  'draft',
  'note',
  'rename',
  'end',
];

/** Makes the database in `folder/db` and closes it. */
export function makeClinic(folder: string, random: Prng, patients: number, writes: number): Clinic {
  const keys = clinicKeys(random);
  const path = join(folder, 'db', 'carekeep-1.db');
  const store = createStore({ path, ...keys, device: 'harness' });
  withTransaction(store, (tx) =>
    append(tx, { type: 'setup.completed', outcome: 0, agent, purpose: 'HOPERAT', origin: 'core' }),
  );
  for (let count = 0; count < patients; count += 1) write(store, random, 'patient');
  for (let count = 0; count < writes; count += 1) write(store, random, random.pick(filling));
  closeStore(store);
  return { path, ...keys };
}

export function openClinic(clinic: Clinic): Store {
  return openStore(clinic);
}
