/** Floods: connections, large bodies and answers of one address or clinic leave room for the others. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as dial, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import { startTestBackend, type TestBackend } from './started.ts';
import { pemKey, Workstation } from './workstation.ts';

const mebi = 1024 * 1024;
let backend: TestBackend;
const stations: Workstation[] = [];
const open: Socket[] = [];

async function connected(): Promise<Workstation> {
  const one = new Workstation(backend);
  stations.push(one);
  const { token } = await backend.operator.create();
  assert.equal((await one.connect(token)).status, 200);
  // Its connections so far end here.
  one.close();
  return one;
}
async function secure(one: Workstation): Promise<TLSSocket> {
  const socket = connect({
    host: '127.0.0.1',
    port: backend.port,
    servername: 'localhost',
    ca: backend.authorityPem,
    cert: one.certificate ?? '',
    key: pemKey(one.tls.pkcs8),
  });
  socket.on('error', () => undefined);
  open.push(socket);
  await once(socket, 'secureConnect');
  return socket;
}
const refusedFor = (reason: string) => backend.logged('tls-refused').filter((line) => line['reason'] === reason).length;
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await holds()); tries += 1) {
    assert.ok(tries < 200, 'it did not come about');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

before(async () => {
  backend = await startTestBackend({
    crowd: { address: 12, device: 4 },
    room: { all: 36 * mebi, one: 20 * mebi },
    patience: { least: 1_000, bytesPerSecond: 64 * mebi },
  });
});
after(async () => {
  for (const socket of open) socket.destroy();
  for (const one of stations) one.close();
  await backend.remove();
});

test('a body that is on its way has room of its clinic alone, until its connection ends', async () => {
  const [mine, other] = [await connected(), await connected()];
  const bytes = Buffer.alloc(12 * mebi);
  const put = (one: Workstation) => one.ask('PUT', '/v1/directory', { bytes, headers: { 'if-none-match': '*' } });
  const slow = await secure(mine);
  slow.write(
    `PUT /v1/directory HTTP/1.1\r\nhost: x\r\nif-none-match: *\r\ncontent-type: application/octet-stream\r\ncontent-length: ${12 * mebi}\r\n\r\nabc`,
  );
  let turned: Awaited<ReturnType<typeof put>> | undefined;
  await until(async () => {
    turned = await mine.ask('PUT', '/v1/directory', { bytes, headers: { 'if-match': '"9"' } });
    return turned.status === 503;
  });
  assert.deepEqual([turned?.code, turned?.headers['retry-after']], ['unavailable', '2']);
  assert.equal((await put(other)).status, 200);
  // Small ones always come in.
  assert.equal((await mine.ask('GET', '/v1/state')).status, 200);
  slow.destroy();
  await until(async () => (await put(mine)).status === 200);
  for (const one of [mine, other]) one.close();
});

test('an answer that nobody reads is given up, and its room is there again', async () => {
  const one = await connected();
  for (let at = 0; at < 4; at += 1)
    assert.equal((await one.push(one.envelope({ bytes: 4 * mebi - 2_000 }))).status, 200);
  one.close();
  const idle = await secure(one);
  let came = 0;
  idle.pause().on('data', (part: Buffer) => {
    came += part.length;
  });
  idle.pause();
  const ask = `/v1/batches?from=0&bytes=${16 * mebi}`;
  idle.write(`GET ${ask} HTTP/1.1\r\nhost: x\r\n\r\n`);
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  const ended = once(idle, 'close');
  idle.resume();
  await ended;
  assert.ok(came < 15 * mebi, String(came));
  assert.ok((await one.ask('GET', ask)).body.length > 15 * mebi);
  one.close();
});

test('one address, and one workstation, has so many connections and no more; others go on', async () => {
  const one = await connected();
  const mine = [];
  for (let at = 0; at < 4; at += 1) mine.push(await secure(one));
  const fifth = await secure(one);
  if (!fifth.closed) await once(fifth, 'close');
  await until(() => refusedFor('too-many-connections') === 1);
  // Whoever says nothing is a stranger; workstations that are known do not count as such.
  const silent: Socket[] = [];
  for (let at = 0; at < 12; at += 1) {
    const socket = dial(backend.port, '127.0.0.1').on('error', () => undefined);
    open.push(socket);
    silent.push(socket);
    await once(socket, 'connect');
  }
  const late = dial(backend.port, '127.0.0.1').on('error', () => undefined);
  await once(late, 'close');
  assert.ok(refusedFor('too-many-connections') >= 2);
  mine[0]?.write('GET /v1/nonce HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
  assert.match(String(await once(mine[0] ?? late, 'data')), /^HTTP\/1\.1 200 /);
  for (const socket of silent) socket.destroy();
  await until(async () => {
    const next = await connected().catch(() => null);
    return next !== null;
  });
});
