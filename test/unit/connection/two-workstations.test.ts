/** A clinic, its backend, and a second workstation: connected, enrolled, renewed, taken out. All parts are real. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { registerDevice } from '../../../src-main/core/connection/register.ts';
import { readCertificate } from '../../../src-main/core/crypto/certificate.ts';
import { HttpsBackend } from '../../../src-main/core/sync/https-backend.ts';
import { CallError } from '../../../src-shared/contract/errors.ts';
import { startTestBackend, type TestBackend } from '../backend/server/started.ts';
import { Workstation } from '../backend/server/workstation.ts';
import { type Place, startPlace } from '../core/clinic.ts';
import { type Desk, House, startHouse } from '../core/house.ts';

const day = 86_400_000;
const fast = () => AbortSignal.timeout(10_000);
let place: Place;
let backend: TestBackend;
/** Of the backend's clock, milliseconds. */
let ahead = 0;
let one: House;
let two: House;
let admin: Desk;
const ownCertificate = (house: House) => readCertificate(house.core.vault.backend.get()?.certificate ?? '');

before(async () => {
  place = await startPlace();
  backend = await startTestBackend({ now: () => Date.now() + ahead });
  one = await startHouse(join(place.dir, 'one'), ['practitioner']);
  two = new House(join(place.dir, 'two'));
  await two.start();
  admin = one.desk('ctl');
  await admin.signIn('admin');
});
after(async () => {
  await one.core.close();
  await two.core.close();
  await backend.remove();
  await place.stop();
});

test('a clinic connects with the token, after the fingerprint was compared', async () => {
  const address = `127.0.0.1:${backend.port}`;
  assert.deepEqual(await admin.call('backend.get', {}), { backend: null });
  assert.equal(await admin.refusal('enrolment.open', {}), 'not-connected');
  const shown = await admin.call('backend.probe', { address });
  assert.deepEqual([shown.fingerprint, shown.region, shown.inEu], [backend.fingerprint, 'DE', true]);
  const { token } = await backend.operator.create();
  const { fingerprint } = shown;
  const wrong = `${fingerprint.startsWith('0') ? '1' : '0'}${fingerprint.slice(1)}`;
  assert.equal(await admin.refusal('backend.connect', { address, fingerprint: wrong, token }), 'backend-differs');
  assert.equal(await admin.refusal('backend.connect', { address, fingerprint, token: 'AAAA-BBBB' }), 'token-wrong');
  await admin.call('backend.connect', { address, fingerprint, token });
  const { backend: now } = await admin.call('backend.get', {});
  assert.equal(now?.fingerprint, fingerprint);
  assert.ok(now !== null && now.certificateUntil > Date.now() + 6 * day && now.quota !== null);
  // Its directory lies there now, and nothing is left to do.
  assert.equal((await one.core.connection.contact(fast()))?.removedHere, false);
  assert.equal(one.core.connection.problem, null);
  const kinds = one.entries().filter(({ type }) => type === 'backend.connected');
  assert.deepEqual(
    kinds.map(({ outcome, detail }) => [outcome, detail['error'] ?? detail['region']]),
    [
      [8, 'backend-differs'],
      [8, 'token-wrong'],
      [0, 'DE'],
    ],
  );
});

test('a workstation joins with the code and the words, and has its own certificate', async () => {
  const there = two.desk('ctl');
  const { code, address } = await admin.call('enrolment.open', {});
  assert.equal((await admin.call('enrolment.standing', {})).state, 'waiting');
  const name = 'Reception';
  const zoo = 'zoo-zoo-zoo-zoo-zoo-zoo-zoo-zoo';
  assert.equal(await there.refusal('enrolment.ask', { address, code: zoo, name }), 'enrolment-code-wrong');
  assert.equal(await there.refusal('enrolment.ask', { address, code: 'no words', name }), 'enrolment-code-wrong');
  assert.deepEqual(await there.call('enrolment.answer', {}), { state: 'none' });
  const asked = await there.call('enrolment.ask', { address, code: code.toUpperCase().replaceAll('-', ' '), name });
  assert.equal(asked.clinicName, 'Praxis am Hafen');
  assert.deepEqual(await there.call('enrolment.answer', {}), { state: 'waiting' });
  // Killed between: the same request, the same words.
  await two.restart();
  assert.deepEqual((await two.desk('ctl').call('enrolment.ask', { address, code, name })).words, asked.words);
  const standing = await admin.call('enrolment.standing', {});
  assert.ok(standing.state === 'asked');
  assert.deepEqual([standing.name, standing.words], [name, asked.words]);
  const wrong = standing.words.map(() => 'zoo');
  assert.equal(await admin.refusal('enrolment.admit', { words: wrong }), 'join-words-wrong');
  await admin.call('enrolment.admit', { words: standing.words });
  assert.deepEqual(await admin.call('enrolment.standing', {}), { state: 'admitted', name });
  const newcomer = two.desk('ctl');
  assert.deepEqual(await newcomer.call('enrolment.answer', {}), { state: 'welcomed' });
  assert.equal(await newcomer.refusal('enrolment.finish', { words: wrong }), 'join-words-wrong');
  await newcomer.call('enrolment.finish', { words: asked.words });
  assert.ok(ownCertificate(two)?.subject.includes(two.core.vault.ids().deviceId));
  const { devices } = await admin.call('devices.list', {});
  assert.deepEqual(
    devices.map((device) => [device.name, device.status, device.here, device.unseen, device.lastContact !== null]),
    [
      ['Consulting room 2', 'active', true, 'no', true],
      [name, 'active', false, 'no', true],
    ],
  );
  // Sealed to nobody new: who is in the directory signs in there.
  await newcomer.signIn('practitioner');
  assert.deepEqual(await newcomer.call('enrolment.answer', {}), { state: 'none' });
  assert.equal(await newcomer.refusal('enrolment.ask', { address, code, name }), 'already-set-up');
});

test('a certificate that ran out is renewed by the device’s key, locked', async () => {
  await two.restart();
  ahead = -30 * day;
  // What it had was made a month ago.
  const { vault, connection } = two.core;
  two.ahead.wall = 4 * day;
  await connection.contact(fast()).catch(() => undefined);
  two.ahead.wall = 0;
  const old = ownCertificate(two);
  assert.ok(old !== undefined && old.notAfter < Date.now());
  ahead = 0;
  const met = await connection.contact(fast());
  assert.equal(met?.removedHere, false);
  assert.ok((ownCertificate(two)?.notAfter ?? 0) > Date.now() + 6 * day);
  assert.equal(connection.problem, null);
  assert.equal(two.core.opened(), null);
  // Half of its life is not over: nothing to do. Then it is.
  const before = vault.backend.get()?.certificate;
  await connection.contact(fast());
  assert.equal(vault.backend.get()?.certificate, before);
  two.ahead.wall = 4 * day;
  await connection.tend(fast());
  assert.notEqual(vault.backend.get()?.certificate, before);
  two.ahead.wall = 0;
});

test('what the roster says reaches a locked workstation by the directory', async () => {
  await admin.call('users.create', { userName: 'new.person', displayName: 'New Person', roles: ['assistant'] });
  await one.core.connection.contact(fast());
  await two.core.connection.contact(fast());
  assert.ok(two.core.vault.users().some(({ userName }) => userName === 'new.person'));
});

test('who was not met for the clinic’s days lets only admins in, until the next contact', async () => {
  // A contact of its own would be the next contact already.
  two.core.sync.close();
  await two.core.sync.stopped();
  await two.core.vault.backend.note({ lastContact: Date.now() - 31 * day });
  const desk = two.desk('ctl');
  await assert.rejects(
    desk.signIn('practitioner'),
    (error) => error instanceof CallError && error.value.code === 'unseen-too-long',
  );
  await desk.signIn('admin');
  await two.core.connection.contact(fast());
  await desk.signIn('practitioner');
  await two.restart();
});

test('a workstation that only the backend knows is an alarm', async () => {
  const stranger = new Workstation(backend);
  const acting = one.core.connection.backend();
  assert.ok(acting);
  const tenant = one.core.vault.backend.get()?.tenant ?? '';
  await registerDevice(one.core.vault, acting.http, tenant, stranger.registered, fast());
  await two.core.connection.contact(fast());
  assert.equal(two.core.connection.problem, 'stranger-device');
  const { devices } = await admin.call('devices.list', {});
  assert.equal(devices.find(({ deviceId }) => deviceId === stranger.device)?.status, 'stranger');
  stranger.close();
});

test('a removed workstation is refused at once, and destroys its keys at its next contact, locked', async () => {
  const { deviceId } = two.core.vault.ids();
  const peer = two.core.vault.backend.peer();
  assert.ok(peer);
  const lost = new HttpsBackend(peer);
  // By itself it would do what follows within a minute.
  two.core.sync.close();
  await two.core.sync.stopped();
  await admin.call('devices.remove', { deviceId });
  const register = await one.core.connection.backend()?.devices(fast());
  assert.equal(register?.find(({ device }) => device === deviceId)?.status, 'revoked');
  await assert.rejects(lost.snapshots(fast()), /device-revoked/);
  assert.notEqual(await lost.directory(fast()), null);
  await lost.close();
  assert.equal(two.core.opened(), null);
  // Away for so long that its certificate ran out, too: the key still gets it one, which opens the directory alone.
  await two.core.vault.backend.note({ certificate: null });
  assert.equal((await two.core.connection.contact(fast()))?.removedHere, true);
  assert.equal((await two.desk('ctl').call('app.status', {})).state, 'device-removed');
  assert.equal(two.core.connection.backend(), null);
});
