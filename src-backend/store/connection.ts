/** How the service and the operator reach PostgreSQL: one kind of pool, so that numbers and bytes read alike. */
import pg from 'pg';

export type Connection = {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** As `pg` takes it; false for a socket or the machine itself. */
  readonly tls?: boolean | { readonly ca: string };
};

export const schema = 'carekeep';
/** Nothing of a session's own stands before the tables. */
export const searchPath = `${schema}, pg_temp`;

const int8 = 20;
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) =>
    oid === int8 && format !== 'binary' ? wholeNumber : pg.types.getTypeParser(oid, format),
};

/** Counters and sizes are far below 2^53. */
function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError('a number too large to be counted with');
  return value;
}

export type PoolSize = { readonly most: number; readonly statementMillis?: number };

/** A pool of connections that give up by themselves: statement, lock and idle transactions all have an end. */
export function openPool(to: Connection, { most, statementMillis = 30_000 }: PoolSize): pg.Pool {
  const pool = new pg.Pool({
    host: to.host,
    port: to.port,
    user: to.user,
    password: to.password,
    database: to.database,
    ssl: typeof to.tls === 'object' ? { ca: to.tls.ca } : (to.tls ?? false),
    max: most,
    types,
    // Statements that do not wait for each other's answers travel together: see transaction.ts.
    pipeline: true,
    application_name: 'carekeep',
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 60_000,
    statement_timeout: statementMillis,
    lock_timeout: Math.min(10_000, statementMillis),
    idle_in_transaction_session_timeout: 30_000,
    // The server ends a statement first; this is for a server that went away in the middle of one.
    query_timeout: statementMillis + 5_000,
  });
  // An idle connection that the server closed: the pool has dropped it, and the next one says what is wrong.
  pool.on('error', () => undefined);
  // One in use that goes away fails its statements; said a second time as an event it would end the process.
  pool.on('connect', (client) => void client.on('error', () => undefined));
  return pool;
}
