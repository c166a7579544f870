import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { verify } from '../../../src-main/core/crypto/ed25519.ts';
import type { Clock } from '../../../src-main/core/vault/clock.ts';
import { verifyRoster } from '../../../src-main/core/vault/roster.ts';
import type { Vault } from '../../../src-main/core/vault/vault.ts';
import {
  adminPassword,
  createDatabase,
  type Ground,
  opens,
  otherPassword,
  refusal,
  request,
  startGround,
  vaultOf,
} from './clinic.ts';

let ground: Ground & AsyncDisposable;
let vault: Vault;
let profileDir: string;
/** A clock that tests move: the wall and the monotonic one apart. */
const time = { wall: 1_800_000_000_000, mono: 0 };
const clock: Clock = { now: () => time.wall, monotonic: () => time.mono };
const admin = Buffer.from(adminPassword);
const other = Buffer.from(otherPassword);

before(async () => {
  ground = await startGround();
});
after(() => ground[Symbol.asyncDispose]());

test('set-up refuses weak passwords, makes everything once, and waits for the kit', async () => {
  vault = await vaultOf(ground, { clock });
  assert.equal(vault.state, 'not-set-up');
  assert.equal(vault.displayDirectory(), undefined);
  assert.deepEqual(await refusal(() => vault.setUp(request('anna berg 1984 anna'), createDatabase)), {
    code: 'password-too-common',
    field: 'password',
  });
  assert.equal(await vault.refresh(), 'not-set-up');
  const kit = await vault.setUp(request(), createDatabase);
  assert.equal(kit.words.length, 24);
  assert.equal(vault.state, 'kit-unconfirmed');
  assert.equal((await refusal(() => vault.signIn('anna', admin))).code, 'not-set-up');
  assert.equal((await refusal(() => vault.setUp(request(), createDatabase))).code, 'already-set-up');
  // After a restart the admin can have the same words shown again, and nobody else.
  vault = await vaultOf(ground, { clock });
  assert.equal(vault.state, 'kit-unconfirmed');
  assert.deepEqual((await vault.showKitAgain('anna', admin)).words, kit.words);
  assert.equal((await refusal(() => vault.showKitAgain('anna', other))).code, 'wrong-password');
  const answers = kit.ask.map((position) => ({ position, word: kit.words[position - 1] ?? '' }));
  assert.equal((await refusal(() => vault.confirmKit([]))).code, 'kit-words-wrong');
  assert.equal((await refusal(() => vault.confirmKit(answers.slice(1)))).code, 'kit-words-wrong');
  await vault.confirmKit(answers.map(({ position, word }) => ({ position, word: ` ${word.toUpperCase()}` })));
  assert.equal(vault.state, 'locked');
  assert.equal((await refusal(() => vault.showKitAgain('anna', admin))).code, 'already-set-up');
  profileDir = join(ground.dir, 'profile');
  assert.deepEqual(vault.displayDirectory(), {
    clinicName: 'Praxis am Markt',
    workstationName: 'Empfang',
    language: 'de',
    country: 'DE',
  });
});

test('files: owner only, no name in the clear', () => {
  for (const name of ['keyfile', 'recovery']) {
    const path = join(profileDir, name);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    const text = readFileSync(path, 'latin1');
    for (const word of ['anna', 'Berg', 'Praxis', 'Empfang', 'argon2', 'roster']) assert.ok(!text.includes(word), word);
  }
});

test('signing in gives the database key, and closing wipes it', async () => {
  const session = await vault.signIn(' ANNA', admin);
  const { path } = vault.database();
  assert.ok(session.shared !== undefined && opens(path, session.shared.databaseKey));
  assert.equal(session.shared.clinicKeys.length, 1);
  assert.ok(verify(session.publicKey, Buffer.from('note'), session.sign(Buffer.from('note'))));
  const key = session.shared.databaseKey;
  session.close();
  assert.ok(key.equals(Buffer.alloc(32)));
  assert.throws(() => session.sign(Buffer.from('note')));
  assert.equal((await refusal(() => vault.people.add(session, person('kim', ['reception'])))).code, 'forbidden');
});

const person = (userName: string, roles: Parameters<Vault['people']['setRoles']>[2]) => ({
  userName,
  displayName: `Dr. ${userName}`,
  roles,
  password: other,
});

test('users: added, IT without a seal, roles, suspension, passwords', async () => {
  const session = await vault.signIn('anna', admin);
  const kim = await vault.people.add(session, person('kim', ['practitioner']));
  const ivo = await vault.people.add(session, person('ivo', ['it']));
  assert.equal((await refusal(() => vault.people.add(session, person('KIM', ['it'])))).code, 'user-name-taken');

  const asKim = await vault.signIn('kim', other);
  assert.deepEqual(asKim.shared, session.shared);
  assert.equal((await refusal(() => vault.people.add(asKim, person('eve', ['admin'])))).code, 'forbidden');
  assert.equal((await refusal(() => vault.people.setRoles(asKim, kim.id, ['admin']))).code, 'forbidden');
  assert.equal((await vault.signIn('ivo', other)).shared, undefined);

  await vault.people.setRoles(session, ivo.id, ['it', 'auditor']);
  assert.ok((await vault.signIn('ivo', other)).shared !== undefined);
  await vault.people.setRoles(session, ivo.id, ['it']);
  assert.equal((await vault.signIn('ivo', other)).shared, undefined);

  await vault.people.suspend(session, kim.id);
  assert.equal((await refusal(() => vault.signIn('kim', other))).code, 'account-suspended');
  assert.equal((await refusal(() => vault.signIn('kim', admin))).code, 'wrong-password');
  await vault.people.reactivate(session, kim.id);
  assert.ok((await vault.signIn('kim', other)).shared !== undefined);

  const own = session.userId;
  assert.equal((await refusal(() => vault.people.suspend(session, own))).code, 'own-account');
  assert.equal((await refusal(() => vault.people.setRoles(session, own, ['reception']))).code, 'own-account');
  assert.equal((await refusal(() => vault.people.suspend(session, 'nobody'))).code, 'not-found');

  const oldKey = vault.users().find((user) => user.id === kim.id)?.signingKey ?? '';
  const fresh = Buffer.from('neun helle tassen am 7.');
  await vault.people.resetPassword(session, kim.id, fresh);
  assert.equal((await refusal(() => vault.signIn('kim', other))).code, 'wrong-password');
  const again = await vault.signIn('kim', fresh);
  assert.deepEqual(again.shared, session.shared);

  const before = again.publicKey;
  assert.equal((await refusal(() => vault.people.changeOwnPassword(again, other, other))).code, 'wrong-password');
  await vault.people.changeOwnPassword(again, fresh, other);
  const last = await vault.signIn('kim', other);
  assert.ok(last.publicKey.equals(before));

  // The roster holds from its first entry, and knows the retired key.
  const reopened = await vaultOf(ground, { clock });
  const roster = reopened.roster();
  const state = verifyRoster(roster, reopened.ids().clinicId, reopened.clinicIdentity());
  assert.deepEqual(state.users.get(kim.id)?.retired, [oldKey]);
});

test('failures slow down, also for names that do not exist, and setting the clock does not help', async () => {
  await vault.signIn('anna', admin);
  for (const name of ['anna', 'nobody']) {
    time.mono += 3_600_000;
    time.wall += 3_600_000;
    const delays: (number | undefined)[] = [];
    for (let i = 0; i < 5; i += 1) {
      const value = await refusal(() => vault.signIn(name, other));
      assert.equal(value.code, 'wrong-password');
      delays.push(value.retryAfter);
      if (value.retryAfter === undefined) continue;
      // The right password has to wait as well.
      assert.equal((await refusal(() => vault.signIn(name, admin))).code, 'wait-before-retry');
      // Another wall clock changes nothing while the process runs.
      time.wall += 86_400_000;
      assert.equal((await refusal(() => vault.signIn(name, admin))).code, 'wait-before-retry');
      time.wall -= 86_400_000;
      time.mono += value.retryAfter;
      time.wall += value.retryAfter;
    }
    assert.deepEqual(delays, [undefined, undefined, 1000, 2000, 4000]);
  }
  // A restart forgives nothing; a clock set back costs the whole delay, never less.
  await refusal(() => vault.signIn('anna', other));
  time.mono = 0;
  const restarted = await vaultOf(ground, { clock });
  assert.deepEqual(await refusal(() => restarted.signIn('anna', admin)), {
    code: 'wait-before-retry',
    retryAfter: 8000,
  });
  time.wall -= 10 * 86_400_000;
  const back = await vaultOf(ground, { clock });
  assert.deepEqual(await refusal(() => back.signIn('anna', admin)), { code: 'wait-before-retry', retryAfter: 8000 });
  time.mono += 8000;
  (await back.signIn('anna', admin)).close();
  const forgiven = await vaultOf(ground, { clock });
  assert.deepEqual(await refusal(() => forgiven.signIn('anna', other)), { code: 'wrong-password' });
});

test('two tries at once are two failures', async () => {
  const racing = await vaultOf(ground, { clock });
  time.mono += 1000;
  const answers = await Promise.all([1, 2, 3, 4].map(() => refusal(() => racing.signIn('racer', other))));
  assert.deepEqual(answers.map(({ code }) => code).sort(), [
    'wait-before-retry',
    'wrong-password',
    'wrong-password',
    'wrong-password',
  ]);
});

test('an unknown name takes as long as a known one', async () => {
  const real = await vaultOf(ground);
  const timed = async (name: string) => {
    const started = performance.now();
    await refusal(() => real.signIn(name, Buffer.from('not the password')));
    return performance.now() - started;
  };
  const known = await timed('kim');
  const unknown = await timed('nobody-at-all');
  assert.ok(unknown > known / 3 && known > unknown / 3, `${known} ${unknown}`);
});

test('verifyPassword gives a signer, and counts', async () => {
  const session = await vaultOf(ground, { clock });
  const anna = session.users().find((user) => user.userName === 'anna');
  const signer = await session.verifyPassword(anna?.id ?? '', admin);
  assert.equal(signer.publicKey.toString('base64'), anna?.signingKey);
  signer.close();
  assert.equal((await refusal(() => session.verifyPassword('nobody', admin))).code, 'not-found');
});
