/** Certificates of every bad kind, which the product itself cannot make. */
import 'reflect-metadata';
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PublicKey,
  SubjectAlternativeNameExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { randomBytes } from '../../../src-main/core/crypto/random.ts';

export { KeyUsageFlags };
export const dayMs = 86_400_000;
export const usages = { server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2', code: '1.3.6.1.5.5.7.3.3' } as const;

export type KeyKind = 'p256' | 'p384' | 'p521' | 'p192' | 'secp256k1' | 'ed25519' | 'rsa1024' | 'rsa2048';
const curves = { p256: 'prime256v1', p384: 'secp384r1', p521: 'secp521r1', p192: 'prime192v1', secp256k1: 'secp256k1' };

export function keyPair(kind: KeyKind): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  if (kind === 'ed25519') return generateKeyPairSync('ed25519');
  if (kind === 'rsa1024') return generateKeyPairSync('rsa', { modulusLength: 1024 });
  if (kind === 'rsa2048') return generateKeyPairSync('rsa', { modulusLength: 2048 });
  return generateKeyPairSync('ec', { namedCurve: curves[kind] });
}

/** PEM of a certificate (with what is sent behind it) and of its key. */
export type Shown = { readonly cert: string; readonly key: string };
export type Issuer = { readonly pem: string; readonly pkcs8: Buffer };

export type Wanted = {
  readonly subject: string;
  /** Null: itself. */
  readonly issuer: Issuer | null;
  readonly kind?: KeyKind;
  /** The holder's own, instead of a new one. */
  readonly key?: KeyObject;
  readonly usages?: readonly string[];
  readonly keyUsage?: number;
  readonly ca?: boolean;
  readonly names?: readonly string[];
  readonly from?: number;
  readonly until?: number;
  readonly hash?: 'SHA-256' | 'SHA-1';
  readonly serial?: Buffer;
};

const signing = (hash: string) => ({ name: 'ECDSA', namedCurve: 'P-256', hash });

/** @returns it, and itself as an issuer */
export async function certificate(wanted: Wanted): Promise<Shown & { readonly issuer: Issuer }> {
  const { issuer, kind = 'p256', hash = 'SHA-256', ca = false, names = [] } = wanted;
  const pair =
    wanted.key === undefined ? keyPair(kind) : { privateKey: wanted.key, publicKey: createPublicKey(wanted.key) };
  const pkcs8 = pair.privateKey.export({ format: 'der', type: 'pkcs8' });
  const signer = issuer?.pkcs8 ?? pkcs8;
  const extensions: Extension[] = [
    new BasicConstraintsExtension(ca, undefined, true),
    new KeyUsagesExtension(wanted.keyUsage ?? (ca ? KeyUsageFlags.keyCertSign : KeyUsageFlags.digitalSignature), true),
  ];
  const uses = wanted.usages ?? [];
  if (uses.length > 0) extensions.push(new ExtendedKeyUsageExtension([...uses], true));
  if (names.length > 0) {
    const all = names.map((value) => ({ type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const), value }));
    extensions.push(new SubjectAlternativeNameExtension(all));
  }
  const made = await X509CertificateGenerator.create({
    serialNumber: (wanted.serial ?? Buffer.concat([Buffer.of(0x41), randomBytes(15)])).toString('hex'),
    subject: wanted.subject,
    issuer: issuer === null ? wanted.subject : new X509Certificate(issuer.pem).subject,
    notBefore: new Date(wanted.from ?? Date.now() - dayMs),
    notAfter: new Date(wanted.until ?? Date.now() + 5 * dayMs),
    signingAlgorithm: signing(hash),
    publicKey: new PublicKey(Uint8Array.from(pair.publicKey.export({ format: 'der', type: 'spki' }))),
    signingKey: await globalThis.crypto.subtle.importKey('pkcs8', Uint8Array.from(signer), signing(hash), false, [
      'sign',
    ]),
    extensions,
  });
  const cert = `${made.toString('pem').trim()}\n`;
  const key = pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  return { cert, key, issuer: { pem: cert, pkcs8 } };
}

/** With another one sent behind it. */
export const followedBy = (leaf: Shown, ...others: readonly string[]): Shown => ({
  cert: [leaf.cert, ...others].join(''),
  key: leaf.key,
});
