/** A real syslog server over TLS, whose manners a test can spoil. */
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer, type Server, type TLSSocket, type TlsOptions } from 'node:tls';
import type { Certificate } from '../../fixtures/certificates.ts';

export type Received = { readonly seq: number; readonly leaf: string; readonly text: string };

/** Whole frames at the beginning of the bytes (RFC 5425 §4.3), and what is left. */
export function readFrames(bytes: Buffer): { readonly frames: Buffer[]; readonly rest: Buffer } {
  const frames: Buffer[] = [];
  let at = 0;
  for (;;) {
    const space = bytes.indexOf(0x20, at);
    if (space === -1) break;
    const length = Number(bytes.toString('latin1', at, space));
    if (bytes.length < space + 1 + length) break;
    frames.push(bytes.subarray(space + 1, space + 1 + length));
    at = space + 1 + length;
  }
  return { frames, rest: bytes.subarray(at) };
}

const start = /^<(\d+)>1 (\S+) (\S+) carekeep - (\S+) \[carekeep@32473 seq="(\d+)" leaf="([^"]+)"\]/;

export function parseMessage(frame: Buffer): Received & { readonly head: RegExpMatchArray } {
  const text = frame.toString('utf8');
  const head = start.exec(text);
  if (head === null) throw new Error(`no message: ${text.slice(0, 200)}`);
  return { seq: Number(head[5]), leaf: head[6] ?? '', text, head };
}

export class SyslogServer {
  readonly received: Received[] = [];
  connections = 0;
  /** Everything as it came. */
  bytes = 0;
  /** Called with every piece of bytes; may destroy the socket or pause it. */
  manners: (socket: TLSSocket, soFar: number) => void = () => undefined;
  readonly #options: TlsOptions;
  readonly #sockets = new Set<Socket>();
  #server: Server | null = null;
  port = 0;

  constructor(certificate: Certificate, options: TlsOptions = {}) {
    this.#options = { ...certificate, ...options };
  }

  async start(): Promise<void> {
    const server = createServer(this.#options, (socket) => {
      this.connections += 1;
      let rest: Buffer = Buffer.alloc(0);
      let soFar = 0;
      socket.on('data', (data: Buffer) => {
        soFar += data.length;
        this.bytes += data.length;
        const read = readFrames(Buffer.concat([rest, data]));
        rest = read.rest;
        this.received.push(...read.frames.map(parseMessage));
        this.manners(socket, soFar);
      });
    });
    server.on('tlsClientError', () => undefined);
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => this.#sockets.delete(socket));
    });
    server.on('secureConnection', (socket) => socket.on('error', () => undefined));
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** Connections die at once, and nobody listens any more. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (server === null) return;
    for (const socket of this.#sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  }
}
