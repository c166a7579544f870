/** What the exchange takes at least on this machine: compress, seal, TLS 1.3, COPY into durable PostgreSQL. No application. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { z } from 'zod';
import { startEmbedded } from '../../../src-backend/postgres/embedded.ts';
import { open, seal } from '../../../src-main/core/crypto/aead.ts';
import { authority } from '../../fixtures/certificates.ts';
import type { BenchRun } from '../figure.ts';
import type { Change } from './changes.ts';
import { framed, framesOf, joined, split } from './frames.ts';
import { type BothWays, next } from './pouch-sync.ts';

const listening = z.object({ port: z.number() });
const key = Buffer.alloc(32, 0x21);
const bound = Buffer.from('bare');
const perRequest = 1000;
const inFlight = 2;

/** @param together changes under one seal, compressed together: 1 is one by one */
function* requests(changes: readonly Change[], together: number): Generator<Buffer> {
  // Whole seals only.
  const inOne = Math.max(1, Math.floor(perRequest / together)) * together;
  for (let at = 0; at < changes.length; at += inOne) {
    const pieces: Buffer[] = [];
    for (let from = at; from < Math.min(at + inOne, changes.length); from += together) {
      const lines = changes.slice(from, from + together).map(({ resource }) => JSON.stringify(resource));
      pieces.push(seal(key, deflateRawSync(lines.join('\n')), bound));
    }
    yield Buffer.concat([Buffer.alloc(1), joined(pieces)]);
  }
}

/** One connection on which requests are answered in their order. */
class Line {
  readonly #socket: TLSSocket;
  #answers: AsyncGenerator<Buffer> | null = null;

  private constructor(socket: TLSSocket) {
    this.#socket = socket;
  }

  static async to(port: number, ca: string): Promise<Line> {
    const socket = connect({ host: '127.0.0.1', port, ca, servername: 'bench.test', minVersion: 'TLSv1.3' });
    await once(socket, 'secureConnect');
    return new Line(socket);
  }

  get bytes(): number {
    return this.#socket.bytesRead + this.#socket.bytesWritten;
  }

  send(body: Uint8Array): void {
    this.#socket.write(framed(body));
  }

  async answer(): Promise<Buffer> {
    this.#answers ??= framesOf(this.#socket);
    const { value, done } = await this.#answers.next();
    if (done === true) throw new Error('the bare server ended');
    return value;
  }

  /** So many bytes of the server's, thrown away. The last thing that a line does. */
  async copy(bytes: number): Promise<void> {
    const before = this.#socket.bytesRead;
    const body = Buffer.alloc(9, 2);
    body.writeBigInt64BE(BigInt(bytes), 1);
    this.send(body);
    for await (const _piece of this.#socket) if (this.#socket.bytesRead - before >= bytes) return;
  }

  close(): void {
    this.#socket.destroy();
  }
}

async function push(line: Line, changes: readonly Change[], together: number): Promise<void> {
  let waiting = 0;
  for (const request of requests(changes, together)) {
    if (waiting === inFlight) {
      await line.answer();
      waiting -= 1;
    }
    line.send(request);
    waiting += 1;
    // Lets the socket take it before the next is made: this side has one thread, as the product has.
    await new Promise(setImmediate);
  }
  for (; waiting > 0; waiting -= 1) await line.answer();
}

async function pull(line: Line, changes: number, together: number): Promise<void> {
  let got = 0;
  const pieces = Math.ceil(changes / together);
  const ask = (from: number): void => {
    const body = Buffer.alloc(9, 1);
    body.writeBigInt64BE(BigInt(from), 1);
    line.send(body);
  };
  const asked = Math.ceil(pieces / perRequest);
  for (let at = 0; at < Math.min(inFlight, asked); at += 1) ask(at * perRequest);
  for (let at = 0; at < asked; at += 1) {
    const answer = await line.answer();
    if (at + inFlight < asked) ask((at + inFlight) * perRequest);
    for (const piece of split(answer)) {
      for (const text of inflateRawSync(open(key, piece, bound))
        .toString('utf8')
        .split('\n')) {
        const resource: unknown = JSON.parse(text);
        if (resource !== null) got += 1;
      }
    }
  }
  if (got !== changes) throw new Error(`${got} of ${changes} changes came back`);
}

type Bare = { readonly line: Line };

/** A PostgreSQL and a TLS server started for it, as long as `work` takes. */
async function withBareServer<T>(run: BenchRun, name: string, work: (bare: Bare) => Promise<T>): Promise<T> {
  const folder = join(run.scratch, `bare-${name}`);
  mkdirSync(folder);
  // PostgreSQL's own account has to get there.
  for (const each of [run.scratch, folder]) chmodSync(each, 0o711);
  const postgres = await startEmbedded(folder);
  const server = fork(join(import.meta.dirname, 'bare-server.ts'), [], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  try {
    const own = authority('bench');
    const { cert, key: certKey } = own.server({ names: ['bench.test'] });
    server.send({ to: postgres.administrator, cert, key: certKey });
    const line = await Line.to(listening.parse(await next(server)).port, own.cert);
    try {
      return await work({ line });
    } finally {
      line.close();
    }
  } finally {
    server.kill('SIGKILL');
    await postgres.stop();
  }
}

/** Both ways once. */
export function barePipeline(
  run: BenchRun,
  changes: readonly Change[],
  together: number,
  name: string,
): Promise<BothWays> {
  return withBareServer(run, name, async ({ line }) => {
    const timed = async (work: () => Promise<void>) => {
      const [from, before] = [performance.now(), line.bytes];
      await work();
      const seconds = (performance.now() - from) / 1000;
      return { perSecond: changes.length / seconds, bytes: (line.bytes - before) / changes.length };
    };
    const pushed = await timed(() => push(line, changes, together));
    const pulled = await timed(() => pull(line, changes.length, together));
    return { push: pushed, pull: pulled };
  });
}

/** Seconds that so many bytes take over TLS. */
export function bareCopy(run: BenchRun, bytes: number): Promise<number> {
  return withBareServer(run, 'copy', async ({ line }) => {
    const from = performance.now();
    await line.copy(bytes);
    return (performance.now() - from) / 1000;
  });
}
