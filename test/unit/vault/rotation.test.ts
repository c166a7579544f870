/** New keys for old, stopped before every step on disk and keychain: the same password opens the same database, always. */
import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import Database from 'better-sqlite3-multiple-ciphers';
import type { Keychain } from '../../../src-main/core/vault/keychain.ts';
import { otherDeviceSecrets, readDeviceSecret } from '../../../src-main/core/vault/keychain-items.ts';
import type { NextDatabase } from '../../../src-main/core/vault/keys-office.ts';
import type { VaultSession } from '../../../src-main/core/vault/session.ts';
import { openVault, type Vault } from '../../../src-main/core/vault/vault.ts';
import {
  adminPassword,
  type Ground,
  newClinic,
  opens,
  otherPassword,
  refusal,
  startGround,
  vaultOf,
} from './clinic.ts';
import { stoppingDisk } from './stopping-disk.ts';

let ground: Ground & AsyncDisposable;
let vault: Vault;
let profileDir: string;
let words: string;
let generations = 0;
const admin = Buffer.from(adminPassword);
const other = Buffer.from(otherPassword);

before(async () => {
  ground = await startGround();
  const made = await newClinic(ground);
  ({ vault, profileDir } = made);
  words = made.kit.words.join(' ');
  const session = await vault.signIn('anna', admin);
  const person = { displayName: 'Ben Kurz', roles: ['practitioner' as const], password: other };
  await vault.people.add(session, { ...person, userName: 'ben' });
  session.close();
});
after(() => ground[Symbol.asyncDispose]());

const power = new Error('power is gone');

/** A vault on the same profile that stops before the given step on disk or keychain. */
function stopping(fatal: number) {
  const { disk, step, steps } = stoppingDisk(fatal, () => {
    throw power;
  });
  let armed = false;
  const keychain: Keychain = {
    read: (account) => ground.keychain.read(account),
    write: async (account, value) => {
      if (armed && account.includes('device-secret')) step();
      return ground.keychain.write(account, value);
    },
    remove: async (account) => {
      if (armed && account.includes('device-secret')) step();
      return ground.keychain.remove(account);
    },
  };
  const idle = stoppingDisk(-1, () => undefined).disk;
  const chosen = new Proxy(idle, { get: (_target, name) => Reflect.get(armed ? disk : idle, name) });
  return {
    open: () => openVault({ profileDir, keychain, disk: chosen }),
    arm: () => {
      armed = true;
    },
    steps,
  };
}

/** Runs one rotation, stopped before step `fatal`; how many steps it made. */
async function stopped(fatal: number, rotate: (vault: Vault, session: VaultSession) => Promise<unknown>) {
  const at = stopping(fatal);
  const stoppedVault = await at.open();
  const session = await stoppedVault.signIn('anna', admin);
  at.arm();
  try {
    await rotate(stoppedVault, session);
  } catch (error) {
    if (error !== power) throw error;
  }
  session.close();
  return at.steps();
}

/** What must hold however a rotation ended. */
async function whole(): Promise<void> {
  await vault.refresh();
  assert.equal(vault.state, 'locked');
  const session = await vault.signIn('anna', admin);
  assert.ok(session.shared !== undefined && opens(vault.database().path, session.shared.databaseKey));
  await vault.proveKit(words);
  await vault.keys.databaseProved();
  await (await vaultOf(ground)).keys.tidyKeychain();
  session.close();
}

/** Steps of a rotation, and what holds after each. The fault kind `rotation` stops at every one. */
async function everyStep(
  rotate: (vault: Vault, session: VaultSession) => Promise<unknown>,
  stride = 1,
): Promise<number> {
  const steps = await stopped(-1, rotate);
  await whole();
  for (let fatal = 0; fatal < steps; fatal += stride) {
    await stopped(fatal, rotate);
    await whole();
  }
  return steps;
}

const secretNumber = () => vault.keys.report(() => false).find(({ kind }) => kind === 'device-secret')?.number ?? 0;

test('a device secret is replaced, or was not, after a stop at any step; nothing is left in the keychain', async () => {
  const steps = await everyStep((stoppedVault, session) => stoppedVault.keys.rotateDeviceSecret(session));
  assert.ok(steps >= 10, `${steps} steps`);
  const number = secretNumber();
  assert.ok(number > 1);
  const { profileId } = vault.ids();
  assert.deepEqual(await otherDeviceSecrets(ground.keychain, profileId, number), []);
  assert.equal((await readDeviceSecret(ground.keychain, profileId, 1)).state, 'no-entry');
});

test('the key file under the old device secret is worth nothing afterwards', async () => {
  const path = join(profileDir, 'keyfile');
  const old = readFileSync(path);
  const session = await vault.signIn('anna', admin);
  const number = await vault.keys.rotateDeviceSecret(session);
  session.close();
  assert.equal(number, secretNumber());
  const current = readFileSync(path);
  writeFileSync(path, old);
  assert.equal(await vault.refresh(), 'device-secret-missing');
  writeFileSync(path, current);
  assert.equal(await vault.refresh(), 'locked');
});

test('who opens nothing clinical rotates the device secret too', async () => {
  const session = await vault.signIn('anna', admin);
  const password = Buffer.from('werkzeug eimer 77 kabel');
  await vault.people.add(session, { userName: 'ida', displayName: 'Ida Tech', roles: ['it'], password });
  session.close();
  const it = await vault.signIn('ida', password);
  assert.equal(it.shared, undefined);
  const before = secretNumber();
  assert.equal(await vault.keys.rotateDeviceSecret(it), before + 1);
  assert.equal((await refusal(() => vault.keys.rotateClinicKey(it))).code, 'no-clinical-access');
  assert.equal((await refusal(() => vault.keys.prepareDatabase(it))).code, 'no-clinical-access');
  await vault.keys.rotateOwn(it, password);
  it.close();
  (await vault.signIn('ida', password)).close();
});

test('a new epoch of the clinic key reaches every session, the kit and everybody, and the old ones stay', async () => {
  await everyStep((stoppedVault, session) => stoppedVault.keys.rotateClinicKey(session), 3);
  const one = await vault.signIn('anna', admin);
  const two = await vault.signIn('ben', other);
  const epochs = (session: VaultSession) => session.shared?.clinicKeys.map(({ epoch }) => epoch) ?? [];
  const known = epochs(one);
  assert.ok(known.length > 1);
  const epoch = await vault.keys.rotateClinicKey(one);
  assert.deepEqual(epochs(one), [...known, epoch]);
  assert.deepEqual(epochs(two), [...known, epoch]);
  assert.ok(
    one.shared && two.shared && one.shared.clinicKeys.at(-1)?.key.equals(two.shared.clinicKeys.at(-1)?.key ?? admin),
  );
  // A session that has heard of it seals everything; nothing is lost by the next change to users.
  await vault.people.suspend(one, two.userId);
  await vault.people.reactivate(one, two.userId);
  one.close();
  two.close();
  const again = await vault.signIn('ben', other);
  assert.deepEqual(epochs(again), [...known, epoch]);
  again.close();
});

test('own new keys: the same password, the same data, the old signing key only for the past', async () => {
  const session = await vault.signIn('ben', other);
  const aad = Buffer.from('for ben');
  const sealed = vault.sealToAuthor(session.userId, Buffer.from('private'), aad).author;
  const before = session.publicKey;
  assert.equal((await refusal(() => vault.keys.rotateOwn(session, admin))).code, 'wrong-password');
  await vault.keys.rotateOwn(session, other);
  assert.ok(!session.publicKey.equals(before));
  assert.equal(session.openSealed(sealed, aad).toString(), 'private');
  session.close();
  const named = vault.rosterState().users.get(session.userId);
  assert.deepEqual(named?.retired, [before.toString('base64')]);
  const again = await vault.signIn('ben', other);
  assert.ok(again.shared !== undefined && opens(vault.database().path, again.shared.databaseKey));
  assert.equal(again.openSealed(sealed, aad).toString(), 'private');
  assert.throws(() => again.openSealedNow(sealed, aad));
  again.close();
  const renewed = vault.keys.report(() => true).find(({ userId }) => userId === session.userId);
  assert.ok(renewed?.rotatedAt !== null && renewed?.reminder === 'fresh');
});

test('own new keys stopped at any step', async () => {
  await everyStep((stoppedVault, session) => stoppedVault.keys.rotateOwn(session, admin), 3);
});

test('an admin asks somebody for new keys; their next sign-in makes them with the password just typed', async () => {
  const session = await vault.signIn('anna', admin);
  const ben = vault.userIdOf('ben') ?? '';
  await vault.keys.demandNew(session, ben);
  assert.equal(vault.keys.asked(ben), true);
  session.close();
  const his = await vault.signIn('ben', other);
  assert.equal((await refusal(() => vault.keys.demandNew(his, his.userId))).code, 'forbidden');
  const before = his.publicKey;
  assert.equal(await vault.keys.rotateOwnIfAsked(his, other), true);
  assert.equal(await vault.keys.rotateOwnIfAsked(his, other), false);
  assert.ok(!his.publicKey.equals(before));
  his.close();
  (await vault.signIn('ben', other)).close();
});

/** The next generation, made as simply as can be. */
function make(next: NextDatabase, key: Buffer, nextKey: Buffer): void {
  cpSync(next.from, next.making);
  const raw = (bytes: Buffer) => Buffer.concat([Buffer.from('raw:'), bytes]);
  const database = new Database(next.making);
  database.pragma(`cipher='sqlcipher'`);
  database.pragma('legacy=4');
  database.key(raw(key));
  database.rekey(raw(nextKey));
  database.close();
}

async function rotateDatabase(stoppedVault: Vault, session: VaultSession, prove = true): Promise<void> {
  const next = await stoppedVault.keys.prepareDatabase(session);
  generations = next.generation;
  const key = Buffer.alloc(32, next.generation);
  assert.ok(session.shared);
  make(next, session.shared.databaseKey, key);
  await stoppedVault.keys.nameDatabase(session, next, key);
  if (prove) await stoppedVault.keys.databaseProved();
}

test('a new database key: the old or the new file opens after a stop at any step, and the leftovers go', async () => {
  await everyStep((stoppedVault, session) => rotateDatabase(stoppedVault, session));
  const { generation } = vault.database();
  assert.ok(generation > 1 && generation <= generations);
  assert.deepEqual(readdirSync(join(profileDir, 'db')), [`carekeep-${generation}.db`]);
});

test('until it is proved there is a way back, and a second rotation waits', async () => {
  const session = await vault.signIn('anna', admin);
  const before = vault.database();
  const key = Buffer.from(session.shared?.databaseKey ?? '');
  await rotateDatabase(vault, session, false);
  assert.equal(vault.keys.unproved, true);
  assert.ok(existsSync(before.path));
  assert.equal((await refusal(() => vault.keys.prepareDatabase(session))).code, 'busy');
  assert.ok(!session.shared?.databaseKey.equals(key));
  assert.equal(await vault.keys.databaseBefore(session), true);
  assert.deepEqual(vault.database(), before);
  assert.ok(session.shared !== undefined && opens(before.path, session.shared.databaseKey));
  assert.equal(vault.keys.due().databaseKey, true);
  assert.equal(await vault.keys.databaseBefore(session), false);
  await rotateDatabase(vault, session);
  assert.equal(vault.keys.due().databaseKey, false);
  assert.equal(existsSync(before.path), false);
  session.close();
});

test('a key that opened the database before a rotation does not open the one after it', async () => {
  const session = await vault.signIn('anna', admin);
  const old = Buffer.from(session.shared?.databaseKey ?? '');
  await rotateDatabase(vault, session);
  assert.equal(opens(vault.database().path, old), false);
  session.close();
});

test('the report knows every kind of key, and reminds by age', async () => {
  const report = vault.keys.report(() => false);
  assert.deepEqual(report.map(({ kind }) => kind).sort(), [
    'clinic',
    'database',
    'device',
    'device-secret',
    'recovery',
  ]);
  const day = 86_400_000;
  const later = async (days: number) => {
    const clock = { now: () => Date.now() + days * day, monotonic: () => Number(process.hrtime.bigint() / 1_000_000n) };
    const ahead = await vaultOf(ground, { clock });
    return ahead.keys.report(() => true).map(({ kind, reminder }) => `${kind} ${reminder}`);
  };
  assert.ok((await later(0)).every((line) => line.endsWith('fresh') || line === 'device null'));
  const soon = await later(340);
  for (const line of ['database due', 'clinic due', 'device-secret due', 'recovery due', 'identity fresh'])
    assert.ok(soon.includes(line), `${line} in ${soon.join()}`);
  const late = await later(731);
  for (const line of ['database overdue', 'identity overdue']) assert.ok(late.includes(line));
});
