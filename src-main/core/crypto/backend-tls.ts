/**
 * TLS 1.3 to the clinic's backend: one pinned authority, the server's certificate straight from it, this workstation's
 * certificate shown. Everything that decides is said here, so that neither the environment nor the process's own
 * defaults have a say. What is used is what OpenSSL and BoringSSL (Electron) both know.
 */
import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { type Certificate, faultOfServer, readAuthority } from './certificate.ts';
import {
  type ConnectionOptions,
  type ConnectLimits,
  handshakeCode,
  handshaken,
  openSocket,
  type TLSSocket,
  tlsFailureOf,
} from './tls.ts';

export type { ConnectLimits };

import { wipe } from './wipe.ts';

/** Why there is no connection. Codes for the log and the state on screen. */
export const peerFailures = [
  'not-reachable', // no address, no way there, or no answer in time
  'refused', // nobody listens there, or the server turned us away in the handshake
  'no-tls', // what answers does not speak TLS
  'tls-too-old', // it speaks nothing newer than TLS 1.2
  'self-signed', // its certificate vouches for itself
  'not-the-authority', // its certificate does not come straight from the pinned authority
  'expired', // its certificate, or the authority's, is over
  'not-yet-valid',
  'wrong-name', // its certificate is for another name
  'weak-key', // its key or its certificate's signature is not ECDSA P-256 with SHA-256
  'wrong-usage', // its certificate is not for servers
  'certificate-missing', // it wants a certificate of ours
  'certificate-refused', // it does not take ours
  'certificate-expired', // it says that ours is over
  'certificate-revoked', // it says that ours is revoked
  'broken', // the connection ended in the middle
] as const;
export type PeerFailureCode = (typeof peerFailures)[number];

export class PeerFailure extends Error {
  readonly code: PeerFailureCode;
  constructor(code: PeerFailureCode) {
    super(code);
    this.name = 'PeerFailure';
    this.code = code;
  }
}

/** This workstation's certificate (PEM) and its key (PKCS #8, DER). */
export type ClientIdentity = { readonly certificate: string; readonly key: Buffer };
export type PeerAddress = { readonly host: string; readonly port: number };
export type PinnedPeer = PeerAddress & {
  /** PEM of the one authority that is trusted. */
  readonly authority: string;
  /** Null: the calls that are open to everybody. */
  readonly identity: ClientIdentity | null;
};

/** What OpenSSL and BoringSSL say, in the order in which it is looked for. */
const byPattern: readonly (readonly [RegExp, PeerFailureCode])[] = [
  [/ALERT_CERTIFICATE_REQUIRED|PEER_DID_NOT_RETURN/, 'certificate-missing'],
  [/ALERT_CERTIFICATE_EXPIRED/, 'certificate-expired'],
  [/ALERT_CERTIFICATE_REVOKED/, 'certificate-revoked'],
  [
    /ALERT_(BAD_CERTIFICATE|CERTIFICATE_UNKNOWN|UNKNOWN_CA|UNSUPPORTED_CERTIFICATE|ACCESS_DENIED)/,
    'certificate-refused',
  ],
  [/^CERT_HAS_EXPIRED$/, 'expired'],
  [/^CERT_NOT_YET_VALID$/, 'not-yet-valid'],
  [/DEPTH_ZERO_SELF_SIGNED_CERT/, 'self-signed'],
  [/INVALID_PURPOSE|CERT_REJECTED/, 'wrong-usage'],
  [/KEY_TOO_SMALL|MD_TOO_WEAK|CERT_SIGNATURE_FAILURE_WEAK|NO_SHARED_(SIGNATURE|GROUP)| too weak$/, 'weak-key'],
  [/^PATH_LENGTH_EXCEEDED$|^INVALID_CA$/, 'not-the-authority'],
];

export function peerFailureOf(error: unknown): PeerFailureCode {
  if (error instanceof PeerFailure) return error.code;
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  // What OpenSSL has no code for, it says in words.
  const said = code === 'UNSPECIFIED' && error instanceof Error ? error.message : code;
  for (const [pattern, meaning] of byPattern) if (pattern.test(said)) return meaning;
  const general = tlsFailureOf(error);
  if (general === 'not-trusted') return 'not-the-authority';
  return general === 'no-answer' ? 'not-reachable' : general;
}

/** Numbers that no setting changes. X25519 and P-256 are in every TLS 1.3 stack. */
const common = {
  minVersion: 'TLSv1.3',
  maxVersion: 'TLSv1.3',
  ciphers: 'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384',
  ecdhCurve: 'X25519:P-256',
  ALPNProtocols: ['http/1.1'],
  enableTrace: false,
} as const satisfies ConnectionOptions;

/** PrivateKeyInfo as PEM in bytes that can be wiped. */
function keyPem(pkcs8: Buffer): Buffer {
  const body = pkcs8.toString('base64').replace(/.{64}/g, '$&\n');
  return Buffer.from(`-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----\n`, 'latin1');
}

/** A name for SNI; an address has none (RFC 6066 §3). */
const named = (host: string): { servername?: string } => (isIP(host) === 0 ? { servername: host } : {});

/** @throws PeerFailure where what was given cannot be used, before anything is sent */
function start({ host, port, authority, identity }: PinnedPeer): TLSSocket {
  const key = identity === null ? undefined : keyPem(identity.key);
  try {
    return openSocket({
      ...common,
      host,
      port,
      ...named(host),
      // Said here, NODE_TLS_REJECT_UNAUTHORIZED, NODE_EXTRA_CA_CERTS and SSL_CERT_FILE have no say.
      ca: [authority],
      rejectUnauthorized: true,
      // The name is looked for in the certificate itself, below.
      checkServerIdentity: () => undefined,
      ...(identity !== null && key !== undefined && { cert: identity.certificate, key }),
    });
  } catch (error) {
    throw new PeerFailure(peerFailureOf(error));
  } finally {
    wipe(key);
  }
}

/** @param judge what else must hold; a code refuses */
async function connected(
  open: () => TLSSocket,
  judge: (socket: TLSSocket) => PeerFailureCode | null,
  limits: ConnectLimits,
): Promise<TLSSocket> {
  const socket = await handshaken(
    open,
    (made) => {
      const fault = made.getProtocol() === 'TLSv1.3' ? judge(made) : 'tls-too-old';
      return fault === null ? null : new PeerFailure(fault);
    },
    (end) => new PeerFailure(handshakeCode(end, peerFailureOf)),
    limits,
  );
  return socket.setNoDelay(true).setKeepAlive(true, 30_000);
}

/**
 * Connects, verifies and shows our certificate.
 * @throws PeerFailure; the signal's reason when aborted
 */
export function connectPinned(peer: PinnedPeer, limits: ConnectLimits): Promise<TLSSocket> {
  const judge = (socket: TLSSocket): PeerFailureCode | null => {
    const leaf = socket.getPeerX509Certificate();
    if (!socket.authorized || leaf === undefined) return 'not-the-authority';
    return faultOfServer(leaf, peer.authority, { name: peer.host, address: isIP(peer.host) !== 0 });
  };
  return connected(() => start(peer), judge, limits);
}

/** The last of what the server sent, if it is an authority that vouches for itself and for the first. */
function shownAuthority(socket: TLSSocket): Certificate | undefined {
  const leaf = socket.getPeerX509Certificate();
  let last: X509Certificate | undefined = leaf;
  for (let at = 0; at < 4 && last?.issuerCertificate !== undefined && last.issuerCertificate !== last; at += 1) {
    last = last.issuerCertificate;
  }
  return last === undefined || last === leaf ? undefined : readAuthority(last.raw);
}

/**
 * Which authority a server says it has: to show its fingerprint, or to compare it. Nothing is trusted, nothing is sent.
 * @throws PeerFailure not-the-authority where it shows none
 */
export async function probeAuthority({ host, port }: PeerAddress, limits: ConnectLimits): Promise<Certificate> {
  let shown: Certificate | undefined;
  const judge = (socket: TLSSocket): PeerFailureCode | null => {
    shown = shownAuthority(socket);
    return shown === undefined ? 'not-the-authority' : null;
  };
  // No authority at all, instead of the system's.
  const open = (): TLSSocket =>
    openSocket({ ...common, host, port, ...named(host), ca: [], rejectUnauthorized: false });
  const socket = await connected(open, judge, limits);
  socket.destroy();
  if (shown === undefined) throw new PeerFailure('not-the-authority');
  return shown;
}
