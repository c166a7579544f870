import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { leafHash, treeRoot } from '../../../../src-main/core/audit/merkle.ts';
import { sha256 } from '../../../../src-main/core/crypto/hash.ts';
import { randomUuid } from '../../../../src-main/core/crypto/random.ts';
import { readHead } from '../../../../src-main/core/sync/log-head.ts';
import { addClinic, Chain, deviceRow, type House, key, openHouse, push, refusal } from './house.ts';

let house: House;
before(async () => {
  house = await openHouse(8);
});
after(() => house.end());

const leavesOf = (bytes: Buffer): Buffer[] =>
  Array.from({ length: bytes.length / 32 }, (_, at) => leafHash(bytes.subarray(at * 32, at * 32 + 32)));

test('batches get positions in turn, and each head is the tree’s, signed', async () => {
  const { tenant, clinic, device } = await addClinic(house);
  const chain = new Chain(device);
  const hashes: Buffer[] = [];
  for (let at = 0; at < 9; at += 1) {
    const batch = chain.next();
    hashes.push(batch.hash);
    const answer = await push(house.store, tenant, batch);
    assert.deepEqual([answer.position, answer.size], [at, at + 1]);
    const head = readHead(answer.head, clinic, 'backend.test', key.publicKey);
    assert.deepEqual(head, { size: at + 1, root: treeRoot(hashes.map((hash) => leafHash(hash))) });
  }
  const state = await house.store.withTenant(tenant, (one) => one.state());
  assert.equal(state?.size, 9);
  assert.equal(state?.used, 9 * 200);
  assert.equal(readHead(state?.head ?? '', clinic, 'backend.test', key.publicKey)?.size, 9);
});

test('the same again answers the same place; another, a gap, a broken chain and strangers are refused', async () => {
  const { tenant, device } = await addClinic(house);
  const chain = new Chain(device);
  const [first, second, third] = [chain.next(), chain.next(), chain.next()];
  await push(house.store, tenant, first);
  assert.equal((await push(house.store, tenant, second)).position, 1);
  const again = await push(house.store, tenant, first);
  assert.deepEqual([again.position, again.size], [0, 2]);
  const send = (change: Partial<typeof third>) => refusal(push(house.store, tenant, { ...third, ...change }));
  assert.equal(await send({ seq: 0 }), 'batch-differs');
  assert.equal(await send({ seq: 3 }), 'batch-out-of-turn');
  assert.equal(await send({ previous: sha256('another') }), 'batch-refused');
  assert.equal(await send({ device: randomUuid() }), 'unknown-device');
  assert.equal(await refusal(push(house.store, randomUuid(), third)), 'not-found');
  await assert.rejects(push(house.store, tenant, { ...third, seq: 5 }), {
    value: { code: 'batch-out-of-turn', expected: 2 },
  });
  const state = await house.store.withTenant(tenant, (one) => one.state());
  assert.deepEqual([state?.size, state?.used], [2, 400]);
  assert.equal((await push(house.store, tenant, third)).position, 2);
  await house.store.withTenant(tenant, (one) => one.devices.revoke(device, device, 9));
  assert.equal(await refusal(push(house.store, tenant, chain.next())), 'device-revoked');
});

test('a tenant that is bound to no clinic has no log', async () => {
  const [tenant, device] = [randomUuid(), randomUuid()];
  await house.operator.create(tenant, 1e6, 1);
  await house.store.withTenant(tenant, (one) => one.devices.register(deviceRow(device)));
  assert.equal(await refusal(push(house.store, tenant, new Chain(device).next())), 'not-found');
});

test('the quota holds: what does not fit changes nothing, and a larger one lets it in', async () => {
  const { tenant, device } = await addClinic(house, 1000);
  const chain = new Chain(device);
  await push(house.store, tenant, chain.next(900));
  const large = chain.next(101);
  assert.equal(await refusal(push(house.store, tenant, large)), 'quota-used-up');
  const blob = randomUuid();
  const put = () => house.store.withTenant(tenant, (one) => one.blobs.put(blob, 0, Buffer.alloc(101, 1)));
  assert.equal(await refusal(put()), 'quota-used-up');
  assert.equal(await house.store.withTenant(tenant, (one) => one.blobs.get(blob, 0)), null);
  const slots = [{ slot: 'ab'.repeat(16), epoch: 1, body: Buffer.alloc(101) }];
  assert.equal(await refusal(house.store.withTenant(tenant, (one) => one.slots.put(slots))), 'quota-used-up');
  assert.equal(
    await refusal(house.store.withTenant(tenant, (one) => one.directory.put(Buffer.alloc(101), null))),
    'quota-used-up',
  );
  const used = async () => (await house.store.withTenant(tenant, (one) => one.state()))?.used;
  assert.equal(await used(), 900);
  await house.operator.setQuota(tenant, 1200);
  await push(house.store, tenant, large);
  await house.store.withTenant(tenant, (one) => one.directory.put(Buffer.alloc(150), null));
  await house.store.withTenant(tenant, (one) => one.directory.put(Buffer.alloc(40), 1));
  await house.store.withTenant(tenant, (one) => one.blobs.put(blob, 0, Buffer.alloc(30)));
  assert.equal(await used(), 900 + 101 + 40 + 30);
  await house.store.withTenant(tenant, (one) => one.blobs.delete(blob));
  assert.equal(await used(), 900 + 101 + 40);
});

test('many devices at once, on many connections: no gap, no fork, every chain whole', async () => {
  const { tenant, clinic, device } = await addClinic(house);
  const devices = [device, ...Array.from({ length: 7 }, () => randomUuid())];
  await house.store.withTenant(tenant, async (one) => {
    for (const each of devices) await one.devices.register(deviceRow(each));
  });
  const answers = await Promise.all(
    devices.map(async (each) => {
      const chain = new Chain(each);
      const got: { position: number; head: string; size: number; seq: number }[] = [];
      for (let seq = 0; seq < 12; seq += 1) {
        const batch = chain.next(100);
        // Every third is sent twice at once, as after an answer that was lost.
        const sent = seq % 3 === 0 ? [batch, batch] : [batch];
        const stored = await Promise.all(sent.map((one) => push(house.store, tenant, one)));
        assert.equal(new Set(stored.map(({ position }) => position)).size, 1);
        for (const one of stored) got.push({ ...one, seq });
      }
      return got;
    }),
  );
  const bytes = await house.store.withTenant(tenant, (one) => one.batches.leaves(0, 1000));
  const leaves = leavesOf(bytes);
  assert.equal(leaves.length, 8 * 12);
  for (const got of answers) {
    assert.deepEqual(
      got.map(({ position }) => position).sort((a, b) => a - b),
      got.map(({ position }) => position),
    );
    for (const { head, size } of got) {
      const root = treeRoot(leaves.slice(0, size));
      assert.deepEqual(readHead(head, clinic, 'backend.test', key.publicKey), { size, root });
    }
  }
  const pulled = await house.store.withTenant(tenant, (one) => one.batches.pull(0, 1e6));
  assert.deepEqual(
    pulled.map(({ position }) => position),
    leaves.map((_leaf, at) => at),
  );
});

test('pulling takes what fits, at least one, in order, from anywhere', async () => {
  const { tenant, device } = await addClinic(house);
  const chain = new Chain(device);
  const sent = [300, 500, 4000, 100, 100].map((size) => chain.next(size, size === 500 ? 'snapshot' : 'ops'));
  for (const batch of sent) await push(house.store, tenant, batch);
  const pull = (from: number, bytes: number) => house.store.withTenant(tenant, (one) => one.batches.pull(from, bytes));
  const positions = async (from: number, bytes: number) => (await pull(from, bytes)).map(({ position }) => position);
  assert.deepEqual(await positions(0, 0), [0]);
  assert.deepEqual(await positions(0, 799), [0]);
  assert.deepEqual(await positions(0, 800), [0, 1]);
  assert.deepEqual(await positions(2, 10), [2]);
  assert.deepEqual(await positions(1, 1e9), [1, 2, 3, 4]);
  assert.deepEqual(await positions(5, 1e9), []);
  const all = await pull(0, 1e9);
  assert.ok(all.every(({ envelope }, at) => sent[at]?.envelope.equals(envelope)));
  const some = await house.store.withTenant(tenant, (one) => one.batches.leaves(1, 3));
  assert.deepEqual(some, Buffer.concat(sent.slice(1, 3).map(({ hash }) => hash)));
  const snapshots = await house.store.withTenant(tenant, (one) => one.batches.snapshots());
  assert.deepEqual(snapshots, [{ position: 1, device }]);
});

test('whoever waits is told of a change once it is committed, and not of one that was taken back', async () => {
  const { tenant, device } = await addClinic(house);
  const told: string[] = [];
  const stop = house.store.onChange((one) => void told.push(one));
  const chain = new Chain(device);
  await push(house.store, tenant, chain.next());
  const broken = house.store.withTenant(tenant, async (one) => {
    await one.batches.append(chain.next());
    throw new Error('then something went wrong');
  });
  await assert.rejects(broken, /went wrong/);
  await house.store.withTenant(tenant, (one) => one.devices.contact(device, 100, null));
  stop();
  await house.store.withTenant(tenant, (one) => one.directory.put(Buffer.alloc(1), null));
  assert.deepEqual(told, [tenant]);
});
