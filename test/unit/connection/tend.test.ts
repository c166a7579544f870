/** What a contact notices of the backend itself: where it stands, and that it does not take our certificate. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { TLSSocket } from 'node:tls';
import { z } from 'zod';
import { clocksAgree } from '../../../src-main/core/connection/clinic-connection.ts';
import { canonicalJson } from '../../../src-main/core/crypto/canonical.ts';
import { issueDeviceCertificate } from '../../../src-main/core/crypto/certificate-issuing.ts';
import { generateEd25519, sign } from '../../../src-main/core/crypto/ed25519.ts';
import { fingerprintOf } from '../../../src-main/core/crypto/tls-server.ts';
import { descriptorBytes } from '../../../src-main/core/sync/proof.ts';
import { type Place, startPlace } from '../core/clinic.ts';
import { type House, startHouse } from '../core/house.ts';
import { bodyOf, day, type Site, startSite } from '../sync/tls-server.ts';

const tenant = '00000000-0000-4000-8000-00000000000a';
const logKey = generateEd25519();
const wanted = z.object({ device: z.string(), spki: z.string() });
const fast = () => AbortSignal.timeout(10_000);

let place: Place;
let house: House;
let site: Site;
let region = 'DE';
/** Connections that end without a word: those that show a certificate made before the newest so many. */
let refuses: 'none' | 'old' | 'all' = 'none';
let newest = '';
/** Of the backend's clock. */
let ahead = 0;
let issued = 0;
let vouched = 0;
let registered: unknown[] = [];

before(async () => {
  place = await startPlace();
  house = await startHouse(join(place.dir, 'one'), []);
  // Contacts are the test's alone.
  house.links = { current: () => null, problem: null, tend: async () => undefined };
  await house.restart();
  site = await startSite((request, response) => void answer(request, response));
});
after(async () => {
  await house.core.close();
  await site.stop();
  await place.stop();
});

const answer: Parameters<typeof startSite>[0] = async (request, response) => {
  const json = (value: unknown, status = 200) => void response.writeHead(status).end(JSON.stringify(value));
  const { socket } = request;
  const shown = socket instanceof TLSSocket ? socket.getPeerX509Certificate()?.toString() : undefined;
  if (shown !== undefined && (refuses === 'all' || (refuses === 'old' && shown.trim() !== newest.trim()))) {
    return void socket.destroy();
  }
  switch (request.url) {
    case '/v1/descriptor': {
      vouched += 1;
      const said = { name: 'backend.test', operator: 'Operator', region, logKey: logKey.publicKey.toString('base64') };
      const body = canonicalJson({ version: 1, protocol: 1, software: 'test', ...said });
      return json({ body, signature: sign(logKey.privateKey, descriptorBytes(body)).toString('base64') });
    }
    case '/v1/nonce':
      return json({ nonce: Buffer.alloc(32).toString('base64') });
    case '/v1/connect':
    case '/v1/certificates': {
      const { device, spki } = wanted.parse(JSON.parse((await bodyOf(request)).toString()));
      const at = Date.now() + ahead;
      const made = { tenant, device, spki: Buffer.from(spki, 'base64') };
      const { pem, notAfter } = await issueDeviceCertificate(site.authority, made, { now: at, days: 7 });
      issued += 1;
      newest = pem;
      return json({ tenant, certificate: pem, notAfter });
    }
    case '/v1/devices':
      return json({ devices: registered });
    default:
      return json({ code: 'not-found' }, 404);
  }
};

test('the region is asked for at the first contact after a start, and once a day', async () => {
  const admin = house.desk('ctl');
  await admin.signIn('admin');
  const { device, ed25519, spki } = house.core.vault.backend.device();
  const at = { addedAt: 1, addedBy: device, revokedAt: null, revokedBy: null, lastContact: null, software: null };
  registered = [{ device, ed25519, spki, status: 'active', ...at }];
  const fingerprint = fingerprintOf(site.authority.pem);
  await admin.call('backend.connect', { address: `127.0.0.1:${site.port}`, fingerprint, token: 'A' });
  await house.restart();
  const { connection } = house.core;
  const before_ = vouched;
  await connection.tend(fast());
  await connection.tend(fast());
  assert.equal(vouched, before_ + 1);
  region = 'US';
  await connection.tend(fast());
  house.ahead.monotonic += day;
  // Again and again, not only the first time.
  for (let at_ = 0; at_ < 2; at_ += 1) {
    await assert.rejects(connection.tend(fast()), /backend-not-in-eu/);
    assert.equal(connection.problem, 'region-refused');
  }
  region = 'FR';
  await connection.tend(fast());
  assert.equal(connection.problem, null);
});

test('a server that ends the connection for our certificate gives another one, or is said to refuse it', async () => {
  const { connection } = house.core;
  await connection.tend(fast());
  const before_ = issued;
  refuses = 'old';
  newest = 'another';
  // Once may be the line.
  await assert.rejects(connection.tend(fast()), /broken/);
  assert.deepEqual([connection.problem, issued], [null, before_]);
  await connection.tend(fast());
  assert.deepEqual([connection.problem, issued], [null, before_ + 1]);
  refuses = 'all';
  await assert.rejects(connection.tend(fast()), /broken/);
  await assert.rejects(connection.tend(fast()), /certificate-refused/);
  assert.equal(connection.problem, 'certificate-refused');
  ahead = 2 * 3_600_000;
  await assert.rejects(connection.tend(fast()), /not-yet-valid/);
  assert.equal(connection.problem, 'clock-wrong');
  ahead = 0;
  refuses = 'none';
  await connection.tend(fast());
  assert.equal(connection.problem, null);
});

test('what a new certificate says of the clocks', async () => {
  const now = Date.now();
  const made = { tenant, device: tenant, spki: Buffer.from(house.core.vault.backend.device().spki, 'base64') };
  const { pem } = await issueDeviceCertificate(site.authority, made, { now, days: 7 });
  assert.deepEqual(
    [0, 30 * 60_000, -3 * 60_000, -10 * 60_000, 2 * 3_600_000, 5000 * day, -5000 * day].map((off) =>
      clocksAgree(pem, now + off),
    ),
    [true, true, true, false, false, false, false],
  );
});
