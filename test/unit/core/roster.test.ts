/** The roster as people see it: who could sign on a day, who signed what was changed. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Place, startPlace } from './clinic.ts';
import { type House, startHouse } from './house.ts';

let place: Place;
let house: House;

before(async () => {
  place = await startPlace();
  house = await startHouse(place.dir, ['practitioner', 'it']);
});
after(async () => {
  await house.core.close();
  await place.stop();
});

test('who could sign then, and who says so', async () => {
  const admin = house.desk();
  await admin.signIn('admin');
  const doctor = house.core.vault.users().find(({ userName }) => userName === 'the.practitioner');
  assert.ok(doctor);
  const before = house.core.clock();
  await new Promise((done) => setTimeout(done, 5));
  await admin.call('users.suspend', { userId: doctor.id });
  const now = await admin.call('roster.state', { at: null });
  const then = await admin.call('roster.state', { at: before });
  const seen = (view: typeof now.view) => view?.people.find(({ userId }) => userId === doctor.id);
  assert.deepEqual([seen(now.view)?.status, seen(now.view)?.signs], ['suspended', false]);
  assert.deepEqual([seen(then.view)?.status, seen(then.view)?.signs], ['active', true]);
  assert.equal((await admin.call('roster.state', { at: 0 })).view, null, 'there was no clinic yet');
  assert.equal(now.view?.size, house.core.vault.roster().length);

  const { steps } = await admin.call('roster.history', {});
  assert.deepEqual(steps[0]?.changes, [
    { kind: 'status-set', about: 'The practitioner', roles: null, status: 'suspended' },
  ]);
  assert.deepEqual(steps[0]?.signers, ['Lena Hof']);
  assert.equal(steps.at(-1)?.byKit, true);
  assert.equal(house.entries(house.size() - 1)[0]?.type, 'roster.read');
});

test('IT reads it in the locked state', async () => {
  await house.restart();
  const it = house.desk();
  await it.signIn('it');
  assert.equal((await it.call('roster.history', {})).steps.length, house.core.vault.roster().length);
  assert.equal(house.core.opened(), null);
});
