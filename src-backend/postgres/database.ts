/**
 * Which PostgreSQL: one's own where `DATABASE_URL` names it, else the embedded one. `DATABASE_URL` is the role that owns
 * the tables; the service's own role comes with `DATABASE_SERVICE_URL`, or is made by the owner where it may make roles.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { z } from 'zod';
import { randomBytes } from '../../src-main/core/crypto/random.ts';
import { type Connection, openPool, searchPath } from '../store/connection.ts';
import { SetupError } from '../store/setup-error.ts';
import { startEmbedded } from './embedded.ts';
import { roles } from './roles.ts';
import { writeSecret } from './secret-file.ts';

export type Database = {
  readonly owner: Connection;
  readonly service: Connection;
  /** Ends the embedded server; of one's own nothing. */
  stop(): Promise<void>;
};

export type DatabaseSettings = {
  /** The backend's data folder. */
  readonly folder: string;
  readonly ownerUrl?: string | undefined;
  readonly serviceUrl?: string | undefined;
};

/** @throws SetupError */
export async function openDatabase({ folder, ownerUrl, serviceUrl }: DatabaseSettings): Promise<Database> {
  if (ownerUrl === undefined) {
    const { owner, service, stop } = await startEmbedded(folder);
    return { owner, service, stop };
  }
  const owner = parseUrl('DATABASE_URL', ownerUrl);
  const service =
    serviceUrl === undefined ? await ownService(folder, owner) : parseUrl('DATABASE_SERVICE_URL', serviceUrl);
  return { owner, service, stop: async () => undefined };
}

const here = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * `postgresql://user:password@host:port/database`, and of its parameters `host` (a socket's folder, instead of the host),
 * `sslrootcert` and `sslmode`. Anywhere else than on this machine the certificate is verified unless that says otherwise.
 */
export function parseUrl(variable: string, text: string): Connection {
  const url = URL.parse(text);
  // The text holds a password: it is not in the message.
  const wrong = (what: string) => new SetupError('settings-unreadable', `${variable}: ${what}`);
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol)) throw wrong('not a PostgreSQL address');
  const socket = url.searchParams.get('host');
  const database = decodeURIComponent(url.pathname.slice(1));
  const mode = url.searchParams.get('sslmode');
  if (url.username === '' || url.hostname === '' || database === '')
    throw wrong('it lacks a role, a host or a database');
  if (mode !== null && !['disable', 'require', 'verify-ca', 'verify-full'].includes(mode))
    throw wrong('unknown sslmode');
  const local = socket !== null || here.has(url.hostname);
  const root = url.searchParams.get('sslrootcert');
  return {
    host: socket ?? (url.hostname === '[::1]' ? '::1' : url.hostname),
    port: url.port === '' ? 5432 : Number(url.port),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database,
    tls: mode === 'disable' || (local && mode === null) ? false : root === null || { ca: readFileSync(root, 'utf8') },
  };
}

const kept = z.strictObject({ password: z.string().min(20) });

/** The service's role, made by the owner; its password stays in the data folder. */
async function ownService(folder: string, owner: Connection): Promise<Connection> {
  const file = join(folder, 'database.json');
  if (!existsSync(file)) {
    writeSecret(file, JSON.stringify({ password: randomBytes(24).toString('base64url') }));
  }
  const { password } = kept.parse(JSON.parse(readFileSync(file, 'utf8')));
  const pool = openPool(owner, { most: 1 });
  try {
    const { rows } = await pool.query<{ make: boolean; there: boolean; own: boolean }>(
      `select rolcreaterole as "make", exists (select 1 from pg_roles where rolname = $1) there,
         exists (select 1 from pg_database d where d.datname = current_database() and d.datdba = r.oid) own
       from pg_roles r where rolname = current_user`,
      [roles.service],
    );
    if (rows[0]?.make !== true) {
      const how = 'set DATABASE_SERVICE_URL, or let the role of DATABASE_URL make roles';
      throw new SetupError('service-role-missing', `there is no role for the service: ${how}`);
    }
    if (!rows[0].there) await pool.query(`create role ${roles.service} login`);
    await pool.query(`alter role ${roles.service} password ${pg.escapeLiteral(password)}`);
    const database = pg.escapeIdentifier(owner.database);
    await pool.query(`alter role ${roles.service} in database ${database} set search_path = ${searchPath}`);
    if (rows[0].own) await pool.query(`revoke all on database ${database} from public`);
    if (rows[0].own) await pool.query(`grant connect on database ${database} to ${roles.service}`);
  } finally {
    await pool.end();
  }
  return { ...owner, user: roles.service, password };
}
