/** Real encrypted stores for tests, each in a folder of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { append, type NewEntry } from '../../../src-main/core/audit/log.ts';
import { columnsOf } from '../../../src-main/core/store/columns.ts';
import { createStore, openStore, type Store } from '../../../src-main/core/store/open.ts';
import { insertPatient } from '../../../src-main/core/store/patient.ts';
import { insertResource, updateResource } from '../../../src-main/core/store/record.ts';
import type { ResourceRow } from '../../../src-main/core/store/row.ts';
import { type Tx, withTransaction } from '../../../src-main/core/store/transaction.ts';

export const key = Buffer.alloc(32, 3);
export const clinicKey = { epoch: 1, key: Buffer.alloc(32, 4) };

export const someone = {
  outcome: 0,
  agent: { user: 'user-1', roles: ['practitioner'], session: 'session-1' },
  purpose: 'TREAT',
  origin: 'screen',
} as const satisfies Partial<NewEntry>;

export type Place = { readonly folder: string; readonly path: string; remove(): void };

export function place(): Place {
  const folder = mkdtempSync(join(tmpdir(), 'carekeep-store-'));
  return {
    folder,
    path: join(folder, 'db', 'carekeep-1.db'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export function fresh(at: Place): Store {
  return createStore({ path: at.path, key, clinicKey, device: 'device-1' });
}

export function again(at: Place, readOnly = false): Store {
  return openStore({ path: at.path, key, clinicKey, readOnly });
}

/** One audited transaction. */
export function audited<T>(store: Store, type: NewEntry['type'], fn: (tx: Tx) => T, more: Partial<NewEntry> = {}): T {
  return withTransaction(store, (tx) => {
    const result = fn(tx);
    append(tx, { ...someone, type, ...more });
    return result;
  });
}

export type Person = {
  readonly family: string;
  readonly given?: string;
  readonly birthDate?: string;
  readonly former?: string;
  readonly identifier?: string;
  readonly phone?: string;
};

export function patientJson(person: Person): string {
  return JSON.stringify({
    resourceType: 'Patient',
    name: [
      { use: 'official', family: person.family, given: [person.given ?? 'Ana'] },
      ...(person.former ? [{ use: 'maiden', family: person.former }] : []),
    ],
    ...(person.birthDate && { birthDate: person.birthDate }),
    ...(person.identifier && { identifier: [{ system: 'urn:x', value: person.identifier }] }),
    ...(person.phone && { telecom: [{ system: 'phone', value: person.phone }] }),
  });
}

export function addPatient(store: Store, person: Person): string {
  return audited(
    store,
    'patient.created',
    (tx) => insertPatient(tx, { json: patientJson(person), authorUser: 'user-1', source: null }).id,
  );
}

export function addObservation(store: Store, patientId: string | null, value: string, signed = false): ResourceRow {
  const resource = {
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'weight' },
    effectiveDateTime: '2026-01-02',
  };
  const text = `${JSON.stringify(resource).slice(0, -1)},"valueQuantity":{"value":${value}}}`;
  return audited(store, 'chart.added', (tx) =>
    insertResource(tx, {
      type: 'Observation',
      patientId,
      encounterId: null,
      columns: columnsOf(resource),
      json: text,
      authorUser: 'user-1',
      source: null,
      signed,
    }),
  );
}

export function changeStatus(store: Store, row: ResourceRow, status: string): ResourceRow {
  const json = row.json.replace(/"status":"[^"]*"/, `"status":"${status}"`);
  return audited(store, 'chart.changed', (tx) =>
    updateResource(tx, {
      id: row.id,
      expectedVersion: row.version,
      json,
      columns: columnsOf(JSON.parse(json)),
      authorUser: 'user-1',
    }),
  );
}

/** Code of a CallError, or the error's name. */
export function codeThrown(fn: () => unknown): string {
  try {
    fn();
  } catch (error) {
    return error instanceof Error ? error.message : 'unknown';
  }
  return 'nothing';
}
