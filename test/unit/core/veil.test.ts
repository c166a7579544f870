/** The veiled state: a session waits for its PIN, and everything that must end it does. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { readUserState } from '../../../src-main/core/store/personal.ts';
import { procedures } from '../../../src-shared/contract/index.ts';
import type { Role } from '../../../src-shared/contract/permissions.ts';
import { userId as userIdSchema } from '../../../src-shared/contract/primitives.ts';
import { type Place, startPlace } from './clinic.ts';
import { type Desk, type House, nameOf, passwords, startHouse } from './house.ts';

const pin = '274951';
const wrong = '274952';

let place: Place;
let house: House;
before(async () => {
  place = await startPlace();
  house = await startHouse(join(place.dir, 'profile'), ['practitioner', 'reception', 'it']);
  const desk = house.desk();
  await desk.signIn('practitioner');
  await desk.call('sessions.setPin', { pin, password: passwords.practitioner });
  house.core.disconnected(desk.connection);
});
after(async () => {
  await house.core.close();
  await place.stop();
});
beforeEach(async () => {
  await house.restart();
  house.locks.length = 0;
  house.veils = 0;
  house.ahead.wall = 0;
  house.ahead.monotonic = 0;
});

/** Signed in as the practitioner, at a place of their own, and away. The second desk is the fresh document. */
async function veiled(): Promise<{ readonly old: Desk; readonly fresh: Desk }> {
  const old = house.desk();
  await old.signIn('practitioner');
  await old.call('sessions.remember', { page: 'account', patientId: null, tab: null });
  await old.call('sessions.veil', {});
  house.core.disconnected(old.connection);
  return { old, fresh: house.desk() };
}
const statusOf = async (desk: Desk) => (await desk.call('app.status', {})).veiled;
const typesFrom = (from: number): string[] => house.entries(from).map(({ type }) => type);
async function idOf(role: Role): Promise<string> {
  const found = house.core.vault.userIdOf(nameOf(role));
  assert.ok(found);
  return found;
}

describe('quick return', () => {
  it('parks the session, says so without a name, and gives it back for the PIN', async () => {
    const { fresh, old } = await veiled();
    const from = house.size();
    assert.deepEqual([house.veils, house.locks], [1, []]);
    assert.equal((await fresh.call('sessions.current', {})).session, null);
    const status = await fresh.call('app.status', {});
    assert.ok(!JSON.stringify(status).includes('practitioner'));
    assert.equal(status.signedIn, false);
    assert.equal(status.veiled?.triesLeft, 5);
    assert.ok(status.veiled.remaining > 290_000 && status.veiled.remaining <= 300_000);
    // neither the old document nor the new one is answered anything
    for (const desk of [old, fresh])
      for (const name of ['patients.recent', 'notes.drafts', 'sessions.touch', 'sessions.veil', 'sessions.lock'])
        assert.equal(await desk.refusal(name, {}), 'not-signed-in', name);
    const session = await fresh.call('sessions.unveil', { pin });
    assert.deepEqual([session.userName, session.place?.page], [nameOf('practitioner'), 'account']);
    await fresh.call('patients.recent', {});
    assert.equal(await statusOf(fresh), null);
    assert.ok(typesFrom(from).includes('session.unveiled'));
    assert.equal(await fresh.refusal('sessions.unveil', { pin }), 'not-signed-in');
  });

  it('locks after five wrong PINs, counted over all veils of the session', async () => {
    const { fresh } = await veiled();
    assert.equal(await fresh.refusal('sessions.unveil', { pin: wrong }), 'wrong-pin');
    assert.equal(await fresh.refusal('sessions.unveil', { pin: wrong }), 'wrong-pin');
    await fresh.call('sessions.unveil', { pin });
    await fresh.call('sessions.veil', {});
    const again = house.desk();
    assert.equal((await statusOf(again))?.triesLeft, 3);
    // not a PIN at all: refused before it is a try
    assert.equal(await again.refusal('sessions.unveil', { pin: '12' }), 'invalid-input');
    for (let at = 0; at < 3; at += 1) assert.equal(await again.refusal('sessions.unveil', { pin: wrong }), 'wrong-pin');
    assert.deepEqual(house.locks, ['wrong-pin']);
    assert.equal(await again.refusal('sessions.unveil', { pin }), 'not-signed-in');
    assert.equal(house.entries().filter(({ type }) => type === 'session.unveil-failed').length, 5);
  });

  it('counts tries that come at once one by one, whatever comes among them', async () => {
    const { fresh } = await veiled();
    const from = house.size();
    const pins = [wrong, wrong, wrong, wrong, wrong, pin, pin, wrong];
    const codes = await Promise.all(pins.map((one) => fresh.refusal('sessions.unveil', { pin: one })));
    assert.deepEqual(codes, [...Array(5).fill('wrong-pin'), ...Array(3).fill('not-signed-in')]);
    assert.deepEqual(house.locks, ['wrong-pin']);
    assert.equal(typesFrom(from).filter((type) => type === 'session.unveil-failed').length, 5);
    assert.equal(fresh.connection.session, null);
  });

  it('gives the session to one of two documents that bring the PIN at once', async () => {
    const { fresh } = await veiled();
    const other = house.desk();
    const codes = await Promise.all([fresh, other].map((desk) => desk.refusal('sessions.unveil', { pin })));
    assert.deepEqual(codes, ['accepted', 'not-signed-in']);
  });

  it('is over after the clinic’s minutes on the monotonic clock, whatever the wall clock says', async () => {
    const { fresh } = await veiled();
    house.ahead.wall = -3_600_000;
    house.ahead.monotonic = 4 * 60_000 + 50_000;
    const left = (await statusOf(fresh))?.remaining ?? 0;
    assert.ok(left > 0 && left <= 10_000, `${left}`);
    house.ahead.monotonic = 5 * 60_000;
    assert.equal(await fresh.refusal('sessions.unveil', { pin }), 'not-signed-in');
    assert.deepEqual(house.locks, ['idle']);
  });

  it('locks by itself when the time is over, and when the machine slept', async () => {
    const first = await veiled();
    house.ahead.monotonic = 5 * 60_000;
    await pause(1200);
    assert.equal(house.locks.length, 1);
    assert.equal(await first.fresh.refusal('sessions.unveil', { pin }), 'not-signed-in');
    await house.restart();
    house.locks.length = 0;
    house.ahead.monotonic = 0;
    await veiled();
    house.ahead.wall += 31_000;
    await pause(1200);
    assert.deepEqual(house.locks, ['suspend']);
  });

  it('never comes back after suspend or the system’s lock', async () => {
    for (const event of ['suspend', 'lock-screen'] as const) {
      const { fresh } = await veiled();
      const trying = fresh.refusal('sessions.unveil', { pin }); // under way when the machine goes to sleep
      house.core.presence.journalPower(event);
      assert.equal(await trying, 'not-signed-in');
      assert.equal(await fresh.refusal('sessions.unveil', { pin }), 'not-signed-in');
      await house.restart();
      await house.desk().signIn('reception');
      const locked = house.entries().findLast(({ type }) => type === 'application.locked');
      assert.equal(locked?.detail['reason'], event === 'suspend' ? 'suspend' : 'screen-lock');
      await house.restart();
    }
  });

  it('ends when somebody else signs in at the screen: their keys are closed, the other works', async () => {
    const old = house.desk();
    await old.signIn('practitioner');
    const keys = old.connection.session?.keys;
    await old.call('sessions.veil', {});
    house.core.disconnected(old.connection);
    const fresh = house.desk();
    await fresh.signIn('reception');
    assert.equal(keys?.closed, true);
    assert.deepEqual(house.locks, []);
    await fresh.call('patients.recent', {});
    assert.equal(await statusOf(fresh), null);
    assert.equal(await house.desk().refusal('sessions.unveil', { pin }), 'not-signed-in');
  });

  it('closes the database when IT takes the veiled screen over, not when IT works beside it', async () => {
    const { fresh } = await veiled();
    const beside = house.desk('ctl');
    await beside.signIn('it');
    assert.ok(house.core.opened());
    house.core.disconnected(beside.connection);
    assert.deepEqual(house.locks, []);
    await fresh.signIn('it');
    assert.equal(house.core.opened(), null);
  });

  it('ends with the user’s suspension', async () => {
    const { fresh } = await veiled();
    house.core.endSessionsOf(await idOf('reception'));
    assert.notEqual(await statusOf(fresh), null);
    const admin = house.desk('ctl');
    await admin.signIn('admin');
    const parked = house.core.presence.veil.parked()?.session;
    const userId = await idOf('practitioner');
    await admin.call('users.suspend', { userId });
    assert.equal(parked?.keys.closed, true);
    assert.equal(await fresh.refusal('sessions.unveil', { pin }), 'not-signed-in');
    assert.deepEqual(house.locks, ['user']);
    await house.restart();
    const again = house.desk('ctl');
    await again.signIn('admin');
    await again.call('users.reactivate', { userId });
  });

  it('locks when the clinic does not allow it any more, and when the person at the screen says so', async () => {
    const { fresh } = await veiled();
    const admin = house.desk('ctl');
    await admin.signIn('admin');
    await admin.call('settings.set', { pinAllowed: false });
    assert.deepEqual(house.locks, ['user']);
    assert.equal(await fresh.refusal('sessions.unveil', { pin }), 'not-signed-in');
    await house.restart();
    house.locks.length = 0;
    const doctor = house.desk();
    await doctor.signIn('practitioner');
    assert.equal(await doctor.refusal('sessions.veil', {}), 'pin-not-allowed');
    assert.equal(await doctor.refusal('sessions.setPin', { pin, password: 'x' }), 'pin-not-allowed');
    const again = house.desk('ctl');
    await again.signIn('admin');
    await again.call('settings.set', { pinAllowed: true, veilMinutes: 1 });
    const shown = await again.call('settings.get', {});
    assert.deepEqual([shown.pinAllowed, shown.veilMinutes, shown.idleMinutes], [true, 1, 5]);
    assert.equal(await house.desk().refusal('sessions.lockVeiled', {}), 'not-signed-in');
    await doctor.call('sessions.veil', {});
    const fresher = house.desk();
    assert.ok(((await statusOf(fresher))?.remaining ?? 0) <= 60_000);
    await fresher.call('sessions.lockVeiled', {});
    assert.deepEqual(house.locks, ['user']);
    await house.restart();
    await again.signIn('admin');
    await again.call('settings.set', { veilMinutes: 5 });
  });

  it('is offered at the screen only', async () => {
    const desk = house.desk('ctl');
    await desk.signIn('practitioner');
    for (const name of ['sessions.veil', 'sessions.lockVeiled']) assert.equal(await desk.refusal(name, {}), 'not-here');
    assert.equal(await desk.refusal('sessions.unveil', { pin }), 'not-here');
  });
});

describe('the idle time', () => {
  async function idleFor(minutes: number): Promise<void> {
    // in steps, as it passes while the machine is awake: one leap would be a sleep
    for (let at = 0; at < minutes * 60_000; at += 25_000) {
      house.ahead.monotonic += 25_000;
      house.ahead.wall += 25_000;
      await pause(1050);
      if (house.veils + house.locks.length > 0) return;
    }
  }
  it('veils first where there is a PIN, and locks where there is none', { timeout: 60_000 }, async () => {
    const admin = house.desk();
    await admin.signIn('admin');
    await admin.call('settings.set', { idleMinutes: 1 });
    await idleFor(1.5);
    assert.deepEqual([house.veils, house.locks], [0, ['idle']]);
    await house.restart();
    house.locks.length = 0;
    const doctor = house.desk();
    await doctor.signIn('practitioner');
    const from = house.size();
    await idleFor(1.5);
    assert.deepEqual([house.veils, house.locks], [1, []]);
    const entry = house.entries(from).find(({ type }) => type === 'session.veiled');
    assert.deepEqual([entry?.outcome, entry?.detail['reason']], [0, 'idle']);
    assert.equal(doctor.connection.session, null);
    const fresh = house.desk();
    await fresh.call('sessions.unveil', { pin });
    assert.ok(fresh.connection.session);
    const again = house.desk();
    await again.signIn('admin');
    await again.call('settings.set', { idleMinutes: 5 });
  });
});

describe('a PIN', () => {
  it('needs the password, must not be simple, and a failure is written down', async () => {
    const desk = house.desk();
    await desk.signIn('reception');
    const from = house.size();
    const password = passwords.reception;
    assert.equal(await desk.refusal('sessions.veil', {}), 'pin-not-set');
    assert.equal(await desk.refusal('sessions.removePin', { password }), 'pin-not-set');
    assert.equal(await desk.refusal('sessions.setPin', { pin: '123456', password }), 'pin-too-simple');
    assert.equal(await desk.refusal('sessions.setPin', { pin: '12345', password }), 'invalid-input');
    assert.equal(await desk.refusal('sessions.setPin', { pin, password: 'not the password' }), 'wrong-password');
    assert.equal((await desk.call('sessions.current', {})).session?.quickReturn.pinSet, false);
    assert.deepEqual(
      house.entries(from).map(({ type, detail }) => [type, detail['error']]),
      [
        ['session.veiled', 'pin-not-set'],
        ['user.pin-changed', 'pin-not-set'],
        ['user.pin-changed', 'pin-too-simple'],
        ['user.pin-changed', 'wrong-password'],
      ],
    );
  });

  it('is kept as a verifier that no procedure answers, and is gone once it is removed', async () => {
    const desk = house.desk();
    await desk.signIn('reception');
    const password = passwords.reception;
    const userId = await idOf('reception');
    await desk.call('sessions.setPin', { pin: '806142', password });
    const row = readUserState(house.store, userId) ?? '';
    const { hash, salt } = JSON.parse(row).pin;
    assert.ok(typeof hash === 'string' && hash.length >= 43);
    // a change of the rest leaves it in its place
    await desk.call('sessions.setPreferences', { language: 'de', theme: 'dark' });
    assert.equal(JSON.parse(readUserState(house.store, userId) ?? '').pin.hash, hash);
    const told: string[] = [];
    for (const role of ['reception', 'admin'] as const) {
      const asking = house.desk('ctl');
      await asking.signIn(role);
      for (const [name, { kind }] of procedures)
        if (kind === 'query') told.push(JSON.stringify(await asking.ask(name, {})));
      told.push(JSON.stringify(await asking.ask('users.list', {})));
    }
    told.push(JSON.stringify(house.entries()), JSON.stringify(await desk.call('sessions.current', {})));
    for (const secret of [hash, salt, '806142', passwords.reception])
      assert.ok(!told.some((text) => text.includes(secret)));
    await desk.call('sessions.removePin', { password });
    const left = readUserState(house.store, userId) ?? '';
    assert.ok(!left.includes(hash) && !left.includes(salt));
    assert.equal(JSON.parse(left).preferences.language, 'de');
    assert.equal(await desk.refusal('sessions.veil', {}), 'pin-not-set');
  });

  it('goes with the password that an admin replaces, and the veiled session with it', async () => {
    const desk = house.desk();
    await desk.signIn('reception');
    await desk.call('sessions.setPin', { pin, password: passwords.reception });
    await desk.call('sessions.veil', {});
    const admin = house.desk('ctl');
    await admin.signIn('admin');
    const userId = userIdSchema.parse(await idOf('reception'));
    await admin.call('users.resetPassword', { userId });
    assert.deepEqual(house.locks, ['user']);
    assert.equal(await house.desk().refusal('sessions.unveil', { pin }), 'not-signed-in');
    assert.equal(JSON.parse(readUserState(house.store, userId) ?? '').pin, null);
  });

  it('brings nobody back once it is removed while they are away', async () => {
    const { fresh } = await veiled();
    const beside = house.desk('ctl');
    await beside.signIn('practitioner');
    await beside.call('sessions.removePin', { password: passwords.practitioner });
    assert.equal(await fresh.refusal('sessions.unveil', { pin }), 'wrong-pin');
    await beside.call('sessions.setPin', { pin, password: passwords.practitioner });
    await fresh.call('sessions.unveil', { pin });
  });
});
