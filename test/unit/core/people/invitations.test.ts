/** What a session that owes something may do, and what invitations, resets, removal and second factors leave in the log. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { totpCode, totpStep } from '../../../../src-main/core/crypto/totp.ts';
import { systemClock } from '../../../../src-main/core/vault/clock.ts';
import { procedures } from '../../../../src-shared/contract/index.ts';
import { type Place, startPlace } from '../clinic.ts';
import { type Desk, type House, nameOf, passwords, startHouse } from '../house.ts';

let place: Place;
let house: House;
let admin: Desk;
before(async () => {
  place = await startPlace();
  house = await startHouse(join(place.dir, 'profile'), ['practitioner', 'it']);
  admin = house.desk('ctl');
  await admin.signIn('admin');
});
after(async () => {
  await house.core.close();
  await place.stop();
});

const own = 'drei Laternen am kalten Ufer';
const newcomer = { userName: 'nele.voss', displayName: 'Nele Voss', roles: ['practitioner' as const] };
const idOf = async (userName: string) => {
  const { users } = await admin.call('users.list', {});
  const found = users.find((user) => user.userName === userName);
  assert.ok(found);
  return found;
};

test('with a one-time code nothing is allowed but choosing a password', async () => {
  const { user, invitation } = await admin.call('users.create', newcomer);
  assert.deepEqual([user.status, user.invitedUntil], ['active', invitation.until]);
  const desk = house.desk();
  const session = await desk.call('sessions.signIn', { userName: newcomer.userName, password: invitation.code });
  assert.deepEqual([session.owes, session.permissions], ['own-password', []]);
  const offered: string[] = [];
  for (const [name, { needs, whileOwing }] of procedures) {
    if (needs === 'public') continue;
    if (whileOwing?.includes('own-password')) offered.push(name);
    // Input that a schema refuses is refused before anything else.
    else assert.ok(['sign-in-unfinished', 'invalid-input', 'not-here'].includes(await desk.refusal(name, {})), name);
  }
  assert.deepEqual(offered, ['app.copied', 'sessions.lock', 'sessions.touch', 'sessions.finishPassword']);
  const from = house.size();
  assert.equal(await desk.refusal('patients.recent', {}), 'sign-in-unfinished');
  assert.deepEqual(
    house.entries(from).map(({ type, outcome, detail }) => [type, outcome, detail]),
    [['access.denied', 4, { procedure: 'patients.recent' }]],
  );
  assert.equal(await desk.refusal('sessions.finishPassword', { next: invitation.code }), 'password-is-code');
  const finished = await desk.call('sessions.finishPassword', { next: own });
  assert.equal(finished.owes, null);
  assert.ok(finished.permissions.includes('note:sign'));
  await desk.call('patients.recent', {});
  assert.equal(await desk.refusal('sessions.finishPassword', { next: own }), 'not-found');
  const written = JSON.stringify(house.entries());
  for (const word of [own, invitation.code, ...invitation.code.split('-').filter((part) => part.length > 6)])
    assert.ok(!written.includes(word));
});

test('a code expires, a wrong one looks like a wrong password, and a new one works', async () => {
  const { invitation } = await admin.call('users.create', { ...newcomer, userName: 'late.one' });
  const desk = house.desk('ctl');
  house.ahead.wall += 7 * 24 * 3_600_000 + 60_000;
  const signIn = (password: string) => desk.refusal('sessions.signIn', { userName: 'late.one', password });
  assert.equal(await signIn(invitation.code), 'invitation-expired');
  assert.equal(await signIn('abandon-abandon-abandon-abandon-abandon-abandon-abandon-abandon'), 'wrong-password');
  const { id } = await idOf('late.one');
  const renewed = await admin.call('users.resetPassword', { userId: id });
  assert.equal(await signIn(renewed.code), 'accepted');
  house.ahead.wall = 0;
});

test('IT chooses a password too, without the database', async () => {
  const { id } = await idOf(nameOf('it'));
  const { code } = await admin.call('users.resetPassword', { userId: id });
  const desk = house.desk('ctl');
  assert.equal(
    await desk.refusal('sessions.signIn', { userName: nameOf('it'), password: passwords.it }),
    'wrong-password',
  );
  await desk.call('sessions.signIn', { userName: nameOf('it'), password: code });
  const session = await desk.call('sessions.finishPassword', { next: passwords.it });
  assert.ok(session.permissions.includes('device:write'));
  house.core.disconnected(desk.connection);
});

test('where the clinic demands it, an admin may do nothing before there is a second factor', async () => {
  await admin.call('users.setPolicy', { adminSecondFactor: true });
  assert.equal((await admin.call('settings.get', {})).adminSecondFactor, true);
  const desk = house.desk('ctl');
  const { owes } = await desk.call('sessions.signIn', { userName: nameOf('admin'), password: passwords.admin });
  assert.equal(owes, 'second-factor');
  assert.equal(await desk.refusal('users.list', {}), 'sign-in-unfinished');
  assert.equal(await desk.refusal('sessions.finishPassword', { next: own }), 'sign-in-unfinished');
  const { uri } = await desk.call('sessions.beginSecondFactor', { password: passwords.admin });
  const secret = fromBase32(new URL(uri).searchParams.get('secret') ?? '');
  const step = totpStep(systemClock.now());
  const { session, recoveryCodes } = await desk.call('sessions.confirmSecondFactor', { code: totpCode(secret, step) });
  assert.equal(session.owes, null);
  await desk.call('users.list', {});

  const other = house.desk('ctl');
  const credentials = { userName: nameOf('admin'), password: passwords.admin };
  assert.equal(await other.refusal('sessions.signIn', credentials), 'second-factor-needed');
  await other.call('sessions.signIn', { ...credentials, code: totpCode(secret, step + 1) });
  const account = await other.call('sessions.account', {});
  assert.deepEqual([account.secondFactor?.codesLeft, account.secondFactorRequired], [10, true]);
  // Taken away where it is demanded: the session owes another one at once.
  const code = recoveryCodes[0] ?? '';
  const without = await other.call('sessions.removeSecondFactor', { password: passwords.admin, code });
  assert.equal(without.owes, 'second-factor');
  assert.equal(await other.refusal('users.list', {}), 'sign-in-unfinished');
  await admin.call('users.setPolicy', { adminSecondFactor: false });
  const told = house.entries().filter(({ type }) => type === 'user.second-factor-changed');
  assert.deepEqual(
    told.map(({ detail }) => detail['state']),
    ['begun', 'set', 'removed'],
  );
});

/** RFC 4648. */
function fromBase32(text: string): Buffer {
  const bits = [...text].map((letter) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
  );
  return Buffer.from((bits.join('').match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

test('removed: the session ends at once, the log keeps the name', async () => {
  const desk = house.desk('ctl');
  await desk.signIn('practitioner');
  await desk.call('patients.recent', {});
  const { id } = await idOf(nameOf('practitioner'));
  assert.equal(await desk.refusal('users.remove', { userId: id }), 'forbidden');
  await admin.call('users.remove', { userId: id });
  assert.equal(await desk.refusal('patients.recent', {}), 'not-signed-in');
  assert.equal(
    await desk.refusal('sessions.signIn', { userName: nameOf('practitioner'), password: passwords.practitioner }),
    'wrong-password',
  );
  const gone = await idOf(nameOf('practitioner'));
  assert.deepEqual([gone.status, gone.displayName], ['removed', 'The practitioner']);
  assert.ok(gone.removedAt !== null && gone.lastSignIn !== null);
  const filter = { userId: id, patientId: null, kind: null, outcome: null, from: null, to: null };
  const { entries } = await admin.call('audit.page', { filter, before: null, limit: 5 });
  assert.ok(entries.length > 0 && entries.every((entry) => JSON.stringify(entry).includes('The practitioner')));
  const { people } = await admin.call('audit.overview', {});
  assert.ok(people.some((person) => person.id === id));
});
