/** Mirrors that misbehave while they answer: redirects, endless and slow answers, codings, ends in the middle. */
import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { openSource } from '../../../src-main/update/open-source.ts';
import { type Pace, usualPace } from '../../../src-main/update/pace.ts';
import type { UpdateRefusal } from '../../../src-shared/updates/state.ts';
import { type Answering, clinicCa, Mirror } from '../../unit/update/server.ts';
import { demandRefused, type Scene } from './scene.ts';

export type WireLie = {
  readonly name: string;
  readonly refusal: UpdateRefusal;
  readonly answer: (response: ServerResponse, bytes: Buffer, mirror: Mirror, path: string) => void;
  readonly pace?: Pace;
};

/** Short, so that a trial is; what is honest here is quicker still. */
export const hasty: Pace = { bytes: 1024, ms: 400, wholeMs: 900 };

const redirect =
  (status: number, to: (mirror: Mirror, path: string) => string): WireLie['answer'] =>
  (response, _bytes, mirror, path) =>
    response.writeHead(status, { location: to(mirror, path) }).end();

/** Sends pieces until nobody listens. */
function pouring(response: ServerResponse, piece: Buffer, everyMs: number): void {
  const timer = setInterval(() => response.write(piece), everyMs);
  response.on('close', () => clearInterval(timer));
}

/** As quickly as it is taken. */
function flooding(response: ServerResponse, piece: Buffer): void {
  const more = (): void => {
    while (!response.destroyed && response.write(piece));
    response.once('drain', more);
  };
  more();
}

export const wireLies: readonly WireLie[] = [
  {
    name: 'a redirect to http',
    refusal: 'redirected',
    answer: redirect(302, ({ port }, path) => `http://localhost:${port}/carekeep/${path}`),
  },
  {
    name: 'a redirect to another host',
    refusal: 'redirected',
    answer: redirect(301, ({ port }, path) => `https://127.0.0.1:${port}/carekeep/${path}`),
  },
  {
    name: 'a redirect to another port',
    refusal: 'redirected',
    answer: redirect(307, (_mirror, path) => `https://localhost:1/carekeep/${path}`),
  },
  {
    name: 'a redirect with a name and password',
    refusal: 'redirected',
    answer: redirect(308, ({ port }, path) => `https://a:b@localhost:${port}/carekeep/${path}`),
  },
  { name: 'a redirect to a file', refusal: 'redirected', answer: redirect(303, () => 'file:///etc/passwd') },
  { name: 'a redirect to nowhere', refusal: 'redirected', answer: redirect(302, () => 'https://[') },
  {
    name: 'redirects in a circle',
    refusal: 'redirected',
    answer: redirect(302, (_mirror, path) => `/carekeep/${path}`),
  },
  {
    name: 'an endless answer',
    refusal: 'too-large',
    answer: (response) => flooding(response.writeHead(200), Buffer.alloc(64 * 1024, 0x20)),
  },
  {
    name: 'an answer drop by drop',
    refusal: 'too-slow',
    pace: hasty,
    answer: (response) => pouring(response.writeHead(200), Buffer.from(' '), 20),
  },
  {
    name: 'an answer just quick enough, without end',
    refusal: 'too-slow',
    pace: { ...hasty, bytes: 4 },
    answer: (response) => pouring(response.writeHead(200), Buffer.from('    '), 40),
  },
  { name: 'silence', refusal: 'too-slow', pace: hasty, answer: () => undefined },
  {
    name: 'silence after the head',
    refusal: 'too-slow',
    pace: hasty,
    answer: (response) => response.writeHead(200).flushHeaders(),
  },
  {
    name: 'a head drop by drop',
    refusal: 'too-slow',
    pace: hasty,
    answer: (response) => {
      const { socket } = response;
      socket?.write('HTTP/1.1 200 OK\r\n');
      const timer = setInterval(() => socket?.write('x-a: b\r\n'), 30);
      socket?.on('close', () => clearInterval(timer));
    },
  },
  {
    name: 'a head without end',
    refusal: 'unreachable',
    answer: ({ socket }) => {
      socket?.write(`HTTP/1.1 200 OK\r\n${`x-a: ${'b'.repeat(1000)}\r\n`.repeat(100)}`);
    },
  },
  {
    name: 'a compressed answer',
    refusal: 'not-metadata',
    answer: (response, bytes) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(bytes)),
  },
  {
    name: 'a bomb of compression',
    refusal: 'not-metadata',
    answer: (response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(10_000_000))),
  },
  {
    name: 'less than was announced',
    refusal: 'unreachable',
    answer: (response, bytes) => {
      response.writeHead(200, { 'content-length': bytes.length }).write(bytes.subarray(0, 20));
      setTimeout(() => response.destroy(), 20);
    },
  },
  { name: 'a connection that ends', refusal: 'unreachable', answer: (response) => response.destroy() },
  { name: 'what is no HTTP', refusal: 'unreachable', answer: ({ socket }) => socket?.end('SSH-2.0-OpenSSH_9.9\r\n') },
  { name: 'an error of the server', refusal: 'unreachable', answer: (response) => response.writeHead(503).end('Wait') },
  {
    name: 'a part that nobody asked for',
    refusal: 'wrong-bytes',
    answer: (response, bytes) =>
      response.writeHead(206, { 'content-range': `bytes 1-9/${bytes.length}` }).end(bytes.subarray(1, 10)),
  },
  {
    name: 'a sign-in instead',
    refusal: 'not-metadata',
    answer: (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Guest network</h1>'),
  },
];

/** Plays one for a file of the metadata. */
export async function playWireLie(lie: WireLie, scene: Scene): Promise<void> {
  const feed = scene.repo.fork();
  feed.publish();
  const which = scene.random.pick(['timestamp', 'snapshot', 'targets', 'root'] as const);
  const lied = which === 'root' ? `metadata/${feed.rootVersion + 1}.root.json` : feed.pathOf(which);
  const bytes = feed.file(feed.pathOf(which));
  const mirror = await Mirror.start(feed.files);
  const answer: Answering = (_request, response, path) => {
    if (path !== lied) return false;
    lie.answer(response, bytes, mirror, path);
    return true;
  };
  mirror.answer = answer;
  const source = await openSource(mirror.address, { ca: clinicCa, proxy: 'none', pace: lie.pace ?? usualPace });
  try {
    await demandRefused(scene, source, lie.refusal);
  } finally {
    await source.close();
    await mirror.stop();
  }
}
