/** The workstation's own transport against the real server: every place once, as both sides ship. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { randomBytes, randomUuid } from '../../../../src-main/core/crypto/random.ts';
import { BackendRefusal } from '../../../../src-main/core/sync/backend.ts';
import { batchHash } from '../../../../src-main/core/sync/envelope.ts';
import { HttpsBackend } from '../../../../src-main/core/sync/https-backend.ts';
import { limits } from '../../../../src-shared/sync-protocol/limits.ts';
import { AuditLog } from './audit-log.ts';
import { startTestBackend, type TestBackend } from './started.ts';
import { Workstation } from './workstation.ts';

let backend: TestBackend;
let one: Workstation;
let client: HttpsBackend;
const { signal } = new AbortController();

before(async () => {
  backend = await startTestBackend();
  one = new Workstation(backend);
  await one.connect((await backend.operator.create()).token);
  const identity = { certificate: one.certificate ?? '', key: one.tls.pkcs8 };
  client = new HttpsBackend({ host: '127.0.0.1', port: backend.port, authority: backend.authorityPem, identity });
});
after(async () => {
  one?.close();
  await client?.close();
  await backend.remove();
});

test('batches go out and come back, small and as large as they may be', async () => {
  const hashes: Buffer[] = [];
  for (const bytes of [100, limits.batchBytes - 2_000]) {
    const envelope = one.envelope({ bytes, kind: bytes === 100 ? 'snapshot' : 'ops' });
    const { position } = await client.push(envelope.bytes, signal);
    assert.equal(position, hashes.length);
    hashes.push(batchHash(envelope.headerBytes));
    one.seq += 1;
    one.previous = batchHash(envelope.headerBytes);
    assert.deepEqual(
      (await client.pull(position, 1, signal)).map((one) => one.envelope),
      [envelope.bytes],
    );
  }
  assert.deepEqual(await client.leaves(0, 2, signal), hashes);
  assert.deepEqual(await client.snapshots(signal), { snapshots: [{ position: 0, device: one.device }] });
  await assert.rejects(client.push(one.envelope({ seq: 9 }).bytes, signal), (error) => {
    return error instanceof BackendRefusal && error.value.code === 'batch-out-of-turn' && error.value.expected === 2;
  });
});

test('a wait ends with a change, and by its time', async () => {
  const { etag } = await client.state(null, 0, signal);
  assert.equal((await client.state(etag, 1, signal)).etag, etag);
  const waiting = client.state(etag, 20, signal);
  await client.push(one.envelope().bytes, signal);
  assert.equal((await waiting).size, 3);
});

test('directory, slots, chunks, register and witness', async () => {
  assert.equal(await client.directory(signal), null);
  assert.equal(await client.putDirectory(Buffer.from('a'), null, signal), 'ok');
  assert.equal(await client.putDirectory(Buffer.from('b'), null, signal), 'changed-meanwhile');
  assert.equal(await client.putDirectory(Buffer.from('b'), 1, signal), 'ok');
  assert.deepEqual(await client.directory(signal), { revision: 2, bytes: Buffer.from('b') });

  const slots = Array.from({ length: limits.slots }, () => ({
    slot: randomBytes(16).toString('hex'),
    epoch: 1,
    body: randomBytes(150).toString('base64'),
  }));
  assert.equal(await client.putSlots(slots, signal), limits.slots);
  const followed = await client.slots(0, signal);
  assert.deepEqual(
    [followed.slots.length, followed.more, followed.slots[0]?.body],
    [limits.slots, false, slots[0]?.body],
  );

  const blob = randomUuid();
  const chunk = randomBytes(limits.chunkBytes + 29);
  await client.putChunk(blob, 0, chunk, signal);
  assert.deepEqual(await client.chunk(blob, 0, signal), chunk);
  await client.deleteBlob(blob, signal);
  await assert.rejects(client.chunk(blob, 0, signal), { message: 'not-found' });

  assert.deepEqual(
    (await client.devices(signal)).map(({ device }) => device),
    [one.device],
  );
  const log = new AuditLog(one.clinic, one.device, one.keys);
  log.checkpoint(64, 'a');
  assert.equal((await client.cosign(log.since(-1), signal)).kind, 'cosigned');
});
