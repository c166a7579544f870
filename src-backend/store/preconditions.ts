/**
 * What has to hold before the service serves anybody: a role that can bypass nothing, tables that all protect
 * themselves, and exactly the privileges it needs. Whatever differs is a reason not to start.
 */
import type { Pool, PoolClient } from 'pg';
import { searchPath } from './connection.ts';
import { functions, tables } from './grants.ts';
import { newest } from './migrate.ts';
import { SetupError, type SetupProblem } from './setup-error.ts';

/** @throws SetupError with the first thing that does not hold */
export async function demandPreconditions(service: Pool): Promise<void> {
  const client = await service.connect();
  let sound = false;
  try {
    await demandRole(client);
    await demandVersion(client);
    await demandTables(client);
    await demandPolicies(client);
    await demandPrivileges(client);
    sound = true;
  } finally {
    client.release(!sound);
  }
}

function demand(holds: boolean, problem: SetupProblem, message: string): asserts holds {
  if (!holds) throw new SetupError(problem, message);
}

async function demandRole(client: PoolClient): Promise<void> {
  const { rows } = await client.query<{
    name: string;
    acting: string;
    unfit: string;
    memberships: string;
    owned: string;
    path: string;
    security: string;
    temporary: boolean;
    create: boolean;
  }>(`
    select session_user::text name, current_user::text acting,
      concat_ws(', ', case when rolsuper then 'superuser' end, case when rolbypassrls then 'bypassrls' end,
        case when rolcreaterole then 'createrole' end, case when rolcreatedb then 'createdb' end,
        case when rolreplication then 'replication' end) unfit,
      (select coalesce(string_agg(g.rolname, ', '), '') from pg_auth_members m join pg_roles g on g.oid = m.roleid
        where m.member = r.oid) memberships,
      (select coalesce(string_agg(thing, ', '), '') from (
        select relname::text thing from pg_class where relowner = r.oid
        union all select proname from pg_proc where proowner = r.oid
        union all select typname from pg_type where typowner = r.oid
        union all select nspname from pg_namespace where nspowner = r.oid
        union all select datname from pg_database where datdba = r.oid) own) owned,
      current_setting('search_path') path, current_setting('row_security') security,
      has_database_privilege(current_database(), 'temporary') temporary,
      has_database_privilege(current_database(), 'create') or exists (
        select 1 from pg_namespace where has_schema_privilege(oid, 'create')) as "create"
    from pg_roles r where r.rolname = session_user`);
  const [role] = rows;
  demand(
    role !== undefined && role.acting === role.name,
    'service-role-unfit',
    'the service works under another name than its own',
  );
  const { name } = role;
  demand(role.unfit === '', 'service-role-unfit', `the role ${name} must not be ${role.unfit}`);
  demand(
    role.memberships === '',
    'service-role-unfit',
    `the role ${name} must be a member of no role: ${role.memberships}`,
  );
  demand(role.owned === '', 'service-role-unfit', `the role ${name} must own nothing: ${role.owned}`);
  demand(
    !role.temporary && !role.create,
    'service-role-unfit',
    `the role ${name} must not be able to make tables or schemas`,
  );
  demand(
    role.path === searchPath,
    'search-path',
    `the role ${name} needs search_path = ${searchPath}, it is ${role.path}`,
  );
  demand(role.security === 'on', 'search-path', `the role ${name} needs row_security = on`);
}

async function demandVersion(client: PoolClient): Promise<void> {
  const there = await client.query<{ there: boolean }>(`select to_regclass('carekeep.migration') is not null there`);
  demand(there.rows[0]?.there === true, 'database-older', 'the database has no tables yet');
  const { rows } = await client.query<{ number: number }>(
    'select coalesce(max(number), 0) number from carekeep.migration',
  );
  const at = rows[0]?.number ?? 0;
  const problem = at > newest ? 'database-newer' : 'database-older';
  demand(at === newest, problem, `the database is at ${at}, this program needs ${newest}`);
}

async function demandTables(client: PoolClient): Promise<void> {
  const { rows } = await client.query<{
    name: string;
    kind: string;
    enabled: boolean;
    forced: boolean;
    key: string | null;
    own: boolean;
  }>(`
    select c.relname::text name, c.relkind::text kind, c.relrowsecurity enabled, c.relforcerowsecurity forced,
      (select a.attname::text from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
        where i.indrelid = c.oid and i.indisprimary) as "key",
      pg_has_role(c.relowner, 'member') own
    from pg_class c where c.relnamespace = 'carekeep'::regnamespace and c.relkind not in ('i', 'I', 't', 'c')
    order by 1`);
  const known = new Set(tables.map(([name]) => name));
  for (const { name, kind, enabled, forced, key, own } of rows) {
    demand(
      known.has(name) && (kind === 'r' || kind === 'p'),
      'tables-unprotected',
      `carekeep.${name} is not one of its tables`,
    );
    demand(!own, 'service-role-unfit', `the service could act as the owner of carekeep.${name}`);
    if (name === 'migration') continue;
    demand(enabled, 'tables-unprotected', `row level security is not enabled on carekeep.${name}`);
    demand(forced, 'tables-unprotected', `row level security is not forced on carekeep.${name}`);
    demand(key === 'tenant', 'tables-unprotected', `the key of carekeep.${name} does not begin with the tenant`);
  }
  demand(rows.length === known.size, 'tables-unprotected', 'a table is missing');
}

const tenant = `tenant=nullifcurrent_setting'carekeep.tenant'::text,true,''::text::uuid`;
const lookup = (column: string): string =>
  `${column}=decodenullifcurrent_setting'carekeep.lookup'::text,true,''::text,'hex'::text`;
/** As PostgreSQL writes an expression, without what is only layout: it differs between versions. */
const bare = (text: string | null): string | null => text?.toLowerCase().replace(/[\s()]/g, '') ?? null;

/** What lets the service see a row: the tenant that is set, and a key that somebody came with. Nothing else. */
async function demandPolicies(client: PoolClient): Promise<void> {
  const { rows } = await client.query<{
    table: string;
    name: string;
    command: string;
    permissive: string;
    qual: string | null;
    check: string | null;
  }>(`
    select tablename::text as "table", policyname::text name, cmd command, permissive, qual, with_check as "check"
    from pg_policies where schemaname = 'carekeep' and roles && array['public', session_user::name]`);
  const protectedTables = new Set<string>();
  for (const { table, name, command, permissive, qual, check } of rows) {
    const isTenant =
      command === 'ALL' && permissive === 'PERMISSIVE' && bare(qual) === tenant && bare(check) === tenant;
    if (isTenant) protectedTables.add(table);
    const byKey =
      command === 'SELECT' &&
      ((table === 'token' && bare(qual) === lookup('hash')) || (table === 'mailbox' && bare(qual) === lookup('id')));
    demand(isTenant || byKey, 'tables-unprotected', `policy ${name} on carekeep.${table} is not one of its policies`);
  }
  for (const [name] of tables) {
    demand(
      name === 'migration' || protectedTables.has(name),
      'tables-unprotected',
      `carekeep.${name} has no tenant policy`,
    );
  }
}

/** Exactly what `grants` says, on tables and columns alike. */
async function demandPrivileges(client: PoolClient): Promise<void> {
  const { rows } = await client.query<{ table: string; may: string[]; columns: string[] }>(`
    select c.relname::text as "table",
      array(select v from unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger']) v
        where has_table_privilege(c.oid, v)) may,
      array(select a.attname::text from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        and has_column_privilege(c.oid, a.attnum, 'update')) columns
    from pg_class c where c.relnamespace = 'carekeep'::regnamespace and c.relkind in ('r', 'p')`);
  const same = (left: readonly string[], right: readonly string[]) =>
    [...left].sort().join() === [...right].sort().join();
  const expected = new Map(tables);
  for (const { table, may, columns } of rows) {
    const grant = expected.get(table);
    demand(
      grant !== undefined && same(may, grant.verbs) && same(columns, grant.update ?? []),
      'privileges-differ',
      `the privileges on carekeep.${table} are not those it needs`,
    );
  }
  const found = await client.query<{ name: string; trusted: boolean }>(`
    select p.proname::text name, not pg_has_role(p.proowner, 'member') trusted from pg_proc p
    where p.pronamespace = 'carekeep'::regnamespace and has_function_privilege(p.oid, 'execute')`);
  const names = found.rows.map(({ name }) => name);
  demand(same(names, functions), 'privileges-differ', 'the functions in the schema are not those it needs');
}
