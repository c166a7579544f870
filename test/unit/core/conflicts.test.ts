/** Conflicts as people see and settle them: both sides readable, restricted charts closed, numbers masked. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { append } from '../../../src-main/core/audit/log.ts';
import { readLost } from '../../../src-main/core/store/lost-writes.ts';
import { readResource } from '../../../src-main/core/store/record.ts';
import { versionsOf } from '../../../src-main/core/store/row-write.ts';
import { withTransaction } from '../../../src-main/core/store/transaction.ts';
import { applyOps, MergesUnjudged, type RowOp } from '../../../src-main/core/sync/merge/apply.ts';
import type { Verdicts } from '../../../src-main/core/sync/merge/slice.ts';
import { permissions } from '../../../src-shared/contract/permissions.ts';
import { someone } from '../store/clinic.ts';
import { type Place, startPlace } from './clinic.ts';
import { type Desk, type House, person, startHouse } from './house.ts';

const elsewhere = '00000009-0000-4000-8000-000000000000';
const phone = '+34 655 104 927';

let place: Place;
let house: House;
let doctor: Desk;
let patientId: string;
let problem: string;
let counter = 1000;

before(async () => {
  place = await startPlace();
  house = await startHouse(join(place.dir, 'profile'), ['practitioner', 'assistant', 'reception']);
  doctor = house.desk('ctl');
  await doctor.signIn('practitioner');
  const demographics = { ...person('Konflikt', 'Karla', '1970-01-01'), phone };
  ({ patientId } = await doctor.call('patients.create', { demographics, notADuplicate: true }));
  const concept = { patientId, text: 'Asthma', code: '', system: '', note: 'ours' };
  ({ id: problem } = await doctor.call('chart.addProblem', { ...concept, onset: null }));
});
after(async () => {
  await house.core.close();
  await place.stop();
});

/** A change by another workstation on the text as it was made. */
function heard(id: string, base: string, change: (resource: Record<string, unknown>) => void, fields: string[]): void {
  const row = readResource(house.store, id);
  assert.ok(row);
  const resource: Record<string, unknown> = JSON.parse(row.json);
  change(resource);
  counter += 1;
  const op: RowOp = {
    k: 'update',
    v: `${counter}.${elsewhere}`,
    at: 1_790_000_000_000,
    id,
    type: row.type,
    json: JSON.stringify(resource),
    encounter: null,
    author: null,
    source: row.source,
    signed: 0,
    fields: Object.fromEntries(fields.map((field) => [field, base])),
  };
  const take = (verdicts: Verdicts) =>
    withTransaction(house.store, (tx) => {
      const { detail } = applyOps(tx, [{ patient: patientId, op }], verdicts);
      append(tx, { ...someone, type: 'sync.received', detail });
    });
  try {
    take(new Map());
  } catch (error) {
    if (!(error instanceof MergesUnjudged)) throw error;
    take(new Map(error.merges.map(({ json }) => [json, true])));
  }
}

/** The version under which a row was made. */
function created(id: string): string {
  const row = readResource(house.store, id);
  assert.ok(row);
  return versionsOf(house.store, row).get('*') ?? '';
}

test('both sides are shown as people read them, and settling takes one for good', async () => {
  const base = created(problem);
  heard(problem, base, (r) => Object.assign(r, { note: [{ text: 'first' }] }), ['note']);
  heard(problem, base, (r) => Object.assign(r, { note: [{ text: 'second' }] }), ['note']);
  const { conflicts, more } = await doctor.call('conflicts.list', { patientId });
  assert.equal(more, 0);
  assert.equal((await doctor.call('sync.status', {})).conflicts, 1);
  const [one] = conflicts;
  assert.ok(one);
  assert.deepEqual(
    [one.field, one.title, one.patient, one.shown.text, one.lost.text],
    ['note', 'Asthma', 'Konflikt, Karla', 'second', 'first'],
  );
  const ask = { id: one.id, field: one.field, version: one.lost.version, expectedVersion: one.expectedVersion };
  const stale = { ...ask, choose: 'lost' as const, expectedVersion: one.expectedVersion + 1 };
  assert.equal(await doctor.refusal('conflicts.settle', stale), 'changed-meanwhile');
  await doctor.call('conflicts.settle', { ...ask, choose: 'lost' });
  assert.match(readResource(house.store, problem)?.json ?? '', /first/);
  assert.deepEqual((await doctor.call('conflicts.list', {})).conflicts, []);
  assert.deepEqual(readLost(house.store, problem), []);
  assert.equal((await doctor.call('sync.status', {})).conflicts, 0);
});

test('keeping what is shown lets the other value go', async () => {
  const base = created(problem);
  heard(problem, base, (r) => Object.assign(r, { clinicalStatus: { text: 'other' } }), ['clinicalStatus']);
  heard(problem, base, (r) => Object.assign(r, { clinicalStatus: { text: 'shown' } }), ['clinicalStatus']);
  const [one] = (await doctor.call('conflicts.list', {})).conflicts;
  assert.equal(one?.shown.text, 'shown');
  const ask = { id: problem, field: 'clinicalStatus', version: one?.lost.version ?? '', choose: 'shown' as const };
  await doctor.call('conflicts.settle', { ...ask, expectedVersion: one?.expectedVersion ?? 0 });
  assert.deepEqual((await doctor.call('conflicts.list', {})).conflicts, []);
});

test('reception decides about patients’ lines only, and a restricted chart is closed to who is not on its list', async () => {
  const base = created(problem);
  heard(problem, base, (r) => Object.assign(r, { recordedDate: '2026-01-01' }), ['recordedDate']);
  heard(problem, base, (r) => Object.assign(r, { recordedDate: '2026-01-02' }), ['recordedDate']);
  const [one] = (await doctor.call('conflicts.list', {})).conflicts;
  assert.ok(one);
  const ask = { id: one.id, field: one.field, version: one.lost.version, expectedVersion: one.expectedVersion };
  const reception = house.desk('screen');
  await reception.signIn('reception');
  // What the sign counts is what the list shows: nothing that this session may not see.
  assert.equal((await reception.call('sync.status', {})).conflicts, 0);
  assert.equal((await doctor.call('sync.status', {})).conflicts, 1);
  assert.deepEqual((await reception.call('conflicts.list', {})).conflicts, []);
  assert.equal(await reception.refusal('conflicts.settle', { ...ask, choose: 'shown' }), 'restricted');
  const { users } = await doctor.call('access.candidates', {});
  const own = users.filter(({ id }) => id === doctor.connection.session?.userId).map(({ id }) => id);
  await doctor.call('access.restrict', { patientId, reason: 'other', users: own });
  const assistant = house.desk('ctl');
  await assistant.signIn('assistant');
  assert.deepEqual((await assistant.call('conflicts.list', { patientId })).conflicts, []);
  assert.equal(await assistant.refusal('conflicts.settle', { ...ask, choose: 'lost' }), 'restricted');
});

test('who does not see telephone numbers does not see them in a conflict', async () => {
  const base = created(patientId);
  for (const value of ['+34 600 111 222', '+34 600 333 444']) {
    heard(patientId, base, (r) => Object.assign(r, { telecom: [{ system: 'phone', value }] }), ['telecom']);
  }
  const desk = house.desk('ctl');
  await desk.signIn('practitioner');
  const line = async () => (await desk.call('conflicts.list', {})).conflicts.find(({ field }) => field === 'telecom');
  assert.match((await line())?.shown.text ?? '', /333 444/);
  const { session } = desk.connection;
  assert.ok(session);
  desk.connection.session = { ...session, permissions: new Set(permissions.filter((one) => one !== 'patient:phone')) };
  const masked = await line();
  assert.ok(masked);
  for (const text of [masked.shown.text, masked.lost.text]) assert.match(text ?? '', /^•••••\d\d/);
});
