/** Batches and what lies beside them, over the wire; and that no clinic reaches another's. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { emptyFrontier, frontierRoot, grow, leafHash } from '../../../../src-main/core/audit/merkle.ts';
import { randomBytes, randomUuid } from '../../../../src-main/core/crypto/random.ts';
import { batchHash } from '../../../../src-main/core/sync/envelope.ts';
import { readHead } from '../../../../src-main/core/sync/log-head.ts';
import { limits } from '../../../../src-shared/sync-protocol/limits.ts';
import {
  mailboxState,
  slotsAnswer,
  snapshotsAnswer,
  stateAnswer,
  storedAnswer,
} from '../../../../src-shared/sync-protocol/messages.ts';
import { startTestBackend, type TestBackend } from './started.ts';
import { Workstation } from './workstation.ts';

let backend: TestBackend;
/** Two clinics, and a second workstation of the first. */
let one: Workstation;
let two: Workstation;
let other: Workstation;

before(async () => {
  backend = await startTestBackend();
  one = new Workstation(backend);
  await one.connect((await backend.operator.create()).token);
  two = new Workstation(backend, one.clinic);
  await one.register(two);
  await two.renew();
  other = new Workstation(backend);
  await other.connect((await backend.operator.create()).token);
});
after(async () => {
  for (const station of [one, two, other]) station?.close();
  await backend.remove();
});

test('a batch is stored once, in turn, under a head that the log key signed', async () => {
  const first = one.envelope();
  const stored = storedAnswer.parse((await one.push(first)).json);
  assert.deepEqual([stored.position, stored.size], [0, 1]);
  const key = Buffer.from(backend.descriptor.logKey, 'base64');
  const root = frontierRoot(grow(emptyFrontier, leafHash(batchHash(first.headerBytes))));
  assert.deepEqual(readHead(stored.head, one.clinic, backend.descriptor.name, key), { size: 1, root });
  // Sent again because the answer was lost: the same answer, and nothing new.
  assert.deepEqual((await one.push(first)).json, stored);
  assert.equal((await one.push(one.envelope({ seq: 0 }))).code, 'batch-differs');
  const late = await one.push(one.envelope({ seq: 5 }));
  assert.deepEqual([late.status, late.json], [409, { code: 'batch-out-of-turn', expected: 1 }]);
  assert.equal((await two.push()).status, 200);
  assert.equal((await one.push(one.envelope({ kind: 'snapshot' }))).status, 200);
  const { snapshots } = snapshotsAnswer.parse((await two.ask('GET', '/v1/snapshots')).json);
  assert.deepEqual(snapshots, [{ position: 2, device: one.device }]);
});

test('a batch in another name, with a broken seal, or of another chain is not taken', async () => {
  const good = one.envelope();
  const refuse = async (bytes: Buffer) => (await one.ask('POST', '/v1/batches', { bytes })).code;
  assert.equal(await refuse(one.envelope({ tenant: other.tenant }).bytes), 'wrong-tenant');
  assert.equal(await refuse(one.envelope({ device: two.device }).bytes), 'batch-refused');
  const flipped = (at: number) => {
    const bytes = Buffer.from(good.bytes);
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    return bytes;
  };
  // Length, header, signature, body.
  for (const at of [0, 40, good.headerBytes.length + 10, good.bytes.length - 1]) {
    assert.equal(await refuse(flipped(at)), 'batch-refused', String(at));
  }
  assert.equal(await refuse(Buffer.alloc(3)), 'batch-refused');
  assert.equal(await refuse(Buffer.alloc(limits.batchBytes + 1)), 'too-large');
  const elsewhere = new Workstation(backend);
  Object.assign(elsewhere, { tenant: one.tenant, device: one.device, keys: one.keys, seq: one.seq });
  assert.equal(await refuse(elsewhere.envelope().bytes), 'clinic-differs');
  assert.equal((await one.push(good)).status, 200);
});

test('pull and leaves give what was sent, by position', async () => {
  const { body } = await two.ask('GET', '/v1/batches?from=0&bytes=1000000');
  let at = 0;
  let count = 0;
  const hashes: Buffer[] = [];
  while (at < body.length) {
    assert.equal(body.readBigUInt64BE(at), BigInt(count));
    const length = body.readUInt32BE(at + 8);
    const envelope = body.subarray(at + 12, at + 12 + length);
    hashes.push(batchHash(envelope.subarray(4, 4 + envelope.readUInt32BE(0))));
    at += 12 + length;
    count += 1;
  }
  const leaves = await two.ask('GET', `/v1/leaves?from=0&to=${count}`);
  assert.deepEqual(leaves.body, Buffer.concat(hashes));
  assert.equal((await two.ask('GET', '/v1/batches?from=1&bytes=1')).body.readBigUInt64BE(0), 1n);
  assert.equal((await two.ask('GET', `/v1/batches?from=${count}&bytes=1000`)).body.length, 0);
  for (const query of ['from=0', 'from=-1&bytes=1', 'from=01&bytes=1', 'from=0&bytes=1&x=1', 'from=0&from=1&bytes=1']) {
    assert.equal((await two.ask('GET', `/v1/batches?${query}`)).code, 'bad-request', query);
  }
  assert.equal((await two.ask('GET', `/v1/leaves?from=0&to=${limits.leaves + 1}`)).code, 'bad-request');
});

test('who waits for a change hears of it at once, and of no other clinic’s', async () => {
  const agent = two.agent();
  const { etag } = stateAnswer.parse((await two.ask('GET', '/v1/state', {}, agent)).json);
  const waiting = two.ask('GET', `/v1/state?after=${etag}&wait=20`, {}, agent);
  const foreign = other.ask(
    'GET',
    `/v1/state?after=${stateAnswer.parse((await other.ask('GET', '/v1/state')).json).etag}&wait=1`,
  );
  const began = performance.now();
  await one.push();
  const pushed = performance.now();
  const state = stateAnswer.parse((await waiting).json);
  assert.notEqual(state.etag, etag);
  assert.ok(
    performance.now() - pushed < 500,
    `${performance.now() - pushed} ms after the push, which took ${pushed - began}`,
  );
  assert.equal(stateAnswer.parse((await foreign).json).size, 0);
  assert.ok(performance.now() - began >= 900, 'the other clinic waited its second');
});

test('slots, directory and chunks come back as they were put', async () => {
  const slot = randomBytes(16).toString('hex');
  const put = (epoch: number, body: Buffer | null) =>
    one.ask('POST', '/v1/slots', { json: { slots: [{ slot, epoch, body: body?.toString('base64') ?? null }] } });
  assert.deepEqual((await put(2, Buffer.from('key'))).json, { change: 1 });
  assert.equal((await put(1, Buffer.from('old'))).code, 'epoch-too-low');
  assert.deepEqual((await put(2, null)).json, { change: 2 });
  const { slots } = slotsAnswer.parse((await two.ask('GET', '/v1/slots?after=0')).json);
  assert.deepEqual(slots, [{ slot, epoch: 2, body: null, change: 2 }]);

  assert.equal((await one.ask('GET', '/v1/directory')).code, 'not-found');
  const directory = (bytes: Buffer, headers: Record<string, string>) =>
    one.ask('PUT', '/v1/directory', { bytes, headers });
  assert.equal((await directory(Buffer.from('a'), {})).code, 'bad-request');
  assert.equal((await directory(Buffer.from('a'), { 'if-none-match': '*' })).status, 200);
  const again = await directory(Buffer.from('b'), { 'if-none-match': '*' });
  assert.deepEqual([again.status, again.json], [412, { code: 'changed-meanwhile', revision: 1 }]);
  assert.equal((await directory(Buffer.from('b'), { 'if-match': '"1"' })).headers['etag'], '"2"');
  const lying = await two.ask('GET', '/v1/directory');
  assert.deepEqual([lying.headers['etag'], lying.body.toString()], ['"2"', 'b']);

  const blob = randomUuid();
  const chunk = randomBytes(limits.chunkBytes + 29);
  assert.equal((await one.ask('PUT', `/v1/blobs/${blob}/0`, { bytes: chunk })).status, 200);
  assert.deepEqual((await two.ask('GET', `/v1/blobs/${blob}/0`)).body, chunk);
  assert.equal(
    (await one.ask('PUT', `/v1/blobs/${blob}/1`, { bytes: Buffer.alloc(chunk.length + 1) })).code,
    'too-large',
  );
  assert.equal((await one.ask('PUT', `/v1/blobs/${blob}/1024`, { bytes: chunk })).code, 'bad-request');
  assert.equal((await one.ask('DELETE', `/v1/blobs/${blob}`)).status, 200);
  assert.equal((await two.ask('GET', `/v1/blobs/${blob}/0`)).code, 'not-found');
});

test('no clinic reaches another’s log, slots, directory, chunks, register or mailboxes', async () => {
  const blob = randomUuid();
  await one.ask('PUT', `/v1/blobs/${blob}/0`, { bytes: Buffer.from('sealed') });
  assert.equal((await other.ask('GET', `/v1/blobs/${blob}/0`)).code, 'not-found');
  await other.ask('DELETE', `/v1/blobs/${blob}`);
  assert.equal((await one.ask('GET', `/v1/blobs/${blob}/0`)).body.toString(), 'sealed');
  assert.equal((await other.ask('GET', '/v1/batches?from=0&bytes=100000')).body.length, 0);
  assert.equal((await other.ask('GET', '/v1/leaves?from=0&to=10')).body.length, 0);
  assert.deepEqual((await other.ask('GET', '/v1/slots?after=0')).json, { slots: [], more: false });
  assert.equal((await other.ask('GET', '/v1/directory')).code, 'not-found');
  assert.equal((await other.revoke(one.device)).code, 'unknown-device');
  assert.equal((await one.ask('GET', '/v1/state')).status, 200);
  // A certificate of one clinic does not ask in the name of another.
  const nonce = await other.nonce();
  const { spki } = other.registered;
  const signature = other.proof('certificate', nonce, { tenant: one.tenant, spki });
  const json = { tenant: one.tenant, device: other.device, spki, software: 't', nonce, signature };
  assert.equal((await other.ask('POST', '/v1/certificates', { json })).code, 'wrong-tenant');

  const id = randomBytes(16).toString('hex');
  const part = (text: string) => ({ json: { body: Buffer.from(text).toString('base64') } });
  const offer = Buffer.from('offer').toString('base64');
  assert.equal((await one.ask('POST', '/v1/mailboxes', { json: { id, offer } })).status, 200);
  const stranger = new Workstation(backend);
  assert.equal((await stranger.ask('PUT', `/v1/mailboxes/${id}/request`, part('request'))).status, 200);
  assert.equal((await stranger.ask('PUT', `/v1/mailboxes/${id}/request`, part('again'))).code, 'already-there');
  assert.equal((await stranger.ask('PUT', `/v1/mailboxes/${id}/welcome`, part('w'))).code, 'no-certificate');
  assert.equal((await other.ask('PUT', `/v1/mailboxes/${id}/welcome`, part('w'))).code, 'not-found');
  assert.equal((await stranger.ask('GET', `/v1/mailboxes/${id}/welcome`)).code, 'not-found');
  assert.equal((await two.ask('PUT', `/v1/mailboxes/${id}/welcome`, part('welcome'))).status, 200);
  const box = mailboxState.parse((await stranger.ask('GET', `/v1/mailboxes/${id}`)).json);
  assert.deepEqual(
    [box.offer, Buffer.from(box.request ?? '', 'base64').toString(), box.welcome],
    [offer, 'request', true],
  );
  assert.deepEqual((await stranger.ask('GET', `/v1/mailboxes/${id}/welcome`)).json, part('welcome').json);
  assert.equal((await stranger.ask('GET', `/v1/mailboxes/${randomBytes(16).toString('hex')}`)).code, 'not-found');
  stranger.close();
});

test('a clinic that has used up its quota is told so, and is served again with a larger one', async () => {
  const small = new Workstation(backend);
  const { tenant, token } = await backend.operator.create(5_000);
  await small.connect(token);
  assert.equal((await small.push(small.envelope({ bytes: 4_000 }))).status, 200);
  const full = await small.push(small.envelope({ bytes: 4_000 }));
  assert.deepEqual([full.status, full.code], [507, 'quota-used-up']);
  await backend.operator.store.setQuota(tenant, 50_000);
  assert.equal((await small.push(small.envelope({ bytes: 4_000 }))).status, 200);
  small.close();
});
