/** Two workstations of one clinic with cores of their own, over a backend in memory. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { BackendUnreachable } from '../../../../src-main/core/sync/backend.ts';
import type { Link } from '../../../../src-main/core/sync/engine/link.ts';
import { lying } from '../../../faults/hostile-backend/behaviours.ts';
import { type Place, startPlace } from '../../core/clinic.ts';
import { type Desk, House, person, startHouse } from '../../core/house.ts';
import { tenant } from '../incoming/stations.ts';
import { MemoryBackend } from '../memory-backend.ts';

let place: Place;
let one: House;
let two: House;
let doctor: Desk;
let other: Desk;
let backend: MemoryBackend;
/** No way to the backend, for the second workstation alone. */
let cut = false;
/** Its questions hang on a connection that is gone. */
let hung = false;

const until = async (what: string, holds: () => boolean | Promise<boolean>, ms = 15_000): Promise<number> => {
  const begun = performance.now();
  while (!(await holds())) {
    assert.ok(performance.now() - begun < ms, `${what} did not come`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return performance.now() - begun;
};

const found = async (desk: Desk, text: string): Promise<number> =>
  (await desk.call('patients.search', { text })).hits.length;

function linkOf(mayFail: boolean): () => Link {
  const noRoute = () => Promise.reject(new BackendUnreachable('no-route'));
  const lied = lying(backend, {
    state: (etag, wait, signal) =>
      hung ? new Promise(() => undefined) : cut ? noRoute() : backend.state(etag, wait, signal),
    push: (envelope) => (cut ? noRoute() : backend.push(envelope)),
  });
  const link = { backend: mayFail ? lied : backend, tenant, name: backend.name, logKey: backend.key.publicKey };
  return () => link;
}

const tend = () => Promise.resolve();

before(async () => {
  place = await startPlace();
  one = await startHouse(join(place.dir, 'one'), ['practitioner']);
  two = new House(join(place.dir, 'two'));
  await two.start();
  const [request, welcome] = [join(place.dir, 'request'), join(place.dir, 'welcome')];
  const there = two.desk('ctl');
  await there.call('devices.ask', { name: 'Reception', path: request });
  const admin = one.desk('ctl');
  await admin.signIn('admin');
  const { words } = await admin.call('devices.admit', { request, welcome });
  await there.call('devices.join', { path: welcome, words: words.join(' ') });
  backend = new MemoryBackend(tenant, one.core.vault.ids().clinicId);
  one.links = { current: linkOf(false), problem: null, tend };
  two.links = { current: linkOf(true), problem: null, tend };
  await one.restart();
  await two.restart();
  doctor = one.desk();
  await doctor.signIn('practitioner');
  await until('the directory', () => backend.lying !== null);
});
after(async () => {
  await one.core.close();
  await two.core.close();
  await place.stop();
});

test('a new workstation takes the clinic over, and an edit is on the other within two seconds', async () => {
  await doctor.call('patients.create', { demographics: person('Zwischenstand', 'Ana'), notADuplicate: true });
  await until('what was done here', () => one.core.sync.standing().waiting === 0 && backend.log.length > 0);
  other = two.desk();
  // The directory with the seals came while it was locked, or comes now.
  await until('a sign-in', async () => (await two.desk().refusal('app.status', {})) === 'accepted');
  await other.signIn('practitioner');
  await until('the first patient', async () => (await found(other, 'zwischenstand')) === 1);
  const took: number[] = [];
  for (const family of ['Sekunde', 'Minute', 'Stunde']) {
    await doctor.call('patients.create', { demographics: person(family, 'Ben'), notADuplicate: true });
    took.push(await until(family, async () => (await found(other, family.toLowerCase())) === 1));
  }
  assert.ok(Math.min(...took) < 2_000, `took ${took.map(Math.round).join(', ')} ms`);
  assert.ok(two.told.some(({ event }) => event === 'record-changed'));
  assert.ok(two.told.some(({ event }) => event === 'sync-changed'));
  assert.equal((await doctor.call('sync.status', {})).state, 'up-to-date');
});

test('without a way to the backend people work on; it says since when, and all comes once there is one', async () => {
  cut = true;
  backend.wake();
  await until('offline', () => two.core.sync.standing().state === 'offline');
  await other.call('patients.create', { demographics: person('Insel', 'Cem'), notADuplicate: true });
  assert.ok(two.core.sync.standing().waiting > 0);
  assert.equal(await found(doctor, 'insel'), 0);
  cut = false;
  await other.call('sync.now', {});
  await until('the island', async () => (await found(doctor, 'insel')) === 1);
  await until('up to date', () => two.core.sync.standing().state === 'up-to-date');
});

test('who asks for a try gets one, though a question still hangs on a connection that is gone', async () => {
  hung = true;
  backend.wake();
  await doctor.call('patients.create', { demographics: person('Haken', 'Dora'), notADuplicate: true });
  await until('what was done here', () => one.core.sync.standing().waiting === 0);
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal(await found(other, 'haken'), 0);
  hung = false;
  await other.call('sync.now', {});
  await until('what was missed', async () => (await found(other, 'haken')) === 1, 2_000);
});

test('the only admin erases alone, and the other workstation counts the signature', async () => {
  const erase = async (desk: Desk) => {
    const [hit] = (await desk.call('patients.search', { text: 'minute' })).hits;
    return desk.refusal('patients.erase', { patientId: hit?.id ?? '', requestId: null });
  };
  const admin = one.desk('ctl');
  await admin.signIn('admin');
  assert.equal(await erase(admin), 'accepted');
  await until('the erasure', async () => (await found(other, 'minute')) === 0);
  assert.ok(!two.entries().some(({ type }) => type === 'sync.refused'));
});

test('a lock does not wait for the network, and the next sign-in goes on', async () => {
  const begun = performance.now();
  two.core.sync.stop();
  await two.core.flush();
  assert.ok(performance.now() - begun < 500);
  await two.restart();
  await doctor.call('patients.create', { demographics: person('Danach', 'Eva'), notADuplicate: true });
  other = two.desk();
  await other.signIn('practitioner');
  await until('what came meanwhile', async () => (await found(other, 'danach')) === 1);
});

test('who is removed here is told to the others in the log, and what they did afterwards waits for an admin', async () => {
  const admin = one.desk('ctl');
  await admin.signIn('admin');
  await one.hire(
    admin,
    { userName: 'the.assistant', displayName: 'Assi', roles: ['assistant', 'reception'] },
    'vier Kessel unter dem Apfelbaum',
  );
  const users = one.core.vault.users();
  const assistant = users.find(({ userName }) => userName === 'the.assistant')?.id ?? '';
  one.core.sync.wake();
  await until('the newcomer', () => two.core.vault.users().some(({ id }) => id === assistant));
  await until('a seal', async () => {
    const desk = two.desk('ctl');
    const code = await desk.refusal('sessions.signIn', {
      userName: 'the.assistant',
      password: 'vier Kessel unter dem Apfelbaum',
    });
    if (code !== 'accepted') return false;
    cut = true;
    await desk.call('patients.create', { demographics: person('Abschied', 'Fee'), notADuplicate: true });
    return true;
  });
  await admin.call('users.remove', { userId: assistant });
  one.core.sync.wake();
  await until('the removal in the log', () => one.core.sync.standing().waiting === 0);
  await until(
    'its place',
    () => one.store.sql<[], { n: number }>('select count(*) n from sync_removed').get()?.n === 1,
  );
  cut = false;
  two.core.sync.wake();
  await until('something that waits', () => one.core.sync.standing().quarantined > 0);
  assert.equal(await found(doctor, 'abschied'), 0);
  const { items } = await admin.call('sync.quarantined', {});
  assert.deepEqual(
    items.map(({ reason, user, changes }) => ({ reason, user, changes })),
    [{ reason: 'user-removed', user: 'Assi', changes: 1 }],
  );
  await admin.call('sync.decide', { id: items[0]?.id ?? '', decision: 'accept' });
  assert.equal(await found(doctor, 'abschied'), 1);
  assert.equal((await admin.call('sync.quarantined', {})).items.length, 0);
});
