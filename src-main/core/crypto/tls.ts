/**
 * TLS to one server that the clinic names, verified against the authorities it gave and nothing else: no system store,
 * no setting of the environment, no earlier session. With its neighbours here the only importer of node:tls.
 */
import { X509Certificate } from 'node:crypto';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';

export const tlsFailureCodes = [
  'not-reachable', // no address, no way there, or no answer in time
  'refused', // nobody listens there, or the server turned us away in the handshake
  'no-tls', // what answers does not speak TLS
  'tls-too-old', // it speaks nothing newer than TLS 1.1
  'not-trusted', // its certificate does not come from the given authorities
  'expired', // its certificate, or an authority's, is not valid today
  'wrong-name', // its certificate is for another name
  'broken', // the connection ended in the middle
  'no-answer', // it takes nothing more, or does not answer the end of the connection
] as const;
export type TlsFailureCode = (typeof tlsFailureCodes)[number];

export class TlsFailure extends Error {
  readonly code: TlsFailureCode;
  constructor(code: TlsFailureCode) {
    super(code);
    this.name = 'TlsFailure';
    this.code = code;
  }
}

export type TlsTarget = {
  readonly host: string;
  readonly port: number;
  /** The name its certificate must carry where that is not the host. */
  readonly serverName: string | null;
  /** Authorities as PEM: all that is trusted. */
  readonly authorities: string;
};

export type Authority = {
  readonly subject: string;
  /** Milliseconds since the epoch. */
  readonly until: number;
  /** SHA-256 of the certificate, hex in pairs. */
  readonly fingerprint: string;
};

const oneCertificate = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/**
 * Certificates of authorities in a text, as PEM without anything that stood around them.
 * @returns undefined where there is none, one does not parse, or a private key lies beside
 */
export function readAuthorities(text: string): { readonly pem: string; readonly list: Authority[] } | undefined {
  if (text.includes('PRIVATE KEY')) return undefined;
  try {
    const all = (text.match(oneCertificate) ?? []).map((one) => new X509Certificate(one));
    if (all.length === 0) return undefined;
    const list = all.map(({ subject, validTo, fingerprint256 }) => ({
      subject: subject.replaceAll('\n', ', '),
      until: Date.parse(validTo),
      fingerprint: fingerprint256,
    }));
    return { pem: all.map(String).join(''), list };
  } catch {
    // What does not parse is an answer: the person sees that this is no certificate.
    return undefined;
  }
}

/** Forward secrecy and authenticated encryption only, whatever the process was started with. */
export const ciphers = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_AES_128_GCM_SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
].join(':');

const byCode: ReadonlyMap<string, TlsFailureCode> = new Map<string, TlsFailureCode>([
  ['ECONNREFUSED', 'refused'],
  ['CERT_HAS_EXPIRED', 'expired'],
  ['CERT_NOT_YET_VALID', 'expired'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'wrong-name'],
  ['ECONNRESET', 'broken'],
  ['EPIPE', 'broken'],
  ['ENOTFOUND', 'not-reachable'],
  ['EAI_AGAIN', 'not-reachable'],
  ['ETIMEDOUT', 'not-reachable'],
  ['EHOSTUNREACH', 'not-reachable'],
  ['ENETUNREACH', 'not-reachable'],
  ['EADDRNOTAVAIL', 'not-reachable'],
]);

/** What OpenSSL and BoringSSL say, as the closed list. */
export function tlsFailureOf(error: unknown): TlsFailureCode {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  const known = byCode.get(code);
  if (known !== undefined) return known;
  if (/UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION/.test(code)) return 'tls-too-old';
  if (/WRONG_VERSION_NUMBER|HTTP_REQUEST|PACKET_LENGTH_TOO_LONG|RECORD_LAYER|UNEXPECTED_MESSAGE/.test(code)) {
    return 'no-tls';
  }
  if (/ALERT|HANDSHAKE_FAILURE/.test(code)) return 'refused';
  if (/CERT|CA$|SIGNED|ISSUER|VERIFY|LEAF|SIGNATURE|PURPOSE|CRL/.test(code)) return 'not-trusted';
  return 'broken';
}

function optionsFor({ host, port, serverName, authorities }: TlsTarget): ConnectionOptions {
  return {
    host,
    port,
    ca: authorities,
    ...(serverName !== null && { servername: serverName }),
    // Said here, NODE_TLS_REJECT_UNAUTHORIZED and NODE_EXTRA_CA_CERTS have no say.
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
    ciphers,
  };
}

export type { ConnectionOptions, TLSSocket };

/** The one place that opens a socket; what the process was started with does not write its keys down. */
export function openSocket(options: ConnectionOptions): TLSSocket {
  return connect(options).removeAllListeners('keylog');
}

/** @throws TlsFailure where what was given cannot be used, before anything is sent */
function start(target: TlsTarget): TLSSocket {
  try {
    return openSocket(optionsFor(target));
  } catch (error) {
    throw new TlsFailure(tlsFailureOf(error));
  }
}

export type ConnectLimits = { readonly signal: AbortSignal; readonly timeoutMs: number };
/** What ends a handshake: our own reasons, or the runtime's error. */
type HandshakeEnd = { readonly reason: 'late' | 'ended' } | { readonly reason: 'error'; readonly error: unknown };

/**
 * Waits for a handshake.
 * @param judge what else must hold; an error refuses
 * @param named the error that says how it ended
 * @throws what `judge` and `named` give; the signal's reason when aborted
 */
export function handshaken(
  open: () => TLSSocket,
  judge: (socket: TLSSocket) => Error | null,
  named: (end: HandshakeEnd) => Error,
  { signal, timeoutMs }: ConnectLimits,
): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const socket = open();
    const fail = (reason: unknown): void => {
      done();
      socket.destroy();
      reject(reason);
    };
    const timer = setTimeout(() => fail(named({ reason: 'late' })), timeoutMs);
    const aborted = (): void => fail(signal.reason);
    // An end in the handshake is told by no error of its own.
    const ended = (): void => fail(named({ reason: 'ended' }));
    const failed = (error: unknown): void => fail(named({ reason: 'error', error }));
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', aborted);
      socket.off('error', failed).off('close', ended);
      // Until the next owner listens, an error that comes late must not end the process.
      socket.on('error', () => undefined);
    };
    signal.addEventListener('abort', aborted, { once: true });
    socket.once('error', failed).once('close', ended);
    socket.once('secureConnect', () => {
      const fault = judge(socket);
      if (fault !== null) return fail(fault);
      done();
      resolve(socket);
    });
  });
}

/** How a handshake ended, as one of the codes that both lists share, or the runtime's error told by `of`. */
export function handshakeCode<C>(end: HandshakeEnd, of: (error: unknown) => C): C | 'not-reachable' | 'refused' {
  if (end.reason !== 'error') return end.reason === 'late' ? 'not-reachable' : 'refused';
  const code = of(end.error);
  return code === 'broken' ? 'refused' : code;
}

/**
 * Connects and verifies.
 * @throws TlsFailure; the signal's reason when aborted
 */
export async function connectTls(target: TlsTarget, limits: ConnectLimits): Promise<TlsLink> {
  const socket = await handshaken(
    () => start(target),
    ({ authorized }) => (authorized ? null : new TlsFailure('not-trusted')),
    (end) => new TlsFailure(handshakeCode(end, tlsFailureOf)),
    limits,
  );
  return new TlsLink(socket, limits.signal);
}

/** One verified connection on which only we speak. */
export class TlsLink {
  /** `TLSv1.3` or `TLSv1.2`. */
  readonly protocol: string;
  readonly #socket: TLSSocket;
  /** Rejected when the connection is of no more use. */
  readonly #over = Promise.withResolvers<never>();
  readonly #answered = Promise.withResolvers<void>();
  #failure: unknown = null;
  #finishing = false;

  constructor(socket: TLSSocket, signal: AbortSignal) {
    this.#socket = socket;
    this.protocol = socket.getProtocol() ?? '';
    this.#over.promise.catch(() => undefined);
    socket.on('error', (error) => this.#fail(new TlsFailure(tlsFailureOf(error))));
    socket.on('close', () => this.#fail(new TlsFailure('broken')));
    socket.on('end', () => {
      if (this.#finishing && this.#failure === null) this.#answered.resolve();
      else this.#fail(new TlsFailure('broken'));
    });
    const aborted = (): void => {
      this.#fail(signal.reason);
      socket.destroy();
    };
    signal.addEventListener('abort', aborted, { once: true });
    socket.once('close', () => signal.removeEventListener('abort', aborted));
    // What a server says is not for us, but its end is seen only by reading.
    socket.resume();
  }

  /** @throws TlsFailure once the server or the way to it is gone */
  demandGood(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  /** Resolves once the bytes were handed to the system. @throws TlsFailure no-answer when they are not in time */
  async write(bytes: Uint8Array, timeoutMs: number): Promise<void> {
    this.demandGood();
    const written = new Promise<void>((resolve) => this.#socket.write(bytes, () => resolve()));
    await this.#inTime(written, timeoutMs);
    this.demandGood();
  }

  /**
   * Ends the connection in order and waits for the server's end. TLS keeps the order of what was sent, so a server that
   * answers our end has read all that came before it; one that went away with something unread resets instead.
   * @throws TlsFailure
   */
  async finish(timeoutMs: number): Promise<void> {
    this.demandGood();
    this.#finishing = true;
    this.#socket.end();
    await this.#inTime(this.#answered.promise, timeoutMs);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #fail(failure: unknown): void {
    this.#failure ??= failure;
    this.#over.reject(this.#failure);
  }

  async #inTime(work: Promise<void>, timeoutMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new TlsFailure('no-answer')), timeoutMs);
    });
    try {
      await Promise.race([work, this.#over.promise, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
