/** The transport against a real TLS server: honest answers, and those that are too long, too slow or no answers at all. */
import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { after, before, beforeEach, test } from 'node:test';
import { BackendRefusal, BackendUnreachable } from '../../../src-main/core/sync/backend.ts';
import { HttpsBackend } from '../../../src-main/core/sync/https-backend.ts';
import { bodyOf, identityFrom, type Site, startSite } from './tls-server.ts';

const id = '00000000-0000-4000-8000-000000000001';
const signal = new AbortController().signal;
const never = { connect: 2_000, silence: 30_000, whole: 30_000 };
const seen: { method: string; url: string; body: Buffer; headers: IncomingMessage['headers']; port: number }[] = [];
let answer: (request: IncomingMessage, response: ServerResponse, body: Buffer) => void = () => undefined;
let site: Site;
let backend: HttpsBackend;

const json =
  (value: unknown, status = 200) =>
  (_request: IncomingMessage, response: ServerResponse) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));

async function open(times = never): Promise<HttpsBackend> {
  const identity = await identityFrom(site.authority, id, id);
  return new HttpsBackend({ host: '127.0.0.1', port: site.port, authority: site.authority.pem, identity }, times);
}
/** The code with which a call fails. */
async function failure(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof BackendRefusal) return error.value.code;
    assert.ok(error instanceof BackendUnreachable, String(error));
    return error.reason;
  }
  return 'none';
}

before(async () => {
  site = await startSite((request, response) => {
    void bodyOf(request).then((body) => {
      const { method = '', url = '', headers, socket } = request;
      seen.push({ method, url, body, headers, port: socket.remotePort ?? 0 });
      answer(request, response, body);
    });
  });
  backend = await open();
});
after(async () => {
  await backend.close();
  await site.stop();
});
beforeEach(() => void seen.splice(0));

test('what is sent and answered is what the protocol says', async () => {
  const frame = Buffer.alloc(12);
  frame.writeBigUInt64BE(7n, 0);
  frame.writeUInt32BE(3, 8);
  answer = (_request, response) => void response.end(Buffer.concat([frame, Buffer.from('abc')]));
  assert.deepEqual(await backend.pull(7, 1000, signal), [{ position: 7, envelope: Buffer.from('abc') }]);
  assert.equal(seen[0]?.url, '/v1/batches?from=7&bytes=1000');
  // Another position than the one that is next, and a frame cut short.
  assert.equal(await failure(backend.pull(6, 1000, signal)), 'answer-malformed');
  answer = (_request, response) => void response.end(frame);
  assert.equal(await failure(backend.pull(7, 1000, signal)), 'answer-malformed');

  answer = (_request, response) => void response.writeHead(200, { etag: '"12"' }).end('bytes');
  assert.deepEqual(await backend.directory(signal), { revision: 12, bytes: Buffer.from('bytes') });
  answer = json({});
  assert.equal(await backend.putDirectory(Buffer.from('next'), 12, signal), 'ok');
  assert.equal(await backend.putDirectory(Buffer.from('first'), null, signal), 'ok');
  assert.deepEqual(
    seen.slice(-2).map(({ headers, body }) => [headers['if-match'], headers['if-none-match'], body.toString()]),
    [
      ['"12"', undefined, 'next'],
      [undefined, '*', 'first'],
    ],
  );
  answer = json({ code: 'changed-meanwhile', revision: 13 }, 412);
  assert.equal(await backend.putDirectory(Buffer.from('next'), 12, signal), 'changed-meanwhile');
  answer = json({ code: 'not-found' }, 404);
  assert.equal(await backend.directory(signal), null);
  answer = (_request, response) => void response.end(Buffer.alloc(96));
  assert.equal((await backend.leaves(0, 3, signal)).length, 3);
  assert.equal(await failure(backend.leaves(0, 4, signal)), 'answer-malformed');
});

test('two batches are under way at once on one connection, and a held-back state is in nobody’s way', async () => {
  const held = Promise.withResolvers<() => void>();
  const stored = json({ position: 0, size: 1, head: 'head' });
  // The server answers a batch only once both have arrived.
  const pair: (() => void)[] = [];
  answer = (request, response) => {
    if (request.url?.startsWith('/v1/state') === true) {
      held.resolve(() => json({ code: 'unavailable' }, 503)(request, response));
      return;
    }
    pair.push(() => stored(request, response));
    if (pair.length === 2) for (const one of pair) one();
  };
  const waiting = failure(backend.state('etag', 25, signal));
  const answerState = await held.promise;
  const batch = Buffer.alloc(100_000, 7);
  const both = await Promise.all([backend.push(batch, signal), backend.push(batch, signal)]);
  assert.deepEqual(
    both.map(({ size }) => size),
    [1, 1],
  );
  const pushes = seen.filter(({ url }) => url === '/v1/batches');
  assert.equal(new Set(pushes.map(({ port }) => port)).size, 1);
  assert.ok(pushes.every(({ body }) => body.equals(batch)));
  answerState();
  assert.equal(await waiting, 'unavailable');
});

test('refusals carry their code; what is no answer of ours is none', async () => {
  answer = json({ code: 'batch-out-of-turn', expected: 4 }, 409);
  const refused = await backend.push(Buffer.from('x'), signal).catch((error: unknown) => error);
  assert.ok(refused instanceof BackendRefusal);
  assert.equal(refused.value.expected, 4);
  for (const [status, body] of [
    [200, 'not json'],
    [200, '{"etag":1}'],
    [502, '<html>a proxy</html>'],
    [403, '{"code":"of-another-kind"}'],
  ] as const) {
    answer = (_request, response) => void response.writeHead(status).end(body);
    assert.equal(await failure(backend.state(null, 0, signal)), 'answer-malformed');
  }
  // Nobody is sent elsewhere.
  answer = (_request, response) => void response.writeHead(302, { location: 'https://elsewhere.example/' }).end();
  assert.equal(await failure(backend.snapshots(signal)), 'answer-malformed');
  answer = (_request, response) => void response.end(Buffer.alloc(2 * 1024 * 1024));
  assert.equal(await failure(backend.chunk(id, 0, signal)), 'answer-too-large');
  answer = (request) => void request.socket.destroy();
  assert.equal(await failure(backend.snapshots(signal)), 'broken');
});

test('silence and a slow drip come to an end, and so does a wait that is called off', async () => {
  const hasty = await open({ connect: 2_000, silence: 1_000, whole: 2_500 });
  answer = () => undefined;
  assert.equal(await failure(hasty.snapshots(signal)), 'no-answer');
  answer = (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const drip = setInterval(() => response.write(' '), 200);
    response.once('close', () => clearInterval(drip));
  };
  assert.equal(await failure(hasty.snapshots(signal)), 'too-slow');
  const controller = new AbortController();
  answer = () => controller.abort(new Error('stop'));
  await assert.rejects(hasty.snapshots(controller.signal), /stop/);
  await hasty.close();
  assert.equal(await failure(hasty.snapshots(signal)), 'closed');
});

test('another authority is no way in, whatever the environment says', async () => {
  const other = await startSite((_request, response) => response.end('{}'));
  const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
  const peer = { host: '127.0.0.1', port: other.port, authority: site.authority.pem, identity: null };
  const stranger = new HttpsBackend(peer, never);
  try {
    assert.equal(await failure(stranger.snapshots(signal)), 'not-the-authority');
  } finally {
    if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
    await stranger.close();
    await other.stop();
  }
});
