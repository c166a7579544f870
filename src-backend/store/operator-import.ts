/** An exported clinic, read back: into another database, or after one was lost. */
import type { Pool } from 'pg';
import { z } from 'zod';
import { tables } from './grants.ts';
import { Refused } from './refused.ts';
import { type Queries, statement, transaction, type Value } from './transaction.ts';

const line = z.strictObject({
  table: z.string().max(40),
  row: z.record(z.string().max(40), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});
type Line = z.infer<typeof line>;

const columnsOf = statement(
  'import-columns',
  `select c.relname::text "table", a.attname::text "column", a.atttypid = 'bytea'::regtype bytes
   from pg_attribute a join pg_class c on c.oid = a.attrelid
   where c.relnamespace = 'carekeep'::regnamespace and c.relkind in ('r', 'p') and c.relname <> 'migration'
     and a.attnum > 0 and not a.attisdropped`,
);
/** Every batch of the log that the tenant's row says, and a chain for every device: what was cut short lacks some. */
const isWhole = statement(
  'import-whole',
  `select t.size = (select count(*) from carekeep.batch b where b.tenant = t.tenant)
     and (select count(*) from carekeep.device d where d.tenant = t.tenant)
       = (select count(*) from carekeep.chain c where c.tenant = t.tenant)
     and (t.directory > 0) = exists (select 1 from carekeep.directory d where d.tenant = t.tenant)
     and t.used = (select coalesce(sum(bytes), 0) from carekeep.batch b where b.tenant = t.tenant)
       + (select coalesce(sum(octet_length(bytes)), 0) from carekeep.chunk c where c.tenant = t.tenant)
       + (select coalesce(sum(octet_length(body)), 0) from carekeep.slot s where s.tenant = t.tenant)
       + (select coalesce(sum(octet_length(bytes)), 0) from carekeep.directory d where d.tenant = t.tenant) whole
   from carekeep.tenant t where t.tenant = $1`,
);
const isThere = statement('import-there', 'select 1 from carekeep.tenant where tenant = $1');

/** @param pool of the role that owns the tables @returns the tenant @throws Refused */
export async function importTenant(pool: Pool, lines: AsyncIterable<string> | Iterable<string>): Promise<string> {
  const rows = parsed(lines);
  const first = await rows.next();
  const tenant = z.uuid().safeParse(first.done === true ? undefined : first.value.row['tenant']);
  if (first.done === true || first.value.table !== 'tenant' || !tenant.success) throw new Refused('bad-request');
  const beginning = first.value;
  return transaction(pool, ['carekeep.tenant', tenant.data], async (queries) => {
    if ((await queries.run(isThere, [tenant.data])).count > 0) throw new Refused('already-there');
    const columns = await columnsByTable(queries);
    await insert(queries, columns, beginning);
    for await (const row of rows) await insert(queries, columns, row);
    const { rows: found } = await queries.run<{ whole: boolean }>(isWhole, [tenant.data]);
    if (found[0]?.whole !== true) throw new Refused('bad-request');
    return tenant.data;
  });
}

async function* parsed(lines: AsyncIterable<string> | Iterable<string>): AsyncGenerator<Line> {
  for await (const text of lines) {
    if (text.trim() === '') continue;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw new Refused('bad-request');
    }
    const read = line.safeParse(value);
    if (!read.success) throw new Refused('bad-request');
    yield read.data;
  }
}

/** Table → column → whether it holds bytes. */
type Columns = ReadonlyMap<string, ReadonlyMap<string, boolean>>;

async function columnsByTable(queries: Queries): Promise<Columns> {
  const { rows } = await queries.run<{ table: string; column: string; bytes: boolean }>(columnsOf, []);
  const found = new Map<string, Map<string, boolean>>(tables.map(([name]) => [name, new Map()]));
  for (const { table, column, bytes } of rows) found.get(table)?.set(column, bytes);
  return found;
}

/** Names go into the statement only as the database itself spells them. */
async function insert(queries: Queries, columns: Columns, { table, row }: Line): Promise<void> {
  const known = columns.get(table);
  const names = Object.keys(row);
  if (known === undefined || known.size !== names.length || row['tenant'] !== queries.tenant)
    throw new Refused('bad-request');
  const values: Value[] = [];
  for (const [name, bytes] of known) {
    const value = row[name];
    if (value === undefined) throw new Refused('bad-request');
    values.push(bytes && typeof value === 'string' ? Buffer.from(value, 'base64') : value);
  }
  const places = values.map((_value, at) => `$${at + 1}`).join(', ');
  const text = `insert into carekeep.${table} (${[...known.keys()].join(', ')}) values (${places})`;
  await queries.run(statement(`import-${table}`, text), values);
}
