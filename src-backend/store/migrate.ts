/** Migrations: numbered, run forward by themselves by the role that owns the tables, one starter at a time. */
import pg, { type Pool, type PoolClient } from 'pg';
import { grantStatements } from './grants.ts';
import first from './migrations/001-tables.ts';
import { SetupError } from './setup-error.ts';

export type Migration = {
  readonly number: number;
  readonly name: string;
  /** @param owner the owning role's name, quoted */
  readonly statements: (owner: string) => readonly string[];
};

const migrations: readonly Migration[] = [first];
export const newest: number = migrations.length;

/** Of PostgreSQL: from here on nobody makes tables in `public` unasked. */
const oldest = 15;

/** Only one of several starting instances migrates; the others wait and find it done. */
const lockKey = 7_220_541_163;

/**
 * @param owner pool of the role that owns, or will own, everything in the schema
 * @param service name of the role that the service works as; it must be there
 * @returns numbers of the migrations that were run @throws SetupError
 */
export async function migrate(owner: Pool, service: string): Promise<readonly number[]> {
  const client = await owner.connect();
  let sound = false;
  try {
    // A big step may take longer than what a request is given.
    await client.query(`select set_config('statement_timeout', '0', false), set_config('lock_timeout', '0', false)`);
    await client.query('select pg_advisory_lock($1)', [lockKey]);
    const done = await forward(client, service);
    await client.query('select pg_advisory_unlock($1)', [lockKey]);
    await client.query('reset all');
    sound = true;
    return done;
  } finally {
    client.release(!sound);
  }
}

async function forward(client: PoolClient, service: string): Promise<readonly number[]> {
  const owner = await demandOwner(client, service);
  await client.query('begin');
  await client.query('create schema if not exists carekeep');
  await client.query(
    `create table if not exists carekeep.migration (number integer primary key, name text not null, at timestamptz not null default now())`,
  );
  const { rows } = await client.query<{ number: number }>(
    'select coalesce(max(number), 0) number from carekeep.migration',
  );
  const at = rows[0]?.number ?? 0;
  if (at > newest) throw new SetupError('database-newer', `the database is at ${at}, this program knows ${newest}`);
  const missing = migrations.slice(at);
  for (const { number, name, statements } of missing) {
    for (const text of statements(owner)) await client.query(text);
    await client.query('insert into carekeep.migration (number, name) values ($1, $2)', [number, name]);
  }
  // Said anew at each start: what somebody granted by hand is taken back.
  for (const text of grantStatements(pg.escapeIdentifier(service))) await client.query(text);
  await client.query('commit');
  return missing.map(({ number }) => number);
}

/** @returns the owner's name, quoted */
async function demandOwner(client: PoolClient, service: string): Promise<string> {
  const found = await client.query<{ version: number }>(`select current_setting('server_version_num')::int as version`);
  if ((found.rows[0]?.version ?? 0) < oldest * 10_000) {
    throw new SetupError('postgres-missing', `PostgreSQL ${oldest} or later is needed`);
  }
  const { rows } = await client.query<{ name: string; super: boolean; bypass: boolean; there: boolean }>(
    `select current_user::text name, r.rolsuper super, r.rolbypassrls bypass,
       exists (select 1 from pg_roles where rolname = $1) there
     from pg_roles r where r.rolname = current_user`,
    [service],
  );
  const [role] = rows;
  if (role === undefined) throw new SetupError('owner-unfit', 'the owning role is not listed');
  if (role.super || role.bypass) {
    throw new SetupError(
      'owner-unfit',
      `the role ${role.name} may bypass row level security: it must not own the tables`,
    );
  }
  if (role.name === service)
    throw new SetupError('owner-unfit', `${service} is to serve, so it must not own the tables`);
  if (!role.there) throw new SetupError('service-role-missing', `there is no role ${service}`);
  return pg.escapeIdentifier(role.name);
}
