/** Who is no backend of this clinic: each is refused before anything is said to it. And the tables behind the register. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { parseAddress } from '../../../src-main/core/connection/connect.ts';
import { mailboxOf, sealOffer, sealPart } from '../../../src-main/core/connection/enrolment-code.ts';
import { compare } from '../../../src-main/core/connection/register.ts';
import { unseen } from '../../../src-main/core/connection/unseen.ts';
import { canonicalJson } from '../../../src-main/core/crypto/canonical.ts';
import { issueAuthority } from '../../../src-main/core/crypto/certificate-issuing.ts';
import { generateEd25519, sign } from '../../../src-main/core/crypto/ed25519.ts';
import { generateTlsKey } from '../../../src-main/core/crypto/p256.ts';
import { descriptorBytes } from '../../../src-main/core/sync/proof.ts';
import { parseRequest } from '../../../src-main/core/vault/join.ts';
import type { RosterState } from '../../../src-main/core/vault/roster-state.ts';
import type { RegisteredDevice } from '../../../src-shared/sync-protocol/messages.ts';
import { type Place, startPlace } from '../core/clinic.ts';
import { House } from '../core/house.ts';
import { type Site, startSite } from '../sync/tls-server.ts';

const code = 'zoo-zoo-zoo-zoo-zoo-zoo-zoo-zoo';
const id = '00000000-0000-4000-8000-000000000001';
const day = 86_400_000;
const logKey = generateEd25519();
const said = { name: 'backend.test', operator: 'Operator', region: 'DE', logKey: logKey.publicKey.toString('base64') };

function descriptorOf(change: Partial<typeof said>, key = logKey.privateKey) {
  const body = canonicalJson({ version: 1, protocol: 1, software: 'test', ...said, ...change });
  return { body, signature: sign(key, descriptorBytes(body)).toString('base64') };
}

let place: Place;
let house: House;
let site: Site;
let descriptor = descriptorOf({});
let mailbox: { offer: Buffer; request: Buffer | null } | null = null;
const asked: string[] = [];

before(async () => {
  place = await startPlace();
  house = new House(join(place.dir, 'new'));
  await house.start();
  site = await startSite((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const json = (status: number, value: unknown) => void response.writeHead(status).end(JSON.stringify(value));
    if (request.url === '/v1/descriptor') return json(200, descriptor);
    if (mailbox === null) return json(404, { code: 'not-found' });
    const { offer, request: lying } = mailbox;
    const part = lying?.toString('base64') ?? null;
    return json(200, { offer: offer.toString('base64'), request: part, welcome: false, expiresAt: Date.now() + 1000 });
  });
});
after(async () => {
  await house.core.close();
  await site.stop();
  await place.stop();
});

const keyOf = (words: string): Buffer => mailboxOf(words)?.key ?? Buffer.alloc(32);
const offer = (change: { readonly authority?: string; readonly logKey?: string } = {}, words = code) =>
  sealOffer(keyOf(words), {
    address: `127.0.0.1:${site.port}`,
    authority: site.authority.pem,
    name: said.name,
    logKey: said.logKey,
    tenant: id,
    clinic: id,
    clinicName: 'Clinic',
    clinicIdentity: said.logKey,
    ...change,
  });
const ask = (typed = code, port = site.port) =>
  house.desk('ctl').refusal('enrolment.ask', { address: `127.0.0.1:${port}`, code: typed, name: 'New' });

test('a new workstation goes on only with whom the code vouches for', async () => {
  assert.equal(await ask(), 'enrolment-code-wrong');
  const other = await issueAuthority({ name: 'Other', now: Date.now() });
  // Somebody between shows an authority of their own, and hands on the offer as it is.
  mailbox = { offer: offer({ authority: other.pem }), request: null };
  assert.equal(await ask(), 'backend-differs');
  mailbox = { offer: offer({}, 'able-able-able-able-able-able-able-able'), request: null };
  assert.equal(await ask(), 'backend-differs');
  mailbox = { offer: offer({ logKey: generateEd25519().publicKey.toString('base64') }), request: null };
  assert.equal(await ask(), 'backend-differs');
  mailbox = { offer: offer(), request: null };
  descriptor = descriptorOf({ region: 'US' });
  assert.equal(await ask(), 'backend-not-in-eu');
  descriptor = descriptorOf({}, generateEd25519().privateKey);
  assert.equal(await ask(), 'backend-differs');
  descriptor = descriptorOf({});
  mailbox = { offer: offer(), request: sealPart(keyOf(code), 'request', Buffer.from('somebody else was faster')) };
  assert.equal(await ask(), 'enrolment-over');
  assert.equal(await ask(code, 1), 'backend-unreachable');
  assert.equal(await ask('seven words only one two three four'), 'enrolment-code-wrong');
  assert.deepEqual(
    asked.filter((one) => one.startsWith('PUT')),
    [],
  );
  assert.deepEqual(await house.desk('ctl').call('enrolment.answer', {}), { state: 'none' });
});

test('what a new workstation asks with is read before anybody signs it in', () => {
  const key = Buffer.alloc(32).toString('base64');
  const good = {
    ...{ kind: 'carekeep-join-request', version: 1, deviceId: id, name: 'Reception', ed25519: key, x25519: key },
    tls: generateTlsKey().spki.toString('base64'),
  };
  const read = (change: object) => parseRequest(Buffer.from(JSON.stringify({ ...good, ...change })));
  assert.equal(read({}).name, 'Reception');
  // A key that no backend registers would be tried again and again by everybody.
  const tls = [key, '', Buffer.alloc(91).toString('base64'), Buffer.alloc(100_000).toString('base64')];
  for (const one of tls) assert.throws(() => read({ tls: one }));
  for (const name of ['', 'a'.repeat(61), 'Desk\n', 'Desk\u202e1', '\u0000']) assert.throws(() => read({ name }));
});

test('addresses as people write them', () => {
  assert.deepEqual(parseAddress(' Backend.Example '), { host: 'backend.example', port: 8443 });
  assert.deepEqual(parseAddress('10.0.0.7:9000'), { host: '10.0.0.7', port: 9000 });
  assert.deepEqual(parseAddress('[2001:db8::1]:9000'), { host: '2001:db8::1', port: 9000 });
  for (const bad of ['host:0', 'host:70000', 'a:b:c']) assert.throws(() => parseAddress(bad), /invalid-input/);
});

test('register and roster: what is missing, what goes, who is a stranger', () => {
  const keys = (device: string) => ({ ed25519: `ed ${device}`, tls: `tls ${device}` });
  const member = (deviceId: string, status: 'active' | 'removed') =>
    [deviceId, { deviceId, name: deviceId, status, ...keys(deviceId) }] as const;
  const roster: RosterState['devices'] = new Map([
    member('a', 'active'),
    member('b', 'removed'),
    member('c', 'active'),
    member('d', 'active'),
  ]);
  const listed = (device: string, status: 'active' | 'revoked', spki = `tls ${device}`): RegisteredDevice => ({
    device,
    ed25519: `ed ${device}`,
    spki,
    status,
    addedAt: 1,
    addedBy: 'a',
    revokedAt: null,
    revokedBy: null,
    lastContact: null,
    software: null,
  });
  const register = [
    listed('a', 'active'),
    listed('b', 'active'),
    listed('d', 'active', 'another key'),
    listed('x', 'active'),
    listed('y', 'revoked'),
  ];
  assert.deepEqual(compare(roster, register), {
    register: [{ device: 'c', ed25519: 'ed c', spki: 'tls c' }],
    revoke: ['b'],
    strangers: ['d', 'x'],
  });
});

test('unseen: said a week before, then too long', () => {
  const now = 1000 * day;
  assert.equal(unseen(null, 30, now), 'no');
  assert.equal(unseen(now - 22 * day, 30, now), 'no');
  assert.equal(unseen(now - 24 * day, 30, now), 'soon');
  assert.equal(unseen(now - 30 * day, 30, now), 'soon');
  assert.equal(unseen(now - 31 * day, 30, now), 'too-long');
  assert.equal(unseen(now - 4 * day, 7, now), 'soon');
  // A clock that was set back counts nothing.
  assert.equal(unseen(now + 400 * day, 30, now), 'no');
});
