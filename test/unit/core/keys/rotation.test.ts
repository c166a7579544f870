/** Rotations through the whole core: real file, real keyring, the dispatcher in front. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { verifyStore } from '../../../../src-main/core/audit/verify.ts';
import { privateNoteAad } from '../../../../src-main/core/people/private-note-key.ts';
import { openPatientKey } from '../../../../src-main/core/store/patient.ts';
import { readPrivateNoteKey } from '../../../../src-main/core/store/personal.ts';
import { resealPatientKeys } from '../../../../src-main/core/store/reseal.ts';
import { drain, runSliced } from '../../../../src-main/core/store/slices.ts';
import { type Place, startPlace } from '../clinic.ts';
import { type House, passwords, person, startHouse } from '../house.ts';

let place: Place;
let house: House;
let patients: string[] = [];

before(async () => {
  place = await startPlace();
  house = await startHouse(join(place.dir, 'profile'), ['practitioner', 'it']);
  const doctor = house.desk('ctl');
  await doctor.signIn('practitioner');
  for (const family of ['Ahrens', 'Blum', 'Castro']) {
    const added = await doctor.call('patients.create', { demographics: person(family, 'Kim'), notADuplicate: true });
    patients = [...patients, added.patientId];
  }
});
after(async () => {
  try {
    await house.core.close();
  } finally {
    await place.stop();
  }
});

const databases = () => readdirSync(join(house.profile, 'db')).filter((name) => name.endsWith('.db'));
const sound = () => drain(verifyStore(house.store, { trust: house.trust() })).problem;

test('the database under a new key: the same record, one file, an entry; every session goes on', async () => {
  const admin = house.desk();
  await admin.signIn('admin');
  const doctor = house.desk('ctl');
  await doctor.signIn('practitioner');
  const before = house.core.vault.database();
  const size = house.size();
  const { generation } = await admin.call('keys.rotateDatabaseKey', {});
  assert.equal(generation, before.generation + 1);
  assert.equal(existsSync(before.path), false);
  assert.deepEqual(databases(), [`carekeep-${generation}.db`]);
  assert.equal((await doctor.call('patients.recent', {})).patients.length > 0, true);
  const [rotated] = house.entries(size).filter(({ type }) => type === 'key.rotated');
  assert.deepEqual(rotated?.detail, { kind: 'database', number: generation });
  assert.equal(sound(), null);
  await house.restart();
  await house.desk().signIn('practitioner');
  assert.equal(house.core.vault.database().generation, generation);
  for (const id of patients) assert.equal(openPatientKey(house.store, id).length, 32);
});

test('who signs in while it begins waits for its end, and works in the new file', async () => {
  const admin = house.desk();
  await admin.signIn('admin');
  const doctor = house.desk('ctl');
  const { core } = house;
  const signIn = core.vault.signIn.bind(core.vault);
  // The password is right just when nobody has the file open: it is being copied.
  core.vault.signIn = async (...given) => {
    const keys = await signIn(...given);
    while (core.opened() !== null) await new Promise((resolve) => setImmediate(resolve));
    return keys;
  };
  const signingIn = doctor.ask('sessions.signIn', {
    userName: 'the.practitioner',
    password: passwords.practitioner,
  });
  const { generation } = await admin.call('keys.rotateDatabaseKey', {});
  assert.equal((await signingIn).ok, true);
  assert.deepEqual(databases(), [`carekeep-${generation}.db`]);
  const made = await doctor.call('patients.create', { demographics: person('Dahl', 'Kim'), notADuplicate: true });
  await house.restart();
  await doctor.signIn('practitioner');
  assert.equal(openPatientKey(house.store, made.patientId).length, 32);
  assert.equal(sound(), null);
});

test('a sign-in that was overtaken by a suspension begins no session', async () => {
  const admin = house.desk();
  await admin.signIn('admin');
  const userId = house.core.vault.userIdOf('the.practitioner') ?? '';
  const doctor = house.desk('ctl');
  const input = { userName: 'the.practitioner', password: passwords.practitioner };
  const [signedIn] = await Promise.all([
    doctor.refusal('sessions.signIn', input),
    admin.call('users.suspend', { userId }),
  ]);
  assert.equal(signedIn, 'account-suspended');
  assert.equal(doctor.connection.session, null);
  await admin.call('users.reactivate', { userId });
});

test('while it runs with warning, others are refused and told; stopped, the old file goes on', async () => {
  const admin = house.desk();
  await admin.signIn('admin');
  const { session } = admin.connection;
  assert.ok(session);
  const before = house.core.vault.database();
  const doctor = house.desk('ctl');
  await doctor.signIn('practitioner');
  const running = house.core.rotation.run(session, false);
  while (house.core.rotation.maintenance === null) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(await doctor.refusal('patients.recent', {}), 'maintenance');
  assert.equal((await doctor.ask('app.status', {})).ok, true);
  assert.equal((await admin.call('keys.cancelRotation', {})).cancelled, true);
  await assert.rejects(running, { message: 'cancelled' });
  assert.deepEqual(house.core.vault.database(), before);
  assert.equal((await admin.call('keys.cancelRotation', {})).cancelled, false);
  assert.equal((await doctor.call('patients.recent', {})).patients.length > 0, true);
  while (readdirSync(join(house.profile, 'db')).some((name) => name.includes('making')))
    await new Promise((resolve) => setTimeout(resolve, 20));
});

test('what is short is waited for, not refused', async () => {
  const admin = house.desk();
  await admin.signIn('admin');
  const [rotated, recent] = await Promise.all([
    admin.call('keys.rotateDatabaseKey', {}),
    new Promise((resolve) => setTimeout(resolve, 30)).then(() => admin.ask('patients.recent', {})),
  ]);
  assert.equal(rotated.generation, house.core.vault.database().generation);
  assert.equal(recent.ok, true);
});

test('a new epoch of the clinic key: patient keys follow, a stopped run goes on, old ones open meanwhile', async () => {
  const admin = house.desk();
  await admin.signIn('admin');
  const refs = patients.map((id) => openPatientKey(house.store, id).toString('hex'));
  const { epoch } = await admin.call('keys.rotateClinicKey', {});
  assert.equal(epoch, 2);
  await runSliced(resealPatientKeys(house.store));
  const epochs = () =>
    house.store
      .sql<[], { epoch: number }>('select distinct epoch from patient_key')
      .all()
      .map((row) => row.epoch);
  while (epochs().some((one) => one !== 2)) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.deepEqual(
    patients.map((id) => openPatientKey(house.store, id).toString('hex')),
    refs,
  );
  // As a kill before the first slice leaves it: the vault is ahead, the keys are not.
  await house.core.vault.keys.rotateClinicKey(admin.connection.session?.keys ?? assert.fail());
  await house.restart();
  await house.desk().signIn('admin');
  while (epochs().some((one) => one !== 3)) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.deepEqual(
    patients.map((id) => openPatientKey(house.store, id).toString('hex')),
    refs,
  );
  assert.equal(sound(), null);
});

test('a role that opens nothing clinical: database and clinic key are replaced with the change', async () => {
  const admin = house.desk();
  await admin.signIn('admin');
  const userId = house.core.vault.userIdOf('the.practitioner') ?? '';
  const before = house.core.vault.database().generation;
  await admin.call('users.setRoles', { userId, roles: ['it'] });
  assert.deepEqual(house.core.vault.keys.due(), { databaseKey: false, clinicKey: false });
  assert.equal(house.core.vault.database().generation, before + 1);
  await admin.call('users.setRoles', { userId, roles: ['practitioner'] });
  assert.equal(house.core.vault.database().generation, before + 1);
});

test('one who left: database and clinic key are replaced with the removal', async () => {
  const admin = house.desk();
  await admin.signIn('admin');
  const gone = house.core.vault.userIdOf('the.practitioner') ?? '';
  const before = house.core.vault.database().generation;
  await admin.call('users.remove', { userId: gone });
  assert.deepEqual(house.core.vault.keys.due(), { databaseKey: false, clinicKey: false });
  assert.equal(house.core.vault.database().generation, before + 1);
});

test('the report: all for an admin; without names for IT, whose lines go to the journal', async () => {
  const admin = house.desk();
  await admin.signIn('admin');
  const all = await admin.call('keys.report', {});
  assert.ok(all.databaseBytes > 0);
  assert.ok(all.keys.some(({ kind, displayName }) => kind === 'identity' && displayName === 'The it'));
  await house.restart();
  const it = house.desk();
  await it.signIn('it');
  assert.equal(house.core.opened(), null);
  const own = await it.call('keys.report', {});
  assert.deepEqual(
    own.keys.filter(({ kind }) => kind === 'identity').map(({ displayName }) => displayName),
    ['The it'],
  );
  const number = own.keys.find(({ kind }) => kind === 'device-secret')?.number ?? 0;
  assert.equal((await it.call('keys.rotateDeviceSecret', {})).number, number + 1);
  assert.equal(await it.refusal('keys.rotateDatabaseKey', {}), 'forbidden');
  assert.equal(await it.refusal('keys.rotateClinicKey', {}), 'forbidden');
  await it.call('keys.rotateOwnKeys', { password: passwords.it });
  await house.restart();
  const size = house.desk();
  await size.signIn('admin');
  const kinds = house.entries().filter(({ type }) => type === 'key.rotated' || type === 'key.reported');
  assert.ok(kinds.some(({ type, origin }) => type === 'key.reported' && origin === 'core'));
  assert.ok(kinds.some(({ detail }) => detail['reason'] === 'device-secret'));
});

test('new keys at the next sign-in where an admin asked for them; private notes stay readable', async () => {
  const admin = house.desk();
  await admin.signIn('admin');
  const userId = house.core.vault.userIdOf('the.it') ?? '';
  await admin.call('keys.demandNewKeys', { userId });
  assert.equal(house.core.vault.keys.asked(userId), true);
  const it = house.desk('ctl');
  await it.signIn('it');
  assert.equal(house.core.vault.keys.asked(userId), false);
  const own = admin.connection.session?.keys ?? assert.fail();
  const aad = privateNoteAad(own.userId);
  const kept = () => readPrivateNoteKey(house.store, own.userId)?.seal ?? assert.fail();
  const noteKey = own.openSealedNow(kept(), aad);
  await admin.call('keys.rotateOwnKeys', { password: passwords.admin });
  assert.throws(() => own.openSealedNow(kept(), aad));
  assert.deepEqual(own.openSealed(kept(), aad), noteKey);
  assert.equal(await admin.refusal('keys.rotateOwnKeys', { password: 'not it at all, no' }), 'wrong-password');
  await house.restart();
  const again = house.desk();
  await again.signIn('admin');
  assert.deepEqual(again.connection.session?.keys.openSealedNow(kept(), aad), noteKey);
});
