/**
 * The backend's end of TLS: version 1.3 alone, and a verdict of our own about every certificate that a client shows
 * (docs/protocols/sync.md, "Transport"). What OpenSSL thinks of it counts, too.
 */
import { constants, createPrivateKey, X509Certificate } from 'node:crypto';
import { type SecureContextOptions, TLSSocket, type TlsOptions } from 'node:tls';
import { isP256 } from './certificate.ts';
import { type CertificateUses, certificateUses } from './der.ts';
import type { TlsKey } from './p256.ts';

/** Why a connection is ended: for logs and counters, never told to the peer. */
export const tlsRefusals = [
  'no-tls', // speaks something else
  'tls-too-old', // nothing newer than TLS 1.2
  'no-common-cipher', // nothing that we both speak
  'handshake-late', // did not finish its handshake in time
  'handshake-broken', // went away, or sent what no handshake has
  'distrusts-us', // does not take our certificate
  'certificate-expired',
  'certificate-not-yet-valid',
  'certificate-self-signed',
  'certificate-of-another-authority',
  'certificate-has-intermediates', // our authority issues leaves alone
  'certificate-is-authority',
  'certificate-key-weak', // anything but P-256, or signed over anything but SHA-256
  'certificate-usage', // for servers, for something else, or not for signing
  'certificate-too-long', // longer than the longest we issue
  'certificate-subject', // names no tenant and device
  'certificate-invalid', // whatever else is wrong with it
] as const;
export type TlsRefusal = (typeof tlsRefusals)[number];

/** Whose certificate it is. */
export type CertifiedPeer = {
  readonly tenant: string;
  readonly device: string;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Buffer;
  readonly serial: Buffer;
  /** Milliseconds since the epoch. */
  readonly notAfter: number;
};
export type PeerVerdict =
  | { readonly kind: 'certified'; readonly peer: CertifiedPeer }
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'refused'; readonly reason: TlsRefusal };

const dayMs = 86_400_000;
const clientAuth = '1.3.6.1.5.5.7.3.2';
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What the server shows and whom it takes, as TLS wants it; renewed by `server.setSecureContext`. */
export function serverIdentity(
  certificate: string,
  key: TlsKey,
  authority: string,
): SecureContextOptions & { readonly cert: string } {
  const pem = createPrivateKey({ key: key.pkcs8, format: 'der', type: 'pkcs8' }).export({
    format: 'pem',
    type: 'pkcs8',
  });
  return { cert: certificate, key: pem.toString(), ca: authority, ...versions };
}

const versions = {
  // Said here, neither a setting of the environment nor a switch of the process has a say.
  minVersion: 'TLSv1.3',
  maxVersion: 'TLSv1.3',
  ciphers: 'TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256',
  ecdhCurve: 'X25519:prime256v1',
  honorCipherOrder: true,
  // Every connection shows its certificate anew: no tickets, and nothing listens for sessions.
  secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
} as const;

/** Asks for a certificate and takes any for the moment: `judgePeer` tells what is wrong, which TLS's own refusal does not. */
export const serverHandshake: TlsOptions = {
  // Ours signs with the first. Of the others a certificate is taken, to be refused with its reason.
  sigalgs: 'ecdsa_secp256r1_sha256:ecdsa_secp384r1_sha384:ecdsa_secp521r1_sha512:ed25519:rsa_pss_rsae_sha256',
  requestCert: true,
  rejectUnauthorized: false,
  handshakeTimeout: 10_000,
  ALPNProtocols: ['http/1.1'],
  ...versions,
};

/** @param socket just after its handshake @param longestDays what a certificate of ours lasts at most */
export function judgePeer(
  socket: unknown,
  {
    authority,
    now,
    longestDays,
  }: { readonly authority: X509Certificate; readonly now: number; readonly longestDays: number },
): PeerVerdict {
  if (!(socket instanceof TLSSocket) || socket.getProtocol() !== 'TLSv1.3') return refused('tls-too-old');
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return { kind: 'anonymous' };
  const reason =
    wrongWith(certificate, authority, now, longestDays) ?? (socket.authorized ? null : 'certificate-invalid');
  if (reason !== null) return refused(reason);
  const subject = subjectOf(certificate);
  if (subject === undefined) return refused('certificate-subject');
  const spki = spkiOf(certificate);
  const serial = Buffer.from(certificate.serialNumber, 'hex');
  return { kind: 'certified', peer: { ...subject, spki, serial, notAfter: certificate.validToDate.getTime() } };
}

const refused = (reason: TlsRefusal): PeerVerdict => ({ kind: 'refused', reason });

/** The first thing wrong with a leaf, the most telling first; null: nothing. */
function wrongWith(
  certificate: X509Certificate,
  authority: X509Certificate,
  now: number,
  longestDays: number,
): TlsRefusal | null {
  const from = certificate.validFromDate.getTime();
  const until = certificate.validToDate.getTime();
  if (!issuedBy(certificate, authority)) return strangerOf(certificate, authority);
  if (certificate.ca) return 'certificate-is-authority';
  const uses = usesOf(certificate);
  if (uses?.ecdsaSha256 !== true || !isP256(spkiOf(certificate))) return 'certificate-key-weak';
  if (now >= until) return 'certificate-expired';
  if (now < from) return 'certificate-not-yet-valid';
  if (until - from > longestDays * dayMs) return 'certificate-too-long';
  const usages = certificate.keyUsage ?? [];
  return uses.digitalSignature && usages.length === 1 && usages[0] === clientAuth ? null : 'certificate-usage';
}

const spkiOf = (certificate: X509Certificate): Buffer => certificate.publicKey.export({ format: 'der', type: 'spki' });

function usesOf({ raw }: X509Certificate): CertificateUses | undefined {
  try {
    return certificateUses(raw);
  } catch {
    // OpenSSL read it and we cannot: none of ours.
    return undefined;
  }
}

/** Whose it is instead. */
function strangerOf(certificate: X509Certificate, authority: X509Certificate): TlsRefusal {
  if (certificate.subject === certificate.issuer && issuedBy(certificate, certificate))
    return 'certificate-self-signed';
  const between = certificate.issuerCertificate;
  return between !== undefined && issuedBy(certificate, between) && issuedBy(between, authority)
    ? 'certificate-has-intermediates'
    : 'certificate-of-another-authority';
}

/** By its key and by its name: a name alone is anybody's to write. */
function issuedBy(certificate: X509Certificate, authority: X509Certificate): boolean {
  try {
    return certificate.issuer === authority.subject && certificate.verify(authority.publicKey);
  } catch {
    // A signature of a kind that does not fit the authority's key.
    return false;
  }
}

/** `O=<tenant>, CN=<device>` and nothing else. */
function subjectOf(certificate: X509Certificate): { readonly tenant: string; readonly device: string } | undefined {
  const [, tenant, device] = /^O=([^\n]+)\nCN=([^\n]+)$/.exec(certificate.subject) ?? [];
  if (tenant === undefined || device === undefined || !uuid.test(tenant) || !uuid.test(device)) return undefined;
  return { tenant, device };
}

/** A handshake that failed before there was a certificate to judge. */
export function handshakeRefusal(error: unknown): TlsRefusal {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (/ERR_TLS_HANDSHAKE_TIMEOUT/.test(code)) return 'handshake-late';
  if (/UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|VERSION_TOO_LOW/.test(code)) return 'tls-too-old';
  if (/HTTP_REQUEST|WRONG_VERSION_NUMBER|HTTPS_PROXY|UNEXPECTED_MESSAGE|RECORD_LAYER|PACKET_LENGTH/.test(code)) {
    return 'no-tls';
  }
  if (/ALERT_(UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_|UNSUPPORTED_CERTIFICATE|ACCESS_DENIED)/.test(code)) {
    return 'distrusts-us';
  }
  if (/NO_SHARED_CIPHER|NO_SUITABLE|NO_SHARED_GROUP|NO_COMMON_SIGNATURE|NO_SHARED_SIG/.test(code))
    return 'no-common-cipher';
  return 'handshake-broken';
}

/** A certificate of our own. @throws where it does not parse */
export const certificateOf = (pem: string): X509Certificate => new X509Certificate(pem);
/** SHA-256 of a certificate (DER), hex in pairs with colons. */
export const fingerprintOf = (pem: string): string => new X509Certificate(pem).fingerprint256;
export const serialOf = (pem: string): Buffer => Buffer.from(new X509Certificate(pem).serialNumber, 'hex');
export type { X509Certificate };
