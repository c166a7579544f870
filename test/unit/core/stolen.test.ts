/**
 * A stolen machine: disk, keychain and everything that lies at the meeting place, in the hands of somebody who has read
 * docs/protocols/keys.md and has no password. Nothing clinical opens.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { OpenError } from '../../../src-main/core/crypto/aead.ts';
import { canonicalBytes } from '../../../src-main/core/crypto/canonical.ts';
import { hkdf } from '../../../src-main/core/crypto/kdf.ts';
import { x25519Public } from '../../../src-main/core/crypto/x25519.ts';
import { openStore } from '../../../src-main/core/store/open.ts';
import { openSharedKeys, recoverSharedKeys } from '../../../src-main/core/vault/clinic-keys.ts';
import { decodeDirectory } from '../../../src-main/core/vault/directory.ts';
import { recoverX25519 } from '../../../src-main/core/vault/identity.ts';
import { decodeKeyFile, parseHeader } from '../../../src-main/core/vault/key-file.ts';
import type { KeyFilePayload } from '../../../src-main/core/vault/key-file-payload.ts';
import { openKeychain } from '../../../src-main/core/vault/keychain.ts';
import { readDeviceSecret } from '../../../src-main/core/vault/keychain-items.ts';
import { openVault } from '../../../src-main/core/vault/vault.ts';
import { fromBase64 } from '../../../src-main/core/vault/wrapped.ts';
import { type Place, startPlace } from './clinic.ts';
import { noteOf, passwords, person, startHouse } from './house.ts';

const marks = ['Zwetschgenbaum', 'morbus mirabilis', '1987-03-09'];
let place: Place;
let profile: string;
let meeting: string;

before(async () => {
  place = await startPlace();
  profile = join(place.dir, 'profile');
  meeting = join(place.dir, 'meeting');
  mkdirSync(meeting);
  const house = await startHouse(profile, ['practitioner']);
  const doctor = house.desk('ctl');
  await doctor.signIn('practitioner');
  const { patientId } = await doctor.call('patients.create', {
    demographics: person('Zwetschgenbaum', 'Ida', '1987-03-09'),
    notADuplicate: true,
  });
  const { draftId } = await doctor.call('notes.saveDraft', {
    draftId: null,
    patientId,
    encounterId: null,
    amends: null,
    content: noteOf('text', { text: 'Suspected morbus mirabilis.' }),
  });
  await doctor.call('notes.sign', { draftId, password: passwords.practitioner });
  await house.desk('ctl').call('devices.meet', { path: meeting });
  await house.core.close();
});
after(() => place.stop());

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Every text that is 32 bytes. */
function harvest(value: unknown, keys: Set<string>): void {
  if (typeof value === 'string') {
    const bytes = Buffer.from(value, 'base64');
    if (bytes.toString('base64') === value && bytes.length === 32) keys.add(value);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  for (const one of Object.values(value)) harvest(one, keys);
}

const tells = (bytes: Buffer): boolean =>
  marks.some((mark) => bytes.includes(Buffer.from(mark, 'utf8')) || bytes.includes(Buffer.from(mark, 'utf16le')));

async function stolenPayload(): Promise<{ payload: KeyFilePayload; secret: Buffer }> {
  const file = readFileSync(join(profile, 'keyfile'));
  const header = parseHeader(file);
  const secret = await readDeviceSecret(openKeychain(), header.profileId, header.deviceSecretNumber);
  assert.ok(secret.state === 'ok');
  return { payload: decodeKeyFile(file, secret.secret), secret: secret.secret };
}

test('no file of the profile and nothing at the meeting place shows a word', () => {
  const files = [...filesBelow(profile), ...filesBelow(meeting)];
  assert.ok(files.some((path) => path.endsWith('.db')) && files.some((path) => path.endsWith('directory')));
  for (const path of files) assert.ok(!tells(readFileSync(path)), path);
});

test('with the keychain as well: no key in hand opens the database, a clinic key, or anybody’s identity', async () => {
  const { payload, secret } = await stolenPayload();
  assert.ok(!tells(canonicalBytes(payload)));
  const read = decodeDirectory(
    readFileSync(join(meeting, 'directory')),
    payload.clinic.id,
    fromBase64(payload.directoryKey),
  );
  assert.ok(read, 'the thief reads the directory: names of staff');
  assert.ok(!tells(canonicalBytes(read.content)));
  const texts = new Set<string>();
  harvest(payload, texts);
  harvest(read.content, texts);
  const keys = [secret, ...[...texts].map(fromBase64), hkdf(secret, Buffer.alloc(0), 'carekeep/v1/journal', 32)];
  assert.ok(keys.length > 20);

  const path = join(profile, 'db', `carekeep-${payload.databaseKey.generation}.db`);
  for (const key of keys) {
    assert.throws(() => openStore({ path, key: Buffer.from(key), clinicKey: { epoch: 1, key: Buffer.from(key) } }));
  }
  // Each seal with the binding that belongs to it: nothing but the key is missing.
  for (const key of keys) {
    for (const user of payload.users) {
      assert.throws(() => openSharedKeys(payload, user.id, key), OpenError);
      assert.throws(() => recoverX25519(payload.clinic.id, user, key), OpenError);
    }
    assert.throws(() => recoverSharedKeys(payload, key), OpenError);
  }
  // And the same call with the right key opens: the test knows what it tries.
  const vault = await openVault({ profileDir: profile, keychain: openKeychain() });
  const session = await vault.signIn('the.practitioner', Buffer.from(passwords.practitioner));
  assert.ok(openSharedKeys(payload, session.userId, session.identity().x25519)?.databaseKey.length === 32);
  session.close();
  vault.close();
});

test('the device’s keys are among them, and are no one’s receiving key', async () => {
  const { payload } = await stolenPayload();
  const recipients = new Set([
    ...payload.databaseKey.seals.map(({ to }) => to),
    ...payload.clinicKeys.flatMap(({ seals }) => seals.map(({ to }) => to)),
  ]);
  assert.deepEqual(recipients, new Set(payload.users.map(({ x25519 }) => x25519.public)));
  const inHand = [payload.device.ed25519.private, payload.directoryKey, payload.journalKey, payload.attempts.key];
  for (const key of inHand) {
    const publicKey = x25519Public(fromBase64(key)).toString('base64');
    assert.ok(!recipients.has(publicKey) && publicKey !== payload.recovery.public);
  }
});
