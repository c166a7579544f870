/** Bad requests and bad weather: slow, oversize, too many, malformed; two instances; what logs and metrics hold. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { connect } from 'node:tls';
import { startBackend } from '../../../../src-backend/server/backend.ts';
import { weakenedBy } from '../../../../src-backend/server/environment.ts';
import { randomBytes, randomUuid } from '../../../../src-main/core/crypto/random.ts';
import { backendError } from '../../../../src-shared/sync-protocol/errors.ts';
import { stateAnswer } from '../../../../src-shared/sync-protocol/messages.ts';
import { startTestBackend, type TestBackend } from './started.ts';
import { pemKey, Workstation } from './workstation.ts';

let backend: TestBackend;
let one: Workstation;
let token = '';
before(async () => {
  backend = await startTestBackend({
    rates: { device: 60, address: 40, guarded: 5 },
    patience: { least: 300, bytesPerSecond: 64 * 1024 },
    logAddresses: false,
  });
  one = new Workstation(backend);
  ({ token } = await backend.operator.create());
  await one.connect(token);
});
after(async () => {
  one?.close();
  await backend.remove();
});

/** Raw bytes over TLS with the workstation's certificate; what came back until the server ended it. */
function raw(bytes: string): Promise<{ readonly text: string; readonly milliseconds: number }> {
  return new Promise((resolve) => {
    const began = performance.now();
    const socket = connect({
      host: '127.0.0.1',
      port: backend.port,
      servername: 'localhost',
      ca: backend.authorityPem,
      cert: one.certificate ?? '',
      key: pemKey(one.tls.pkcs8),
    });
    let text = '';
    socket.on('data', (part: Buffer) => {
      text += part.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve({ text, milliseconds: performance.now() - began }));
    socket.write(bytes);
  });
}

test('a body that drips is given up, and its connection with it', async () => {
  const { text, milliseconds } = await raw(
    'POST /v1/batches HTTP/1.1\r\nhost: x\r\ncontent-type: application/octet-stream\r\ncontent-length: 1000\r\n\r\nabc',
  );
  assert.match(text, /^HTTP\/1\.1 400 [\s\S]*connection: close[\s\S]*"bad-request"/);
  assert.ok(milliseconds > 250 && milliseconds < 5_000, String(milliseconds));
});

test('what is announced too large is refused before it is read, and headers have a limit', async () => {
  const large = await raw(
    'POST /v1/batches HTTP/1.1\r\nhost: x\r\ncontent-type: application/octet-stream\r\ncontent-length: 99000000\r\n\r\nabc',
  );
  assert.match(large.text, /^HTTP\/1\.1 413 /);
  assert.match(
    (await raw(`GET /v1/state HTTP/1.1\r\nhost: x\r\nx: ${'a'.repeat(9_000)}\r\n\r\n`)).text,
    /^HTTP\/1\.1 431 /,
  );
  assert.match((await raw('nonsense\r\n\r\n')).text, /^(HTTP\/1\.1 400 |$)/);
});

test('what is no request of the protocol is answered with a code and nothing else', async () => {
  const cases: [string, string, object, string][] = [
    ['GET', '/v1/nothing', {}, 'not-found'],
    ['PUT', '/v1/state', {}, 'not-found'],
    ['GET', '/v1/state?surprise=1', {}, 'bad-request'],
    ['POST', '/v1/slots', { json: { slots: [] } }, 'bad-request'],
    ['POST', '/v1/slots', { json: { slots: [{ slot: 'x', epoch: 1, body: null }], more: 1 } }, 'bad-request'],
    ['POST', '/v1/slots', { bytes: Buffer.from('{}') }, 'bad-request'],
    ['POST', '/v1/batches', { json: {} }, 'bad-request'],
    ['GET', '/v1/blobs/..%2f..%2fetc/0', {}, 'bad-request'],
    ['GET', '/v1/%zz', {}, 'bad-request'],
    ['POST', '/v1/slots', { headers: { 'content-type': 'text/plain' }, json: {} }, 'bad-request'],
  ];
  for (const [method, path, said, code] of cases) {
    const answer = await one.ask(method, path, said);
    assert.equal(answer.code, code, `${method} ${path}`);
    assert.deepEqual(Object.keys(backendError.parse(answer.json)), ['code']);
  }
});

test('another instance on the same database wakes who waits at this one', async () => {
  const secrets: unknown = JSON.parse(readFileSync(join(backend.folder, 'postgres.json'), 'utf8'));
  assert.ok(typeof secrets === 'object' && secrets !== null && 'owner' in secrets && 'service' in secrets);
  const url = (role: string, password: unknown) =>
    `postgres://carekeep_${role}:${String(password)}@localhost/carekeep?host=${join(backend.folder, 'postgres')}`;
  const folder = mkdtempSync(join(tmpdir(), 'carekeep-second-'));
  mkdirSync(folder, { recursive: true });
  cpSync(join(backend.folder, 'identity.json'), join(folder, 'identity.json'));
  const second = await startBackend({
    data: folder,
    port: 0,
    database: { owner: url('owner', secrets.owner), service: url('service', secrets.service) },
  });
  assert.equal(second.fingerprint, backend.fingerprint);
  const there = new Workstation(second, one.clinic);
  Object.assign(there, {
    device: one.device,
    keys: one.keys,
    tls: one.tls,
    tenant: one.tenant,
    certificate: one.certificate,
  });
  const { etag } = stateAnswer.parse((await there.ask('GET', '/v1/state')).json);
  const waiting = there.ask('GET', `/v1/state?after=${etag}&wait=20`);
  await new Promise((resolve) => setTimeout(resolve, 100));
  await one.push();
  const pushed = performance.now();
  assert.equal(stateAnswer.parse((await waiting).json).size, 1);
  assert.ok(performance.now() - pushed < 1_000);
  there.close();
  await second.close();
  rmSync(folder, { recursive: true });
});

test('too many requests of one address or workstation are told to wait; others go on', async () => {
  const guess = new Workstation(backend);
  const box = `/v1/mailboxes/${randomBytes(16).toString('hex')}`;
  const answers = [];
  for (let at = 0; at < 7; at += 1) answers.push(await guess.ask('GET', box));
  assert.deepEqual(new Set(answers.slice(0, 5).map(({ code }) => code)), new Set(['not-found']));
  const last = backendError.parse(answers.at(-1)?.json);
  assert.equal(last.code, 'too-many-requests');
  assert.ok(last.retryAfter !== undefined && last.retryAfter > 0 && last.retryAfter <= 60);
  assert.ok(Number(answers.at(-1)?.headers['retry-after']) > 0);
  let limited = 0;
  const agent = one.agent();
  for (let at = 0; at < 80; at += 1) if ((await one.ask('GET', '/v1/state', {}, agent)).status === 429) limited += 1;
  assert.ok(limited >= 20, String(limited));
  assert.equal((await guess.ask('GET', '/v1/descriptor')).status, 200);
  guess.close();
});

test('logs and metrics hold no token, nonce, key, address, query value or id of what is kept', async () => {
  const blob = randomUuid();
  await one.ask('GET', `/v1/blobs/${blob}/0?secret=${blob}`);
  const lines = backend.lines.join('');
  assert.ok(lines.includes('"route":"/v1/connect"') && lines.includes('"event":"request"'));
  const secrets = [
    token,
    token.replaceAll('-', ''),
    blob,
    one.clinic,
    one.registered.ed25519,
    one.registered.spki,
    '127.0.0.1',
    '::1',
  ];
  for (const secret of secrets) assert.ok(!lines.includes(secret), secret);
  const fields = new Set(backend.lines.flatMap((line) => Object.keys(JSON.parse(line))));
  const known = [
    'level',
    'time',
    'event',
    'method',
    'route',
    'status',
    'milliseconds',
    'code',
    'tenant',
    'device',
    'port',
  ];
  assert.deepEqual(
    [...fields].filter((field) => ![...known, 'reason', 'name', 'at'].includes(field)),
    [],
  );
  const metrics = await backend.metrics();
  assert.match(metrics, /carekeep_requests_total\{method="POST",route="\/v1\/connect",status="200",code=""\} 1/);
  assert.match(metrics, /carekeep_batches_total 1/);
  for (const secret of [...secrets, one.tenant, one.device]) assert.ok(!metrics.includes(secret), secret);
  const healthy = await fetch(`http://127.0.0.1:${backend.operatorPort}/healthz`);
  assert.deepEqual([healthy.status, await healthy.json()], [200, { status: 'ok' }]);
  assert.equal((await fetch(`http://127.0.0.1:${backend.operatorPort}/v1/state`)).status, 404);
});

test('it does not start under settings that weaken TLS or write its keys down', async () => {
  const cases: [Record<string, string>, string[], string][] = [
    [{ NODE_TLS_REJECT_UNAUTHORIZED: '0' }, [], 'NODE_TLS_REJECT_UNAUTHORIZED'],
    [{ SSLKEYLOGFILE: '/tmp/keys' }, [], 'SSLKEYLOGFILE'],
    [{ NODE_OPTIONS: '--max-old-space-size=900 --tls-min-v1.0' }, [], '--tls-min-v1.0'],
    [{ NODE_OPTIONS: '--tls_keylog=/tmp/keys' }, [], '--tls-keylog'],
    [{ OPENSSL_CONF: '/tmp/openssl.cnf' }, [], 'OPENSSL_CONF'],
    [{}, ['--insecure-http-parser'], '--insecure-http-parser'],
    [{}, ['--inspect=0.0.0.0:9229'], '--inspect'],
  ];
  for (const [environment, given, name] of cases) {
    assert.equal(weakenedBy(environment, given), name);
    if (given.length === 0) await assert.rejects(startBackend({ data: '/nowhere', environment }), { message: name });
  }
  assert.equal(weakenedBy({ NODE_EXTRA_CA_CERTS: '/x', NODE_OPTIONS: '--use-openssl-ca' }, []), null);
});
