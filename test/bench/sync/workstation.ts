/** A workstation of a benched clinic: a real encrypted store with a chain of its own, and its way to the backend. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { append, type NewEntry } from '../../../src-main/core/audit/log.ts';
import { generateEd25519, sign } from '../../../src-main/core/crypto/ed25519.ts';
import { generateTlsKey } from '../../../src-main/core/crypto/p256.ts';
import { randomUuid } from '../../../src-main/core/crypto/random.ts';
import { columnsOf } from '../../../src-main/core/store/columns.ts';
import { createStore, type Store } from '../../../src-main/core/store/open.ts';
import { insertPatient } from '../../../src-main/core/store/patient.ts';
import { insertResource } from '../../../src-main/core/store/record.ts';
import { type Tx, withTransaction } from '../../../src-main/core/store/transaction.ts';
import { followLog } from '../../../src-main/core/sync/outgoing/position.ts';
import { benchClinicKey, benchKey } from '../clinic.ts';
import type { Change } from './changes.ts';

export const agent: NewEntry['agent'] = { user: 'bench', roles: ['practitioner'], session: 'bench' };

export type Workstation = {
  readonly device: string;
  readonly store: Store;
  /** Ed25519, raw. */
  readonly identity: { readonly publicKey: Buffer; readonly privateKey: Buffer };
  readonly tls: { readonly pkcs8: Buffer; readonly spki: Buffer };
  readonly sign: (message: Uint8Array) => Buffer;
};

/** All workstations of a bench have the same clinic key, as after an enrolment. */
export function makeWorkstation(scratch: string, name: string): Workstation {
  const folder = join(scratch, name, 'db');
  mkdirSync(folder, { recursive: true });
  const device = randomUuid();
  const store = createStore({ path: join(folder, 'carekeep-1.db'), key: benchKey, clinicKey: benchClinicKey, device });
  withTransaction(store, (tx) => {
    append(tx, { type: 'setup.completed', outcome: 0, agent, purpose: 'HOPERAT', origin: 'core' });
    followLog(tx);
  });
  const identity = generateEd25519();
  return { device, store, identity, tls: generateTlsKey(), sign: (message) => sign(identity.privateKey, message) };
}

/** Each in a transaction with an entry of its own, as people work; only the waiting for the disk is left out. */
function eachAlone<T>(
  { store }: Workstation,
  items: readonly T[],
  type: 'patient.created' | 'chart.added',
  write: (tx: Tx, item: T) => void,
): void {
  store.db.pragma('synchronous=OFF');
  for (const item of items) {
    withTransaction(store, (tx) => {
      write(tx, item);
      append(tx, { type, outcome: 0, agent, purpose: 'TREAT', origin: 'screen' });
    });
  }
  store.db.pragma('wal_checkpoint(TRUNCATE)');
  store.db.pragma('synchronous=FULL');
}

export function addPatients(at: Workstation, ids: readonly string[]): void {
  eachAlone(at, ids, 'patient.created', (tx, id) => {
    const name = [{ family: `Bench${id.slice(0, 8)}`, given: ['Ana'] }];
    const json = JSON.stringify({ resourceType: 'Patient', name, birthDate: '1971-03-14' });
    insertPatient(tx, { id, json, authorUser: agent.user, source: null });
  });
}

export function addChange(tx: Tx, { id, patient, resource }: Change): void {
  insertResource(tx, {
    id,
    type: 'Observation',
    patientId: patient,
    encounterId: null,
    columns: columnsOf(resource),
    json: JSON.stringify(resource),
    authorUser: agent.user,
    source: null,
  });
}

export function addChanges(at: Workstation, changes: readonly Change[]): void {
  eachAlone(at, changes, 'chart.added', addChange);
}
