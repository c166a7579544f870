/**
 * A transaction of one tenant. The tenant is set by a bound statement, for this transaction alone; row level security
 * reads it. A connection on which anything went wrong that this code did not decide itself is thrown away, and what is
 * handed to the work stops working when the work is over.
 */
import type { Pool, PoolClient, QueryResultRow } from 'pg';
import { Refused } from './refused.ts';

/** A statement with a name of its own is parsed and planned once a connection. */
export type Statement = { readonly name: string; readonly text: string };
export const statement = (name: string, text: string): Statement => ({ name, text });

export type Value = string | number | boolean | Buffer | null | readonly (string | number | Buffer | null)[];
export type Rows<R> = { readonly rows: readonly R[]; readonly count: number };

export interface Queries {
  readonly tenant: string;
  run<R extends QueryResultRow>(statement: Statement, values: readonly Value[]): Promise<Rows<R>>;
  /** Two statements in one journey, one after the other. */
  both<A extends QueryResultRow, B extends QueryResultRow>(
    first: readonly [Statement, readonly Value[]],
    second: readonly [Statement, readonly Value[]],
  ): Promise<readonly [Rows<A>, Rows<B>]>;
}

/** Settings that policies read; set for the transaction only, by a bound statement. */
export type Setting = 'carekeep.tenant' | 'carekeep.lookup';
const set = statement('set', 'select set_config($1, $2, true)');

export type Mode = 'write' | 'read';
const begins = {
  write: 'begin isolation level read committed read write',
  read: 'begin isolation level read committed read only',
} as const satisfies Record<Mode, string>;

/** @throws what `work` throws, and where the transaction did not commit */
export async function transaction<T>(
  pool: Pool,
  setting: readonly [Setting, string],
  work: (queries: Queries) => Promise<T>,
  mode: Mode = 'write',
): Promise<T> {
  const client = await pool.connect();
  const queries = new OpenTransaction(client, setting[1]);
  // Sent ahead of what the work asks first, in one journey. Should either fail, there is no tenant and no transaction to
  // work in: what follows fails or sees nothing.
  const begun = Promise.all([client.query(begins[mode]), client.query({ ...set, values: [setting[0], setting[1]] })]);
  begun.catch(() => undefined);
  let sound = false;
  try {
    const result = await work(queries);
    await queries.end();
    await begun;
    const { command } = await client.query('commit');
    // PostgreSQL answers a commit of a failed transaction with ROLLBACK, not with an error.
    if (command !== 'COMMIT') throw new Error('the transaction was taken back');
    sound = true;
    return result;
  } catch (error) {
    // Where the transaction had not even begun, what the work met is not the reason.
    await begun;
    sound = error instanceof Refused && (await takenBack(client, queries));
    throw error;
  } finally {
    queries.close();
    client.release(!sound);
  }
}

/** After our own refusal nothing is under way, and the connection is as good as before. */
async function takenBack(client: PoolClient, queries: OpenTransaction): Promise<boolean> {
  if (queries.broken) return false;
  try {
    await queries.end();
    await client.query('rollback');
    return true;
  } catch {
    // The refusal is what the caller is told; the connection goes.
    return false;
  }
}

class OpenTransaction implements Queries {
  readonly tenant: string;
  readonly #client: PoolClient;
  #open = true;
  /** A statement failed: the transaction cannot be gone on with. */
  broken = false;
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(client: PoolClient, tenant: string) {
    this.#client = client;
    this.tenant = tenant;
  }

  run<R extends QueryResultRow>(statement: Statement, values: readonly Value[]): Promise<Rows<R>> {
    return this.#inTurn(() => this.#ask<R>(statement, values));
  }

  both<A extends QueryResultRow, B extends QueryResultRow>(
    first: readonly [Statement, readonly Value[]],
    second: readonly [Statement, readonly Value[]],
  ): Promise<readonly [Rows<A>, Rows<B>]> {
    return this.#inTurn(async () => {
      const sent = [this.#ask<A>(...first), this.#ask<B>(...second)] as const;
      // Nothing is left under way where the first one fails.
      await Promise.allSettled(sent);
      return Promise.all(sent);
    });
  }

  async #ask<R extends QueryResultRow>({ name, text }: Statement, values: readonly Value[]): Promise<Rows<R>> {
    const { rows, rowCount } = await this.#client.query<R>({ name, text, values: [...values] });
    return { rows, count: rowCount ?? 0 };
  }

  /** One after the other: work that asks for two things at once gets them in turn. */
  async #inTurn<T>(ask: () => Promise<T>): Promise<T> {
    if (!this.#open) throw new Error('this transaction is over');
    this.#waiting += 1;
    const before = this.#last;
    let done = (): void => undefined;
    this.#last = new Promise((resolve) => {
      done = resolve;
    });
    try {
      await before;
      if (!this.#open || this.broken) throw new Error('this transaction is over');
      return await ask();
    } catch (error) {
      this.broken = true;
      throw error;
    } finally {
      this.#waiting -= 1;
      done();
    }
  }

  /** @throws where the work returned before all it had asked for was answered */
  async end(): Promise<void> {
    const forgotten = this.#waiting > 0;
    this.#open = false;
    await this.#last;
    if (forgotten) throw new Error('a transaction ended before its statements');
    if (this.broken) throw new Error('a statement of the transaction failed');
  }

  close(): void {
    this.#open = false;
  }
}
