/** Two workstations of one clinic as people use them: the command line on both, a folder between them. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Place, startPlace } from './clinic.ts';
import { House, startHouse } from './house.ts';

let place: Place;
let one: House;
let two: House;
let folder: string;
const meet = (house: House) => house.desk('ctl').call('devices.meet', { path: folder });
const idOf = (role: string) => one.core.vault.users().find(({ userName }) => userName === `the.${role}`)?.id ?? '';

before(async () => {
  place = await startPlace();
  folder = join(place.dir, 'meeting');
  mkdirSync(folder);
  one = await startHouse(join(place.dir, 'one'), ['practitioner', 'reception']);
  two = new House(join(place.dir, 'two'));
  await two.start();
});
after(async () => {
  await one.core.close();
  await two.core.close();
  await place.stop();
});

test('a new workstation is admitted once both screens show the same words', async () => {
  const [request, welcome] = [join(place.dir, 'request'), join(place.dir, 'welcome')];
  const there = two.desk('ctl');
  await there.call('devices.ask', { name: 'Reception', path: request });
  assert.equal(await there.refusal('devices.ask', { name: 'Reception', path: request }), 'not-writable');
  await there.call('devices.ask', { name: 'Reception', path: join(place.dir, 'second') });
  const admin = one.desk('ctl');
  await admin.signIn('admin');
  // The second request took the first one's place on the new workstation.
  const shown = await admin.call('devices.words', { path: join(place.dir, 'second') });
  assert.equal(shown.name, 'Reception');
  const { words } = await admin.call('devices.admit', { request: join(place.dir, 'second'), welcome });
  assert.deepEqual(words, shown.words);
  assert.equal(
    await there.refusal('devices.join', { path: welcome, words: 'zoo zoo zoo zoo zoo zoo' }),
    'join-words-wrong',
  );
  await there.call('devices.join', { path: welcome, words: words.join(' ') });
  const { devices } = await admin.call('devices.list', {});
  assert.deepEqual(
    devices.map(({ name, here, status }) => [name, here, status]),
    [
      ['Consulting room 2', true, 'active'],
      ['Reception', false, 'active'],
    ],
  );
  const entries = one.entries(one.size() - 2).map(({ type }) => type);
  assert.deepEqual(entries, ['device.admitted', 'device.listed']);
  await meet(one);
  await there.signIn('practitioner');
  assert.equal((await there.call('app.status', {})).workstationName, 'Reception');
});

test('who is removed here is gone there at the next contact, signed in or locked', async () => {
  const doctor = two.desk();
  await doctor.signIn('practitioner');
  const admin = one.desk('ctl');
  await admin.signIn('admin');
  await admin.call('users.remove', { userId: idOf('practitioner') });
  await meet(one);
  assert.deepEqual(await meet(two), { changed: true, published: false, removedHere: false });
  assert.equal(doctor.connection.session, null, 'the session ended');
  assert.deepEqual(two.locks, ['user']);
  assert.equal(
    await two.desk().refusal('sessions.signIn', { userName: 'the.practitioner', password: 'x' }),
    'wrong-password',
  );

  // Locked: a fresh core that nobody has signed in to.
  await two.restart();
  await admin.call('users.remove', { userId: idOf('reception') });
  await meet(one);
  assert.ok((await meet(two)).changed);
  assert.deepEqual(
    two.core.vault
      .users()
      .filter(({ status }) => status === 'active')
      .map(({ userName }) => userName),
    ['lena.hof'],
  );
});

test('a lost workstation is taken out, and has no keys after its next contact', async () => {
  const admin = one.desk('ctl');
  await admin.signIn('admin');
  const { deviceId } = two.core.vault.ids();
  await admin.call('devices.remove', { deviceId });
  await meet(one);
  assert.equal((await meet(two)).removedHere, true);
  assert.equal((await two.desk().call('app.status', {})).state, 'device-removed');
  await two.restart();
  assert.equal((await two.desk().call('app.status', {})).state, 'device-removed');
});
