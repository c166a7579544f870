/** Invitations, resets, removal and second factors, on a real key file. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newInvitationCode } from '../../../src-main/core/crypto/invitation.ts';
import { randomBytes } from '../../../src-main/core/crypto/random.ts';
import { totpCode, totpStep } from '../../../src-main/core/crypto/totp.ts';
import type { Clock } from '../../../src-main/core/vault/clock.ts';
import { invitationLasts } from '../../../src-main/core/vault/one-time.ts';
import { recoveryCodeCount } from '../../../src-main/core/vault/second-factor.ts';
import type { VaultSession } from '../../../src-main/core/vault/session.ts';
import type { Vault } from '../../../src-main/core/vault/vault.ts';
import type { Role } from '../../../src-shared/contract/permissions.ts';
import { adminPassword, type Ground, newClinic, otherPassword, refusal, startGround, vaultOf } from './clinic.ts';

let ground: Ground & AsyncDisposable;
let vault: Vault;
let anna: VaultSession;
const time = { wall: 1_800_000_000_000, mono: 0 };
const clock: Clock = { now: () => time.wall, monotonic: () => time.mono };
const pass = (milliseconds: number): void => {
  time.wall += milliseconds;
  time.mono += milliseconds;
};
const admin = Buffer.from(adminPassword);
const own = Buffer.from(otherPassword);

before(async () => {
  ground = await startGround();
  ({ vault } = await newClinic(ground, { clock }));
  anna = await vault.signIn('anna', admin);
});
after(() => ground[Symbol.asyncDispose]());

async function invite(userName: string, role: Role): Promise<{ readonly id: string; readonly code: Buffer }> {
  const code = Buffer.from(newInvitationCode(randomBytes));
  const person = { userName, displayName: `Dr. ${userName}`, roles: [role], password: Buffer.from(code) };
  const { id } = await vault.people.add(anna, { ...person, passwordUntil: time.wall + invitationLasts });
  return { id, code };
}

async function hire(userName: string, role: Role): Promise<{ readonly id: string; readonly session: VaultSession }> {
  const { id, code } = await invite(userName, role);
  const session = await vault.signIn(userName, code);
  await vault.people.finishPassword(session, own);
  return { id, session };
}

const publicOf = (id: string) => vault.users().find((user) => user.id === id);

test('an invitation is good once: afterwards nothing of what the admin has seen opens anything', async () => {
  const { id, code } = await invite('kim', 'practitioner');
  assert.equal(publicOf(id)?.invitedUntil, time.wall + invitationLasts);
  const typed = Buffer.from(` ${code.toString().toUpperCase().replaceAll('-', '  ')}`);
  const session = await vault.signIn('kim', typed);
  assert.equal(vault.people.owedBy(session), 'own-password');
  const invited = { key: session.publicKey, receiving: Buffer.from(session.identity().x25519) };
  assert.equal((await refusal(() => vault.people.changeOwnPassword(session, code, own))).code, 'sign-in-unfinished');
  assert.equal(
    (await refusal(() => vault.people.finishPassword(session, Buffer.from('too short')))).code,
    'password-too-short',
  );
  assert.equal((await refusal(() => vault.people.finishPassword(session, typed))).code, 'password-is-code');
  assert.equal(
    (await refusal(() => vault.people.finishPassword(session, Buffer.from('Dr. kim Praxis am Markt')))).code,
    'password-too-common',
  );
  await vault.people.finishPassword(session, own);

  assert.equal(vault.people.owedBy(session), null);
  assert.equal(publicOf(id)?.invitedUntil, null);
  assert.equal((await refusal(() => vault.signIn('kim', code))).code, 'wrong-password');
  const again = await vault.signIn('kim', own);
  assert.deepEqual(again.shared, anna.shared);
  assert.ok(again.publicKey.equals(session.publicKey) && !again.publicKey.equals(invited.key));
  // What is sealed to the person now does not open with the key of the invitation, however it is tried.
  const sealed = vault.sealToAuthor(id, Buffer.from('private'), Buffer.from('aad')).author;
  assert.equal(again.openSealed(sealed, Buffer.from('aad')).toString(), 'private');
  assert.ok(!again.identity().x25519.equals(invited.receiving));
  assert.deepEqual(vault.rosterState().users.get(id)?.retired, [invited.key.toString('base64')]);
  // The whole key file still holds from outside: a fresh look verifies it against the roster.
  assert.equal((await vaultOf(ground, { clock })).state, 'locked');
});

test('an expired code is refused after it was proved, and can be renewed', async () => {
  const { id, code } = await invite('lea', 'it');
  pass(invitationLasts);
  assert.equal((await refusal(() => vault.signIn('lea', own))).code, 'wrong-password');
  assert.equal((await refusal(() => vault.signIn('lea', code))).code, 'invitation-expired');
  const next = Buffer.from(newInvitationCode(randomBytes));
  await vault.people.resetPassword(anna, id, Buffer.from(next), time.wall + invitationLasts);
  assert.equal((await refusal(() => vault.signIn('lea', code))).code, 'wrong-password');
  // IT holds no shared key, and finishes all the same.
  const session = await vault.signIn('lea', next);
  await vault.people.finishPassword(session, own);
  assert.equal((await vault.signIn('lea', own)).shared, undefined);
});

test('a reset by an admin: old keys retired, second factor gone, what was sealed stays sealed', async () => {
  const { id, session } = await hire('mia', 'practitioner');
  const sealed = vault.sealToAuthor(id, Buffer.from('private'), Buffer.alloc(0)).author;
  await enrol(session, own);
  const code = Buffer.from(newInvitationCode(randomBytes));
  await vault.people.resetPassword(anna, id, Buffer.from(code), time.wall + invitationLasts);
  const back = await vault.signIn('mia', code);
  await vault.people.finishPassword(back, own);
  assert.equal(vault.secondFactor.state(back), null);
  assert.throws(() => back.openSealed(sealed, Buffer.alloc(0)));
  assert.equal(vault.rosterState().users.get(id)?.retired.length, 3);
});

async function enrol(session: VaultSession, password: Buffer) {
  const { secret, uri } = await vault.secondFactor.begin(session, password);
  assert.ok(uri.includes(`secret=${secret}`));
  const key = fromBase32(secret);
  const codes = await vault.secondFactor.confirm(session, totpCode(key, totpStep(time.wall)));
  return { key, codes };
}

/** RFC 4648, by hand: the test does not ask the library that it tests. */
function fromBase32(text: string): Buffer {
  const bits = [...text].map((letter) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
  );
  const bytes = bits.join('').match(/.{8}/g) ?? [];
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)));
}

test('a second factor: asked for after the right password only, each code once, wrong ones slow down', async () => {
  const { session } = await hire('noa', 'practitioner');
  assert.equal((await refusal(() => vault.secondFactor.confirm(session, '000000'))).code, 'second-factor-missing');
  assert.equal((await refusal(() => vault.secondFactor.begin(session, admin))).code, 'wrong-password');
  const { key, codes } = await enrol(session, own);
  assert.equal(new Set(codes).size, recoveryCodeCount);
  assert.deepEqual(vault.secondFactor.state(session), { enrolledAt: time.wall, codesLeft: recoveryCodeCount });
  assert.equal((await refusal(() => vault.secondFactor.begin(session, own))).code, 'second-factor-set');

  const now = () => totpCode(key, totpStep(time.wall));
  assert.deepEqual(await refusal(() => vault.signIn('noa', own)), { code: 'second-factor-needed' });
  assert.equal((await refusal(() => vault.signIn('noa', admin, now()))).code, 'wrong-password');
  // The code that set it up was its first use.
  assert.equal((await refusal(() => vault.signIn('noa', own, now()))).code, 'second-factor-wrong');
  pass(30_000);
  const taken = now();
  (await vault.signIn('noa', own, taken)).close();
  assert.equal((await refusal(() => vault.signIn('noa', own, taken))).code, 'second-factor-wrong');
  const elsewhere = await vaultOf(ground, { clock });
  assert.equal((await refusal(() => elsewhere.signIn('noa', own, taken))).code, 'second-factor-wrong');
  await vault.refresh();
  pass(30_000);
  // Asking again and again whether the password is right gives no new tries at the code.
  let waits = 0;
  for (let tries = 0; tries < 6; tries += 1) {
    const wrong = await refusal(() => vault.signIn('noa', own, '000000'));
    if (wrong.retryAfter !== undefined) {
      waits += 1;
      assert.equal((await refusal(() => vault.signIn('noa', own))).code, 'wait-before-retry');
      pass(wrong.retryAfter);
    }
    assert.equal((await refusal(() => vault.signIn('noa', own))).code, 'second-factor-needed');
  }
  assert.ok(waits >= 4, String(waits));
  pass(60_000);
  (await vault.signIn('noa', own, now())).close();
  // Signing a note asks for the password alone.
  (await vault.verifyPassword(session.userId, own)).close();
});

test('recovery codes work once, however they are typed; keys may change; removal needs both factors', async () => {
  const { session } = await hire('ole', 'practitioner');
  const { key, codes } = await enrol(session, own);
  const [first = '', second = ''] = codes;
  (await vault.signIn('ole', own, first.toLowerCase().replace('-', ' '))).close();
  assert.equal((await refusal(() => vault.signIn('ole', own, first))).code, 'second-factor-wrong');
  assert.equal(vault.secondFactor.state(session)?.codesLeft, recoveryCodeCount - 1);
  await vault.keys.rotateOwn(session, own);
  pass(30_000);
  (await vault.signIn('ole', own, totpCode(key, totpStep(time.wall)))).close();
  (await vault.signIn('ole', own, second)).close();
  pass(30_000);
  assert.equal(
    (await refusal(() => vault.secondFactor.remove(session, admin, totpCode(key, totpStep(time.wall))))).code,
    'wrong-password',
  );
  assert.equal((await refusal(() => vault.secondFactor.remove(session, own, first))).code, 'second-factor-wrong');
  await vault.secondFactor.remove(session, own, totpCode(key, totpStep(time.wall)));
  assert.equal((await refusal(() => vault.secondFactor.remove(session, own, second))).code, 'second-factor-missing');
  (await vault.signIn('ole', own)).close();
});

test('an admin clears the second factor of somebody else, and nobody else does', async () => {
  const { id, session } = await hire('pia', 'practitioner');
  await enrol(session, own);
  assert.equal((await refusal(() => vault.secondFactor.clear(session, anna.userId))).code, 'forbidden');
  assert.equal((await refusal(() => vault.secondFactor.clear(anna, anna.userId))).code, 'own-account');
  await vault.secondFactor.clear(anna, id);
  assert.equal((await refusal(() => vault.secondFactor.clear(anna, id))).code, 'second-factor-missing');
  (await vault.signIn('pia', own)).close();
});

test('where the clinic demands it, an admin without a second factor owes one', async () => {
  await vault.people.setPolicy(anna, { adminSecondFactor: true });
  assert.equal(vault.people.owedBy(anna), 'second-factor');
  const { session } = await hire('rob', 'reception');
  assert.equal(vault.people.owedBy(session), null);
  await enrol(anna, admin);
  assert.equal(vault.people.owedBy(anna), null);
  await vault.people.setPolicy(anna, { adminSecondFactor: false });
});

test('removed: record and seals go, the name stays in the roster, new keys are due', async () => {
  const { id, session } = await hire('sam', 'assistant');
  const ivo = await hire('tom', 'it');
  assert.equal((await refusal(() => vault.people.remove(session, ivo.id))).code, 'forbidden');
  assert.equal((await refusal(() => vault.people.remove(anna, anna.userId))).code, 'own-account');
  await vault.people.remove(anna, ivo.id);
  await vault.people.remove(anna, id);
  assert.equal(publicOf(id), undefined);
  assert.equal((await refusal(() => vault.signIn('sam', own))).code, 'wrong-password');
  assert.equal((await refusal(() => vault.people.reactivate(anna, id))).code, 'not-found');
  const removed = vault.people.removed().map(({ displayName, roles }) => [displayName, roles]);
  assert.deepEqual(removed, [
    ['Dr. tom', ['it']],
    ['Dr. sam', ['assistant']],
  ]);
  assert.equal(vault.rosterState().users.get(id)?.status, 'removed');
  // The name is free for somebody else, who is somebody else.
  const other = await invite('sam', 'assistant');
  assert.notEqual(other.id, id);
  assert.equal((await vaultOf(ground, { clock })).state, 'locked');
});

test('who keeps nothing clinical, or leaves while suspended, knew the keys: new ones are due; a suspension is none', async () => {
  const due = async () => (await vaultOf(ground, { clock })).keys.due();
  await vault.keys.rotateClinicKey(anna);
  const before = await due();
  assert.equal(before.clinicKey, false);
  const { id } = await hire('vera', 'assistant');
  await vault.people.suspend(anna, id);
  await vault.people.reactivate(anna, id);
  await vault.people.setRoles(anna, id, ['reception']);
  assert.deepEqual(await due(), before);
  await vault.people.setRoles(anna, id, ['it']);
  assert.deepEqual(await due(), { databaseKey: true, clinicKey: true });
  await vault.keys.rotateClinicKey(anna);
  await vault.people.setRoles(anna, id, ['assistant']);
  await vault.people.suspend(anna, id);
  assert.equal((await due()).clinicKey, false);
  await vault.people.remove(anna, id);
  assert.equal((await due()).clinicKey, true);
});

test('another admin is not reset, removed or suspended by one admin alone', async () => {
  const { id } = await hire('uwe', 'admin');
  const code = Buffer.from(newInvitationCode(randomBytes));
  const tries = [
    () => vault.people.resetPassword(anna, id, code, time.wall + invitationLasts),
    () => vault.people.remove(anna, id),
    () => vault.people.suspend(anna, id),
  ];
  for (const attempt of tries) assert.equal((await refusal(attempt)).code, 'second-admin-needed');
  (await vault.signIn('uwe', own)).close();
});
