/** The log server through the whole core: who may, what is told, and that nobody's name leaves. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { writeMeta } from '../../../src-main/core/store/meta.ts';
import { authority } from '../../fixtures/certificates.ts';
import { type Place, startPlace } from '../core/clinic.ts';
import { type Desk, type House, nameOf, person, startHouse } from '../core/house.ts';
import { SyslogServer } from './syslog-server.ts';

const own = authority('Clinic authority');
const certificate = own.server({ names: ['127.0.0.1'] });
let place: Place;
let house: House;
let admin: Desk;
let server: SyslogServer;
const target = () => ({ host: '127.0.0.1', port: server.port, serverName: null, authorities: own.cert });

before(async () => {
  place = await startPlace();
  house = await startHouse(join(place.dir, 'profile'), ['practitioner']);
  admin = house.desk('screen');
  await admin.signIn('admin');
  server = new SyslogServer(certificate);
  await server.start();
});
after(async () => {
  await house.core.close();
  await server.stop();
  await place.stop();
});

test('only who may change settings sees or sets the log server', async () => {
  const desk = house.desk('ctl');
  await desk.signIn('practitioner');
  assert.equal(await desk.refusal('logServer.get', {}), 'forbidden');
  assert.equal(await desk.refusal('logServer.set', { ...target(), from: 'now' }), 'forbidden');
  assert.equal(await desk.refusal('logServer.test', target()), 'forbidden');
  house.core.disconnected(desk.connection);
});

test('what is no certificate is refused, and a private key is not kept', async () => {
  const refused = (authorities: string) => admin.refusal('logServer.set', { ...target(), authorities, from: 'now' });
  assert.equal(await refused('hello'), 'no-certificate');
  assert.equal(await refused(own.cert.replace(/[A-Z]{3}/, 'AAA').slice(0, 300)), 'no-certificate');
  assert.equal(await refused(`${own.cert}${certificate.key}`), 'no-certificate');
  assert.equal(await admin.refusal('logServer.set', { ...target(), host: 'a b', from: 'now' }), 'invalid-input');
  assert.equal((await admin.call('logServer.get', {})).target, null);
});

test('a certificate comes from a file or from the clipboard, without what stood around it', async () => {
  const path = join(place.dir, 'authority.pem');
  writeFileSync(path, `subject=CN = Clinic authority\n${own.cert}`);
  house.chosen = [path];
  const chosen = await admin.call('logServer.readAuthorities', { text: null });
  assert.equal(chosen.known[0]?.subject, 'CN=Clinic authority');
  assert.doesNotMatch(chosen.authorities, /subject/);
  assert.deepEqual(await admin.call('logServer.readAuthorities', { text: own.cert }), chosen);
  house.chosen = [];
  assert.equal(await admin.refusal('logServer.readAuthorities', { text: null }), 'nothing-chosen');
});

test('a test says what happened and sends nothing', async () => {
  const size = house.size();
  assert.deepEqual(await admin.call('logServer.test', target()), { result: 'ok', protocol: 'TLSv1.3' });
  assert.deepEqual(
    await admin.call('logServer.test', { ...target(), authorities: authority('Clinic authority').cert }),
    {
      result: 'not-trusted',
      protocol: null,
    },
  );
  assert.equal((await admin.call('logServer.test', { ...target(), serverName: 'x.example' })).result, 'wrong-name');
  assert.equal(server.bytes, 0);
  const told = house.entries(size).filter(({ type }) => type === 'log-server.tested');
  assert.deepEqual(
    told.map(({ detail }) => detail['result']),
    ['ok', 'not-trusted', 'wrong-name'],
  );
});

test('the server gets the whole log, and no name', async () => {
  const desk = house.desk('screen');
  await desk.signIn('practitioner');
  const { patientId } = await desk.call('patients.create', {
    demographics: person('Quastenflosser', 'Zacharias'),
    notADuplicate: false,
  });
  await desk.call('patients.search', { text: 'Quastenflosser' });
  await desk.call('chart.open', { patientId });
  await admin.call('logServer.set', { ...target(), from: 'beginning' });
  const changed = house.entries(0).at(-1);
  assert.equal(changed?.type, 'settings.changed');
  assert.equal(changed?.detail['host'], '127.0.0.1');
  const size = house.size();
  const end = performance.now() + 10_000;
  while ((server.received.at(-1)?.seq ?? 0) < size - 1) {
    assert.ok(performance.now() < end, JSON.stringify(await admin.call('logServer.get', {})));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.deepEqual(
    server.received.slice(0, size).map(({ seq }) => seq),
    Array.from({ length: size }, (_, seq) => seq),
  );
  const all = server.received.map(({ text }) => text).join('\n');
  const shown = [...all.matchAll(/value="([A-Za-z0-9+/=]+)"/g)].map(([, value = '']) => Buffer.from(value, 'base64'));
  const everything = all + shown.join('\n');
  for (const secret of [
    'Quastenflosser',
    'Zacharias',
    'The practitioner',
    'Lena',
    nameOf('admin'),
    nameOf('practitioner'),
    'Hafen',
    'Consulting',
    patientId,
  ]) {
    assert.ok(!everything.toLowerCase().includes(secret.toLowerCase()), secret);
  }
  assert.match(all, /csd-code="chart\.read"/);
  house.core.disconnected(desk.connection);
});

test('switched off it is quiet; address and position stay', async () => {
  await admin.call('logServer.switchOff', {});
  const { state, target: kept, hasPosition, pending } = await admin.call('logServer.get', {});
  assert.deepEqual([state, kept?.host, kept?.known.length, hasPosition, pending], ['off', '127.0.0.1', 1, true, 0]);
});

test('a setting that cannot be read keeps nobody out', async () => {
  writeMeta(house.store.db, 'log-server', Buffer.from('{"on":'));
  await house.restart();
  admin = house.desk('screen');
  await admin.signIn('admin');
  const { state, target: kept } = await admin.call('logServer.get', {});
  assert.deepEqual([state, kept], ['off', null]);
});

test('authorities that the environment adds are not trusted, and certificates are checked whatever it says', async () => {
  const other = authority('Clinic authority');
  const stranger = new SyslogServer(other.server({ names: ['127.0.0.1'] }));
  await stranger.start();
  const path = join(place.dir, 'extra.pem');
  writeFileSync(path, other.cert);
  const tls = new URL('../../../src-main/core/crypto/tls.ts', import.meta.url).href;
  const script = `
    const { connectTls } = await import(${JSON.stringify(tls)});
    const target = { host: '127.0.0.1', port: ${stranger.port}, serverName: null, authorities: ${JSON.stringify(own.cert)} };
    await connectTls(target, { signal: new AbortController().signal, timeoutMs: 5000 })
      .then(() => 'connected', ({ code }) => code).then((said) => console.log(said));`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--use-openssl-ca', '--input-type=module', '-e', script],
    {
      env: { ...process.env, NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_EXTRA_CA_CERTS: path, SSL_CERT_FILE: path },
    },
  );
  assert.equal(stdout.trim(), 'not-trusted');
  assert.equal(stranger.bytes, 0);
  await stranger.stop();
});
