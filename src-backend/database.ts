/** Which PostgreSQL: the operator's own, or the embedded one in the data folder. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { startEmbedded } from './postgres/embedded.ts';
import { database as embeddedName, roles } from './postgres/roles.ts';
import type { Connection } from './store/connection.ts';
import { SetupError } from './store/setup-error.ts';

export type Database = {
  readonly owner: Connection;
  readonly service: Connection;
  stop(): Promise<void>;
};
/** Of the operator's own PostgreSQL: the service's role and the one that owns the tables. */
export type DatabaseUrls = { readonly service: string; readonly owner: string };

/** @throws SetupError */
export async function openDatabase(folder: string, urls: DatabaseUrls | null): Promise<Database> {
  if (urls === null) return startEmbedded(folder);
  return { owner: connectionOf(urls.owner), service: connectionOf(urls.service), stop: async () => undefined };
}

/** For the command line: the running server's database where one runs on this folder. @throws SetupError */
export async function joinDatabase(folder: string, urls: DatabaseUrls | null): Promise<Database> {
  try {
    return await openDatabase(folder, urls);
  } catch (error) {
    if (!(error instanceof SetupError) || error.problem !== 'already-running') throw error;
    return runningDatabase(folder);
  }
}

const passwords = z.object({ owner: z.string(), service: z.string() });

/** Where PostgreSQL itself says that it is: the fourth and fifth line of its `postmaster.pid`. */
function runningDatabase(folder: string): Database {
  const home = resolve(folder, 'postgres');
  const secrets = passwords.parse(JSON.parse(readFileSync(resolve(folder, 'postgres.json'), 'utf8')));
  const lines = readFileSync(join(home, 'cluster', 'postmaster.pid'), 'utf8').split('\n');
  const host = lines[4] === '' || lines[4] === undefined ? '127.0.0.1' : lines[4];
  const to = (user: string, password: string): Connection => {
    return { host, port: Number(lines[3]), user, password, database: embeddedName };
  };
  return {
    owner: to(roles.owner, secrets.owner),
    service: to(roles.service, secrets.service),
    stop: async () => undefined,
  };
}

/** `postgres://user:password@host:port/database?ssl=on`; TLS is on unless the host is this machine or it says `ssl=off`. */
export function connectionOf(text: string): Connection {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    // The address holds a password: it is not repeated.
    throw new SetupError(
      'settings-unreadable',
      'the address of the database is not postgres://user:password@host/name',
    );
  }
  const socket = url.searchParams.get('host');
  const host = socket ?? url.hostname;
  if (!/^postgres(?:ql)?:$/.test(url.protocol) || host === '' || url.pathname.length < 2) {
    throw new SetupError(
      'settings-unreadable',
      'the address of the database is not postgres://user:password@host/name',
    );
  }
  const here = host.startsWith('/') || ['localhost', '127.0.0.1', '[::1]'].includes(host);
  const ca = url.searchParams.get('sslrootcert');
  const wanted = url.searchParams.get('ssl');
  return {
    host: host.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? 5432 : Number(url.port),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)),
    tls: ca !== null ? { ca: readFileSync(ca, 'utf8') } : wanted === 'on' || (wanted !== 'off' && !here),
  };
}
