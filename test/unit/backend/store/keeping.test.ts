import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { randomBytes, randomUuid } from '../../../../src-main/core/crypto/random.ts';
import { limits } from '../../../../src-shared/sync-protocol/limits.ts';
import {
  addClinic,
  administrator,
  Chain,
  type Clinic,
  deviceRow,
  fill,
  type House,
  openHouse,
  push,
  refusal,
} from './house.ts';

let house: House;
let clinic: Clinic;
before(async () => {
  house = await openHouse(6);
  clinic = await addClinic(house);
});
after(() => house.end());

const inside: House['store']['withTenant'] = (tenant, work) => house.store.withTenant(tenant, work);

test('a token is good once, for its own clinic, also when it is used twice at the same moment', async () => {
  const { tenant } = clinic;
  const hash = randomBytes(32);
  await house.operator.addToken(tenant, hash, 1);
  const use = (of: string) => refusal(inside(of, (one) => one.useToken(hash, 2)));
  assert.equal(await use((await addClinic(house)).tenant), 'token-wrong');
  const both = await Promise.all([use(tenant), use(tenant)]);
  assert.deepEqual(both.sort(), ['none', 'token-wrong']);
  assert.equal(await house.store.tenantOfToken(hash), tenant);
  const old = randomBytes(32);
  await house.operator.addToken(tenant, old, 1);
  const late = 1 + limits.tokenDays * 86_400_000;
  assert.equal(await refusal(inside(tenant, (one) => one.useToken(old, late))), 'token-wrong');
  assert.equal(await refusal(house.operator.addToken(randomUuid(), randomBytes(32), 1)), 'not-found');
});

test('a tenant is bound to one clinic, a nonce is good once', async () => {
  const { tenant } = clinic;
  await inside(tenant, (one) => one.bindClinic(clinic.clinic));
  assert.equal(await refusal(inside(tenant, (one) => one.bindClinic(randomUuid()))), 'clinic-differs');
  assert.equal(await refusal(inside(randomUuid(), (one) => one.bindClinic(randomUuid()))), 'not-found');
  const nonce = randomBytes(32);
  const spend = () => inside(tenant, (one) => one.spendNonce(nonce, 5));
  assert.deepEqual((await Promise.all([spend(), spend(), spend()])).sort(), [false, false, true]);
});

test('devices: registered once, revoked for good, contacts at most once a minute', async () => {
  const { tenant, device } = clinic;
  const fresh = deviceRow(randomUuid(), 7);
  const before_ = (await inside(tenant, (one) => one.state()))?.devices ?? 0;
  await inside(tenant, (one) => one.devices.register({ ...fresh, addedBy: device }));
  await inside(tenant, (one) => one.devices.register({ ...fresh, addedBy: device, at: 8 }));
  const others = { ...fresh, ed25519: randomBytes(32) };
  assert.equal(await refusal(inside(tenant, (one) => one.devices.register(others))), 'already-there');
  const get = () => inside(tenant, (one) => one.devices.get(fresh.device));
  const contact = (at: number, software: string | null) =>
    inside(tenant, (one) => one.devices.contact(fresh.device, at, software));
  await contact(100_000, null);
  await contact(120_000, null);
  assert.equal((await get())?.lastContact, 100_000);
  await contact(130_000, '1.1.0');
  await contact(90_000, '1.1.0');
  assert.deepEqual([(await get())?.lastContact, (await get())?.software], [130_000, '1.1.0']);
  await contact(190_000, null);
  assert.equal((await get())?.lastContact, 190_000);
  await inside(tenant, (one) => one.devices.revoke(fresh.device, device, 200_000));
  await inside(tenant, (one) => one.devices.revoke(fresh.device, device, 300_000));
  assert.deepEqual(await get(), {
    ...{ device: fresh.device, ed25519: fresh.ed25519, spki: fresh.spki, status: 'revoked', addedAt: 7 },
    ...{ addedBy: device, revokedAt: 200_000, revokedBy: device, lastContact: 190_000, software: '1.1.0' },
  });
  assert.equal(await refusal(inside(tenant, (one) => one.devices.register(fresh))), 'device-revoked');
  assert.equal(await refusal(inside(tenant, (one) => one.devices.revoke(randomUuid(), device, 1))), 'unknown-device');
  // Revoked while a request of theirs was on its way: neither brings anybody in nor takes anybody out.
  const byRevoked = { ...deviceRow(randomUuid()), addedBy: fresh.device };
  assert.equal(await refusal(inside(tenant, (one) => one.devices.register(byRevoked))), 'device-revoked');
  assert.equal(await refusal(inside(tenant, (one) => one.devices.revoke(device, fresh.device, 1))), 'device-revoked');
  assert.equal(await refusal(inside(tenant, (one) => one.devices.rekey(fresh))), 'device-revoked');
  assert.equal((await inside(tenant, (one) => one.devices.list())).length, 2);
  assert.equal((await inside(tenant, (one) => one.state()))?.devices, before_ + 2);
  const serial = randomBytes(16);
  await inside(tenant, (one) => one.certificates.add({ serial, device, notAfter: 9 }, 1));
  assert.deepEqual(await inside(tenant, (one) => one.certificates.get(serial)), { serial, device, notAfter: 9 });
  assert.equal(await inside(tenant, (one) => one.certificates.get(randomBytes(16))), null);
});

test('slots: counted in order, never replaced by a lower epoch, deleted for good, all or none', async () => {
  const { tenant } = await addClinic(house);
  const [a, b, c] = ['aa'.repeat(16), 'bb'.repeat(16), 'cc'.repeat(16)];
  const put = (...slots: { slot: string; epoch: number; body: Buffer | null }[]) =>
    inside(tenant, (one) => one.slots.put(slots));
  const follow = async (after_: number) => (await inside(tenant, (one) => one.slots.after(after_))).slots;
  const key = randomBytes(60);
  assert.equal(await put({ slot: a, epoch: 2, body: key }, { slot: b, epoch: 2, body: randomBytes(60) }), 2);
  assert.deepEqual(await follow(0), [
    { slot: a, epoch: 2, body: key, change: 1 },
    { slot: b, epoch: 2, body: (await follow(1))[0]?.body, change: 2 },
  ]);
  assert.equal(
    await refusal(put({ slot: c, epoch: 3, body: key }, { slot: a, epoch: 1, body: randomBytes(60) })),
    'epoch-too-low',
  );
  assert.equal((await follow(0)).length, 2);
  assert.equal(await put({ slot: a, epoch: 3, body: key }), 3);
  assert.equal(await put({ slot: a, epoch: 1, body: null }), 4);
  // Somebody who has not heard of the erasure puts it again, along with another.
  assert.equal(await put({ slot: a, epoch: 9, body: key }, { slot: c, epoch: 9, body: key }), 5);
  assert.deepEqual(
    (await follow(2)).map(({ slot, body, change }) => [slot, body === null, change]),
    [
      [a, true, 4],
      [c, false, 5],
    ],
  );
  assert.equal((await inside(tenant, (one) => one.state()))?.used, 120);
  // Named twice: the last one counts.
  assert.equal(await put({ slot: b, epoch: 4, body: key }, { slot: b, epoch: 5, body: key }), 6);
  assert.deepEqual(await follow(5), [{ slot: b, epoch: 5, body: key, change: 6 }]);
  const kept = await house.query(administrator(house), 'select body from carekeep.slot where tenant = $1', [tenant]);
  assert.equal(kept.rows.filter(({ body }) => body === null).length, 1);
});

test('slots are followed page by page without a gap, while others put', async () => {
  const { tenant } = await addClinic(house);
  const many = (from: number, count: number) =>
    Array.from({ length: count }, (_, at) => ({
      ...{ slot: (from + at).toString(16).padStart(32, '0'), epoch: 1, body: randomBytes(40) },
    }));
  await Promise.all([0, 2000, 4000].map((from) => inside(tenant, (one) => one.slots.put(many(from, 1500)))));
  const seen = new Set<string>();
  let [after_, more] = [0, true];
  while (more) {
    const page = await inside(tenant, (one) => one.slots.after(after_));
    for (const { slot, change } of page.slots) {
      seen.add(slot);
      assert.equal(change, after_ + 1);
      after_ = change;
    }
    more = page.more;
  }
  assert.deepEqual([seen.size, after_], [4500, 4500]);
});

test('the directory is compared and swapped: of many at once exactly one', async () => {
  const { tenant } = await addClinic(house);
  const put = (revision: number | null) => inside(tenant, (one) => one.directory.put(randomBytes(90), revision));
  assert.equal(await inside(tenant, (one) => one.directory.get()), null);
  assert.equal(await refusal(put(1)), 'changed-meanwhile');
  for (const revision of [null, 1, 2]) {
    const results = await Promise.all([1, 2, 3, 4, 5].map(() => refusal(put(revision))));
    assert.deepEqual(results.sort(), [...Array(4).fill('changed-meanwhile'), 'none']);
  }
  await assert.rejects(put(1), { value: { code: 'changed-meanwhile', revision: 3 } });
  assert.equal((await inside(tenant, (one) => one.directory.get()))?.revision, 3);
});

test('chunks: put once, the same again is fine, another is refused, gone together', async () => {
  const { tenant } = await addClinic(house);
  const blob = randomUuid();
  const bytes = randomBytes(70_000);
  const put = (n: number, content: Buffer) => refusal(inside(tenant, (one) => one.blobs.put(blob, n, content)));
  assert.deepEqual((await Promise.all([put(0, bytes), put(0, bytes), put(1, bytes)])).sort(), ['none', 'none', 'none']);
  assert.equal(await put(0, randomBytes(70_000)), 'already-there');
  assert.equal(await put(2, Buffer.alloc(1024 * 1024 + 65)), 'too-large');
  assert.equal(await put(1024, Buffer.alloc(1)), 'too-large');
  assert.equal(await refusal(inside(randomUuid(), (one) => one.blobs.put(blob, 0, bytes))), 'not-found');
  assert.ok((await inside(tenant, (one) => one.blobs.get(blob, 1)))?.equals(bytes));
  assert.equal((await inside(tenant, (one) => one.state()))?.used, 140_000);
  assert.equal(await inside(tenant, (one) => one.blobs.delete(blob)), 2);
  assert.equal(await inside(tenant, (one) => one.blobs.delete(blob)), 0);
  assert.equal(await inside(tenant, (one) => one.blobs.get(blob, 0)), null);
  assert.equal((await inside(tenant, (one) => one.state()))?.used, 0);
});

test('mailboxes: each part once, found by id, over after their time and then swept', async () => {
  const { tenant, device } = await addClinic(house);
  const id = randomBytes(16).toString('hex');
  const offer = randomBytes(99);
  const open = (name: string, at: number, expiresAt = at + 600_000) =>
    refusal(inside(tenant, (one) => one.mailboxes.open({ id: name, offer, openedBy: device, expiresAt, at })));
  assert.equal(await open(id, 1000), 'none');
  assert.equal(await open(id, 1000), 'already-there');
  assert.equal(await house.store.tenantOfMailbox(id), tenant);
  const put = (part: 'request' | 'welcome', at: number, size = 10) =>
    refusal(inside(tenant, (one) => one.mailboxes.put(id, part, randomBytes(size), at)));
  assert.equal(await put('request', 2000), 'none');
  assert.equal(await put('request', 2000), 'already-there');
  assert.equal(await put('request', 2000, 64 * 1024 + 1), 'too-large');
  assert.equal(await put('welcome', 2000), 'none');
  const found = await inside(tenant, (one) => one.mailboxes.get(id, 3000));
  assert.deepEqual([found?.offer, found?.request?.length, found?.welcome], [offer, 10, true]);
  assert.equal((await inside(tenant, (one) => one.mailboxes.welcome(id, 3000)))?.length, 10);
  assert.equal(await inside(tenant, (one) => one.mailboxes.get(id, 601_000)), null);
  assert.equal(await inside(tenant, (one) => one.mailboxes.welcome(id, 601_000)), null);
  assert.equal(await put('welcome', 601_000), 'not-found');
  // Long over by the database's clock: swept, whosever it is. One that lasts stays.
  const lasting = randomBytes(16).toString('hex');
  await open(lasting, 1000, 2 ** 47);
  await house.store.sweep();
  assert.equal(await house.store.tenantOfMailbox(id), null);
  assert.equal(await house.store.tenantOfMailbox(lasting), tenant);
  for (let at = 1; at < 20; at += 1) assert.equal(await open(randomBytes(16).toString('hex'), 1000, 2 ** 47), 'none');
  assert.equal(await open(id, 1000, 2 ** 47), 'too-many-requests');
  await inside(tenant, (one) => one.mailboxes.close(lasting));
  assert.equal(await open(id, 1000, 2 ** 47), 'none');
});

test('what the witness remembers is one at a time per log', async () => {
  const { tenant } = await addClinic(house);
  const [origin, hash] = ['carekeep.audit/x/y', randomBytes(32)];
  assert.equal(await inside(tenant, (one) => one.witness.known(origin)), undefined);
  // Each goes on from what the one before remembered, however many ask at once.
  await Promise.all(
    Array.from({ length: 5 }, () =>
      inside(tenant, async (one) => {
        const number = ((await one.witness.known(origin))?.link.number ?? -1) + 1;
        await one.witness.remember(origin, { link: { number, size: number + 1, hash, next: hash }, root: hash });
      }),
    ),
  );
  const known = await inside(tenant, (one) => one.witness.known(origin));
  assert.deepEqual(known, { link: { number: 4, size: 5, hash, next: hash }, root: hash });
});

test('an export holds everything of one clinic; deleting it leaves nothing of it, and all of the others', async () => {
  const [gone, stays] = [await addClinic(house), await addClinic(house)];
  await fill(house, gone);
  await fill(house, stays);
  const lines: { table: string; row: Record<string, unknown> }[] = [];
  for await (const line of house.operator.export(gone.tenant)) lines.push(JSON.parse(line));
  assert.ok(lines.every(({ row }) => row['tenant'] === gone.tenant));
  const { rows: tables } = await house.query(
    administrator(house),
    `select relname::text as name from pg_class where relnamespace = 'carekeep'::regnamespace and relkind = 'r' and relname <> 'migration'`,
  );
  const each = tables.map(
    ({ name }) => `select '${name}' as name, count(*)::int as n from carekeep.${name} where tenant = $1`,
  );
  const counts = async (tenant: string): Promise<Record<string, number>> => {
    const { rows } = await house.query(administrator(house), each.join(' union all '), [tenant]);
    return Object.fromEntries(rows.map(({ name, n }) => [String(name), Number(n)]));
  };
  const before_ = await counts(gone.tenant);
  assert.ok(
    Object.values(before_).every((count) => count > 0),
    JSON.stringify(before_),
  );
  const exported: Record<string, number> = {};
  for (const { table } of lines) exported[table] = (exported[table] ?? 0) + 1;
  assert.deepEqual(exported, before_);
  const batch = lines.find(({ table }) => table === 'batch')?.row['envelope'];
  const pulled = await inside(gone.tenant, (one) => one.batches.pull(0, 1));
  assert.equal(batch, pulled[0]?.envelope.toString('base64'));

  const listed = async () => (await house.operator.list()).map(({ tenant }) => tenant);
  assert.ok((await listed()).includes(gone.tenant));
  const others = await counts(stays.tenant);
  await house.operator.delete(gone.tenant);
  assert.ok(Object.values(await counts(gone.tenant)).every((count) => count === 0));
  assert.deepEqual(await counts(stays.tenant), others);
  assert.ok(!(await listed()).includes(gone.tenant));
  assert.equal(await refusal(house.operator.delete(gone.tenant)), 'not-found');
  assert.equal(await refusal(house.operator.setQuota(gone.tenant, 1)), 'not-found');
  await assert.rejects(house.operator.export(gone.tenant)[Symbol.asyncIterator]().next(), { message: 'not-found' });
  assert.equal(await refusal(push(house.store, gone.tenant, new Chain(gone.device).next())), 'not-found');

  // Brought back from what was exported: whole, or not at all.
  const texts = lines.map((line) => JSON.stringify(line));
  const without = (table: string) => texts.filter((_text, at) => lines[at]?.table !== table);
  for (const broken of [
    without('tenant'),
    without('chunk'),
    without('batch'),
    without('slot'),
    without('chain'),
    without('directory'),
    [...texts, '{"table":"batch"'],
    [...texts, JSON.stringify({ table: 'migration', row: { tenant: gone.tenant, number: 2 } })],
    [
      ...texts,
      JSON.stringify({ table: 'token', row: { tenant: stays.tenant, hash: '', created_at: 1, used_at: null } }),
    ],
    [],
  ]) {
    assert.equal(await refusal(house.operator.import(broken)), 'bad-request');
    assert.ok(Object.values(await counts(gone.tenant)).every((count) => count === 0));
  }
  assert.equal(await house.operator.import(texts), gone.tenant);
  assert.deepEqual(await counts(gone.tenant), before_);
  assert.equal(await refusal(house.operator.import(texts)), 'already-there');
  const again: unknown[] = [];
  for await (const line of house.operator.export(gone.tenant)) again.push(JSON.parse(line));
  assert.deepEqual(again, lines);
});
