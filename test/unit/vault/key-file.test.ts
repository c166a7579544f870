/** What somebody may do to the key file, without and with the device secret. */
import assert from 'node:assert/strict';
import { readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { argon2Floor } from '../../../src-main/core/crypto/kdf.ts';
import { randomBytes, randomUuid } from '../../../src-main/core/crypto/random.ts';
import { decodeKeyFile, encodeKeyFile, KeyFileDamaged, parseHeader } from '../../../src-main/core/vault/key-file.ts';
import type { KeyFilePayload } from '../../../src-main/core/vault/key-file-payload.ts';
import { readDeviceSecret } from '../../../src-main/core/vault/keychain-items.ts';
import {
  adminPassword,
  createDatabase,
  type Ground,
  newClinic,
  otherPassword,
  refusal,
  request,
  startGround,
  vaultOf,
} from './clinic.ts';

let ground: Ground & AsyncDisposable;
let path: string;
let good: Buffer;
let secret: Buffer;
let payload: KeyFilePayload;
let words: readonly string[];
const admin = Buffer.from(adminPassword);
const other = Buffer.from(otherPassword);

before(async () => {
  ground = await startGround();
  const made = await newClinic(ground);
  const session = await made.vault.signIn('anna', admin);
  await made.vault.people.add(session, {
    userName: 'kim',
    displayName: 'Kim',
    roles: ['practitioner'],
    password: other,
  });
  words = made.kit.words;
  path = join(made.profileDir, 'keyfile');
  good = readFileSync(path);
  const header = parseHeader(good);
  const read = await readDeviceSecret(ground.keychain, header.profileId, header.deviceSecretNumber);
  assert.ok(read.state === 'ok');
  secret = read.secret;
  payload = decodeKeyFile(good, secret);
});
after(() => ground[Symbol.asyncDispose]());

async function stateWith(file: Buffer): Promise<string> {
  writeFileSync(path, file);
  try {
    const vault = await vaultOf(ground);
    if (vault.state !== 'locked') {
      // Whatever is wrong with it: no new keys, and the file is as it was found.
      assert.equal((await refusal(() => vault.setUp(request(), createDatabase))).code, 'already-set-up');
      assert.deepEqual(readFileSync(path), file);
    }
    return vault.state;
  } finally {
    writeFileSync(path, good);
  }
}

test('every byte counts', () => {
  for (let at = 0; at < good.length; at += 1) {
    const changed = Buffer.from(good);
    changed.writeUInt8(changed.readUInt8(at) ^ 0x01, at);
    assert.throws(() => decodeKeyFile(changed, secret), KeyFileDamaged, `byte ${at}`);
  }
  assert.throws(() => decodeKeyFile(good, randomBytes(32)), KeyFileDamaged);
});

test('each region damaged, cut, lengthened, emptied: the state says so and nothing is made', async () => {
  for (const at of [0, 8, 9, 10, 12, 28, 32, 64, 72, 73, 85, 300, good.length - 1]) {
    const changed = Buffer.from(good);
    changed.writeUInt8(changed.readUInt8(at) ^ 0x80, at);
    assert.equal(await stateWith(changed), 'key-file-damaged', `byte ${at}`);
  }
  for (const file of [
    Buffer.alloc(0),
    good.subarray(0, 40),
    good.subarray(0, 72),
    good.subarray(0, -1),
    Buffer.concat([good, Buffer.of(0)]),
  ])
    assert.equal(await stateWith(file), 'key-file-damaged', `${file.length} bytes`);
  rmSync(path);
  symlinkSync('/dev/zero', path);
  assert.equal((await vaultOf(ground)).state, 'key-file-damaged');
  rmSync(path);
  writeFileSync(path, good);
});

test('a key file of another clinic, or of a secret that is gone', async () => {
  assert.equal(await stateWith(encodeKeyFile(payload, randomBytes(32), 1, randomBytes)), 'key-file-damaged');
  assert.equal(await stateWith(encodeKeyFile(payload, secret, 7, randomBytes)), 'device-secret-missing');
  const foreign = { ...payload, profileId: randomUuid() };
  assert.equal(await stateWith(encodeKeyFile(foreign, secret, 1, randomBytes)), 'device-secret-missing');
});

test('no key file beside a database or a recovery file is never a new profile', async () => {
  renameSync(path, `${path}.aside`);
  const vault = await vaultOf(ground);
  assert.equal(vault.state, 'key-file-missing');
  assert.equal((await refusal(() => vault.setUp(request(), createDatabase))).code, 'already-set-up');
  const database = join(ground.dir, 'profile', 'db');
  renameSync(database, `${database}.aside`);
  assert.equal((await vaultOf(ground)).state, 'key-file-missing');
  renameSync(`${path}.aside`, path);
  assert.equal((await vaultOf(ground)).state, 'database-missing');
  renameSync(`${database}.aside`, database);
  assert.equal((await vaultOf(ground)).state, 'locked');
});

let sequence = 1_000_000;
/** As somebody would write it who has the device secret: further on than the keychain remembers. */
const written = (content: KeyFilePayload): Buffer => {
  sequence += 10;
  return encodeKeyFile({ ...content, sequence }, secret, 1, randomBytes);
};

/** Somebody who has the device secret as well rewrites the content. */
async function withContent(change: (draft: KeyFilePayload) => KeyFilePayload, userName = 'anna', password = admin) {
  writeFileSync(path, written(change(structuredClone(payload))));
  try {
    const vault = await vaultOf(ground);
    if (vault.state !== 'locked') return vault.state;
    const answer = await refusal(() => vault.signIn(userName, password));
    return answer.code;
  } finally {
    writeFileSync(path, written(payload));
  }
}

test('seals and slots of two users exchanged, and other rewritings by someone with the device secret', async () => {
  const [anna, kim] = payload.users;
  assert.ok(anna !== undefined && kim !== undefined);
  const seals = payload.databaseKey.seals;
  const [first, second] = seals;
  assert.ok(first !== undefined && second !== undefined);
  assert.equal(
    await withContent((p) => ({
      ...p,
      databaseKey: {
        ...p.databaseKey,
        seals: [
          { ...first, seal: second.seal },
          { ...second, seal: first.seal },
        ],
      },
    })),
    'key-file-damaged',
  );
  // The same seal in another place: the clinic key's under the database key.
  const clinicSeal = payload.clinicKeys[0]?.seals[0];
  assert.ok(clinicSeal !== undefined);
  assert.equal(
    await withContent((p) => ({ ...p, databaseKey: { ...p.databaseKey, seals: [clinicSeal, second] } })),
    'key-file-damaged',
  );
  assert.equal(
    await withContent((p) => ({ ...p, databaseKey: { ...p.databaseKey, seals: [second] } })),
    'key-file-damaged',
  );
  assert.equal(
    await withContent((p) => ({ ...p, clinicKeys: p.clinicKeys.map((k) => ({ ...k, epoch: 2 })) })),
    'key-file-damaged',
  );
  // Kim's slot and wraps under Anna's name: Kim's password does not open Anna's account.
  assert.equal(
    await withContent(
      (p) => ({
        ...p,
        users: [
          {
            ...anna,
            passwordSlot: kim.passwordSlot,
            ed25519: { ...anna.ed25519, wrappedPrivate: kim.ed25519.wrappedPrivate },
            x25519: { ...anna.x25519, wrappedPrivate: kim.x25519.wrappedPrivate },
          },
          kim,
        ],
      }),
      'anna',
      other,
    ),
    'wrong-password',
  );
  // Signing and receiving key exchanged.
  assert.equal(
    await withContent((p) => ({
      ...p,
      users: [{ ...anna, ed25519: { ...anna.ed25519, wrappedPrivate: anna.x25519.wrappedPrivate } }, kim],
    })),
    'wrong-password',
  );
  // Roles, names, keys and status are the roster's.
  for (const changed of [
    { ...kim, roles: ['admin' as const] },
    { ...kim, displayName: 'Anna Berg' },
    { ...kim, userName: 'anna2' },
    { ...kim, status: 'suspended' as const },
    { ...kim, ed25519: anna.ed25519 },
    { ...kim, x25519: anna.x25519 },
  ])
    assert.equal(await withContent((p) => ({ ...p, users: [anna, changed] })), 'key-file-damaged');
  assert.equal(await withContent((p) => ({ ...p, users: [anna] })), 'key-file-damaged');
  assert.equal(await withContent((p) => ({ ...p, roster: p.roster.slice(0, 1) })), 'key-file-damaged');
  assert.equal(
    await withContent((p) => ({ ...p, recovery: { ...p.recovery, public: anna.x25519.public } })),
    'key-file-damaged',
  );
});

test('lowered or absurd Argon2id parameters are refused before anything is computed', async () => {
  const [anna, kim] = payload.users;
  assert.ok(anna !== undefined && kim !== undefined);
  for (const cost of [
    { memoryKiB: 1024, passes: 3, lanes: 1 },
    { memoryKiB: 65_536, passes: 1, lanes: 1 },
    { memoryKiB: 2 ** 30, passes: 3, lanes: 1 },
    { memoryKiB: 65_536, passes: 10_000, lanes: 1 },
  ])
    assert.equal(
      await withContent((p) => ({ ...p, users: [{ ...anna, passwordSlot: { ...anna.passwordSlot, cost } }, kim] })),
      'key-file-damaged',
    );
  // Within the bounds but not what was authenticated: the right password opens nothing.
  const cost = { ...argon2Floor, passes: 4 };
  assert.equal(
    await withContent((p) => ({ ...p, users: [{ ...anna, passwordSlot: { ...anna.passwordSlot, cost } }, kim] })),
    'wrong-password',
  );
});

test('an older key file put back, with or without its recovery file, is a state of its own', async () => {
  const recoveryPath = join(ground.dir, 'profile', 'recovery');
  writeFileSync(path, written(payload));
  const before = await vaultOf(ground);
  const [older, olderRecovery] = [readFileSync(path), readFileSync(recoveryPath)];
  const session = await before.signIn('anna', admin);
  await before.people.suspend(session, payload.users[1]?.id ?? '');
  const newer = readFileSync(path);
  session.close();
  writeFileSync(path, older);
  const put = await vaultOf(ground);
  assert.equal(put.state, 'key-file-rolled-back');
  assert.equal((await refusal(() => put.signIn('anna', admin))).code, 'key-file-rolled-back');
  writeFileSync(recoveryPath, olderRecovery);
  assert.equal((await vaultOf(ground)).state, 'key-file-rolled-back');
  // Looking changed nothing.
  assert.deepEqual(readFileSync(path), older);
  assert.deepEqual(readFileSync(recoveryPath), olderRecovery);
  writeFileSync(path, newer);
  assert.equal((await vaultOf(ground)).state, 'locked');
  // A keychain that forgot how far it was, or was told something else, is the same alarm.
  const account = `${payload.profileId}/key-file`;
  const mark = await ground.keychain.read(account);
  assert.ok(mark.state === 'ok');
  await ground.keychain.remove(account);
  assert.equal((await vaultOf(ground)).state, 'key-file-rolled-back');
  await ground.keychain.write(account, 'ten');
  assert.equal((await vaultOf(ground)).state, 'key-file-rolled-back');
  await ground.keychain.write(account, mark.value);
  writeFileSync(path, older);
  // Only who holds the kit goes on with it; from then on it is the newest.
  const asked = await vaultOf(ground);
  assert.equal(
    (await refusal(() => asked.acceptRolledBack(Array(24).fill('abandon').join(' ')))).code,
    'kit-words-wrong',
  );
  assert.equal(await asked.acceptRolledBack(words.join(' ')), 'locked');
  assert.equal((await vaultOf(ground)).state, 'locked');
  writeFileSync(path, newer);
  assert.equal((await vaultOf(ground)).state, 'key-file-rolled-back');
});
