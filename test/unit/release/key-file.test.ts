import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ReleaseError } from '../../../resources/release/failure.ts';
import { makeKey } from '../../../resources/release/key.ts';
import { openKey, parseKeyFile, resealKey, sealKey } from '../../../resources/release/key-file.ts';
import { generateEd25519, verify } from '../../../src-main/core/crypto/ed25519.ts';
import { argon2Floor } from '../../../src-main/core/crypto/kdf.ts';
import { randomBytes } from '../../../src-main/core/crypto/random.ts';

const right = () => Buffer.from('quiet lantern barley tumbler');
const made = await sealKey({
  role: 'targets',
  owner: 'Zoë',
  privateKey: generateEd25519(randomBytes).privateKey,
  passphrase: right(),
  random: randomBytes,
  cost: argon2Floor,
});

test('a key opens with its passphrase and signs; typed in another normal form it is the same passphrase', async () => {
  const key = await openKey(made.text, right(), 'file');
  const message = Buffer.from('message');
  assert.equal(verify(Buffer.from(made.publicKey.public, 'hex'), message, key.sign(message)), true);
  key.wipe();
  assert.equal(verify(Buffer.from(made.publicKey.public, 'hex'), message, key.sign(message)), false);
  const typed = Buffer.from('Zoë und ﬁnf Äpfel', 'utf8');
  const other = await resealKey(made.text, 'file', right(), typed, randomBytes, argon2Floor);
  const opened = await openKey(other, Buffer.from('Zoë und finf Äpfel'.normalize('NFD')), 'file');
  assert.equal(opened.keyId, made.publicKey.keyId);
  await assert.rejects(openKey(other, right(), 'file'), /passphrase is wrong/);
});

test('what stands beside the sealed key is sealed with it: role, owner, key and cost', async () => {
  const file = JSON.parse(made.text);
  const stranger = makeKey('targets', 'x', randomBytes).publicKey;
  for (const change of [
    { role: 'root' },
    { owner: 'Mallory' },
    { keyId: stranger.keyId, public: stranger.public },
    { kdf: { ...file.kdf, passes: 4 } },
    { sealed: file.sealed.replace(/..$/, '00') },
  ]) {
    await assert.rejects(openKey(JSON.stringify({ ...file, ...change }), right(), 'file'), /does not open/);
  }
  const cheap = { ...file, kdf: { ...file.kdf, memoryKiB: 8 } };
  await assert.rejects(openKey(JSON.stringify(cheap), right(), 'file'), /cost that is not allowed/);
  const dear = { ...file, kdf: { ...file.kdf, memoryKiB: 2 ** 40 } };
  await assert.rejects(openKey(JSON.stringify(dear), right(), 'file'), /cost that is not allowed/);
});

test('nothing of the private key or the passphrase stands in the file', () => {
  assert.equal(made.text.includes('lantern'), false);
  assert.deepEqual(Object.keys(JSON.parse(made.text)).sort(), [
    'cipher',
    'format',
    'kdf',
    'keyId',
    'owner',
    'public',
    'role',
    'sealed',
    'version',
  ]);
});

test('whatever lies in a key file, it is read or refused in a sentence', () => {
  const refused = (text: string): void => {
    try {
      parseKeyFile(text, 'file');
    } catch (error) {
      assert.ok(error instanceof ReleaseError, String(error));
    }
  };
  const file = JSON.parse(made.text);
  const members = fc.constantFrom(...Object.keys(file));
  fc.assert(fc.property(fc.string(), refused), { numRuns: 300 });
  fc.assert(
    fc.property(fc.json(), (text) => refused(text)),
    { numRuns: 300 },
  );
  fc.assert(
    fc.property(members, fc.jsonValue(), (member, value) => {
      assert.throws(() => parseKeyFile(JSON.stringify({ ...file, [member]: { value } }), 'file'), ReleaseError);
      refused(JSON.stringify({ ...file, [member]: value }));
    }),
    { numRuns: 300 },
  );
  fc.assert(
    fc.property(fc.integer({ min: 0, max: made.text.length - 3 }), (cut) => {
      assert.throws(() => parseKeyFile(made.text.slice(0, cut), 'file'), ReleaseError);
    }),
    { numRuns: 100 },
  );
  assert.throws(() => parseKeyFile(JSON.stringify({ ...file, more: 1 }), 'file'), ReleaseError);
});
