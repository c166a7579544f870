import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { OpenError, open, seal } from '../../../src-main/core/crypto/aead.ts';
import { canonicalJson } from '../../../src-main/core/crypto/canonical.ts';
import { generateEd25519, sign, verify } from '../../../src-main/core/crypto/ed25519.ts';
import { createSha256, equalBytes, sha256 } from '../../../src-main/core/crypto/hash.ts';
import { argon2Default, argon2Floor, paramsAllowed, passwordKey } from '../../../src-main/core/crypto/kdf.ts';
import { parseWords, wordsOf } from '../../../src-main/core/crypto/mnemonic.ts';
import { generateTlsKey } from '../../../src-main/core/crypto/p256.ts';
import { passwordBytes, passwordStrength } from '../../../src-main/core/crypto/password.ts';
import { randomBytes, randomUuid, uuidFrom } from '../../../src-main/core/crypto/random.ts';
import { generateX25519, openSealed, sealTo } from '../../../src-main/core/crypto/x25519.ts';

const bytes = (maxLength = 300) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));
const none = Buffer.alloc(0);

test('what is sealed opens with the same key and data only', () => {
  fc.assert(
    fc.property(bytes(), bytes(), (plain, aad) => {
      const key = randomBytes(32);
      const sealed = seal(key, plain, aad);
      assert.deepEqual(open(key, sealed, aad), plain);
      assert.throws(() => open(randomBytes(32), sealed, aad), OpenError);
      for (let cut = 0; cut < sealed.length; cut += 7)
        assert.throws(() => open(key, sealed.subarray(0, cut), aad), OpenError);
    }),
    { numRuns: 50 },
  );
});

test('sealing to a public key: only its holder opens, and only in its place', () => {
  const alice = generateX25519();
  const bob = generateX25519();
  const aad = Buffer.from('place');
  const sealed = sealTo(alice.publicKey, Buffer.from('secret'), aad);
  assert.equal(openSealed(alice.privateKey, sealed, aad).toString(), 'secret');
  assert.throws(() => openSealed(bob.privateKey, sealed, aad), OpenError);
  assert.throws(() => openSealed(alice.privateKey, sealed, none), OpenError);
  for (let at = 0; at < sealed.length; at += 1) {
    const changed = Buffer.from(sealed);
    changed.writeUInt8(changed.readUInt8(at) ^ 0x10, at);
    assert.throws(() => openSealed(alice.privateKey, changed, aad), OpenError, `byte ${at}`);
  }
});

test('signatures: malformed keys and signatures are false, not errors', () => {
  const pair = generateEd25519();
  const signature = sign(pair.privateKey, Buffer.from('x'));
  assert.equal(verify(pair.publicKey, Buffer.from('x'), signature), true);
  assert.equal(verify(none, Buffer.from('x'), signature), false);
  assert.equal(verify(pair.publicKey, Buffer.from('x'), signature.subarray(1)), false);
  assert.equal(verify(Buffer.alloc(32, 0xff), Buffer.from('x'), signature), false);
});

test('Argon2id: parameters below the floor or above the ceiling are refused', async () => {
  const salt = Buffer.alloc(16);
  const password = Buffer.from('x');
  for (const params of [
    { ...argon2Floor, memoryKiB: argon2Floor.memoryKiB - 1 },
    { ...argon2Floor, passes: 2 },
    { ...argon2Floor, lanes: 0 },
    { ...argon2Floor, memoryKiB: 2 ** 31 },
    { ...argon2Floor, passes: 1000 },
    { ...argon2Floor, passes: 3.5 },
    { ...argon2Floor, passes: Number.NaN },
  ]) {
    assert.equal(paramsAllowed(params), false);
    await assert.rejects(passwordKey(password, salt, params), RangeError);
  }
  assert.equal(paramsAllowed(argon2Default), true);
  await assert.rejects(passwordKey(password, Buffer.alloc(8), argon2Floor), RangeError);
  assert.equal((await passwordKey(password, salt, argon2Floor)).length, 32);
});

test('words: case, numbers, commas, line breaks, four letters; problems named by position', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (array) => {
      const secret = Buffer.from(array);
      const words = wordsOf(secret);
      const typed = words.map((word, i) => `${i + 1}. ${word.slice(0, 4).toUpperCase()}`).join(',\n');
      assert.deepEqual(parseWords(typed), { ok: true, secret });
      assert.deepEqual(parseWords(words), { ok: true, secret });
    }),
    { numRuns: 100 },
  );
  const words = [...wordsOf(Buffer.alloc(32))];
  assert.deepEqual(parseWords(words.slice(1)), { ok: false, problem: { kind: 'count', found: 23 } });
  words[4] = 'xylophone';
  assert.deepEqual(parseWords(words), { ok: false, problem: { kind: 'unknown-word', position: 5 } });
  assert.deepEqual(parseWords(''), { ok: false, problem: { kind: 'count', found: 0 } });
});

test('canonical JSON, RFC 8785 §3.2', () => {
  const value = JSON.parse(
    '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
  );
  assert.equal(
    canonicalJson(value),
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  );
  assert.throws(() => canonicalJson(undefined), TypeError);
  assert.throws(() => canonicalJson({ a: Number.NaN }));
});

test('passwords: length, common ones, what others know, length in characters', () => {
  assert.equal(passwordStrength('short').problem, 'password-too-short');
  assert.equal(passwordStrength('gravier é'.repeat(20)).problem, 'password-too-long');
  for (const common of [
    'passwordpassword',
    'qwertyuiop12345',
    '123456789012345',
    'aaaaaaaaaaaaaaaa',
    'carekeepcarekeep',
  ])
    assert.equal(passwordStrength(common).problem, 'password-too-common', common);
  assert.equal(
    passwordStrength('Annegret Mustermann', ['Annegret Mustermann', 'amuster']).problem,
    'password-too-common',
  );
  const clinic = ['Anna Berg', 'anna', 'Praxis am Markt'];
  assert.equal(passwordStrength('Anna Berg, Praxis am Markt 2026', clinic).problem, 'password-too-common');
  assert.equal(passwordStrength('Anna Berg trinkt kalten Kakao', clinic).problem, undefined);
  assert.equal(passwordStrength('hibou lune gravier 43').problem, undefined);
  // Composed and decomposed spellings are the same password.
  assert.deepEqual(passwordBytes('cafe\u0301'), passwordBytes(Buffer.from('café')));
  // Fifteen characters of two code units each are fifteen.
  assert.notEqual(passwordStrength('😀🐙🚲🌵🎻🧀🪂🦉🧭🥁🛶🪁🧤🪵🫖').problem, 'password-too-short');
});

test('a very long password is judged quickly', () => {
  const started = performance.now();
  passwordStrength('ab1!'.repeat(120));
  assert.ok(performance.now() - started < 1000);
});

test('small things: uuid, hash, equality, TLS key', () => {
  const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  assert.match(randomUuid(), uuid);
  assert.match(uuidFrom(randomBytes), uuid);
  const running = createSha256();
  running.update(Buffer.from('a'));
  running.update(Buffer.from('bc'));
  assert.deepEqual(running.digest(), sha256('abc'));
  assert.equal(equalBytes(Buffer.from('a'), Buffer.from('ab')), false);
  assert.equal(equalBytes(Buffer.from('ab'), Buffer.from('ab')), true);
  const tls = generateTlsKey();
  assert.ok(tls.pkcs8.length > 100 && tls.spki.length === 91);
});
