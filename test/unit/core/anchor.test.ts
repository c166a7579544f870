/** What the log's keys go through around a clinic: sessions, restarts, a lost file, an older database. */
import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { originOf } from '../../../src-main/core/audit/checkpoint-note.ts';
import { checkpointsFrom, lastCheckpoint, readCertificate } from '../../../src-main/core/audit/checkpoint-store.ts';
import { verifyStore } from '../../../src-main/core/audit/verify.ts';
import { verifyActions } from '../../../src-main/core/audit/verifyactions.ts';
import { drain } from '../../../src-main/core/store/slices.ts';
import { type Ground, startGround } from '../vault/clinic.ts';
import { type Desk, type House, person, startHouse } from './house.ts';

let ground: Ground & AsyncDisposable;
let house: House;
let admin: Desk;

before(async () => {
  ground = await startGround();
  house = await startHouse(join(ground.dir, 'profile'), ['practitioner']);
  admin = house.desk();
});
after(async () => {
  await house.core.close();
  await ground[Symbol.asyncDispose]();
});

const keysAt = () => join(house.profile, 'audit-keys');
const sound = () => drain(verifyStore(house.store, { trust: house.trust(), pages: false })).problem;
const anchors = (reason: string) =>
  checkpointsFrom(house.store, 0, 100).filter(({ note }) => note.includes(`\nanchor ${reason}\n`)).length;
function actions() {
  const { clinicId, book } = house.trust();
  const origin = originOf(clinicId, house.store.device);
  return drain(verifyActions(house.store, { origin, signers: book }));
}

test('a session that ends has signed all it did; what core did is nobody’s', async () => {
  const desk = house.desk();
  await desk.signIn('practitioner');
  const session = desk.connection.session?.id ?? '';
  await desk.call('patients.create', { demographics: person('Anker', 'Ada'), notADuplicate: true });
  const before = lastCheckpoint(house.store)?.number ?? -1;
  house.core.disconnected(desk.connection);
  assert.equal(lastCheckpoint(house.store)?.number, before + 1, 'its end takes a checkpoint');
  assert.ok(readCertificate(house.store, session));
  assert.equal(sound(), null);
  const { signed, unsigned } = actions();
  assert.ok(signed > 3);
  assert.equal(unsigned, 0);
});

test('the file of one-time keys holds nothing in the clear, and none that signed', async () => {
  const bytes = readFileSync(keysAt());
  assert.equal(bytes.length, 1024);
  for (const { note } of checkpointsFrom(house.store, 0, 100)) {
    const key = Buffer.from(/\nkey (.*)\n/.exec(note)?.[1] ?? '', 'base64');
    assert.equal(bytes.indexOf(key), -1);
  }
});

test('a lost file of keys: the next who signs in puts their name to a new chain, and somebody else reviews it', async () => {
  await house.core.close();
  rmSync(keysAt());
  await house.start();
  await admin.signIn('admin');
  const [anchored] = house.entries().filter(({ type }) => type === 'audit.anchored');
  assert.equal(anchored?.detail['reason'], 'key-lost');
  assert.equal(anchors('key-lost'), 1);
  assert.equal(sound(), null);
  const { items } = await admin.call('reviews.list', { state: 'open', before: null, limit: 20 });
  assert.equal(items.filter(({ kind }) => kind === 'log-anchored').length, 1);
});

test('an older database under the newer keys is rolled back, whatever the keychain still says', async () => {
  const { path } = house.core.vault.database();
  await house.core.close();
  const older = `${path}.older`;
  copyFileSync(path, older);
  await house.start();
  const desk = house.desk();
  await desk.signIn('practitioner');
  await desk.call('patients.create', { demographics: person('Später', 'Eva'), notADuplicate: true });
  await house.core.close();
  copyFileSync(older, path);
  await house.start();
  await assert.rejects(admin.signIn('admin'), { message: 'database-rolled-back' });
  await admin.call('recovery.acknowledgeRollback', { words: house.words.join(' ') });
  await admin.signIn('admin');
  assert.equal(anchors('rolled-back'), 1);
  assert.equal(sound(), null);
});
