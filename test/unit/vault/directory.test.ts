/** Two workstations of one clinic and a folder between them that nobody trusts. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { randomBytes } from '../../../src-main/core/crypto/random.ts';
import { contentOf, decodeDirectory, encodeDirectory } from '../../../src-main/core/vault/directory.ts';
import { merged } from '../../../src-main/core/vault/directory-merge.ts';
import { parseRequest, welcomeFor } from '../../../src-main/core/vault/join.ts';
import { decodeKeyFile, parseHeader } from '../../../src-main/core/vault/key-file.ts';
import type { KeyFilePayload } from '../../../src-main/core/vault/key-file-payload.ts';
import { readDeviceSecret } from '../../../src-main/core/vault/keychain-items.ts';
import { FolderMeeting } from '../../../src-main/core/vault/meeting.ts';
import type { Vault } from '../../../src-main/core/vault/vault.ts';
import { fromBase64 } from '../../../src-main/core/vault/wrapped.ts';
import {
  adminPassword,
  createDatabase,
  type Ground,
  newClinic,
  opens,
  otherPassword,
  refusal,
  startGround,
  vaultOf,
} from './clinic.ts';

let ground: Ground & AsyncDisposable;
let one: Vault;
let two: Vault;
let words: readonly string[];
let meeting: FolderMeeting;
let folder: string;
const admin = Buffer.from(adminPassword);
const other = Buffer.from(otherPassword);
const second = () => join(ground.dir, 'second');

const lying = () => readFileSync(join(folder, 'directory'));

async function payloadOf(profileDir: string): Promise<KeyFilePayload> {
  const file = readFileSync(join(profileDir, 'keyfile'));
  const header = parseHeader(file);
  const secret = await readDeviceSecret(ground.keychain, header.profileId, header.deviceSecretNumber);
  assert.ok(secret.state === 'ok');
  return decodeKeyFile(file, secret.secret);
}

async function joined(name: string): Promise<Vault> {
  const vault = await vaultOf(ground, { profileDir: join(ground.dir, name) });
  const request = await vault.joining.ask(name);
  const session = await one.signIn('anna', admin);
  const shown = one.joining.words(request);
  const admitted = await one.joining.admit(session, request);
  session.close();
  assert.deepEqual(admitted.words, shown.words);
  const wrong = [...admitted.words.slice(0, 5), 'zoo'].join(' ');
  assert.equal(
    (await refusal(() => vault.joining.join(admitted.welcome, wrong, createDatabase))).code,
    'join-words-wrong',
  );
  await vault.joining.join(admitted.welcome, admitted.words.join(' '), createDatabase);
  assert.equal(vault.state, 'locked');
  await one.directory.meet(meeting);
  return vault;
}

before(async () => {
  ground = await startGround();
  folder = join(ground.dir, 'meeting');
  mkdirSync(folder);
  meeting = new FolderMeeting(folder);
  const made = await newClinic(ground);
  one = made.vault;
  words = made.kit.words;
  two = await joined('second');
});
after(() => ground[Symbol.asyncDispose]());

test('a workstation joins with six words compared, and everybody signs in there with a key of its own', async () => {
  const [here, there] = [await one.signIn('anna', admin), await two.signIn('anna', admin)];
  assert.ok(here.shared && there.shared);
  assert.ok(!here.shared.databaseKey.equals(there.shared.databaseKey), 'one database key per workstation');
  assert.ok(here.shared.clinicKeys[0]?.key.equals(there.shared.clinicKeys[0]?.key ?? Buffer.alloc(0)));
  assert.ok(opens(two.database().path, there.shared.databaseKey));
  here.close();
  there.close();
  const files = readdirSync(second());
  assert.ok(!files.includes('join-pending') && files.includes('recovery'));
  assert.doesNotThrow(() => two.proveKit(words.join(' ')));
});

test('a request of somebody in between gives other words, and a welcome for another request opens nothing', async () => {
  const real = await vaultOf(ground, { profileDir: join(ground.dir, 'third') });
  const request = await real.joining.ask('Third');
  const evil = await vaultOf(ground, { profileDir: join(ground.dir, 'evil') });
  const exchanged = await evil.joining.ask('Third');
  assert.notDeepEqual(one.joining.words(request).words, one.joining.words(exchanged).words);
  assert.equal((await refusal(() => one.joining.words(Buffer.from('{"kind":"x"}')))).code, 'invalid-input');
  const session = await one.signIn('anna', admin);
  const admitted = await one.joining.admit(session, exchanged);
  session.close();
  for (const bytes of [admitted.welcome, Buffer.from('{}'), Buffer.alloc(9)]) {
    const refused = await refusal(() => real.joining.join(bytes, admitted.words.join(' '), createDatabase));
    assert.equal(refused.code, 'invalid-input');
  }
  assert.equal(real.state, 'not-set-up');
});

test('a welcome with the right words and somebody else’s keys in it: refused before any key is sealed to them', async () => {
  const real = await vaultOf(ground, { profileDir: join(ground.dir, 'fifth') });
  const request = await real.joining.ask('Fifth');
  const session = await one.signIn('anna', admin);
  const admitted = await one.joining.admit(session, request);
  session.close();
  const honest = await payloadOf(join(ground.dir, 'profile'));
  const [first, ...others] = honest.users;
  assert.ok(first);
  const receiving = { ...first.x25519, public: randomBytes(32).toString('base64') };
  const forged = { ...honest, users: [{ ...first, x25519: receiving }, ...others] };
  const made: string[] = [];
  const welcome = welcomeFor(forged, parseRequest(request), randomBytes);
  const refused = await refusal(() =>
    real.joining.join(welcome, admitted.words.join(' '), ({ path }) => void made.push(path)),
  );
  assert.equal(refused.code, 'directory-refused');
  assert.deepEqual([made, real.state], [[], 'not-set-up']);
});

test('a colleague added here works there after the next open session; a new password reaches there too', async () => {
  await two.directory.meet(meeting);
  const session = await one.signIn('anna', admin);
  const kim = await one.people.add(session, {
    userName: 'kim',
    displayName: 'Kim',
    roles: ['practitioner'],
    password: other,
  });
  session.close();
  assert.ok((await one.directory.meet(meeting)).published);
  assert.ok((await two.directory.meet(meeting)).changed);
  assert.equal((await refusal(() => two.signIn('kim', other))).code, 'no-seal-yet');
  const opened = await two.signIn('anna', admin);
  assert.equal(await two.directory.seal(opened), 1);
  opened.close();
  const there = await two.signIn('kim', other);
  assert.ok(there.shared && opens(two.database().path, there.shared.databaseKey));

  const next = Buffer.from('ein ganz anderer langer Satz 7');
  await two.people.changeOwnPassword(there, other, next);
  there.close();
  await two.directory.meet(meeting);
  await one.directory.meet(meeting);
  assert.equal((await refusal(() => one.signIn('kim', other))).code, 'wrong-password');
  const back = await one.signIn('kim', next);
  assert.ok(back.shared);
  back.close();

  // Nothing left to say: a contact changes nothing and publishes nothing.
  for (const vault of [one, two, one]) await vault.directory.meet(meeting);
  const before = lying();
  for (const vault of [one, two]) {
    const { changed, published } = await vault.directory.meet(meeting);
    assert.deepEqual([changed, published], [false, false]);
  }
  assert.deepEqual(lying(), before);
  const admins = await one.signIn('anna', admin);
  await one.people.suspend(admins, kim.id);
  admins.close();
});

test('whatever else lies at the meeting place is refused, and nothing changes', async () => {
  await one.directory.meet(meeting);
  await two.directory.meet(meeting);
  const good = lying();
  const file = () => readFileSync(join(second(), 'keyfile'));
  const held = file();
  const foreign = await payloadOf(join(ground.dir, 'profile'));
  const stranger: KeyFilePayload = {
    ...foreign,
    device: {
      ...foreign.device,
      ed25519: { public: foreign.device.ed25519.public, private: randomBytes(32).toString('base64') },
    },
  };
  const hostile: readonly Buffer[] = [
    Buffer.alloc(0),
    Buffer.alloc(10_000_000),
    Buffer.alloc(20_000_000, 1),
    good.subarray(0, good.length - 1),
    Buffer.concat([good, Buffer.of(0)]),
    ...[0, 8, 10, 30, 60, good.length - 1].map((at) => {
      const turned = Buffer.from(good);
      turned[at] = (turned[at] ?? 0) ^ 1;
      return turned;
    }),
    encodeDirectory({ ...foreign, directoryKey: randomBytes(32).toString('base64') }, randomBytes),
    encodeDirectory(stranger, randomBytes),
    encodeDirectory({ ...foreign, roster: foreign.roster.slice(0, 1) }, randomBytes),
  ];
  for (const [at, bytes] of hostile.entries()) {
    writeFileSync(join(folder, 'directory'), bytes);
    const { code } = await refusal(() => two.directory.meet(meeting));
    assert.ok(code === 'directory-refused' || code === 'directory-rolled-back', `${at}: ${code}`);
    assert.deepEqual(file(), held, `${at}`);
  }
  writeFileSync(join(folder, 'directory'), good);
  await two.directory.meet(meeting);
});

test('somebody suspended first and removed later knew this workstation’s key: a new one is due here too', async () => {
  const session = await one.signIn('anna', admin);
  const { id } = await one.people.add(session, {
    userName: 'pia',
    displayName: 'Pia',
    roles: ['reception'],
    password: other,
  });
  for (const vault of [one, two]) await vault.directory.meet(meeting);
  await one.people.suspend(session, id);
  for (const vault of [one, two]) await vault.directory.meet(meeting);
  assert.equal(two.keys.due().databaseKey, false);
  await one.people.remove(session, id);
  session.close();
  for (const vault of [one, two]) await vault.directory.meet(meeting);
  assert.equal(two.keys.due().databaseKey, true);
});

test('a new clinic key made elsewhere reaches who is signed in here', async () => {
  const [here, there] = [await one.signIn('anna', admin), await two.signIn('anna', admin)];
  const epoch = await one.keys.rotateClinicKey(here);
  for (const vault of [one, two]) await vault.directory.meet(meeting);
  assert.ok(here.shared && there.shared);
  assert.equal(there.shared.clinicKeys.at(-1)?.epoch, epoch);
  assert.deepEqual(there.shared.clinicKeys, here.shared.clinicKeys);
  await two.people.setPolicy(there, { adminSecondFactor: false });
  for (const vault of [two, one]) await vault.directory.meet(meeting);
  here.close();
  there.close();
});

test('older news, and news of a fork, are told apart from new ones', async () => {
  const older = lying();
  const session = await one.signIn('anna', admin);
  await one.people.add(session, { userName: 'lea', displayName: 'Lea', roles: ['reception'], password: other });
  await one.directory.meet(meeting);
  await two.directory.meet(meeting);
  const newer = lying();
  writeFileSync(join(folder, 'directory'), older);
  assert.equal((await refusal(() => two.directory.meet(meeting))).code, 'directory-rolled-back');
  writeFileSync(join(folder, 'directory'), newer);
  // Both change people while apart: the second to come is told, and keeps what it has.
  const elsewhere = await two.signIn('anna', admin);
  await two.people.add(elsewhere, { userName: 'max', displayName: 'Max', roles: ['reception'], password: other });
  await one.people.add(session, { userName: 'mia', displayName: 'Mia', roles: ['reception'], password: other });
  await one.directory.meet(meeting);
  assert.equal((await refusal(() => two.directory.meet(meeting))).code, 'directory-forked');
  assert.ok(two.users().some(({ userName }) => userName === 'max'));
  session.close();
  elsewhere.close();
});

test('of honest news the order does not matter, and hearing them twice changes nothing', async () => {
  const base = await payloadOf(join(ground.dir, 'profile'));
  const read = (payload: KeyFilePayload) => {
    const decoded = decodeDirectory(
      encodeDirectory(payload, randomBytes),
      base.clinic.id,
      fromBase64(base.directoryKey),
    );
    assert.ok(decoded);
    return decoded;
  };
  const at = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: base.users.length, maxLength: base.users.length });
  fc.assert(
    fc.property(at, at, (first, second) => {
      const changed = (steps: readonly number[]): KeyFilePayload => ({
        ...base,
        users: base.users.map((user, index) => ({
          ...user,
          passwordSetAt: user.passwordSetAt + (steps[index] ?? 0),
          changedAt: user.changedAt + (steps[index] ?? 0),
        })),
      });
      const [left, right] = [read(changed(first)), read(changed(second))];
      const after = (...news: (typeof left)[]) =>
        contentOf(news.reduce((held, one) => merged(held, one, Date.now()).payload, base));
      assert.deepEqual(after(left, right), after(right, left));
      assert.deepEqual(after(left, right, left, right), after(left, right));
    }),
    { numRuns: 40 },
  );
});

test('a workstation in the wrong hands plants no clinic key, spoils no seal, and wins no record for ever', async () => {
  const base = await payloadOf(join(ground.dir, 'profile'));
  const read = (payload: KeyFilePayload) => {
    const decoded = decodeDirectory(
      encodeDirectory(payload, randomBytes),
      base.clinic.id,
      fromBase64(base.directoryKey),
    );
    assert.ok(decoded);
    return decoded;
  };
  const [first] = base.clinicKeys;
  assert.ok(first);
  const code = (payload: KeyFilePayload) => refusal(() => merged(base, read(payload), Date.now()));
  const planted = { ...first, epoch: base.clinicKeys.length + 1, id: randomBytes(32).toString('base64') };
  assert.equal((await code({ ...base, clinicKeys: [...base.clinicKeys, planted] })).code, 'directory-refused');
  assert.equal(
    (await code({ ...base, clinicKeys: base.clinicKeys.map((item) => ({ ...item, id: planted.id })) })).code,
    'directory-refused',
  );

  const garbage = { ...first.recoverySeal, sealed: Buffer.alloc(93).toString('base64') };
  const clinicKeys = base.clinicKeys.map((item) => ({
    ...item,
    recoverySeal: garbage,
    seals: item.seals.map((one) => ({ ...one, seal: garbage })),
  }));
  const spoiled = merged(base, read({ ...base, clinicKeys }), Date.now());
  assert.deepEqual(spoiled.payload.clinicKeys, base.clinicKeys);

  const later = base.users.map((user) => ({ ...user, secondFactor: null, changedAt: Number.MAX_SAFE_INTEGER }));
  assert.deepEqual(merged(base, read({ ...base, users: later }), Date.now()).payload.users, base.users);
});

test('a new clinic key made here is known there, and its epoch stands in the roster', async () => {
  rmSync(join(folder, 'directory'));
  const five = await joined('fifth');
  const session = await one.signIn('anna', admin);
  const epoch = await one.keys.rotateClinicKey(session);
  session.close();
  assert.ok(one.rosterState().clinicKeys.has(epoch));
  await one.directory.meet(meeting);
  await five.directory.meet(meeting);
  const there = await five.signIn('anna', admin);
  assert.equal(there.shared?.clinicKeys.at(-1)?.epoch, epoch);
  there.close();
  const { changed, published } = await one.directory.meet(meeting);
  assert.deepEqual([changed, published], [false, false]);
});

test('a workstation that was removed destroys its keys at the next contact, locked as it is', async () => {
  rmSync(join(folder, 'directory'));
  const four = await joined('fourth');
  const { deviceId, profileId } = four.ids();
  const session = await one.signIn('anna', admin);
  assert.equal((await refusal(() => one.joining.remove(session, one.ids().deviceId))).code, 'own-account');
  await one.joining.remove(session, deviceId);
  session.close();
  await one.directory.meet(meeting);
  const met = await four.directory.meet(meeting);
  assert.ok(met.removedHere);
  assert.equal(four.state, 'device-removed');
  assert.deepEqual(
    readdirSync(join(ground.dir, 'fourth'))
      .filter((name) => name !== 'quarantine')
      .sort(),
    ['db', 'recovery', 'removed'],
  );
  assert.equal((await readDeviceSecret(ground.keychain, profileId, 1)).state, 'no-entry');
  assert.equal((await vaultOf(ground, { profileDir: join(ground.dir, 'fourth') })).state, 'device-removed');
  assert.equal((await refusal(() => four.signIn('anna', admin))).code, 'device-removed');
});
