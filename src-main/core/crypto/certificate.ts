/** Reading certificates: of the backend's authority, of its server, and this workstation's own. */
import { X509Certificate } from 'node:crypto';
import { certificateUses } from './der.ts';

export type Certificate = {
  readonly pem: string;
  /** One line, `O=…, CN=…`. */
  readonly subject: string;
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** SHA-256 over the DER, pairs of hex with colons. */
  readonly fingerprint: string;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Buffer;
};

/** Everything before the point of an uncompressed P-256 key's SubjectPublicKeyInfo (RFC 5480). */
const p256Prefix = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex');
const p256Length = 91;

export function isP256(spki: Uint8Array): boolean {
  return spki.length === p256Length && p256Prefix.equals(spki.subarray(0, p256Prefix.length));
}

const spkiOf = (certificate: X509Certificate): Buffer => certificate.publicKey.export({ type: 'spki', format: 'der' });

function told(certificate: X509Certificate): Certificate {
  return {
    pem: certificate.toString(),
    subject: certificate.subject.replaceAll('\n', ', '),
    notBefore: Date.parse(certificate.validFrom),
    notAfter: Date.parse(certificate.validTo),
    fingerprint: certificate.fingerprint256,
    spki: spkiOf(certificate),
  };
}

/** One certificate in PEM or DER. @returns undefined for what is none */
export function readCertificate(bytes: string | Buffer): Certificate | undefined {
  try {
    return told(new X509Certificate(bytes));
  } catch {
    // What does not parse is an answer.
    return undefined;
  }
}

/** An authority that a clinic may pin: self-signed, may sign certificates, P-256. */
export function readAuthority(bytes: string | Buffer): Certificate | undefined {
  try {
    const certificate = new X509Certificate(bytes);
    if (!certificate.ca || !certificate.checkIssued(certificate) || !certificate.verify(certificate.publicKey)) {
      return undefined;
    }
    return isP256(spkiOf(certificate)) ? told(certificate) : undefined;
  } catch {
    // As above.
    return undefined;
  }
}

export type LeafFault = 'not-the-authority' | 'weak-key' | 'wrong-usage' | 'wrong-name';

/**
 * What is wrong with a server's certificate beside its dates: it must come straight from the authority, hold a P-256
 * key, be for servers and for signing, and carry the name in its alternative names (a common name does not count).
 * @param address whether `name` is an IP address
 */
export function faultOfServer(
  leaf: X509Certificate,
  authority: string,
  { name, address }: { readonly name: string; readonly address: boolean },
): LeafFault | null {
  const issuer = new X509Certificate(authority);
  if (!isP256(spkiOf(leaf))) return 'weak-key';
  const uses = usesOf(leaf);
  if (uses === undefined || !uses.ecdsaSha256) return 'weak-key';
  if (!leaf.checkIssued(issuer) || !leaf.verify(issuer.publicKey)) return 'not-the-authority';
  if (leaf.ca || !uses.serverAuth || !uses.digitalSignature) return 'wrong-usage';
  const named = address ? leaf.checkIP(name) : leaf.checkHost(name, { subject: 'never' });
  return named === undefined ? 'wrong-name' : null;
}

function usesOf({ raw }: X509Certificate) {
  try {
    return certificateUses(raw);
  } catch {
    // OpenSSL read it and we cannot: it is not of the plain form that the backend issues.
    return undefined;
  }
}
