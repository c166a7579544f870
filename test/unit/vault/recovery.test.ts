import assert from 'node:assert/strict';
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { wordsOf } from '../../../src-main/core/crypto/mnemonic.ts';
import { randomBytes } from '../../../src-main/core/crypto/random.ts';
import { x25519Public } from '../../../src-main/core/crypto/x25519.ts';
import { decodeKeyFile, parseHeader } from '../../../src-main/core/vault/key-file.ts';
import { readDeviceSecret } from '../../../src-main/core/vault/keychain-items.ts';
import { encodeRecoveryFile } from '../../../src-main/core/vault/recovery-file.ts';
import { verifyRoster } from '../../../src-main/core/vault/roster.ts';
import type { Kit } from '../../../src-main/core/vault/set-up.ts';
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
let profileDir: string;
let kit: Kit;
const admin = Buffer.from(adminPassword);
const other = Buffer.from(otherPassword);
const fresh = Buffer.from('neun helle tassen am 7.');

before(async () => {
  ground = await startGround();
  const made = await newClinic(ground);
  ({ profileDir, kit } = made);
  const session = await made.vault.signIn('anna', admin);
  await made.vault.people.add(session, {
    userName: 'kim',
    displayName: 'Kim',
    roles: ['practitioner'],
    password: other,
  });
});
after(() => ground[Symbol.asyncDispose]());

const typed = () => kit.words.map((word, i) => `${i + 1} ${word.slice(0, 4)}`).join('\n');

test('the recovery file is made again when it is missing or out of step', async () => {
  const path = join(profileDir, 'recovery');
  const before = readFileSync(path);
  rmSync(path);
  await vaultOf(ground);
  assert.equal(readFileSync(path).length, before.length);
  const older = Buffer.from(before);
  older.writeBigUInt64BE(1n, 60);
  writeFileSync(path, older);
  await vaultOf(ground);
  assert.deepEqual(readFileSync(path).subarray(0, 68), before.subarray(0, 68));
});

test('a lost keychain: words, and the clinic is back with everyone in it', async () => {
  const header = parseHeader(readFileSync(join(profileDir, 'keyfile')));
  assert.equal(await ground.keychain.remove(`${header.profileId}/device-secret/1`), 'ok');
  const vault = await vaultOf(ground);
  assert.equal(vault.state, 'device-secret-missing');
  const wrong = wordsOf(randomBytes(32)).join(' ');
  assert.equal(
    (await refusal(() => vault.recover({ words: wrong, admin: { userName: 'anna', password: fresh } }))).code,
    'kit-words-wrong',
  );
  assert.equal(
    (await refusal(() => vault.recover({ words: 'x y', admin: { userName: 'anna', password: fresh } }))).code,
    'kit-words-wrong',
  );
  assert.equal(
    (await refusal(() => vault.recover({ words: typed(), admin: { userName: 'anna', password: Buffer.from('x') } })))
      .code,
    'password-too-short',
  );
  assert.equal(vault.state, 'device-secret-missing');

  assert.equal(await vault.recover({ words: typed(), admin: { userName: 'anna', password: fresh } }), 'locked');
  assert.equal(parseHeader(readFileSync(join(profileDir, 'keyfile'))).deviceSecretNumber, 2);
  assert.equal(readdirSync(join(profileDir, 'quarantine')).length, 1);
  assert.equal((await refusal(() => vault.signIn('anna', admin))).code, 'wrong-password');
  const session = await vault.signIn('anna', fresh);
  assert.ok(session.shared !== undefined && opens(vault.database().path, session.shared.databaseKey));
  assert.deepEqual((await vault.signIn('kim', other)).shared, session.shared);
  const state = verifyRoster(vault.roster(), vault.ids().clinicId, vault.clinicIdentity());
  assert.equal(state.users.get(session.userId)?.retired.length, 1);
  // And everything goes on: changes, restart, recovery once more.
  await vault.people.add(session, { userName: 'lea', displayName: 'Lea', roles: ['reception'], password: other });
  assert.equal((await vaultOf(ground)).state, 'locked');
});

test('without a new password for anybody: device keys and device secret are new, nothing else', async () => {
  const before = await vaultOf(ground);
  const state = before.rosterState();
  const number = parseHeader(readFileSync(join(profileDir, 'keyfile'))).deviceSecretNumber;
  before.close();
  const vault = await vaultOf(ground);
  assert.equal(await vault.recover({ words: typed() }), 'locked');
  assert.equal(parseHeader(readFileSync(join(profileDir, 'keyfile'))).deviceSecretNumber, number + 1);
  const after = vault.rosterState();
  assert.deepEqual([...after.users], [...state.users]);
  const { deviceId } = vault.ids();
  assert.notEqual(after.devices.get(deviceId)?.ed25519, state.devices.get(deviceId)?.ed25519);
  assert.deepEqual(
    vault
      .roster()
      .at(-1)
      ?.signatures.map(({ by }) => by),
    ['clinic'],
  );
  assert.ok((await vault.signIn('kim', other)).shared !== undefined);
});

test('another clinic takes no place here while this one opens', async () => {
  const elsewhere = join(ground.dir, 'elsewhere');
  const { kit: theirs } = await newClinic(ground, { profileDir: elsewhere });
  const before = readFileSync(join(profileDir, 'keyfile'));
  const vault = await vaultOf(ground);
  const request = { words: theirs.words.join(' '), path: join(elsewhere, 'recovery') };
  assert.equal((await refusal(() => vault.recover(request))).code, 'already-set-up');
  assert.deepEqual(readFileSync(join(profileDir, 'keyfile')), before);
});

test('a missing key file, and an admin nobody knew', async () => {
  rmSync(join(profileDir, 'keyfile'));
  const vault = await vaultOf(ground);
  assert.equal(vault.state, 'key-file-missing');
  assert.equal(await vault.recover({ words: typed(), admin: { userName: 'nora', password: fresh } }), 'locked');
  const session = await vault.signIn('nora', fresh);
  assert.deepEqual(session.user.roles, ['admin']);
  assert.ok(session.shared !== undefined && opens(vault.database().path, session.shared.databaseKey));
});

test('the recovery file from another place', async () => {
  const elsewhere = join(ground.dir, 'stick');
  renameSync(join(profileDir, 'recovery'), elsewhere);
  rmSync(join(profileDir, 'keyfile'));
  const vault = await vaultOf(ground);
  assert.equal(
    (await refusal(() => vault.recover({ words: typed(), admin: { userName: 'anna', password: fresh } }))).code,
    'key-file-missing',
  );
  assert.equal(
    await vault.recover({ words: typed(), admin: { userName: 'anna', password: fresh }, path: elsewhere }),
    'locked',
  );
});

test('a recovery file that is damaged, or that somebody else made for this kit, is refused', async () => {
  const path = join(profileDir, 'recovery');
  const good = readFileSync(path);
  const vault = await vaultOf(ground);
  const attempt = () => refusal(() => vault.recover({ words: typed(), admin: { userName: 'anna', password: fresh } }));
  for (const at of [0, 8, 12, 30, 61, 68, 70, 110, good.length - 1]) {
    const changed = Buffer.from(good);
    changed.writeUInt8(changed.readUInt8(at) ^ 0x01, at);
    writeFileSync(path, changed);
    assert.match((await attempt()).code, /^(key-file-damaged|kit-words-wrong)$/, `byte ${at}`);
  }
  // Sealing to the kit needs only its public key; the roster and the identity's wrap give the forger away.
  const header = parseHeader(readFileSync(join(profileDir, 'keyfile')));
  const read = await readDeviceSecret(ground.keychain, header.profileId, header.deviceSecretNumber);
  assert.ok(read.state === 'ok');
  const payload = decodeKeyFile(readFileSync(join(profileDir, 'keyfile')), read.secret);
  const forgedDevice = randomBytes(32);
  const forgeries = [
    {
      ...payload,
      clinic: { ...payload.clinic, name: 'Other' },
      device: { ...payload.device, ed25519: { ...payload.device.ed25519, private: forgedDevice.toString('base64') } },
    },
    {
      ...payload,
      clinicIdentity: { ...payload.clinicIdentity, public: x25519Public(forgedDevice).toString('base64') },
    },
    { ...payload, roster: payload.roster.slice(0, -1) },
  ];
  for (const forged of forgeries) {
    writeFileSync(path, encodeRecoveryFile(forged, randomBytes));
    assert.equal((await attempt()).code, 'key-file-damaged');
  }
  writeFileSync(path, good);
});

test('key but no database: a new empty one only with the words', async () => {
  const vault = await vaultOf(ground);
  const before = vault.database();
  const wrong = wordsOf(randomBytes(32)).join(' ');
  assert.equal((await refusal(() => vault.setDatabaseAside(wrong))).code, 'kit-words-wrong');
  await assert.rejects(vault.proveKit(wrong));
  await vault.proveKit(typed());
  assert.equal(await vault.setDatabaseAside(typed()), 'database-missing');
  assert.equal((await refusal(() => vault.signIn('anna', fresh))).code, 'database-missing');
  assert.equal((await refusal(() => vault.startEmptyDatabase(wrong, createDatabase))).code, 'kit-words-wrong');
  assert.equal(await vault.startEmptyDatabase(typed(), createDatabase), 'locked');
  const next = vault.database();
  assert.equal(next.generation, before.generation + 1);
  const session = await vault.signIn('anna', fresh);
  assert.ok(session.shared !== undefined && opens(next.path, session.shared.databaseKey));
  const [aside] = readdirSync(join(profileDir, 'quarantine')).filter((name) => name.endsWith('.db'));
  assert.ok(aside !== undefined && !opens(join(profileDir, 'quarantine', aside), session.shared.databaseKey));
});
