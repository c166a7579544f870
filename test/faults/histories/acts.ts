/** What people do to a few rows of a few patients, each at a workstation of their own and without seeing the others. */

import { columnsOf } from '../../../src-main/core/store/columns.ts';
import { isErased } from '../../../src-main/core/store/erasures.ts';
import { deletedField } from '../../../src-main/core/store/field-versions.ts';
import { readLost } from '../../../src-main/core/store/lost-writes.ts';
import { insertPatient, readPatient, updatePatient } from '../../../src-main/core/store/patient.ts';
import {
  deleteResource,
  insertResource,
  readResource,
  settleWrites,
  updateResource,
} from '../../../src-main/core/store/record.ts';
import { patientJson } from '../../unit/store/clinic.ts';
import type { Workstation } from '../../unit/sync/merge/workstations.ts';
import type { Prng } from '../prng.ts';

export type Cast = { readonly patients: string[]; readonly rows: { readonly id: string; readonly patient: string }[] };

const users = ['ana', 'ben', 'cem', 'dua', 'eli'] as const;

export function addPerson(one: Workstation, cast: Cast, random: Prng): void {
  const family = `Family${random.below(1000)}`;
  const json = patientJson({ family });
  cast.patients.push(one.write((tx) => insertPatient(tx, { json, authorUser: random.pick(users), source: null }).id));
}

export function addRow(one: Workstation, cast: Cast, random: Prng, signed: boolean): void {
  const patient = random.pick(cast.patients);
  if (readPatient(one.store, patient) === null) return;
  const resource = {
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'weight' },
    subject: { reference: `Patient/${patient}` },
    effectiveDateTime: `202${random.below(7)}-03-04`,
  };
  const id = one.write(
    (tx) =>
      insertResource(tx, {
        type: 'Observation',
        patientId: patient,
        encounterId: null,
        columns: columnsOf(resource),
        json: JSON.stringify(resource),
        authorUser: random.pick(users),
        source: null,
        signed,
      }).id,
  );
  cast.rows.push({ id, patient });
}

const fields = ['status', 'issued', 'note', 'valueQuantity', 'valueString', 'valueQuantity', '_issued'] as const;

function madeUp(field: (typeof fields)[number], random: Prng): unknown {
  const number = random.below(4);
  if (field === 'note') return [{ text: `note ${number}` }];
  if (field === 'valueQuantity') return { value: number };
  if (field === '_issued') return { id: `i${number}` };
  return field === 'status' ? random.pick(['final', 'amended', 'corrected'] as const) : `${field} ${number}`;
}

export function changeRow(one: Workstation, id: string, random: Prng): void {
  const row = readResource(one.store, id);
  if (row === null || row.deleted === 1 || row.signed === 1) return;
  const resource = new Map<string, unknown>(Object.entries(JSON.parse(row.json)));
  for (let count = random.between(1, 2); count > 0; count -= 1) {
    const field = random.pick(fields);
    const other = { valueString: 'valueQuantity', valueQuantity: 'valueString' }[String(field)];
    if (other !== undefined) resource.delete(other);
    if (field !== 'status' && random.chance(0.2)) resource.delete(field);
    else resource.set(field, madeUp(field, random));
  }
  const json = JSON.stringify(Object.fromEntries(resource), null, random.chance(0.1) ? 1 : 0);
  if (json === row.json) return;
  const change = {
    id,
    expectedVersion: row.version,
    json,
    columns: columnsOf(JSON.parse(json)),
    authorUser: random.pick(users),
  };
  one.write((tx) => updateResource(tx, change));
}

export function renamePerson(one: Workstation, id: string, random: Prng): void {
  const row = readResource(one.store, id);
  if (row === null) return;
  const json = patientJson({
    family: `Name${random.below(9)}`,
    ...(random.chance(0.5) && { birthDate: '1980-01-02' }),
  });
  if (json === row.json) return;
  one.write((tx) => updatePatient(tx, { id, expectedVersion: row.version, json, authorUser: random.pick(users) }));
}

export function deleteRow(one: Workstation, id: string, random: Prng): void {
  const row = readResource(one.store, id);
  if (row === null || row.deleted === 1 || row.signed === 1) return;
  one.write((tx) => deleteResource(tx, { id, expectedVersion: row.version, authorUser: random.pick(users) }));
}

export function settleOne(one: Workstation, id: string, random: Prng): void {
  const row = readResource(one.store, id);
  if (row === null || row.deleted === 1) return;
  const lost = readLost(one.store, id);
  if (lost.length === 0) return;
  const { field, version } = random.pick(lost);
  const user = random.pick(users);
  if (field === deletedField || random.chance(0.5)) one.write((tx) => settleWrites(tx, row, [[field, version]], user));
  else {
    const { json } = row;
    const change = { id, expectedVersion: row.version, json, columns: columnsOf(JSON.parse(json)), authorUser: user };
    one.write((tx) => updateResource(tx, { ...change, claims: [field], settles: [[field, version]] }));
  }
}

export function restrictChart(one: Workstation, patient: string, random: Prng): void {
  if (readPatient(one.store, patient) === null) return;
  one.restrict(patient, random.chance(0.3) ? null : [random.pick(users)], random.pick(users));
}

export function erasePerson(one: Workstation, patient: string): void {
  if (!isErased(one.store, patient) && readPatient(one.store, patient) !== null) one.erase(patient);
}
