/** Database and roles of the embedded server: one that administers, one that owns, one that serves. */
import pg from 'pg';
import { type Connection, searchPath } from '../store/connection.ts';

export const database = 'carekeep';
export const roles = {
  administrator: 'carekeep_administrator',
  owner: 'carekeep_owner',
  service: 'carekeep_service',
} as const;

/** Does it take connections already? */
export async function answers(to: Connection): Promise<boolean> {
  const client = new pg.Client({ ...to, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    // Not yet, or never: the caller counts the time and watches the process.
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Said anew at each start, so that a start that was cut short is made good. */
export async function prepareRoles(
  administrator: Connection,
  passwords: { readonly owner: string; readonly service: string },
): Promise<void> {
  const client = new pg.Client({ ...administrator });
  await client.connect();
  try {
    const plain = 'login nosuperuser nobypassrls nocreaterole nocreatedb noreplication';
    for (const [role, password] of [
      [roles.owner, passwords.owner],
      [roles.service, passwords.service],
    ] as const) {
      const { rowCount } = await client.query('select 1 from pg_roles where rolname = $1', [role]);
      if (rowCount === 0) await client.query(`create role ${role} ${plain}`);
      await client.query(`alter role ${role} password ${pg.escapeLiteral(password)}`);
    }
    const there = await client.query('select 1 from pg_database where datname = $1', [database]);
    if (there.rowCount === 0) await client.query(`create database ${database} owner ${roles.owner}`);
    await client.query(`alter role ${roles.service} in database ${database} set search_path = ${searchPath}`);
    await client.query(`revoke all on database ${database} from public`);
    await client.query(`grant connect on database ${database} to ${roles.service}`);
  } finally {
    await client.end();
  }
}
