import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { verifyStore } from '../../../../src-main/core/audit/verify.ts';
import { insertEmergency, readRestriction } from '../../../../src-main/core/store/access.ts';
import { columnsOf } from '../../../../src-main/core/store/columns.ts';
import { isErased } from '../../../../src-main/core/store/erasures.ts';
import { readLost } from '../../../../src-main/core/store/lost-writes.ts';
import { readMerged } from '../../../../src-main/core/store/merged-state.ts';
import { countPatients, insertPatient, readPatient, updatePatient } from '../../../../src-main/core/store/patient.ts';
import {
  deleteResource,
  insertResource,
  readResource,
  updateResource,
} from '../../../../src-main/core/store/record.ts';
import { searchPatients } from '../../../../src-main/core/store/search.ts';
import { drain } from '../../../../src-main/core/store/slices.ts';
import { nextVersion } from '../../../../src-main/core/store/transaction.ts';
import type { GroupOp } from '../../../../src-main/core/sync/merge/apply.ts';
import { patientJson } from '../../store/clinic.ts';
import { deviceId, recordOf, Workstation } from './workstations.ts';

let all: Workstation[] = [];
const at = (number: number): Workstation => {
  const found = all[number];
  assert.ok(found);
  return found;
};
before(() => {
  all = [0, 1, 2].map((number) => new Workstation(deviceId(number)));
});
after(() => {
  for (const one of all) one.close();
});

/** Everybody hears everything, in one slice each. */
function exchange(): void {
  for (const from of all) for (const to of all) if (from !== to) from.giveKeys(to);
  const said = all.map((one) => one.outgoing());
  for (const [number, ops] of said.entries()) for (const [to, one] of all.entries()) if (to !== number) one.take(ops);
}

function same(patientId?: string): void {
  const wanted = recordOf(at(0), patientId);
  for (const one of all.slice(1)) assert.deepEqual(recordOf(one, patientId), wanted);
}

function holds(): void {
  for (const { store } of all) {
    const { problem } = drain(verifyStore(store, { now: Date.now, pages: true }));
    assert.equal(problem, null);
  }
}

const addPatient = (one: Workstation, family: string): string =>
  one.write((tx) => insertPatient(tx, { json: patientJson({ family }), authorUser: 'ana', source: null }).id);

function addRow(one: Workstation, patientId: string, resource: object, signed = false): string {
  return one.write(
    (tx) =>
      insertResource(tx, {
        type: 'Observation',
        patientId,
        encounterId: null,
        columns: columnsOf(resource),
        json: JSON.stringify(resource),
        authorUser: 'ana',
        source: null,
        signed,
      }).id,
  );
}

const observation = (patientId: string, more: object = {}) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'weight' },
  subject: { reference: `Patient/${patientId}` },
  ...more,
});

function edit(one: Workstation, id: string, change: (resource: Record<string, unknown>) => void, user = 'ana'): void {
  const row = readResource(one.store, id);
  assert.ok(row);
  const resource = JSON.parse(row.json);
  change(resource);
  one.write((tx) =>
    updateResource(tx, {
      id,
      expectedVersion: row.version,
      json: JSON.stringify(resource),
      columns: columnsOf(resource),
      authorUser: user,
    }),
  );
}

const textOf = (one: Workstation, id: string): string => readResource(one.store, id)?.json ?? '';

test('a patient and a row appear everywhere: line, words, columns; nothing goes out again', () => {
  const patient = addPatient(at(0), 'Zubiri');
  const id = addRow(at(0), patient, observation(patient, { effectiveDateTime: '2026-03-01' }));
  exchange();
  for (const one of all) {
    assert.equal(readPatient(one.store, patient)?.family, 'Zubiri');
    assert.equal(readResource(one.store, id)?.date?.slice(0, 10), '2026-03-01');
    assert.deepEqual(searchPatients(one.store, 'zubi', { order: 'dmy' }).hits.length, 1);
  }
  assert.deepEqual(
    all.map((one) => one.outgoing()),
    [[], [], []],
  );
  edit(at(1), id, (resource) => {
    resource['status'] = 'amended';
  });
  exchange();
  same();
  holds();
});

test('two fields by two people merge; one field by two people loses one, and both are kept', () => {
  const patient = addPatient(at(0), 'Merge');
  const id = addRow(at(0), patient, observation(patient));
  exchange();
  edit(at(0), id, (r) => Object.assign(r, { status: 'amended', note: [{ text: 'ours' }] }), 'ana');
  edit(at(1), id, (r) => Object.assign(r, { issued: '2026-01-01T00:00:00Z', note: [{ text: 'theirs' }] }), 'ben');
  exchange();
  same();
  const shown = JSON.parse(textOf(at(2), id));
  assert.equal(shown.status, 'amended');
  assert.equal(shown.issued, '2026-01-01T00:00:00Z');
  assert.deepEqual(shown.note, [{ text: 'theirs' }]);
  const [lost, ...others] = readLost(at(2).store, id);
  assert.deepEqual([lost?.field, lost?.text, lost?.author, others], ['note', '"note":[{"text":"ours"}]', 'ana', []]);
  // Who takes the other value settles it everywhere.
  edit(at(2), id, (r) => Object.assign(r, { note: [{ text: 'ours' }] }));
  exchange();
  same();
  assert.deepEqual(readLost(at(0).store, id), []);
  holds();
});

test('a merged text that is no resource is not shown; the next edit claims what did not show', () => {
  const patient = addPatient(at(0), 'Choice');
  const id = addRow(at(0), patient, observation(patient, { valueQuantity: { value: 1 } }));
  exchange();
  edit(at(0), id, (r) => {
    delete r['valueQuantity'];
    r['valueString'] = 'one';
  });
  edit(at(1), id, (r) => Object.assign(r, { valueQuantity: { value: 2 } }));
  exchange();
  same();
  for (const one of all) {
    assert.deepEqual(
      Object.keys(JSON.parse(textOf(one, id))).filter((name) => name.startsWith('value')),
      ['valueQuantity'],
    );
    assert.deepEqual(readMerged(one.store, id)?.hidden, { valueString: '"one"' });
  }
  edit(at(2), id, (r) => Object.assign(r, { status: 'amended' }));
  exchange();
  same();
  assert.equal(readMerged(at(1).store, id), null);
  holds();
});

test('edit beats delete, delete of what was seen holds, and the same op again changes nothing', () => {
  const patient = addPatient(at(0), 'Gone');
  const [kept, gone] = [addRow(at(0), patient, observation(patient)), addRow(at(0), patient, observation(patient))];
  exchange();
  for (const id of [kept, gone]) at(1).write((tx) => deleteResource(tx, { id, expectedVersion: 1, authorUser: 'ben' }));
  edit(at(0), kept, (r) => Object.assign(r, { status: 'amended' }));
  for (const from of all) for (const to of all) if (from !== to) from.giveKeys(to);
  const said = all.map((one) => one.outgoing());
  for (let twice = 0; twice < 2; twice += 1) {
    for (const [number, ops] of said.entries()) {
      for (const [to, one] of all.entries()) {
        if (to === number) continue;
        const { outcomes, touched } = one.take(ops);
        if (twice === 0) continue;
        assert.ok(outcomes.every(({ what }) => what === 'known'));
        assert.equal(touched.size, 0);
      }
    }
  }
  same();
  for (const { store } of all) {
    assert.equal(readResource(store, kept)?.deleted, 0);
    assert.deepEqual(
      readLost(store, kept).map(({ field, author }) => [field, author]),
      [['$deleted', 'ben']],
    );
    assert.equal(readResource(store, gone)?.deleted, 1);
  }
  holds();
});

test('what is not true of a row is refused, and what builds on nothing is said to', () => {
  const [patient, other] = [addPatient(at(0), 'One'), addPatient(at(0), 'Two')];
  const id = addRow(at(0), patient, observation(patient));
  const signed = addRow(at(0), patient, observation(patient), true);
  exchange();
  edit(at(0), id, (r) => Object.assign(r, { status: 'amended' }));
  const [update] = at(0).outgoing();
  assert.ok(update?.op.k === 'update');
  const { op } = update;
  const v = '9000.00000000-0000-4000-8000-000000000000';
  const create = { ...op, k: 'create' as const };
  Reflect.deleteProperty(create, 'fields');
  const tried: [GroupOp, string][] = [
    [{ patient: other, op }, 'other-patient'],
    [{ patient, op: { ...op, id: other } }, 'other-patient'],
    [{ patient, op: { ...op, id: 'nowhere' } }, 'unknown-row'],
    [{ patient, op: { ...op, id: signed, v } }, 'signed'],
    [{ patient, op: { ...op, type: 'Condition', json: '{"resourceType":"Condition"}', v } }, 'other-type'],
    [{ patient, op: { ...op, json: '{"resourceType":"Condition"}', v } }, 'shape'],
    [{ patient, op: { ...op, json: `${'['.repeat(99)}`, v } }, 'shape'],
    [{ patient, op: { ...op, json: JSON.stringify(observation(other)), v } }, 'other-patient'],
    [{ patient, op: { ...op, fields: { $deleted: '' }, v } }, 'fields'],
    [{ patient, op: { ...create, v } }, 'exists'],
    [{ patient: 'nobody', op: { ...create, id: 'new', v } }, 'other-patient'],
    [
      { patient: other, op: { ...create, id: 'new', type: 'Patient', json: patientJson({ family: 'X' }), v } },
      'other-patient',
    ],
    [
      { patient: 'new', op: { ...create, id: 'new', type: 'Patient', json: patientJson({ family: 'X' }), v } },
      'no-key',
    ],
  ];
  for (const [one, expected] of tried) {
    const [outcome] = at(1).take([one]).outcomes;
    assert.equal(outcome?.what === 'refused' ? outcome.reason : outcome?.what, expected);
  }
  assert.ok(nextCounter(at(1)) > 9000);
  assert.equal(at(1).take([update]).outcomes[0]?.what, 'taken');
  at(2).take([update]);
  holds();
});

const nextCounter = (one: Workstation): number => Number(one.write((tx) => nextVersion(tx)).split('.')[0]);

test('restrictions and emergencies arrive, the last one by version counts', () => {
  const patient = addPatient(at(0), 'Secret');
  exchange();
  at(0).restrict(patient, ['ana'], 'ana');
  at(1).restrict(patient, ['ben'], 'ana');
  at(1).write((tx) =>
    insertEmergency(tx, {
      patientId: patient,
      userId: 'u',
      sessionId: 's',
      endsAt: tx.now + 5,
      reason: 'other',
      told: 'x',
    }),
  );
  exchange();
  for (const { store } of all) assert.deepEqual(readRestriction(store, patient)?.users, ['ben']);
  same(patient);
  holds();
});

test('an erased patient is gone everywhere and does not come back; other charts stay', () => {
  const patient = addPatient(at(0), 'Erasable');
  const id = addRow(at(0), patient, observation(patient));
  addRow(at(0), patient, observation(patient), true);
  exchange();
  const before = at(2).store;
  const people = countPatients(before);
  edit(at(1), id, (r) => Object.assign(r, { status: 'amended' }));
  at(0).erase(patient);
  exchange();
  for (const one of all) {
    assert.ok(isErased(one.store, patient));
    assert.equal(countPatients(one.store), people - 1);
    assert.equal(readResource(one.store, id), null);
    assert.deepEqual(searchPatients(one.store, 'erasable', { order: 'dmy' }).hits, []);
    const left = one.store.db.prepare<[string], { n: number }>(
      'select count(*) n from patient_key where patient_id = ?',
    );
    assert.equal(left.get(patient)?.n, 0);
  }
  same();
  holds();
  // What is still under way about them changes nothing; a chart emptied by hand is damage, not erasure.
  const late = { ...observation(patient), id };
  const [outcome] = at(1).take([
    {
      patient,
      op: {
        k: 'create',
        v: '9900.00000000-0000-4000-8000-000000000000',
        at: 1,
        id: 'late',
        type: 'Observation',
        json: JSON.stringify(late),
        encounter: null,
        author: 'ana',
        source: null,
        signed: 0,
      },
    },
  ]).outcomes;
  assert.equal(outcome?.what, 'dropped');
});

test('a patient renamed on two workstations has one line, one name and one lost name', () => {
  const patient = addPatient(at(0), 'Before');
  exchange();
  for (const [number, family] of ['Aalto', 'Zweig'].entries()) {
    at(number).write((tx) =>
      updatePatient(tx, { id: patient, expectedVersion: 1, json: patientJson({ family }), authorUser: 'ana' }),
    );
  }
  exchange();
  same(patient);
  for (const { store } of all) assert.equal(readPatient(store, patient)?.family, 'Zweig');
});
