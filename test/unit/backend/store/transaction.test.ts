import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Pool } from 'pg';
import { statement, transaction } from '../../../../src-backend/store/transaction.ts';
import type { ClinicStore } from '../../../../src-backend/store/types.ts';
import { randomBytes, randomUuid } from '../../../../src-main/core/crypto/random.ts';
import { addClinic, administrator, Chain, type Clinic, type House, openHouse, poolOf, push, refusal } from './house.ts';

let house: House;
let clinic: Clinic;
/** One connection: whatever comes next comes over the same one, where it was kept. */
let pool: Pool;
before(async () => {
  house = await openHouse(1);
  clinic = await addClinic(house);
  await push(house.store, clinic.tenant, new Chain(clinic.device).next());
  pool = poolOf(house.database.service);
});
after(async () => {
  await pool.end();
  await house.end();
});

const rows = statement('rows', 'select tenant from carekeep.batch');
const fails = statement('fails', 'select 1 / $1::int');
const backend = statement('backend', 'select pg_backend_pid() pid');
const sleeps = statement('sleeps', 'select pg_sleep($1)');

const pidOf = async (): Promise<number> => (await pool.query<{ pid: number }>(backend)).rows[0]?.pid ?? 0;
const seen = async (): Promise<number> => (await pool.query(rows)).rowCount ?? -1;
const tenantSet = async (): Promise<string> =>
  (await pool.query<{ set: string | null }>(`select current_setting('carekeep.tenant', true) "set"`)).rows[0]?.set ??
  '';

const inside = <T>(work: Parameters<typeof transaction<T>>[2]) =>
  transaction(pool, ['carekeep.tenant', clinic.tenant], work);

test('a connection comes back without a tenant, after a commit and after a refusal', async () => {
  const before_ = await pidOf();
  assert.equal((await inside((queries) => queries.run(rows, []))).count, 1);
  assert.deepEqual([await pidOf(), await seen(), await tenantSet()], [before_, 0, '']);
  assert.equal(
    await refusal(house.store.withTenant(clinic.tenant, (one) => one.bindClinic(randomUuid()))),
    'clinic-differs',
  );
  assert.deepEqual([await pidOf(), await seen(), await tenantSet()], [before_, 0, '']);
});

test('a connection on which something went wrong is thrown away', async () => {
  const wrong: readonly [string, () => Promise<unknown>][] = [
    ['a statement that fails', () => inside((queries) => queries.run(fails, [0]))],
    ['work that throws', () => inside(() => Promise.reject(new Error('of its own')))],
    [
      'a failed statement whose error is swallowed',
      () => inside(async (queries) => void (await queries.run(fails, [0]).catch(() => undefined))),
    ],
    [
      'a statement that is not waited for',
      () => inside(async (queries) => void queries.run(sleeps, [0.05]).catch(() => undefined)),
    ],
    [
      'a cancel',
      () =>
        inside(async (queries) => {
          const { rows: found } = await queries.run<{ pid: number }>(backend, []);
          await cancelled(queries.run(sleeps, [30]), found[0]?.pid ?? 0);
        }),
    ],
    [
      'a connection that is ended',
      () =>
        inside(async (queries) => {
          const { rows: found } = await queries.run<{ pid: number }>(backend, []);
          await house.query(administrator(house), 'select pg_terminate_backend($1, 5000)', [found[0]?.pid]);
          await queries.run(rows, []);
        }),
    ],
  ];
  for (const [name, work] of wrong) {
    const before_ = await pidOf();
    await assert.rejects(work(), name);
    assert.notEqual(await pidOf(), before_, name);
    assert.deepEqual([await seen(), await tenantSet()], [0, ''], name);
    assert.equal((await inside((queries) => queries.run(rows, []))).count, 1, name);
  }
});

/** Cancels until it ends: a cancel that comes before the statement has begun hits nothing. */
async function cancelled(work: Promise<unknown>, pid: number): Promise<void> {
  let over = false;
  const end = () => {
    over = true;
  };
  work.then(end, end);
  while (!over) await house.query(administrator(house), 'select pg_cancel_backend($1)', [pid]);
  await work;
}

test('what a transaction handed out stops working when it is over: it never works for the next tenant', async () => {
  const other = await addClinic(house);
  let kept: ClinicStore | undefined;
  await house.store.withTenant(clinic.tenant, async (one) => {
    kept = one;
  });
  const [late] = await Promise.allSettled([kept?.directory.put(randomBytes(9), null)]);
  assert.equal(late?.status, 'rejected');
  const during = await house.store.withTenant(other.tenant, async (one) => {
    const stale = await Promise.allSettled([kept?.state(), kept?.batches.pull(0, 10)]);
    return { stale, own: await one.batches.pull(0, 1e6) };
  });
  assert.deepEqual(
    during.stale.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  assert.deepEqual(during.own, []);
});

test('a transaction that fails leaves nothing behind, also half-way', async () => {
  const { tenant, device } = await addClinic(house);
  const chain = new Chain(device);
  await push(house.store, tenant, chain.next());
  const lost = chain.next();
  const work = house.store.withTenant(tenant, async (one) => {
    await one.batches.append(lost);
    await one.slots.put([{ slot: 'aa'.repeat(16), epoch: 1, body: randomBytes(20) }]);
    await one.directory.put(randomBytes(20), 7);
  });
  assert.equal(await refusal(work), 'changed-meanwhile');
  const state = await house.store.withTenant(tenant, (one) => one.state());
  assert.deepEqual([state?.size, state?.slots, state?.directory, state?.used], [1, 0, 0, 200]);
  assert.equal((await push(house.store, tenant, lost)).position, 1);
});

test('asked for two things at once, a transaction does one after the other', async () => {
  const both = await house.store.withTenant(clinic.tenant, (one) => Promise.all([one.state(), one.batches.pull(0, 1)]));
  assert.deepEqual([both[0]?.size, both[1].length], [1, 1]);
});
