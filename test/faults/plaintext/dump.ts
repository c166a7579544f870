/** All that stands in the backend's tables, as text: every table, every column, bytes as base64 and as they are. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { z } from 'zod';
import { database, roles } from '../../../src-backend/postgres/roles.ts';

const passwords = z.object({ administrator: z.string() });

export type Dump = { readonly tables: ReadonlyMap<string, number>; readonly text: string };

/** As PostgreSQL's own administrator, whom row level security does not bind. @param data the running backend's data folder */
export async function dumpOf(data: string): Promise<Dump> {
  const { administrator: password } = passwords.parse(JSON.parse(readFileSync(join(data, 'postgres.json'), 'utf8')));
  const lines = readFileSync(join(data, 'postgres', 'cluster', 'postmaster.pid'), 'utf8').split('\n');
  const [, , , port, socket] = lines;
  const client = new pg.Client({
    host: socket === undefined || socket === '' ? '127.0.0.1' : socket,
    port: Number(port),
    user: roles.administrator,
    password,
    database,
  });
  await client.connect();
  try {
    const { rows: names } = await client.query<{ name: string }>(
      `select quote_ident(table_schema) || '.' || quote_ident(table_name) as name from information_schema.tables
       where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
    );
    const tables = new Map<string, number>();
    const out: string[] = [];
    for (const { name } of names) {
      // A name out of the catalogue, quoted by PostgreSQL itself.
      const { rows } = await client.query<Record<string, unknown>>(`select * from ${name}`);
      tables.set(name.slice(name.indexOf('.') + 1), rows.length);
      for (const row of rows) {
        out.push(
          name,
          JSON.stringify(row, (_key, value: unknown) => spelled(value)),
        );
        for (const value of Object.values(row)) if (Buffer.isBuffer(value)) out.push(value.toString('latin1'));
      }
    }
    return { tables, text: out.join('\n') };
  } finally {
    await client.end();
  }
}

const asBuffer = z.object({ type: z.literal('Buffer'), data: z.array(z.number()) });

function spelled(value: unknown): unknown {
  const bytes = asBuffer.safeParse(value);
  return bytes.success ? Buffer.from(bytes.data.data).toString('base64') : value;
}
