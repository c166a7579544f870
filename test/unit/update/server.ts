/** A mirror for tests: a real https server with a certificate of a real authority, and a forward proxy before it. */
import {
  createServer as createPlain,
  type IncomingMessage,
  type Server as PlainServer,
  type ServerResponse,
} from 'node:http';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { authority } from '../../fixtures/certificates.ts';
import type { Files } from './repository.ts';

export type Answering = (request: IncomingMessage, response: ServerResponse, path: string) => boolean;

/** One authority for all of a process: making it takes longer than anything it signs. */
const made = authority('Clinic mirror');
export const clinicCa = made.cert;
const certificate = made.server({ names: ['localhost', '127.0.0.1'] });

async function listening(server: Server | PlainServer): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Answers with the files, ranges too, unless `answer` did. */
export class Mirror {
  files: Files;
  answer: Answering = () => false;
  /** Paths in the order in which they were asked for. */
  readonly asked: string[] = [];
  readonly requests: IncomingMessage[] = [];
  readonly #server: Server;
  #port = 0;

  private constructor(files: Files, names: readonly string[] | undefined) {
    this.files = files;
    const identity = names === undefined ? certificate : made.server({ names });
    this.#server = createServer({ ...identity, keepAliveTimeout: 1000 }, (request, response) =>
      this.#serve(request, response),
    );
  }

  static async start(files: Files, names?: readonly string[]): Promise<Mirror> {
    const mirror = new Mirror(files, names);
    mirror.#port = await listening(mirror.#server);
    return mirror;
  }

  get port(): number {
    return this.#port;
  }

  get address(): string {
    return `https://localhost:${this.#port}/carekeep/`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    response.on('error', () => undefined);
    const path = (request.url ?? '').replace(/^\/carekeep\//, '');
    this.asked.push(path);
    this.requests.push(request);
    if (this.answer(request, response, path)) return;
    const bytes = this.files.get(path);
    if (bytes === undefined) {
      response.writeHead(404).end('<h1>Not here</h1>');
      return;
    }
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? Number.NaN);
    if (Number.isNaN(from)) {
      response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
    } else if (from >= bytes.length) {
      response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
    } else {
      const range = `bytes ${from}-${bytes.length - 1}/${bytes.length}`;
      response
        .writeHead(206, { 'content-range': range, 'content-length': bytes.length - from })
        .end(bytes.subarray(from));
    }
  }
}

/** A proxy that knows CONNECT and nothing else. */
export class ForwardProxy {
  /** Where it was asked to lead. */
  readonly asked: string[] = [];
  refuse = false;
  readonly #server = createPlain((_request, response) => response.writeHead(405).end());
  readonly #sockets = new Set<Socket>();
  #port = 0;

  static async start(): Promise<ForwardProxy> {
    const proxy = new ForwardProxy();
    proxy.#server.on('connect', (request: IncomingMessage, client: Socket) => {
      proxy.asked.push(request.url ?? '');
      client.on('error', () => undefined);
      proxy.#sockets.add(client);
      if (proxy.refuse) {
        client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
        return;
      }
      const [host = '', port = ''] = (request.url ?? '').split(':');
      const target = connect(Number(port), host, () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        target.pipe(client);
        client.pipe(target);
      });
      proxy.#sockets.add(target);
      target.on('error', () => client.destroy());
    });
    proxy.#port = await listening(proxy.#server);
    return proxy;
  }

  get address(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
