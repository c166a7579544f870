/** The operator's side: clinics made, counted, exported and deleted whole, as the role that owns the tables. */
import type { Pool } from 'pg';
import { tables } from './grants.ts';
import { importTenant } from './operator-import.ts';
import { Refused } from './refused.ts';
import { lockTenant } from './space.ts';
import { type Queries, statement, transaction } from './transaction.ts';
import type { OperatorStore } from './types.ts';

const create = statement(
  'tenant-create',
  'insert into carekeep.tenant (tenant, quota, created_at) values ($1, $2, $3) on conflict do nothing',
);
const quota = statement('tenant-quota', 'update carekeep.tenant set quota = $2 where tenant = $1');
const token = statement(
  'token-add',
  `insert into carekeep.token (tenant, hash, created_at) values ($1, $2, $3) on conflict do nothing`,
);
const all = `select tenant, created_at "createdAt", clinic, size, head, directory, slots, devices, used, quota
  from carekeep.tenant order by created_at, tenant`;
const remove = statement('tenant-delete', 'delete from carekeep.tenant where tenant = $1');

/** Rows read at a time: of chunks and batches a few, so that an export stays small in memory. */
const rowsAtOnce = (table: string): number => (table === 'chunk' || table === 'batch' ? 8 : 500);

/** @param pool of the role that owns the tables, see `openPool`; stays the caller's to end */
export function openOperator(pool: Pool): OperatorStore {
  const within = <T>(tenant: string, work: (queries: Queries) => Promise<T>) =>
    transaction(pool, ['carekeep.tenant', tenant], work);
  return {
    create: (tenant, bytes, at) =>
      within(tenant, async (queries) => {
        if ((await queries.run(create, [tenant, bytes, at])).count === 0) throw new Refused('already-there');
      }),
    setQuota: (tenant, bytes) =>
      within(tenant, async (queries) => {
        if ((await queries.run(quota, [tenant, bytes])).count === 0) throw new Refused('not-found');
      }),
    addToken: (tenant, hash, at) =>
      within(tenant, async (queries) => {
        await lockTenant(queries);
        if ((await queries.run(token, [tenant, hash, at])).count === 0) throw new Refused('already-there');
      }),
    list: async () => (await pool.query(all)).rows,
    export: (tenant) => exported(pool, tenant),
    import: (lines) => importTenant(pool, lines),
    delete: (tenant) =>
      within(tenant, async (queries) => {
        // Everything else goes with it: every row references the tenant's.
        if ((await queries.run(remove, [tenant])).count === 0) throw new Refused('not-found');
      }),
  };
}

async function* exported(pool: Pool, tenant: string): AsyncGenerator<string> {
  const client = await pool.connect();
  let sound = false;
  try {
    await client.query('begin isolation level repeatable read read only');
    await client.query({
      name: 'set',
      text: 'select set_config($1, $2, true)',
      values: ['carekeep.tenant', tenant],
    });
    const { rowCount } = await client.query('select 1 from carekeep.tenant where tenant = $1', [tenant]);
    if (rowCount === 0) throw new Refused('not-found');
    // Who reads this may be slow; the transaction only reads.
    await client.query(`select set_config('idle_in_transaction_session_timeout', '0', true)`);
    for (const [table] of tables) {
      if (table === 'migration') continue;
      await client.query(`declare rows no scroll cursor for select * from carekeep.${table} where tenant = $1`, [
        tenant,
      ]);
      for (;;) {
        const { rows } = await client.query(`fetch ${rowsAtOnce(table)} from rows`);
        for (const row of rows) yield `${JSON.stringify({ table, row: plain(row) })}\n`;
        if (rows.length === 0) break;
      }
      await client.query('close rows');
    }
    await client.query('commit');
    sound = true;
  } finally {
    client.release(!sound);
  }
}

function plain(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, Buffer.isBuffer(value) ? value.toString('base64') : value]),
  );
}
