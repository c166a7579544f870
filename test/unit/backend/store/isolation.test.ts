import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { grants } from '../../../../src-backend/store/grants.ts';
import { openService } from '../../../../src-backend/store/service.ts';
import { SetupError } from '../../../../src-backend/store/setup-error.ts';
import { randomUuid } from '../../../../src-main/core/crypto/random.ts';
import { addClinic, administrator, type Clinic, fill, type House, openHouse, poolOf, signer } from './house.ts';

const tables = Object.keys(grants).filter((name) => name !== 'migration');

let house: House;
let mine: Clinic;
let other: Clinic;
let keys: { mailbox: string; token: Buffer };

before(async () => {
  house = await openHouse();
  mine = await addClinic(house);
  other = await addClinic(house);
  await fill(house, mine);
  keys = await fill(house, other);
});
after(() => house.end());

/** As the role, in a transaction with settings, taken back afterwards. */
async function within<T>(
  as: 'service' | 'owner',
  settings: Readonly<Record<string, string>>,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ ...house.database[as] });
  await client.connect();
  try {
    await client.query('begin');
    for (const [name, value] of Object.entries(settings)) {
      await client.query('select set_config($1, $2, true)', [name, value]);
    }
    return await work(client);
  } finally {
    await client.query('rollback').catch(() => undefined);
    await client.end();
  }
}

const tenantsIn = async (client: pg.Client, table: string): Promise<string[]> =>
  (await client.query(`select distinct tenant from carekeep.${table}`)).rows.map(({ tenant }) => String(tenant));

test('in every table a tenant finds its own rows and nobody else’s, without one there are none', async () => {
  for (const role of ['service', 'owner'] as const) {
    for (const table of tables) {
      const seen = await within(role, { 'carekeep.tenant': mine.tenant }, (client) => tenantsIn(client, table));
      // The owner lists clinics; of what they keep it sees no more than the service.
      const expected = role === 'owner' && table === 'tenant' ? [mine.tenant, other.tenant] : [mine.tenant];
      assert.deepEqual(seen.sort(), expected.sort(), `${role} ${table}`);
      if (role === 'owner' && table === 'tenant') continue;
      for (const nobody of [{}, { 'carekeep.tenant': '' }, { 'carekeep.tenant': randomUuid() }]) {
        assert.deepEqual(await within(role, nobody, (client) => tenantsIn(client, table)), [], `${role} ${table}`);
      }
    }
  }
});

test('in every table nothing of another tenant can be changed, taken or put', async () => {
  for (const [table, { verbs, ...more }] of Object.entries(grants)) {
    if (table === 'migration') continue;
    await within('service', { 'carekeep.tenant': mine.tenant }, async (client) => {
      const [column] = 'update' in more ? more.update : [];
      if (column !== undefined) {
        const { rowCount } = await client.query(
          `update carekeep.${table} set ${column} = ${column} where tenant = $1`,
          [other.tenant],
        );
        assert.equal(rowCount, 0, table);
      }
      if (verbs.some((verb) => verb === 'delete')) {
        const { rowCount } = await client.query(`delete from carekeep.${table} where tenant = $1`, [other.tenant]);
        assert.equal(rowCount, 0, table);
      }
    });
    // Even the owner cannot write for one tenant what says that it is another's.
    const copy = within('owner', { 'carekeep.tenant': mine.tenant }, async (client) => {
      const { rows } = await client.query(`select * from carekeep.${table} where tenant = $1 limit 1`, [mine.tenant]);
      const row = { ...rows[0], tenant: other.tenant };
      const names = Object.keys(row);
      const places = names.map((_name, at) => `$${at + 1}`).join(', ');
      await client.query(`insert into carekeep.${table} (${names.join(', ')}) values (${places})`, Object.values(row));
    });
    await assert.rejects(copy, /row-level security/, table);
  }
});

test('the service cannot rewrite the log, nor do more to a table than it needs', async () => {
  const forbidden = [
    'update carekeep.batch set envelope = envelope',
    'delete from carekeep.batch',
    'delete from carekeep.tenant',
    'update carekeep.tenant set quota = 1',
    `insert into carekeep.tenant (tenant, quota, created_at) values ('${randomUuid()}', 1, 1)`,
    'update carekeep.device set added_by = added_by',
    'truncate carekeep.chunk',
    'alter table carekeep.batch disable row level security',
    'alter table carekeep.batch no force row level security',
    'drop policy tenant on carekeep.batch',
    'create table carekeep.more (a int)',
    'create temporary table batch (a int)',
    'set role carekeep_owner',
    'set session authorization carekeep_owner',
    `copy carekeep.batch to program 'true'`,
  ];
  for (const text of forbidden) {
    await assert.rejects(
      within('service', { 'carekeep.tenant': mine.tenant }, (client) => client.query(text)),
      /permission denied|must be owner|row-level security/,
      text,
    );
  }
  // Turning the policies off makes a statement fail, not see more.
  await assert.rejects(
    within('service', { row_security: 'off' }, (client) => client.query('select * from carekeep.batch')),
    /row-level security/,
  );
});

test('a key opens the row that it names, for reading, and no other', async () => {
  const { store } = house;
  assert.equal(await store.tenantOfMailbox(keys.mailbox), other.tenant);
  assert.equal(await store.tenantOfToken(keys.token), other.tenant);
  assert.equal(await store.tenantOfMailbox('00'.repeat(16)), null);
  assert.equal(await store.tenantOfToken(Buffer.alloc(32)), null);
  await within('service', { 'carekeep.lookup': keys.mailbox }, async (client) => {
    assert.equal((await client.query('select 1 from carekeep.mailbox')).rowCount, 1);
    assert.equal((await client.query('select 1 from carekeep.token')).rowCount, 0);
    assert.equal((await client.query('update carekeep.mailbox set request = offer')).rowCount, 0);
    assert.equal((await client.query('delete from carekeep.mailbox')).rowCount, 0);
    for (const table of tables) {
      if (table !== 'mailbox') assert.deepEqual(await tenantsIn(client, table), [], table);
    }
  });
});

/** Breaks one thing, demands that the service says so, and mends it. */
async function refuses(breaking: string, mending: string, problem: string, words: RegExp): Promise<void> {
  await house.query(administrator(house), breaking);
  const pool = poolOf(house.database.service);
  try {
    await assert.rejects(openService(pool, signer), (error) => {
      assert.ok(error instanceof SetupError, breaking);
      assert.equal(error.problem, problem, breaking);
      assert.match(error.message, words, breaking);
      return true;
    });
  } finally {
    await pool.end();
    await house.query(administrator(house), mending);
  }
}

test('the service does not start where it could bypass, own or make anything', async () => {
  const role = 'carekeep_service';
  const unfit = 'service-role-unfit';
  for (const attribute of ['superuser', 'bypassrls', 'createrole', 'createdb', 'replication']) {
    await refuses(`alter role ${role} ${attribute}`, `alter role ${role} no${attribute}`, unfit, new RegExp(attribute));
  }
  await refuses(`grant carekeep_owner to ${role}`, `revoke carekeep_owner from ${role}`, unfit, /carekeep_owner/);
  await refuses(`grant pg_read_all_data to ${role}`, `revoke pg_read_all_data from ${role}`, unfit, /pg_read_all_data/);
  await refuses(
    `alter table carekeep.slot owner to ${role}`,
    'alter table carekeep.slot owner to carekeep_owner; revoke all on carekeep.slot from carekeep_service;' +
      'grant select, insert, update (epoch, body, change) on carekeep.slot to carekeep_service',
    unfit,
    /slot/,
  );
  await refuses(
    `create function public.mine() returns int language sql return 1; alter function public.mine() owner to ${role}`,
    'drop function public.mine()',
    unfit,
    /mine/,
  );
  await refuses(
    `grant create on schema carekeep to ${role}`,
    `revoke create on schema carekeep from ${role}`,
    unfit,
    /make/,
  );
  await refuses(
    `grant create on schema public to ${role}`,
    `revoke create on schema public from ${role}`,
    unfit,
    /make/,
  );
  await refuses(
    `grant temporary on database carekeep to ${role}`,
    `revoke temporary on database carekeep from ${role}`,
    unfit,
    /make/,
  );
  await refuses(
    `alter role ${role} in database carekeep set search_path = public`,
    `alter role ${role} in database carekeep set search_path = carekeep, pg_temp`,
    'search-path',
    /search_path/,
  );
  await refuses(
    `alter role ${role} in database carekeep set row_security = off`,
    `alter role ${role} in database carekeep reset row_security`,
    'search-path',
    /row_security/,
  );
});

test('the service does not start where a table is not protected, or a privilege is another', async () => {
  const policy = `using (tenant = nullif(current_setting('carekeep.tenant', true), '')::uuid)`;
  for (const table of tables) {
    const [on, off] = [`alter table carekeep.${table} enable`, `alter table carekeep.${table} disable`];
    const name = new RegExp(`carekeep\\.${table}\\b`);
    await refuses(`${off} row level security`, `${on} row level security`, 'tables-unprotected', name);
    await refuses(
      `alter table carekeep.${table} no force row level security`,
      `alter table carekeep.${table} force row level security`,
      'tables-unprotected',
      name,
    );
    await refuses(
      `drop policy tenant on carekeep.${table}`,
      `create policy tenant on carekeep.${table} ${policy} with check (tenant = nullif(current_setting('carekeep.tenant', true), '')::uuid)`,
      'tables-unprotected',
      name,
    );
    await refuses(
      `create policy wide on carekeep.${table} for select using (true)`,
      `drop policy wide on carekeep.${table}`,
      'tables-unprotected',
      /wide/,
    );
    await refuses(
      `grant truncate on carekeep.${table} to carekeep_service`,
      `revoke truncate on carekeep.${table} from carekeep_service`,
      'privileges-differ',
      name,
    );
  }
  await refuses(
    'create view carekeep.all_of_it as select * from carekeep.batch; grant select on carekeep.all_of_it to carekeep_service',
    'drop view carekeep.all_of_it',
    'tables-unprotected',
    /all_of_it/,
  );
  await refuses(
    'grant delete on carekeep.batch to public',
    'revoke delete on carekeep.batch from public',
    'privileges-differ',
    /batch/,
  );
  await refuses(
    'create function carekeep.door() returns bigint language sql security definer return 1',
    'drop function carekeep.door()',
    'privileges-differ',
    /function/,
  );
  await refuses(
    `insert into carekeep.migration (number, name) values (9999, 'later')`,
    'delete from carekeep.migration where number = 9999',
    'database-newer',
    /9999/,
  );
  // All mended: it starts.
  const pool = poolOf(house.database.service);
  await openService(pool, signer);
  await pool.end();
});

test('an owner that could bypass does not migrate, and neither does the service', async () => {
  const { openStore } = await import('../../../../src-backend/store/open.ts');
  const { service, owner } = house.database;
  const problem = (error: unknown) => (error instanceof SetupError ? error.problem : String(error));
  const start = (as: typeof owner) => openStore({ owner: as, service, signer }).then(() => 'started', problem);
  assert.equal(await start(administrator(house)), 'owner-unfit');
  assert.equal(await start(service), 'owner-unfit');
  const nobody = { ...service, user: 'nobody_there' };
  assert.equal(
    await openStore({ owner, service: nobody, signer }).then(() => 'started', problem),
    'service-role-missing',
  );
});
