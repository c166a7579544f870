import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { afterEach, test } from 'node:test';
import { head } from '../../../../src-main/core/audit/log.ts';
import { beginBatch, beginFile, endFile, finishBatch, writeSlice } from '../../../../src-main/core/store/batch.ts';
import { eraseEverywhere } from '../../../../src-main/core/store/erase.ts';
import { isErased } from '../../../../src-main/core/store/erasures.ts';
import { closeStore } from '../../../../src-main/core/store/open.ts';
import { readResource } from '../../../../src-main/core/store/record.ts';
import { drain } from '../../../../src-main/core/store/slices.ts';
import { newId } from '../../../../src-main/core/store/transaction.ts';
import { chainOf, logSize } from '../../../../src-main/core/sync/incoming/log.ts';
import { noteRestored } from '../../../../src-main/core/sync/incoming/restored.ts';
import { addObservation, addPatient, audited, changeStatus, patientJson, someone } from '../../store/clinic.ts';
import { Clinic, contentOf, deviceId, newBackend, Station } from './stations.ts';

const open: Station[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

function began() {
  const clinic = new Clinic();
  const backend = newBackend();
  const make = (number: number): Station => {
    const station = new Station(number, clinic, backend);
    open.push(station);
    return station;
  };
  return { clinic, backend, make };
}

/** An import of so many patients with an observation each. */
function imported(station: Station, count: number): void {
  const { store } = station;
  const batch = beginBatch(store, {
    id: '33333333-3333-4333-8333-333333333333',
    byUser: 'user-1',
    files: '["a.json"]',
  });
  beginFile(batch, 0);
  const rows = Array.from({ length: count }, (_, at) => {
    const id = newId(1_790_000_000_000 + at);
    const observation = newId(1_790_000_100_000 + at);
    const json = patientJson({ family: `Import ${at}` });
    const value = `{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueString":"${at}"}`;
    const common = { patientId: id, encounterId: null, source: null, hash: null, references: [] };
    return [
      { ...common, id, type: 'Patient', json, resource: JSON.parse(json), names: [`Patient/${at}`] },
      { ...common, id: observation, type: 'Observation', json: value, resource: JSON.parse(value), names: [] },
    ];
  }).flat();
  for (let at = 0; at < rows.length; ) at = writeSlice(batch, rows, at);
  endFile(batch);
  drain(finishBatch(batch, { ...someone, type: 'import.completed' }));
}

test('an import appears whole on the other workstation, and is taken again after a kill', async () => {
  const { backend, make } = began();
  const [one, two] = [make(1), make(2)];
  imported(one, 300);
  await one.meet(backend);
  // Killed while its rows are being written.
  const { held } = two.store;
  let left = 4;
  held.committed = () => {
    left -= 1;
    if (left === 0) throw new Error('killed');
  };
  await two.receive(backend).catch((error: unknown) => assert.match(String(error), /killed/));
  assert.deepEqual(contentOf(two.store), [], 'nothing of it is seen before all of it is');
  two.killed();
  await two.receive(backend);
  assert.deepEqual(contentOf(two.store), contentOf(one.store));
  two.verify();
  // An edit of what came so goes back.
  const row = two.store.sql<[], { id: string }>("select id from resource where type = 'Observation' limit 1").get();
  const before = readResource(two.store, row?.id ?? '');
  assert.ok(before);
  changeStatus(two.store, before, 'amended');
  await two.meet(backend);
  await one.meet(backend);
  assert.deepEqual(contentOf(two.store), contentOf(one.store));
  for (const station of [one, two]) station.verify();
});

test('a new workstation begins with the newest snapshot and goes on from its place in the log', async () => {
  const { backend, make } = began();
  const [one, two] = [make(1), make(2)];
  for (let at = 0; at < 20; at += 1) {
    const patient = addPatient(one.store, { family: `S${at}` });
    const row = addObservation(one.store, patient, '1.50');
    changeStatus(one.store, row, 'amended');
    await one.meet(backend);
  }
  await two.meet(backend);
  // Something lost goes into the snapshot as well.
  const id = one.store.sql<[], { id: string }>("select id from resource where type = 'Observation' limit 1").get()?.id;
  for (const [station, status] of [
    [one, 'cancelled'],
    [two, 'corrected'],
  ] as const) {
    const row = readResource(station.store, id ?? '');
    assert.ok(row);
    changeStatus(station.store, row, status);
  }
  await two.meet(backend);
  await one.meet(backend);
  await two.meet(backend);
  const gone = addPatient(one.store, { family: 'Weg' });
  audited(one.store, 'patient.erased', (tx) => eraseEverywhere(tx, gone, { request: '{}', roster: 1 }));
  await one.meet(backend);
  assert.equal(await one.snapshot(backend), true);
  await one.meet(backend);
  addPatient(one.store, { family: 'Danach' });
  await one.meet(backend);
  await two.meet(backend);
  const three = make(3);
  let asked = 0;
  const pull = backend.pull.bind(backend);
  backend.pull = (from, bytes) => {
    if (bytes > 1) asked = asked === 0 ? from : asked;
    return pull(from, bytes);
  };
  await three.meet(backend);
  assert.ok(asked >= 20, 'the history before it was not fetched');
  assert.deepEqual(contentOf(three.store), contentOf(one.store));
  assert.equal(logSize(three.store), logSize(one.store));
  assert.ok(isErased(three.store, gone), 'an old file must not bring back who was erased before it joined');
  assert.ok(chainOf(three.store, deviceId(1)).hash.equals(chainOf(one.store, deviceId(1)).hash));
  three.verify();
  // And says things of its own.
  addPatient(three.store, { family: 'Drei' });
  await three.meet(backend);
  await one.meet(backend);
  await three.meet(backend);
  assert.deepEqual(contentOf(three.store), contentOf(one.store));
});

test('an older copy that was put back gets from the log what it said since, and nothing comes back or is lost', async () => {
  const { backend, make } = began();
  const [one, two] = [make(1), make(2)];
  const ana = addPatient(one.store, { family: 'Sicherung' });
  const weight = addObservation(one.store, ana, '70');
  await one.meet(backend);
  await two.meet(backend);
  // Not sent yet when the copy is made.
  addObservation(one.store, ana, '71');
  const copy = one.copy();
  changeStatus(one.store, weight, 'amended');
  const ben = addPatient(one.store, { family: 'Später' });
  await one.meet(backend);
  await two.meet(backend);
  const lamport = head(one.store).size;
  closeStore(one.store);
  writeFileSync(one.path, copy);
  one.killed(false);
  noteRestored(one.store, one.clock);
  const cem = addPatient(one.store, { family: 'Neu' });
  assert.ok(lamport > 0);
  await one.meet(backend);
  await one.meet(backend);
  await two.meet(backend);
  await one.meet(backend);
  assert.deepEqual(contentOf(one.store), contentOf(two.store));
  for (const id of [ana, ben, cem]) assert.ok(readResource(one.store, id), id);
  assert.match(readResource(one.store, weight.id)?.json ?? '', /amended/);
  for (const station of [one, two]) station.verify();
});
