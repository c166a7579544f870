/** Published vectors, and each again with one bit of one of its inputs turned: refused, or another output. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OpenError, open, sealWithNonce } from '../../../src-main/core/crypto/aead.ts';
import { ed25519Public, sign, verify } from '../../../src-main/core/crypto/ed25519.ts';
import { hmacSha256, sha256 } from '../../../src-main/core/crypto/hash.ts';
import { argon2id, hkdf } from '../../../src-main/core/crypto/kdf.ts';
import { parseWords, wordsOf } from '../../../src-main/core/crypto/mnemonic.ts';
import { totpCode } from '../../../src-main/core/crypto/totp.ts';
import { x25519Public, x25519Shared } from '../../../src-main/core/crypto/x25519.ts';
import vectors from '../../vectors/crypto.json' with { type: 'json' };

const hex = (text: string): Buffer => Buffer.from(text, 'hex');

function turned(bytes: Buffer, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
  return copy;
}

/** The same bytes with each single bit turned, one after the other. */
const eachTurned = (bytes: Buffer): Buffer[] =>
  Array.from({ length: bytes.length * 8 }, (_, bit) => turned(bytes, bit));

for (const v of vectors.gcm) {
  test(`AES-256-GCM, ${v.source}`, () => {
    const [key, nonce, plaintext, aad] = [hex(v.key), hex(v.nonce), hex(v.plaintext), hex(v.aad)];
    const expected = Buffer.concat([Buffer.of(1), nonce, hex(v.ciphertext), hex(v.tag)]);
    assert.deepEqual(sealWithNonce(key, nonce, plaintext, aad), expected);
    assert.deepEqual(open(key, expected, aad), plaintext);
    // version, nonce, ciphertext, tag
    for (const sealed of eachTurned(expected)) assert.throws(() => open(key, sealed, aad), OpenError);
    for (const other of eachTurned(key)) assert.throws(() => open(other, expected, aad), OpenError);
    for (const other of eachTurned(aad)) assert.throws(() => open(key, expected, other), OpenError);
    assert.throws(() => open(key, expected, Buffer.concat([aad, Buffer.of(0)])), OpenError);
    for (const other of eachTurned(plaintext)) assert.notDeepEqual(sealWithNonce(key, nonce, other, aad), expected);
  });
}

for (const v of vectors.hkdf) {
  test(`HKDF-SHA-256, ${v.source}`, () => {
    const [ikm, salt, info, okm] = [hex(v.ikm), hex(v.salt), hex(v.info), hex(v.okm)];
    assert.deepEqual(hkdf(ikm, salt, info, okm.length), okm);
    for (const other of eachTurned(ikm)) assert.notDeepEqual(hkdf(other, salt, info, okm.length), okm);
    for (const other of eachTurned(salt)) assert.notDeepEqual(hkdf(ikm, other, info, okm.length), okm);
    for (const other of eachTurned(info)) assert.notDeepEqual(hkdf(ikm, salt, other, okm.length), okm);
  });
}

test(`Argon2id, ${vectors.argon2id.source}`, async () => {
  const v = vectors.argon2id;
  const [password, salt] = [hex(v.password), hex(v.salt)];
  const [secret, associatedData] = [hex(v.secret), hex(v.associatedData)];
  const more = { secret, associatedData };
  const tag = hex(v.tag);
  assert.deepEqual(await argon2id(password, salt, v, 32, more), tag);
  for (const other of eachTurned(password)) assert.notDeepEqual(await argon2id(other, salt, v, 32, more), tag);
  for (const other of eachTurned(salt)) assert.notDeepEqual(await argon2id(password, other, v, 32, more), tag);
  for (const other of eachTurned(secret))
    assert.notDeepEqual(await argon2id(password, salt, v, 32, { secret: other, associatedData }), tag);
  for (const other of eachTurned(associatedData))
    assert.notDeepEqual(await argon2id(password, salt, v, 32, { secret, associatedData: other }), tag);
  for (const cost of [
    { ...v, memoryKiB: 64 },
    { ...v, passes: 4 },
    { ...v, lanes: 3 },
  ])
    assert.notDeepEqual(await argon2id(password, salt, cost, 32, more), tag);
});

for (const v of vectors.ed25519) {
  test(`Ed25519, ${v.source}`, () => {
    const [secret, publicKey] = [hex(v.private), hex(v.public)];
    const [message, signature] = [hex(v.message), hex(v.signature)];
    assert.deepEqual(ed25519Public(secret), publicKey);
    assert.deepEqual(sign(secret, message), signature);
    assert.equal(verify(publicKey, message, signature), true);
    for (const other of eachTurned(signature)) assert.equal(verify(publicKey, message, other), false);
    for (const other of eachTurned(publicKey)) assert.equal(verify(other, message, signature), false);
    for (const other of eachTurned(message)) assert.equal(verify(publicKey, other, signature), false);
    assert.equal(verify(publicKey, Buffer.concat([message, Buffer.of(0)]), signature), false);
    for (const other of eachTurned(secret)) {
      assert.notDeepEqual(ed25519Public(other), publicKey);
      assert.equal(verify(publicKey, message, sign(other, message)), false);
    }
  });
}

/** RFC 7748 §5: X25519 itself does not see these bits of a scalar, and masks the top bit of a point. */
const clamped = new Set([0, 1, 2, 254, 255]);
const masked = 255;

for (const v of vectors.x25519Scalar) {
  test(`X25519, ${v.source}`, () => {
    const [scalar, u, out] = [hex(v.scalar), hex(v.u), hex(v.out)];
    assert.deepEqual(x25519Shared(scalar, u), out);
    for (const [bit, other] of eachTurned(scalar).entries())
      assert.equal(x25519Shared(other, u).equals(out), clamped.has(bit), `scalar, bit ${bit}`);
    for (const [bit, other] of eachTurned(u).entries())
      assert.equal(x25519Shared(scalar, other).equals(out), bit === masked, `point, bit ${bit}`);
  });
}

test(`X25519, ${vectors.x25519Iterated.source}`, () => {
  const nine = Buffer.concat([Buffer.of(9), Buffer.alloc(31)]);
  let k: Buffer = nine;
  let u: Buffer = nine;
  for (let i = 1; i <= 1000; i += 1) {
    [k, u] = [x25519Shared(k, u), k];
    if (i === 1) assert.deepEqual(k, hex(vectors.x25519Iterated.once));
  }
  assert.deepEqual(k, hex(vectors.x25519Iterated.thousand));
});

test(`X25519, ${vectors.x25519.source}`, () => {
  const v = vectors.x25519;
  assert.deepEqual(x25519Public(hex(v.alicePrivate)), hex(v.alicePublic));
  assert.deepEqual(x25519Public(hex(v.bobPrivate)), hex(v.bobPublic));
  assert.deepEqual(x25519Shared(hex(v.alicePrivate), hex(v.bobPublic)), hex(v.shared));
  assert.deepEqual(x25519Shared(hex(v.bobPrivate), hex(v.alicePublic)), hex(v.shared));
  for (const [bit, other] of eachTurned(hex(v.alicePublic)).entries())
    assert.equal(x25519Shared(hex(v.bobPrivate), other).equals(hex(v.shared)), bit === masked, `bit ${bit}`);
  // RFC 7748 §6.1: points of low order give no secret.
  assert.throws(() => x25519Shared(hex(v.alicePrivate), Buffer.alloc(32)), OpenError);
  assert.throws(() => x25519Shared(hex(v.alicePrivate), Buffer.concat([Buffer.of(1), Buffer.alloc(31)])), OpenError);
});

test('SHA-256 and HMAC', () => {
  const message = hex(vectors.sha256.message);
  assert.deepEqual(sha256(message), hex(vectors.sha256.digest));
  assert.deepEqual(sha256('a', Buffer.from('b'), 'c'), hex(vectors.sha256.digest));
  for (const other of eachTurned(message)) assert.notDeepEqual(sha256(other), hex(vectors.sha256.digest));
  const { hmac } = vectors;
  assert.deepEqual(hmacSha256(hex(hmac.key), hex(hmac.message)), hex(hmac.mac));
  for (const key of eachTurned(hex(hmac.key))) assert.notDeepEqual(hmacSha256(key, hex(hmac.message)), hex(hmac.mac));
  for (const other of eachTurned(hex(hmac.message)))
    assert.notDeepEqual(hmacSha256(hex(hmac.key), other), hex(hmac.mac));
});

test('one-time codes, RFC 4226 appendix D', () => {
  const secret = Buffer.from('12345678901234567890', 'latin1');
  const codes = ['755224', '287082', '359152', '969429', '338314', '254676', '287922', '162583', '399871', '520489'];
  for (const [counter, code] of codes.entries()) {
    assert.equal(totpCode(secret, counter), code);
    for (const other of eachTurned(secret)) assert.notEqual(totpCode(other, counter), code);
    for (let bit = 0; bit < 31; bit += 1) assert.notEqual(totpCode(secret, (counter ^ (1 << bit)) >>> 0), code);
  }
});

for (const v of vectors.bip39) {
  test(`BIP 39, ${v.words.slice(0, 20)}…`, () => {
    assert.equal(wordsOf(hex(v.entropy)).join(' '), v.words);
    assert.deepEqual(parseWords(v.words), { ok: true, secret: hex(v.entropy) });
    const other = v.words.replace(/ \w+$/, ' ability');
    assert.deepEqual(parseWords(other), { ok: false, problem: { kind: 'checksum' } });
  });
}
