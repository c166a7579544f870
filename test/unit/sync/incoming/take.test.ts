import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { head, readEntry } from '../../../../src-main/core/audit/log.ts';
import { columnsOf } from '../../../../src-main/core/store/columns.ts';
import { eraseEverywhere } from '../../../../src-main/core/store/erase.ts';
import { openPatientKey } from '../../../../src-main/core/store/patient.ts';
import { readResource, updateResource } from '../../../../src-main/core/store/record.ts';
import { nextVersion, withTransaction } from '../../../../src-main/core/store/transaction.ts';
import { acceptItem, type Deciding } from '../../../../src-main/core/sync/incoming/decide.ts';
import { logSize, rootOfLog } from '../../../../src-main/core/sync/incoming/log.ts';
import { countItems, keptOf, waitingItems } from '../../../../src-main/core/sync/incoming/quarantine.ts';
import { Tally } from '../../../../src-main/core/sync/incoming/slices.ts';
import { followSlots } from '../../../../src-main/core/sync/incoming/slots.ts';
import { readPartial } from '../../../../src-main/core/sync/incoming/state.ts';
import { takeBatch } from '../../../../src-main/core/sync/incoming/take.ts';
import { waitingPatients } from '../../../../src-main/core/sync/incoming/waiting.ts';
import { keepOwnBatch } from '../../../../src-main/core/sync/outgoing/make-batch.ts';
import { lying } from '../../../faults/hostile-backend/behaviours.ts';
import { addObservation, addPatient, audited, changeStatus } from '../../store/clinic.ts';
import { Clinic, contentOf, deviceId, newBackend, Station } from './stations.ts';

const open: Station[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

function clinicOf(count: number) {
  const clinic = new Clinic();
  const backend = newBackend();
  const stations = Array.from({ length: count }, (_, at) => new Station(at + 1, clinic, backend));
  open.push(...stations);
  const [one, two] = stations;
  assert.ok(one && two);
  return { clinic, backend, stations, one, two };
}

/** Entries of a kind. */
function entries(station: Station, type: string) {
  const found = [];
  for (let seq = 0; seq < head(station.store).size; seq += 1) {
    const entry = readEntry(station.store, seq);
    if (entry?.type === type) found.push(entry);
  }
  return found;
}

test('what two workstations did apart for weeks is the same on both afterwards, and each log vouches for it', async () => {
  const { backend, one, two } = clinicOf(2);
  const ana = addPatient(one.store, { family: 'Ålund', given: 'Ana' });
  const weight = addObservation(one.store, ana, '72.50');
  await one.meet(backend);
  await two.meet(backend);
  assert.deepEqual(contentOf(two.store), contentOf(one.store));
  // Apart: both change the same, each adds patients, one changes what the other never touches.
  for (let at = 0; at < 12; at += 1) {
    const [here, there] = [addPatient(one.store, { family: `A${at}` }), addPatient(two.store, { family: `B${at}` })];
    for (let n = 0; n < 21; n += 1) {
      addObservation(one.store, here, `${n}.10`);
      addObservation(two.store, there, `${n}.20`);
    }
  }
  changeStatus(one.store, weight, 'amended');
  const theirs = readResource(two.store, weight.id);
  assert.ok(theirs);
  changeStatus(two.store, theirs, 'corrected');
  addObservation(two.store, null, '1');
  await two.meet(backend);
  await one.meet(backend);
  await two.meet(backend);
  assert.deepEqual(contentOf(two.store), contentOf(one.store));
  assert.equal(logSize(one.store), logSize(two.store));
  assert.deepEqual(rootOfLog(one.store, logSize(one.store)), rootOfLog(two.store, logSize(two.store)));
  const lost = one.store.sql<[], { n: number }>('select count(*) n from lost_write where gone = 0').get()?.n;
  assert.equal(lost, 1, 'the loser of the conflict is kept');
  assert.ok(one.changed.has(ana));
  for (const station of [one, two]) station.verify();
  // In slices of at most 250, one entry each.
  const received = entries(one, 'sync.received');
  assert.ok(received.every(({ rows }) => (rows?.length ?? 0) <= 250));
  assert.ok(received.length >= 2);
  // Once more brings nothing.
  const size = head(one.store).size;
  await one.meet(backend);
  assert.equal(head(one.store).size, size);
});

test('a kill at any moment of taking goes on where it was, and nothing is taken twice', async () => {
  const { backend, one, two } = clinicOf(2);
  const ana = addPatient(one.store, { family: 'Kill' });
  for (let n = 0; n < 400; n += 1) addObservation(one.store, ana, String(n));
  await one.meet(backend);
  // Killed after each transaction that it commits.
  for (let round = 0; round < 40 && logSize(two.store) < backend.log.length; round += 1) {
    const committed = two.store.held;
    let left = 1 + (round % 2);
    committed.committed = () => {
      left -= 1;
      if (left === 0) throw new Error('killed');
    };
    await two.receive(backend).catch((error: unknown) => assert.match(String(error), /killed/));
    two.killed();
  }
  await two.receive(backend);
  assert.equal(readPartial(two.store), null);
  assert.deepEqual(contentOf(two.store), contentOf(one.store));
  assert.equal(two.store.sql<[], { n: number }>('select count(*) n from resource_history').get()?.n, 0);
  two.verify();
});

test('changes of a patient whose key is not here wait, all of them, and come in order with it', async () => {
  const { backend, one, two } = clinicOf(2);
  const ana = addPatient(one.store, { family: 'Wartend' });
  const weight = addObservation(one.store, ana, '70');
  await one.meet(backend);
  const slots = new Map(backend.kept);
  const change = backend.slotChange;
  backend.kept.clear();
  backend.slotChange = 0;
  await two.receive(backend);
  changeStatus(one.store, weight, 'amended');
  addPatient(one.store, { family: 'Sofort' });
  const later = [...backend.kept.keys()];
  await one.meet(backend);
  assert.deepEqual(waitingPatients(two.store), [ana]);
  await two.receive(backend);
  assert.equal(two.store.sql<[], { n: number }>('select count(*) n from sync_waiting').get()?.n, 2);
  assert.deepEqual(later, []);
  // The key comes.
  for (const [slot, kept] of slots) {
    backend.slotChange += 1;
    backend.kept.set(slot, { ...kept, change: backend.slotChange });
  }
  assert.ok(change > 0);
  await two.receive(backend);
  assert.deepEqual(waitingPatients(two.store), []);
  assert.deepEqual(contentOf(two.store), contentOf(one.store));
  assert.ok(openPatientKey(two.store, ana).equals(openPatientKey(one.store, ana)));
  two.verify();
});

test('who was removed is heard up to there and no further, and what builds on it waits with it', async () => {
  const { clinic, backend, one, two, stations } = clinicOf(3);
  const three = stations[2];
  assert.ok(three);
  clinic.addUser('user-1', 'active');
  const ana = addPatient(one.store, { family: 'Vorher' });
  for (const station of stations) await station.meet(backend);
  // Offline, user-1 goes on; meanwhile somebody removes them.
  const ben = addPatient(two.store, { family: 'Nachher' });
  const change = addObservation(two.store, ana, '1');
  clinic.addUser('user-1', 'removed');
  await one.meet(backend);
  await two.send(backend);
  await three.meet(backend);
  assert.equal(readResource(three.store, ben), null);
  assert.equal(readResource(three.store, change.id), null);
  const items = waitingItems(three.store);
  assert.deepEqual(
    items.map(({ reason, user, changes, patients }) => ({ reason, user, changes, patients })),
    [{ reason: 'user-removed', user: 'user-1', changes: 2, patients: 2 }],
  );
  // Somebody who stays writes to the patient whom nobody else has.
  await two.receive(backend);
  const row = audited(two.store, 'chart.changed', (tx) =>
    updateResource(tx, {
      id: change.id,
      expectedVersion: 1,
      json: change.json.replace('final', 'amended'),
      columns: columnsOf(JSON.parse(change.json)),
      authorUser: 'user-2',
    }),
  );
  assert.equal(row.version, 2);
  await two.meet(backend);
  await three.meet(backend);
  await one.meet(backend);
  for (const station of [one, three]) {
    assert.equal(countItems(station.store), 2);
    assert.equal(keptOf(station.store, waitingItems(station.store)[1]?.item ?? '')[0]?.reason, 'builds-on-quarantined');
    assert.equal(readResource(station.store, change.id), null);
    station.verify();
  }
  assert.deepEqual(contentOf(one.store), contentOf(three.store));
  // An admin lets it in on one workstation: what builds on it comes with it, and the others hear of it.
  const item = waitingItems(one.store)[0]?.item ?? '';
  const inEntry = async (work: Parameters<Deciding['inEntry']>[0]) =>
    audited(one.store, 'sync.quarantine-decided', (tx) => work(tx, new Tally(), new Map()));
  await acceptItem(one.takeParts(backend), item, { inEntry, by: 'admin' });
  audited(one.store, 'sync.quarantine-decided', (tx) => {
    const v = nextVersion(tx);
    keepOwnBatch(tx, one.author, [{ k: 'decide', v, at: tx.now, item, decision: 'accept', author: 'admin' }]);
  });
  await one.meet(backend);
  for (const station of [two, three]) await station.meet(backend);
  for (const station of stations) {
    assert.equal(countItems(station.store), 0);
    assert.deepEqual(contentOf(station.store), contentOf(two.store));
    station.verify();
  }
});

test('a removed workstation is heard no more from there on', async () => {
  const { clinic, backend, one, two } = clinicOf(2);
  addPatient(one.store, { family: 'Eins' });
  await one.meet(backend);
  await two.meet(backend);
  clinic.removeDevice(2);
  await one.meet(backend);
  addPatient(two.store, { family: 'Zwei' });
  await two.send(backend);
  await one.meet(backend);
  const [item] = waitingItems(one.store);
  assert.deepEqual([item?.reason, item?.device, item?.changes], ['device-removed', deviceId(2), 1]);
});

test('the directory is asked for a device that nobody knows; one that it does not name stops everything', async () => {
  const { clinic, backend, one, two } = clinicOf(2);
  addPatient(two.store, { family: 'Fremd' });
  await two.send(backend);
  const keys = clinic.keys.get(deviceId(2));
  assert.ok(keys);
  clinic.keys.delete(deviceId(2));
  const [batch] = await backend.pull(0, 1);
  assert.ok(batch);
  const parts = one.takeParts(backend);
  await assert.rejects(takeBatch(parts, batch), { name: 'SyncWaits', what: 'directory' });
  await assert.rejects(takeBatch({ ...parts, directoryAsked: true }, batch), {
    name: 'SyncStop',
    problem: 'batch-refused',
    detail: 'stranger',
  });
  assert.equal(logSize(one.store), 0);
});

test('an erasure that nobody signed is refused, and the exchange goes on', async () => {
  const { clinic, backend, one, two } = clinicOf(2);
  const [ana, ben] = [addPatient(one.store, { family: 'Ana' }), addPatient(one.store, { family: 'Ben' })];
  await one.meet(backend);
  await two.meet(backend);
  clinic.authority = { mayErase: ({ patient }) => patient === ben, mayDecide: () => false };
  for (const patient of [ana, ben]) {
    audited(one.store, 'patient.erased', (tx) => eraseEverywhere(tx, patient, { request: '{}', roster: 1 }));
  }
  withTransaction(one.store, (tx) => {
    const decide = { k: 'decide' as const, item: '0.u.', decision: 'accept' as const, author: 'nobody' };
    keepOwnBatch(tx, one.author, [{ ...decide, v: nextVersion(tx), at: 1 }]);
  });
  await one.meet(backend);
  await two.meet(backend);
  const left = two.store.sql<[], { id: string }>('select id from patient').all();
  assert.deepEqual(left, [{ id: ana }]);
  assert.deepEqual(
    entries(two, 'sync.refused').map(({ detail }) => detail['reason']),
    ['decision', 'erasure'],
  );
  assert.equal(logSize(two.store), logSize(one.store));
  two.verify();
});

test('what waited for a key is taken at the next contact, whatever cut off the one that brought it', async () => {
  const { backend, one, two } = clinicOf(2);
  addPatient(one.store, { family: 'Ana' });
  await one.meet(backend);
  // The batch comes before the key does; then the key comes, and the contact ends there.
  const later = lying(backend, {
    state: async (...asked) => ({ ...(await backend.state(...asked)), slots: 0 }),
  });
  await two.receive(later);
  assert.equal(waitingPatients(two.store).length, 1);
  await followSlots(two.takeParts(backend), (await backend.state(null, 0, two.abort.signal)).slots);
  await two.receive(backend);
  assert.deepEqual(waitingPatients(two.store), []);
  assert.deepEqual(contentOf(two.store), contentOf(one.store));
});

test('a patient with a long text is erased while a workstation is away: it comes past what is gone', async () => {
  const { backend, one, two } = clinicOf(2);
  const ana = addPatient(one.store, { family: 'Ana' });
  await one.meet(backend);
  await two.meet(backend);
  const long = addObservation(one.store, ana, `1,"unit":"${'x'.repeat(300_000)}"`);
  await one.meet(backend);
  changeStatus(one.store, long, 'amended');
  addPatient(one.store, { family: 'Ben' });
  await one.meet(backend);
  audited(one.store, 'patient.erased', (tx) => eraseEverywhere(tx, ana, { request: '{}', roster: 1 }));
  await one.meet(backend);
  await two.meet(backend);
  assert.deepEqual(contentOf(two.store), contentOf(one.store));
  assert.equal(logSize(two.store), logSize(one.store));
  assert.deepEqual(waitingPatients(two.store), []);
  two.verify();
});
