/**
 * Issuing X.509 certificates (RFC 5280), ECDSA P-256 throughout: the backend's own authority, its server's certificate
 * and those of its devices (docs/protocols/sync.md, "Transport").
 */
import 'reflect-metadata';
import { isIP } from 'node:net';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  type JsonName,
  KeyUsageFlags,
  KeyUsagesExtension,
  PublicKey,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { generateTlsKey, type TlsKey } from './p256.ts';
import { type Random, randomBytes } from './random.ts';

const dayMs = 86_400_000;
/** A clock that is a little behind must not find a new certificate not yet valid. */
export const backdatedMs = 5 * 60_000;
const signing = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** PEM of a certificate and what signs with it. */
export type Issued = { readonly pem: string; readonly notBefore: number; readonly notAfter: number };
export type AuthorityKeys = { readonly pem: string; readonly key: TlsKey };
export type Span = { readonly from: number; readonly until: number };

/** The two kinds of leaves, and what is left open for those who make bad ones on purpose (tests). */
export type LeafWanted = {
  readonly subject: JsonName;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  readonly usage: 'server' | 'client' | 'none';
  /** DNS names and addresses. */
  readonly names: readonly string[];
  readonly span: Span;
  /** Only tests make such a leaf. */
  readonly authority?: boolean;
};

/** 16 random bytes, positive and of full length (RFC 5280 §4.1.2.2 allows 20). */
function serial(random: Random): string {
  const bytes = random(16);
  bytes.writeUInt8((bytes.readUInt8(0) & 0x7f) | 0x40, 0);
  return bytes.toString('hex');
}

/** X.509 has no milliseconds. */
const second = (at: number): Date => new Date(Math.floor(at / 1000) * 1000);

/** An authority of our own: no authority below it, valid for 20 years. */
export async function issueAuthority(
  { name, now, years = 20 }: { readonly name: string; readonly now: number; readonly years?: number },
  random: Random = randomBytes,
): Promise<AuthorityKeys> {
  const key = generateTlsKey();
  const publicKey = new PublicKey(Uint8Array.from(key.spki));
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serial(random),
    subject: [{ CN: [name] }],
    issuer: [{ CN: [name] }],
    notBefore: second(now - backdatedMs),
    notAfter: second(now + years * 365 * dayMs),
    signingAlgorithm: signing,
    publicKey,
    signingKey: await signingKey(key),
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(publicKey),
    ],
  });
  return { pem: pemOf(certificate), key };
}

/** A leaf of the authority. */
export async function issueLeaf(
  authority: AuthorityKeys,
  { subject, spki, usage, names, span, authority: isAuthority = false }: LeafWanted,
  random: Random = randomBytes,
): Promise<Issued> {
  const issuer = new X509Certificate(authority.pem);
  const publicKey = new PublicKey(Uint8Array.from(spki));
  const uses = { server: [ExtendedKeyUsage.serverAuth], client: [ExtendedKeyUsage.clientAuth], none: [] }[usage];
  const extensions: Extension[] = [
    new BasicConstraintsExtension(isAuthority, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    await AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    await SubjectKeyIdentifierExtension.create(publicKey),
  ];
  if (uses.length > 0) extensions.push(new ExtendedKeyUsageExtension(uses, true));
  if (names.length > 0) {
    const alternatives = names.map((value) => ({
      type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const),
      value,
    }));
    extensions.push(new SubjectAlternativeNameExtension(alternatives));
  }
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serial(random),
    subject,
    issuer: issuer.subjectName.toJSON(),
    notBefore: second(span.from),
    notAfter: second(span.until),
    signingAlgorithm: signing,
    publicKey,
    signingKey: await signingKey(authority.key),
    extensions,
  });
  return {
    pem: pemOf(certificate),
    notBefore: certificate.notBefore.getTime(),
    notAfter: certificate.notAfter.getTime(),
  };
}

/** A device's certificate: `O=<tenant>, CN=<device>`, for clients only. */
export function issueDeviceCertificate(
  authority: AuthorityKeys,
  device: { readonly tenant: string; readonly device: string; readonly spki: Uint8Array },
  { now, days }: { readonly now: number; readonly days: number },
): Promise<Issued> {
  return issueLeaf(authority, {
    subject: [{ O: [device.tenant] }, { CN: [device.device] }],
    spki: device.spki,
    usage: 'client',
    names: [],
    span: { from: now - backdatedMs, until: now - backdatedMs + days * dayMs },
  });
}

/** The server's own certificate for these names and addresses. */
export function issueServerCertificate(
  authority: AuthorityKeys,
  { names, spki }: { readonly names: readonly string[]; readonly spki: Uint8Array },
  { now, days }: { readonly now: number; readonly days: number },
): Promise<Issued> {
  return issueLeaf(authority, {
    subject: [{ CN: ['carekeep backend'] }],
    spki,
    usage: 'server',
    names,
    span: { from: now - backdatedMs, until: now - backdatedMs + days * dayMs },
  });
}

function signingKey(key: TlsKey): Promise<CryptoKey> {
  return globalThis.crypto.subtle.importKey('pkcs8', Uint8Array.from(key.pkcs8), signing, false, ['sign']);
}

const pemOf = (certificate: X509Certificate): string => `${certificate.toString('pem').trim()}\n`;
