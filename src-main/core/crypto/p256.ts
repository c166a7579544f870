/** ECDSA P-256 keys for TLS. The key goes out as PKCS #8 because that is what a TLS stack takes. */
import { generateKeyPairSync } from 'node:crypto';

export type TlsKey = {
  /** PrivateKeyInfo, DER. Wipe after use. */
  readonly pkcs8: Buffer;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Buffer;
};

export function generateTlsKey(): TlsKey {
  const pair = generateKeyPairSync('ec', {
    namedCurve: 'prime256v1',
    privateKeyEncoding: { format: 'der', type: 'pkcs8' },
    publicKeyEncoding: { format: 'der', type: 'spki' },
  });
  return { pkcs8: pair.privateKey, spki: pair.publicKey };
}
