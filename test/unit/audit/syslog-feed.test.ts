/** The feed against a real TLS server: complete and in order, whatever the server does. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { leafHash } from '../../../src-main/core/audit/merkle.ts';
import { type FeedTimes, LogServerFeed } from '../../../src-main/core/audit/syslog/feed.ts';
import {
  readPosition,
  switchedOn,
  syslogPosition,
  writePosition,
  writeStanding,
} from '../../../src-main/core/audit/syslog/standing.ts';
import { writeMeta } from '../../../src-main/core/store/meta.ts';
import { closeStore, type Store } from '../../../src-main/core/store/open.ts';
import { withTransaction } from '../../../src-main/core/store/transaction.ts';
import type { LogServerTarget } from '../../../src-shared/contract/log-server.ts';
import { authority } from '../../fixtures/certificates.ts';
import { again, audited, fresh, type Place, place } from '../store/clinic.ts';
import { SyslogServer } from './syslog-server.ts';

const own = authority('Clinic');
const good = own.server({ names: ['127.0.0.1', 'logs.clinic.example'] });
const times = {
  poll: 10,
  turn: 60,
  settle: 10,
  connect: 2_000,
  answer: 2_000,
  backoff: { first: 10, most: 40 },
  failing: 3_600_000,
};

let at: Place;
let store: Store;
let server: SyslogServer;
let closing: AbortController;
let feed: LogServerFeed;
/** How far the feed's clock is ahead. */
let ahead = 0;
const reported: unknown[] = [];

function begin(more: Partial<FeedTimes> = {}): void {
  closing = new AbortController();
  feed = new LogServerFeed(store, {
    clinic: 'clinic-1',
    signal: closing.signal,
    report: (_, error) => void reported.push(error),
    now: () => Date.now() + ahead,
    times: { ...times, ...more },
    chance: () => 1,
  });
  feed.start();
}

function use(more: Partial<LogServerTarget> = {}, from = 0): void {
  const target = { host: '127.0.0.1', port: server.port, serverName: null, authorities: own.cert, ...more };
  withTransaction(store, (tx) => {
    writeStanding(tx, switchedOn(target));
    writePosition(tx, from);
  });
}

function write(count: number): void {
  for (let n = 0; n < count; n += 1) audited(store, 'patient.listed', () => undefined, { detail: { count: n } });
}

const size = (): number =>
  store.sql<[], { size: number }>('select max(seq) + 1 size from audit_entry').get()?.size ?? 0;

async function until(what: string, done: () => boolean): Promise<void> {
  const end = performance.now() + 10_000;
  while (!done()) {
    assert.ok(performance.now() < end, `${what}: ${JSON.stringify(feed.state())}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
/** The server has confirmed the whole log. */
const delivered = (): Promise<void> => until('delivered', () => readPosition(store) === size());

/** Every entry is there with its own leaf, first seen in order; more than once only where a connection broke. */
function demandWhole(from = 0): { readonly repeated: number } {
  const first = new Map<number, string>();
  for (const { seq, leaf } of server.received) if (!first.has(seq)) first.set(seq, leaf);
  assert.deepEqual(
    [...first.keys()],
    Array.from({ length: size() - from }, (_, n) => from + n),
  );
  const entries = store.sql<[number], { entry: Buffer }>('select entry from audit_entry where seq >= ? order by seq');
  assert.deepEqual(
    [...first.values()],
    entries.all(from).map(({ entry }) => leafHash(entry).toString('base64')),
  );
  return { repeated: server.received.length - first.size };
}

before(() => {
  // What must have no say.
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
  process.removeAllListeners('warning');
});
after(() => {
  delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
});
beforeEach(async () => {
  ahead = 0;
  reported.length = 0;
  at = place();
  store = fresh(at);
  server = new SyslogServer(good);
  await server.start();
});
afterEach(async () => {
  closing.abort();
  closeStore(store);
  at.remove();
  await server.stop();
  assert.deepEqual(reported, []);
});

test('delivers what is there and what comes, once each, and says so once', async () => {
  write(200);
  use();
  begin();
  await delivered();
  assert.equal(demandWhole().repeated, 0);
  const connections = server.connections;
  write(3);
  await delivered();
  assert.ok(server.connections > connections);
  assert.equal(demandWhole().repeated, 0);
  const told = server.received.filter(({ text }) => text.includes('log-server.connected'));
  assert.equal(told.length, 1);
  assert.equal(feed.state().state, 'idle');
  assert.equal(feed.state().pending, 0);
});

test('a server killed in the middle of a frame gets everything all the same', async () => {
  write(300);
  use();
  let kills = 3;
  server.manners = (socket, soFar) => {
    if (soFar < 2_000 || kills === 0) return;
    kills -= 1;
    socket.destroy();
  };
  begin();
  await delivered();
  assert.equal(kills, 0);
  demandWhole();
});

test('a server that takes bytes and ends without reading on confirms nothing', async () => {
  write(10);
  use();
  let rude = true;
  // It stops reading at once and goes away a moment later: what it did not read, it cannot have.
  server.manners = (socket) => {
    if (!rude) return;
    rude = false;
    socket.end();
  };
  begin();
  await delivered();
  const { repeated } = demandWhole();
  assert.ok(repeated > 0);
});

test('a server that never answers the end confirms nothing', async () => {
  write(5);
  const mute = new SyslogServer(good, { allowHalfOpen: true });
  await mute.start();
  use({ port: mute.port });
  begin({ answer: 200 });
  await until('no answer', () => feed.state().lastFailure === 'no-answer');
  assert.equal(readPosition(store), 0);
  assert.ok(mute.received.length >= 5);
  closing.abort();
  await mute.stop();
});

test('a slow reader gets everything, and writing goes on meanwhile', async () => {
  write(150);
  use();
  server.manners = (socket) => {
    socket.pause();
    setTimeout(() => socket.resume(), 5);
  };
  begin();
  write(50);
  await delivered();
  assert.equal(demandWhole().repeated, 0);
});

test('a server that is away for long: nothing is lost, one entry says so, and it goes on', async () => {
  write(5);
  await server.stop();
  use();
  begin();
  await until('refused', () => feed.state().lastFailure === 'refused');
  assert.equal(feed.state().state, 'waiting');
  assert.equal(size(), 5);
  ahead = 3_700_000;
  await until('told', () => size() === 6);
  write(20);
  await server.start();
  await delivered();
  demandWhole();
  const told = server.received.filter(({ text }) => text.includes('log-server.failing'));
  assert.equal(new Set(told.map(({ seq }) => seq)).size, 1);
  assert.equal(feed.state().failingSince, null);
});

test('position and standing survive a restart; what was not confirmed comes again', async () => {
  write(20);
  use();
  begin();
  await delivered();
  closing.abort();
  closeStore(store);
  store = again(at);
  write(20);
  begin();
  await delivered();
  assert.equal(demandWhole().repeated, 0);
});

test('switched off it sends nothing and holds nothing back; on again it goes on, from now or from the beginning', async () => {
  write(5);
  use();
  begin();
  await delivered();
  const target = { host: '127.0.0.1', port: server.port, serverName: null, authorities: own.cert };
  withTransaction(store, (tx) => writeStanding(tx, { ...switchedOn(target), on: false }));
  feed.changed();
  const before = server.received.length;
  const position = readPosition(store);
  write(5);
  await new Promise((resolve) => setTimeout(resolve, 60));
  assert.equal(server.received.length, before);
  assert.equal(feed.state().state, 'off');
  assert.equal(syslogPosition(store), null);
  use({}, position);
  assert.equal(syslogPosition(store), position);
  feed.changed();
  await delivered();
  assert.equal(demandWhole().repeated, 0);
  server.received.length = 0;
  const now = size();
  use({}, now);
  feed.changed();
  write(1);
  await delivered();
  demandWhole(now);
});

test('a setting that cannot be read is off, told once and without its words, and can be set again', async () => {
  write(2);
  for (const bytes of ['{', '{"on":true,"host":"secret.example"}', '\u0000', '']) {
    withTransaction(store, (tx) => writeMeta(tx.db, 'log-server', Buffer.from(bytes)));
    reported.length = 0;
    begin();
    assert.equal(feed.state().state, 'off');
    assert.equal(syslogPosition(store), null);
    assert.equal(reported.length, 1);
    assert.doesNotMatch(String(reported), /secret/);
    closing.abort();
  }
  reported.length = 0;
  use();
  begin();
  await delivered();
  assert.deepEqual(reported, []);
});

test('an entry that does not parse keeps its place', async () => {
  write(3);
  store.db.exec('drop trigger if exists entry_stays');
  store.db.prepare('update audit_entry set entry = ? where seq = 1').run(Buffer.from('\u0001no json'));
  use();
  begin();
  await delivered();
  demandWhole();
  assert.match(server.received.find(({ seq }) => seq === 1)?.text ?? '', /^<83>1 - device-1 carekeep - unreadable /);
});

for (const [what, code, certificate, more] of [
  ['another authority', 'not-trusted', () => authority('Clinic').server({ names: ['127.0.0.1'] }), {}],
  [
    'an expired certificate',
    'expired',
    () => own.server({ names: ['127.0.0.1'], from: 0, until: Date.now() - 60_000 }),
    {},
  ],
  ['another name', 'wrong-name', () => own.server({ names: ['other.clinic.example'] }), {}],
  ['another name than was asked for', 'wrong-name', () => good, { serverName: 'other.clinic.example' }],
] as const) {
  test(`${what}: not a byte is sent, although the environment would allow it`, async () => {
    const bad = new SyslogServer(certificate());
    await bad.start();
    write(3);
    use({ port: bad.port, ...more });
    begin();
    await until(code, () => feed.state().lastFailure !== null);
    assert.equal(feed.state().lastFailure, code);
    closing.abort();
    await bad.stop();
    assert.equal(bad.bytes, 0);
    assert.equal(readPosition(store), 0);
  });
}

test('a name of its own, where that is not the host', async () => {
  write(2);
  use({ serverName: 'logs.clinic.example' });
  begin();
  await delivered();
  demandWhole();
});

test('TLS 1.1 is refused', async () => {
  const old = new SyslogServer(good, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' });
  await old.start();
  write(1);
  use({ port: old.port });
  begin();
  await until('too old', () => feed.state().lastFailure !== null);
  assert.equal(feed.state().lastFailure, 'tls-too-old');
  closing.abort();
  await old.stop();
});

for (const [what, code, answer] of [
  ['what speaks no TLS', 'no-tls', (socket: Socket) => void socket.write('220 welcome\r\n')],
  ['what never says a word', 'not-reachable', () => undefined],
  ['what hangs up at once', 'refused', (socket: Socket) => void socket.destroy()],
] as const) {
  test(`${what} is told apart`, async () => {
    const sockets: Socket[] = [];
    const plain = createServer((socket) => {
      sockets.push(socket.on('error', () => undefined));
      answer(socket);
    });
    plain.listen(0, '127.0.0.1');
    await once(plain, 'listening');
    const address = plain.address();
    assert.ok(address !== null && typeof address === 'object');
    write(1);
    use({ port: address.port });
    begin({ connect: 200 });
    await until(what, () => feed.state().lastFailure !== null);
    assert.equal(feed.state().lastFailure, code);
    closing.abort();
    for (const socket of sockets) socket.destroy();
    plain.close();
  });
}

test('a server that demands our certificate gets nothing that counts', async () => {
  const strict = new SyslogServer(good, { requestCert: true, rejectUnauthorized: true, ca: own.cert });
  await strict.start();
  write(3);
  use({ port: strict.port });
  begin();
  await until('refused', () => feed.state().lastFailure !== null);
  assert.ok(['refused', 'broken'].includes(feed.state().lastFailure ?? ''), feed.state().lastFailure ?? '');
  assert.equal(strict.bytes, 0);
  assert.equal(readPosition(store), 0);
  closing.abort();
  await strict.stop();
});
