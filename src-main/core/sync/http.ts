/**
 * One HTTP/1.1 connection to the backend over our own TLS socket: what is asked and what is answered, in bytes, with an
 * end to both. No redirect is followed, no proxy is asked, no setting of the environment is read.
 */
import type { Client } from 'undici';
import { z } from 'zod';
import { backendError } from '../../../src-shared/sync-protocol/errors.ts';
import {
  type ConnectLimits,
  connectPinned,
  PeerFailure,
  type PinnedPeer,
  peerFailureOf,
} from '../crypto/backend-tls.ts';
import { BackendRefusal, BackendUnreachable } from './backend.ts';

/** Milliseconds. */
export type HttpTimes = {
  readonly connect: number;
  /** Until the head of an answer, and between two pieces of its body. */
  readonly silence: number;
  /** For a whole request with its answer: a drip that never stops is no answer. */
  readonly whole: number;
};
export const httpTimes: HttpTimes = { connect: 10_000, silence: 30_000, whole: 120_000 };

export type Asked = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes as they are, or a value as JSON. */
  readonly body?: Buffer | { readonly json: unknown };
  /** Most bytes of the answer. */
  readonly most: number;
  /** Milliseconds that the server may take longer than usual. */
  readonly patience?: number;
};
export type Answered = {
  readonly bytes: Buffer;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
};

/** A JSON answer that has nothing long in it. */
export const smallAnswer = 64 * 1024;
const headMost = 16 * 1024;

/** undici's errors by their codes; all else is the socket's. */
const byCode: ReadonlyMap<string, string> = new Map([
  ['UND_ERR_HEADERS_TIMEOUT', 'no-answer'],
  ['UND_ERR_BODY_TIMEOUT', 'no-answer'],
  ['UND_ERR_CONNECT_TIMEOUT', 'not-reachable'],
  ['UND_ERR_HEADERS_OVERFLOW', 'answer-malformed'],
  ['UND_ERR_RESPONSE', 'answer-malformed'],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'answer-malformed'],
  ['UND_ERR_RES_EXCEEDED_MAX_SIZE', 'answer-too-large'],
  ['UND_ERR_DESTROYED', 'closed'],
  ['UND_ERR_CLOSED', 'closed'],
]);

function unreachable(error: unknown): BackendUnreachable {
  if (error instanceof BackendUnreachable) return error;
  if (error instanceof PeerFailure) return new BackendUnreachable(error.code);
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  // llhttp's: what came is no HTTP.
  if (code.startsWith('HPE_')) return new BackendUnreachable('answer-malformed');
  return new BackendUnreachable(byCode.get(code) ?? peerFailureOf(error));
}

export class BackendHttp {
  readonly #peer: PinnedPeer;
  readonly #times: HttpTimes;
  readonly #closing = new AbortController();
  #client: Promise<Client> | null = null;
  #clockDifference: number | null = null;

  constructor(peer: PinnedPeer, times: HttpTimes = httpTimes) {
    this.#peer = peer;
    this.#times = times;
  }

  /** Milliseconds that the backend's clock was ahead of this machine's at its last answer, to the second. */
  get clockDifference(): number | null {
    return this.#clockDifference;
  }

  /** Loaded only where there is a backend. */
  #open(): Promise<Client> {
    this.#client ??= import('undici').then(({ Client }) => {
      const { host, port } = this.#peer;
      const limits: ConnectLimits = { signal: this.#closing.signal, timeoutMs: this.#times.connect };
      return new Client(`https://${host.includes(':') ? `[${host}]` : host}:${port}`, {
        connect: (_options, done) => {
          connectPinned(this.#peer, limits).then(
            (socket) => done(null, socket),
            (error: unknown) => done(error instanceof Error ? error : new PeerFailure('broken'), null),
          );
        },
        // Two batches in flight on one connection.
        pipelining: 2,
        allowH2: false,
        useMilo: false,
        headersTimeout: 0,
        bodyTimeout: this.#times.silence,
        keepAliveTimeout: 60_000,
        keepAliveMaxTimeout: 60_000,
        maxHeaderSize: headMost,
        strictContentLength: true,
      });
    });
    return this.#client;
  }

  /** @throws BackendRefusal, BackendUnreachable, or the signal's reason */
  async ask(asked: Asked, signal: AbortSignal): Promise<Answered> {
    signal.throwIfAborted();
    const { whole, silence } = this.#times;
    const { method, path, body, most, patience = 0 } = asked;
    const json = body !== undefined && !Buffer.isBuffer(body);
    const late = AbortSignal.timeout(whole + patience);
    try {
      const client = await this.#open();
      const {
        statusCode,
        headers,
        body: stream,
      } = await client.request({
        method,
        path,
        headers: {
          accept: 'application/json, application/octet-stream',
          ...(body !== undefined && { 'content-type': json ? 'application/json' : 'application/octet-stream' }),
          ...asked.headers,
        },
        ...(body !== undefined && { body: json ? JSON.stringify(body.json) : body }),
        // Sent again, everything here answers the same: one need not wait for the other.
        idempotent: true,
        blocking: patience > 0,
        headersTimeout: silence + patience,
        signal: AbortSignal.any([signal, late]),
      });
      const told = Date.parse(String(headers['date']));
      if (Number.isFinite(told)) this.#clockDifference = told - Date.now();
      const bytes = await read(stream, statusCode < 300 ? most : smallAnswer);
      if (statusCode >= 200 && statusCode < 300) return { bytes, headers };
      throw refusalOf(bytes);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (error instanceof BackendRefusal) throw error;
      throw late.aborted ? new BackendUnreachable('too-slow') : unreachable(error);
    }
  }

  /** Ends the connection at once; what is under way fails. */
  async close(): Promise<void> {
    this.#closing.abort(new PeerFailure('broken'));
    await (await this.#client)?.destroy();
  }
}

async function read(stream: AsyncIterable<unknown>, most: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of stream) {
    if (!Buffer.isBuffer(piece)) throw new BackendUnreachable('answer-malformed');
    size += piece.length;
    // Leaving the loop ends the stream, and with it the connection.
    if (size > most) throw new BackendUnreachable('answer-too-large');
    pieces.push(piece);
  }
  return Buffer.concat(pieces, size);
}

/** What a refusal says; one that says nothing we know is no answer. */
function refusalOf(bytes: Buffer): BackendRefusal | BackendUnreachable {
  try {
    return new BackendRefusal(backendError.parse(JSON.parse(bytes.toString('utf8'))));
  } catch {
    // A proxy's page, or another protocol.
    return new BackendUnreachable('answer-malformed');
  }
}

/** The answer's value. @throws BackendUnreachable answer-malformed */
export function parsed<S extends z.ZodType>(schema: S, { bytes }: Answered): z.output<S> {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new BackendUnreachable('answer-malformed');
  }
  const read = schema.safeParse(value);
  if (!read.success) throw new BackendUnreachable('answer-malformed');
  return read.data;
}

/** An answer that says only that it was done. */
export const nothing = z.strictObject({});
