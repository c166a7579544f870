/**
 * Known answers of every primitive in this folder, asked of the runtime that a new version brings before it touches
 * anybody's keys. Argon2id with the parameters of its RFC: what passwords cost is not the question here.
 */
import { verify as verifyWith } from 'node:crypto';
import { open, sealWithNonce } from './aead.ts';
import { ed25519Public, sign, verify } from './ed25519.ts';
import { createSha512, hmacSha256, sha256 } from './hash.ts';
import { argon2id, hkdf } from './kdf.ts';
import { generateTlsKey } from './p256.ts';
import { x25519Public, x25519Shared } from './x25519.ts';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const none = Buffer.alloc(0);

type Answer = { readonly name: string; readonly holds: () => boolean | Promise<boolean> };

/** NIST, "The Galois/Counter Mode of Operation (GCM)", test case 16. */
const gcm = {
  key: hex('feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308'),
  nonce: hex('cafebabefacedbaddecaf888'),
  plaintext: hex(
    'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
  ),
  aad: hex('feedfacedeadbeeffeedfacedeadbeefabaddad2'),
  sealed: hex(
    '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b',
  ),
};

function gcmHolds(): boolean {
  const sealed = sealWithNonce(gcm.key, gcm.nonce, gcm.plaintext, gcm.aad);
  const body = sealed.subarray(1 + gcm.nonce.length);
  if (!body.equals(gcm.sealed) || !open(gcm.key, sealed, gcm.aad).equals(gcm.plaintext)) return false;
  sealed[sealed.length - 1] = (sealed.at(-1) ?? 0) ^ 1;
  try {
    open(gcm.key, sealed, gcm.aad);
    return false;
  } catch {
    return true;
  }
}

/** RFC 8032, section 7.1, test 3. */
const edwards = {
  private: hex('c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7'),
  public: hex('fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025'),
  message: hex('af82'),
  signature: hex(
    '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  ),
};

function edwardsHolds(): boolean {
  const { private: key, public: half, message, signature } = edwards;
  if (!ed25519Public(key).equals(half) || !sign(key, message).equals(signature)) return false;
  return verify(half, message, signature) && !verify(half, hex('af83'), signature);
}

/** RFC 7748, section 6.1. */
function montgomeryHolds(): boolean {
  const alice = hex('77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a');
  const bob = hex('de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f');
  const shared = hex('4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742');
  const half = hex('8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a');
  return x25519Public(alice).equals(half) && x25519Shared(alice, bob).equals(shared);
}

/** RFC 6979, A.2.5, SHA-256, message "sample"; keys of our own have the same shape. */
function p256Holds(): boolean {
  const point = hex(
    '0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299',
  );
  const prefix = hex('3059301306072a8648ce3d020106082a8648ce3d030107034200');
  const signature = hex(
    'efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8',
  );
  const key = { key: Buffer.concat([prefix, point]), format: 'der', type: 'spki', dsaEncoding: 'ieee-p1363' } as const;
  const made = generateTlsKey().spki;
  return (
    verifyWith('sha256', Buffer.from('sample'), key, signature) &&
    !verifyWith('sha256', Buffer.from('simple'), key, signature) &&
    made.subarray(0, prefix.length).equals(prefix)
  );
}

/** RFC 9106, section 5.3. */
async function argonHolds(): Promise<boolean> {
  const tag = await argon2id(Buffer.alloc(32, 1), Buffer.alloc(16, 2), { memoryKiB: 32, passes: 3, lanes: 4 }, 32, {
    secret: Buffer.alloc(8, 3),
    associatedData: Buffer.alloc(12, 4),
  });
  return tag.equals(hex('0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659'));
}

function sha512Holds(): boolean {
  const hash = createSha512();
  hash.update(Buffer.from('abc'));
  return hash
    .digest()
    .equals(
      hex(
        'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
      ),
    );
}

const answers: readonly Answer[] = [
  { name: 'aes-256-gcm', holds: gcmHolds },
  {
    // FIPS 180-4, "abc"
    name: 'sha-256',
    holds: () => sha256('abc').equals(hex('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')),
  },
  // FIPS 180-4, "abc"
  { name: 'sha-512', holds: sha512Holds },
  {
    // RFC 4231, test case 2
    name: 'hmac-sha-256',
    holds: () =>
      hmacSha256(Buffer.from('Jefe'), 'what do ya want for nothing?').equals(
        hex('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'),
      ),
  },
  {
    // RFC 5869, A.3
    name: 'hkdf-sha-256',
    holds: () =>
      hkdf(Buffer.alloc(22, 0x0b), none, '', 42).equals(
        hex('8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8'),
      ),
  },
  { name: 'ed25519', holds: edwardsHolds },
  { name: 'x25519', holds: montgomeryHolds },
  { name: 'ecdsa-p256', holds: p256Holds },
  { name: 'argon2id', holds: argonHolds },
];

/** @returns the names of the primitives that do not give their known answer; one that throws gives none */
export async function brokenPrimitives(): Promise<readonly string[]> {
  const broken: string[] = [];
  for (const { name, holds } of answers) {
    try {
      if (!(await holds())) broken.push(name);
    } catch {
      broken.push(name);
    }
  }
  return broken;
}
