/** Published vectors, each also with one bit turned. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OpenError, open, sealWithNonce } from '../../../src-main/core/crypto/aead.ts';
import { ed25519Public, sign, verify } from '../../../src-main/core/crypto/ed25519.ts';
import { hmacSha256, sha256 } from '../../../src-main/core/crypto/hash.ts';
import { argon2id, hkdf } from '../../../src-main/core/crypto/kdf.ts';
import { parseWords, wordsOf } from '../../../src-main/core/crypto/mnemonic.ts';
import { x25519Public, x25519Shared } from '../../../src-main/core/crypto/x25519.ts';
import vectors from '../../vectors/crypto.json' with { type: 'json' };

const hex = (text: string): Buffer => Buffer.from(text, 'hex');

function turned(bytes: Buffer, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
  return copy;
}

for (const v of vectors.gcm) {
  test(`AES-256-GCM, ${v.source}`, () => {
    const expected = Buffer.concat([Buffer.of(1), hex(v.nonce), hex(v.ciphertext), hex(v.tag)]);
    assert.deepEqual(sealWithNonce(hex(v.key), hex(v.nonce), hex(v.plaintext), hex(v.aad)), expected);
    assert.deepEqual(open(hex(v.key), expected, hex(v.aad)), hex(v.plaintext));
    for (let bit = 0; bit < expected.length * 8; bit += 1)
      assert.throws(() => open(hex(v.key), turned(expected, bit), hex(v.aad)), OpenError);
    assert.throws(() => open(turned(hex(v.key), 0), expected, hex(v.aad)), OpenError);
    assert.throws(() => open(hex(v.key), expected, Buffer.concat([hex(v.aad), Buffer.of(0)])), OpenError);
  });
}

for (const v of vectors.hkdf) {
  test(`HKDF-SHA-256, ${v.source}`, () => {
    const length = v.okm.length / 2;
    assert.deepEqual(hkdf(hex(v.ikm), hex(v.salt), hex(v.info), length), hex(v.okm));
    assert.notDeepEqual(hkdf(turned(hex(v.ikm), 3), hex(v.salt), hex(v.info), length), hex(v.okm));
  });
}

test(`Argon2id, ${vectors.argon2id.source}`, async () => {
  const v = vectors.argon2id;
  const more = { secret: hex(v.secret), associatedData: hex(v.associatedData) };
  assert.deepEqual(await argon2id(hex(v.password), hex(v.salt), v, 32, more), hex(v.tag));
  assert.notDeepEqual(await argon2id(turned(hex(v.password), 9), hex(v.salt), v, 32, more), hex(v.tag));
});

for (const v of vectors.ed25519) {
  test(`Ed25519, ${v.source}`, () => {
    assert.deepEqual(ed25519Public(hex(v.private)), hex(v.public));
    assert.deepEqual(sign(hex(v.private), hex(v.message)), hex(v.signature));
    assert.equal(verify(hex(v.public), hex(v.message), hex(v.signature)), true);
    for (let bit = 0; bit < 512; bit += 1)
      assert.equal(verify(hex(v.public), hex(v.message), turned(hex(v.signature), bit)), false, `bit ${bit}`);
    assert.equal(verify(turned(hex(v.public), 7), hex(v.message), hex(v.signature)), false);
    assert.equal(verify(hex(v.public), Buffer.concat([hex(v.message), Buffer.of(0)]), hex(v.signature)), false);
  });
}

test(`X25519, ${vectors.x25519.source}`, () => {
  const v = vectors.x25519;
  assert.deepEqual(x25519Public(hex(v.alicePrivate)), hex(v.alicePublic));
  assert.deepEqual(x25519Public(hex(v.bobPrivate)), hex(v.bobPublic));
  assert.deepEqual(x25519Shared(hex(v.alicePrivate), hex(v.bobPublic)), hex(v.shared));
  assert.deepEqual(x25519Shared(hex(v.bobPrivate), hex(v.alicePublic)), hex(v.shared));
  assert.notDeepEqual(x25519Shared(hex(v.bobPrivate), turned(hex(v.alicePublic), 1)), hex(v.shared));
  // RFC 7748 §6.1: points of low order give no secret.
  assert.throws(() => x25519Shared(hex(v.alicePrivate), Buffer.alloc(32)), OpenError);
  assert.throws(() => x25519Shared(hex(v.alicePrivate), Buffer.concat([Buffer.of(1), Buffer.alloc(31)])), OpenError);
});

test('SHA-256 and HMAC', () => {
  assert.deepEqual(sha256(hex(vectors.sha256.message)), hex(vectors.sha256.digest));
  assert.deepEqual(sha256('a', Buffer.from('b'), 'c'), hex(vectors.sha256.digest));
  assert.deepEqual(hmacSha256(hex(vectors.hmac.key), hex(vectors.hmac.message)), hex(vectors.hmac.mac));
});

for (const v of vectors.bip39) {
  test(`BIP 39, ${v.words.slice(0, 20)}…`, () => {
    assert.equal(wordsOf(hex(v.entropy)).join(' '), v.words);
    assert.deepEqual(parseWords(v.words), { ok: true, secret: hex(v.entropy) });
    const other = v.words.replace(/ \w+$/, ' ability');
    assert.deepEqual(parseWords(other), { ok: false, problem: { kind: 'checksum' } });
  });
}
