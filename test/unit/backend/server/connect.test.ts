/** How workstations come in: token, proofs, certificates, register; and who does not. */
import assert from 'node:assert/strict';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { request } from 'node:https';
import { after, before, test } from 'node:test';
import { generateEd25519 } from '../../../../src-main/core/crypto/ed25519.ts';
import { generateTlsKey } from '../../../../src-main/core/crypto/p256.ts';
import { randomBytes, randomUuid } from '../../../../src-main/core/crypto/random.ts';
import { readDescriptor, registrationOf } from '../../../../src-main/core/sync/proof.ts';
import { descriptor, devicesAnswer, stateAnswer } from '../../../../src-shared/sync-protocol/messages.ts';
import { startTestBackend, type TestBackend } from './started.ts';
import { Workstation } from './workstation.ts';

const dayMs = 86_400_000;
let backend: TestBackend;
let ahead = 0;
const stations: Workstation[] = [];
const station = (clinic?: string): Workstation => {
  const made = new Workstation(backend, clinic);
  stations.push(made);
  return made;
};
async function connected(): Promise<Workstation> {
  const one = station();
  const { token } = await backend.operator.create();
  assert.equal((await one.connect(token)).status, 200);
  return one;
}

before(async () => {
  backend = await startTestBackend({ now: () => Date.now() + ahead });
});
after(async () => {
  for (const one of stations) one.close();
  await backend.remove();
});

test('the descriptor is signed by the log key and needs no certificate', async () => {
  const body = readDescriptor(await station().get('/v1/descriptor', descriptor));
  assert.deepEqual(body, backend.descriptor);
  assert.equal(body?.region, 'DE');
});

test('a token connects one workstation once; who connected may ask again, nobody else', async () => {
  const { tenant, token } = await backend.operator.create();
  const first = station();
  // As people type it.
  assert.equal((await first.connect(` ${token.toLowerCase().replaceAll('-', ' ')} `)).status, 200);
  assert.equal(first.tenant, tenant);
  const certificate = new X509Certificate(first.certificate ?? '');
  assert.equal(certificate.subject, `O=${tenant}\nCN=${first.device}`);
  assert.deepEqual(certificate.keyUsage, ['1.3.6.1.5.5.7.3.2']);
  assert.ok(certificate.validToDate.getTime() - certificate.validFromDate.getTime() <= 7 * dayMs);
  assert.ok(certificate.validFromDate.getTime() < Date.now() - 4 * 60_000);
  assert.ok(certificate.verify(new X509Certificate(backend.authorityPem).publicKey));
  // The answer was lost on the way: the same keys and clinic get another certificate.
  first.certificate = null;
  assert.equal((await first.connect(token)).status, 200);
  assert.equal((await station(first.clinic).connect(token)).code, 'token-wrong');
  assert.equal((await station().connect('0000-1111')).code, 'token-wrong');
  // Another token of the tenant does not bring another clinic.
  assert.equal((await station().connect(await backend.operator.token(tenant))).code, 'clinic-differs');
});

test('proofs: a nonce of ours, fresh, once, signed for this very purpose with the right key', async () => {
  const { token } = await backend.operator.create();
  const one = station();
  const good = await one.connecting(token);
  const post = async (change: Partial<typeof good>) =>
    (await one.ask('POST', '/v1/connect', { json: { ...good, ...change } })).code;
  assert.equal(await post({ nonce: randomBytes(32).toString('base64') }), 'proof-wrong');
  assert.equal(await post({ signature: randomBytes(64).toString('base64') }), 'proof-wrong');
  assert.equal(await post({ device: randomUuid() }), 'proof-wrong');
  assert.equal(await post({ ed25519: generateEd25519().publicKey.toString('base64') }), 'proof-wrong');
  assert.equal(await post({ spki: generateTlsKey().spki.toString('base64') }), 'proof-wrong');
  const rsa = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey.export({ format: 'der', type: 'spki' });
  assert.equal(await post({ spki: rsa.toString('base64').padEnd(100, 'A') }), 'bad-request');
  const otherPurpose = one.proof('certificate', good.nonce, { tenant: null, spki: good.spki });
  assert.equal(await post({ signature: otherPurpose }), 'proof-wrong');
  ahead = 61_000;
  assert.equal(await post({}), 'proof-wrong');
  ahead = 0;
  assert.equal(await post({}), undefined);
  assert.equal(await post({}), 'proof-wrong');
});

test('a certificate is renewed with the device key alone, after it expired, too', async () => {
  const one = await connected();
  const before = one.certificate;
  assert.equal((await one.renew()).status, 200);
  assert.notEqual(one.certificate, before);
  const open = one.agent();
  assert.equal((await one.ask('GET', '/v1/state', {}, open)).status, 200);
  ahead = 8 * dayMs;
  // A connection does not outlive its certificate.
  assert.equal((await one.ask('GET', '/v1/state', {}, open)).code, 'certificate-refused');
  await assert.rejects(one.ask('GET', '/v1/state'));
  assert.equal(backend.logged('tls-refused').at(-1)?.['reason'], 'certificate-expired');
  one.certificate = null;
  assert.equal((await one.ask('GET', '/v1/state')).code, 'no-certificate');
  assert.equal((await one.renew()).status, 200);
  ahead = 0;
});

test('no certificate for who is not listed, does not hold the key, or comes with another TLS key', async () => {
  const one = await connected();
  const { spki } = one.registered;
  const ask = async (change: object, signer = one, says: object = {}) => {
    const nonce = await one.nonce();
    const signature = signer.proof('certificate', nonce, { tenant: one.tenant, device: one.device, spki, ...says });
    const json = { tenant: one.tenant, device: one.device, spki, software: 't', nonce, signature, ...change };
    return (await station().ask('POST', '/v1/certificates', { json })).code;
  };
  const unknown = randomUuid();
  assert.equal(await ask({ device: unknown }, one, { device: unknown }), 'unknown-device');
  assert.equal(await ask({ tenant: unknown }, one, { tenant: unknown }), 'unknown-device');
  assert.equal(await ask({}, station()), 'proof-wrong');
  const other = generateTlsKey().spki.toString('base64');
  assert.equal(await ask({ spki: other }, one, { spki: other }), 'proof-wrong');
  assert.equal(await ask({ extra: 1 }), 'bad-request');
});

test('a registration is for just the keys that were signed for', async () => {
  const admin = await connected();
  const { registered } = station();
  const subject = registrationOf(registered);
  const post = async (change: Partial<typeof registered>, says: string = subject) => {
    const nonce = await admin.nonce();
    const signature = admin.proof('device', nonce, { spki: registered.spki, subject: says });
    return (await admin.ask('POST', '/v1/devices', { json: { ...registered, ...change, nonce, signature } })).code;
  };
  assert.equal(await post({ ed25519: generateEd25519().publicKey.toString('base64') }), 'proof-wrong');
  assert.equal(await post({ spki: generateTlsKey().spki.toString('base64') }), 'proof-wrong');
  assert.equal(await post({ device: randomUuid() }), 'proof-wrong');
  assert.equal(await post({}, registered.device), 'proof-wrong');
  assert.equal(await post({}), undefined);
});

test('who came back by the recovery kit connects again with a token; the old keys count no more', async () => {
  const admin = await connected();
  const lost = station(admin.clinic);
  await admin.register(lost);
  await lost.renew();
  await lost.push();
  const open = lost.agent();
  assert.equal((await lost.ask('GET', '/v1/state', {}, open)).status, 200);
  const back = station(admin.clinic);
  Object.assign(back, { device: lost.device });
  const { operator } = backend;
  assert.equal((await back.connect(await operator.token((await connected()).tenant))).code, 'clinic-differs');
  assert.equal((await back.connect(await operator.token(admin.tenant))).status, 200);
  assert.equal((await lost.ask('GET', '/v1/state', {}, open)).code, 'certificate-refused');
  lost.certificate = null;
  assert.equal((await lost.renew()).code, 'proof-wrong');
  const { devices } = await admin.get('/v1/devices', devicesAnswer);
  assert.equal(devices.find(({ device }) => device === lost.device)?.ed25519, back.registered.ed25519);
  // Its chain goes on where the old one's ended.
  Object.assign(back, { seq: lost.seq, previous: lost.previous });
  assert.equal((await back.push()).status, 200);
  await admin.revoke(back.device);
  assert.equal((await lost.connect(await operator.token(admin.tenant))).code, 'device-revoked');
});

test('who is revoked while a body of theirs is on its way puts nothing more', async () => {
  const admin = await connected();
  const second = station(admin.clinic);
  await admin.register(second);
  await second.renew();
  const agent = second.agent();
  assert.equal((await second.ask('GET', '/v1/state', {}, agent)).status, 200);
  const bytes = Buffer.from('directory');
  const answered = new Promise<number>((resolve, reject) => {
    const headers = {
      'content-type': 'application/octet-stream',
      'content-length': bytes.length,
      'if-none-match': '*',
    };
    const going = request(
      { host: '127.0.0.1', port: backend.port, method: 'PUT', path: '/v1/directory', headers, agent },
      (response) => resolve(response.resume().statusCode ?? 0),
    );
    going.on('error', reject);
    going.write(bytes.subarray(0, 3));
    setTimeout(() => void admin.revoke(second.device).then(() => going.end(bytes.subarray(3)), reject), 700);
  });
  assert.equal(await answered, 403);
  assert.equal((await admin.ask('GET', '/v1/directory')).code, 'not-found');
});

test('workstations register and revoke each other with their signatures; a revoked one reads the directory alone', async () => {
  const admin = await connected();
  const second = station(admin.clinic);
  assert.equal((await admin.register(second)).status, 200);
  assert.equal((await second.renew()).status, 200);
  const listed = await second.get('/v1/devices', devicesAnswer);
  assert.deepEqual(
    listed.devices.map(({ device, addedBy, status }) => [device, addedBy, status]).sort(),
    [
      [admin.device, admin.device, 'active'],
      [second.device, admin.device, 'active'],
    ].sort(),
  );
  const put = { bytes: Buffer.from('directory'), headers: { 'if-none-match': '*' } };
  assert.equal((await admin.ask('PUT', '/v1/directory', put)).headers['etag'], '"1"');
  // Somebody else's signature strikes nobody.
  const nonce = await second.nonce();
  const forged = station().proof('revoke', nonce, {
    tenant: second.tenant,
    device: second.device,
    subject: admin.device,
  });
  const tried = await second.ask('POST', `/v1/devices/${admin.device}/revoke`, { json: { nonce, signature: forged } });
  assert.equal(tried.code, 'proof-wrong');

  const open = second.agent();
  const { etag } = stateAnswer.parse((await second.ask('GET', '/v1/state', {}, open)).json);
  const waiting = second.ask('GET', `/v1/state?after=${etag}&wait=20`, {}, open);
  assert.equal((await admin.revoke(second.device)).status, 200);
  assert.equal((await waiting).code, 'device-revoked');
  for (const [method, path] of [
    ['GET', '/v1/state'],
    ['GET', '/v1/devices'],
    ['GET', '/v1/batches?from=0&bytes=1000'],
    ['GET', '/v1/slots?after=0'],
    ['GET', '/v1/nonce'],
    ['DELETE', `/v1/blobs/${randomUuid()}`],
  ] as const) {
    assert.equal((await second.ask(method, path, {}, open)).code, 'device-revoked', path);
  }
  assert.equal((await second.push()).code, 'device-revoked');
  assert.equal((await second.ask('GET', '/v1/directory', {}, open)).body.toString(), 'directory');
  // Away until its certificate ran out: for a while it gets another, for the directory alone.
  second.certificate = null;
  assert.equal((await second.renew()).status, 200);
  assert.equal((await second.ask('GET', '/v1/state')).code, 'device-revoked');
  assert.equal((await second.ask('GET', '/v1/directory')).body.toString(), 'directory');
  second.certificate = null;
  ahead = 91 * dayMs;
  assert.equal((await second.renew()).code, 'device-revoked');
  ahead = 0;
});
