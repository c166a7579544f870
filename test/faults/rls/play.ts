/**
 * One interleaving: lanes over few pooled connections, each a row of transactions of different tenants, with a mishap in
 * the middle of most. After whatever happened, whoever comes next sees its own rows and no others.
 */
import type { Pool } from 'pg';
import { Refused } from '../../../src-backend/store/refused.ts';
import { type Queries, type Statement, statement, transaction } from '../../../src-backend/store/transaction.ts';
import { uuidFrom } from '../../../src-main/core/crypto/random.ts';
import { Broken, hold } from '../kind.ts';
import type { Prng } from '../prng.ts';
import { connections, looks, type Resident, type Stage } from './stage.ts';
import { Turns } from './turns.ts';

const pid = statement('pid', 'select pg_backend_pid() pid');
const fails = statement('fails', 'select 1 / $1::int');
const sleeps = statement('sleeps', 'select pg_sleep($1)');
const commits = statement('commits', 'commit');
const takesBack = statement('takes-back', 'rollback');
const shortens = statement('shortens', `select set_config('statement_timeout', '5', true)`);
const puts = statement('puts', 'insert into carekeep.chunk (tenant, blob, n, bytes) values ($1, $2, 0, $3)');
const changes = statement('changes', 'update carekeep.slot set body = $2 where tenant = $1');
const changesAll = statement('changes-all', 'update carekeep.slot set body = $1 where body is not null');
const deletes = statement('deletes', 'delete from carekeep.chunk where tenant = $1');

export const mishaps = [
  ...['none', 'throws', 'refuses', 'fails', 'fails and goes on', 'cancelled', 'cancels another', 'ended'],
  ...[
    'times out',
    'given up on',
    'not waited for',
    'commits by itself',
    'takes back by itself',
    'stale',
    'ended between',
  ],
] as const;
type Mishap = (typeof mishaps)[number];

export type Tally = { transactions: number; looks: number; written: number; mishaps: Map<Mishap, number> };

type Scene = {
  readonly stage: Stage;
  readonly random: Prng;
  readonly tally: Tally;
  /** Handed out by transactions that are over. */
  readonly stale: Queries[];
  /** Server processes that work for somebody just now. */
  readonly pids: Set<number>;
};

const bytesOf = (tenant: string): Buffer => Buffer.from(tenant.replaceAll('-', ''), 'hex');

export async function play(stage: Stage, random: Prng, tally: Tally): Promise<void> {
  const scene: Scene = { stage, random, tally, stale: [], pids: new Set() };
  const residents = random.shuffled(stage.residents);
  const lanes = Array.from({ length: connections }, (_, lane) =>
    residents.filter((_one, at) => at % connections === lane),
  );
  const turns = new Turns(random);
  await turns.play(
    lanes.map((own) => async (turn) => {
      for (let count = random.between(1, 3); count > 0; count -= 1) {
        const resident = random.pick(own);
        const foreign = random.pick(residents.filter((one) => one !== resident));
        await once(scene, resident, foreign, turn);
        await turn();
        await between(scene, foreign);
      }
    }),
  );
}

/** One transaction; what goes wrong in it as planned is no failure. */
async function once(scene: Scene, own: Resident, foreign: Resident, turn: () => Promise<void>): Promise<void> {
  const { random, tally, stage } = scene;
  const mishap = random.pick(mishaps);
  const pool = mishap === 'given up on' ? stage.impatient : stage.pool;
  tally.transactions += 1;
  tally.mishaps.set(mishap, (tally.mishaps.get(mishap) ?? 0) + 1);
  let process_: number | undefined;
  try {
    await transaction(pool, ['carekeep.tenant', own.tenant], async (queries) => {
      scene.stale.push(queries);
      process_ = (await queries.run<{ pid: number }>(pid, [])).rows[0]?.pid;
      if (process_ !== undefined) scene.pids.add(process_);
      const steps = random.between(1, 3);
      const bad = random.below(steps);
      for (let step = 0; step < steps; step += 1) {
        await turn();
        await act(scene, queries, own, foreign);
        if (step === bad) await strike(scene, mishap, queries, process_ ?? 0, own);
      }
      await sees(scene, queries, own.tenant, true);
    });
  } catch (error) {
    // A verdict is one; all else is the mishap, or somebody else's that hit this one.
    if (error instanceof Broken) throw error;
  } finally {
    if (process_ !== undefined) scene.pids.delete(process_);
    // The pool has it back, and does not know yet that nobody is there any more.
    if (mishap === 'ended between') await stage.outside.query('select pg_terminate_backend($1)', [process_ ?? 0]);
  }
}

/** @param known false: it may see nothing at all, as after a commit of its own */
async function sees(scene: Scene, queries: Queries, tenant: string, known: boolean): Promise<void> {
  const { random, tally } = scene;
  const { statement: look, always } = random.pick(looks);
  const { rows } = await queries.run<{ name: string; tenant: string }>(look, []);
  tally.looks += 1;
  const stranger = rows.find((row) => row.tenant !== tenant);
  hold(stranger === undefined, () => `a foreign row of ${stranger?.name} was seen`);
  hold(!known || rows.length === 0 || rows.length >= always, 'a tenant saw some of its rows only');
}

async function act(scene: Scene, queries: Queries, own: Resident, foreign: Resident): Promise<void> {
  const { random, tally } = scene;
  const refusedBy = async (what: Statement, tenant: string, bytes: Buffer) => {
    const put = queries.run(what, [tenant, uuidFrom(random.bytes), bytes]);
    const done = await put.then(
      () => true,
      () => false,
    );
    hold(!done, 'a row was written for another tenant');
  };
  switch (random.below(6)) {
    case 0:
      return sees(scene, queries, own.tenant, true);
    case 1:
    case 2:
      await queries.run(puts, [own.tenant, uuidFrom(random.bytes), bytesOf(own.tenant)]);
      tally.written += 1;
      return;
    case 3: {
      const { count } = await queries.run(changes, [foreign.tenant, bytesOf(own.tenant)]);
      hold(count === 0, 'a foreign row was changed');
      const { count: gone } = await queries.run(deletes, [foreign.tenant]);
      hold(gone === 0, 'a foreign row was deleted');
      return;
    }
    case 4:
      await queries.run(changesAll, [bytesOf(own.tenant)]);
      return;
    default:
      // Ends the transaction: PostgreSQL goes on with none of it.
      if (random.chance(0.3)) await refusedBy(puts, foreign.tenant, bytesOf(own.tenant));
  }
}

async function strike(scene: Scene, mishap: Mishap, queries: Queries, process_: number, own: Resident): Promise<void> {
  const { stage, random } = scene;
  const { outside } = stage;
  switch (mishap) {
    case 'throws':
      throw new Error('in the middle');
    case 'refuses':
      throw new Refused('bad-request');
    case 'fails':
      await queries.run(fails, [0]);
      return;
    case 'fails and goes on':
      await queries.run(fails, [0]).catch(() => undefined);
      return;
    case 'cancelled':
      await Promise.all([queries.run(sleeps, [0.02]), outside.query('select pg_cancel_backend($1)', [process_])]);
      return;
    case 'cancels another':
      if (scene.pids.size > 0) await outside.query('select pg_cancel_backend($1)', [random.pick([...scene.pids])]);
      return;
    case 'ended':
      await outside.query('select pg_terminate_backend($1)', [process_]);
      return;
    case 'times out':
      await queries.run(shortens, []);
      await queries.run(sleeps, [0.05]);
      return;
    case 'given up on':
      await queries.run(sleeps, [0.05]);
      return;
    case 'not waited for':
      void queries.run(sleeps, [0.002]).catch(() => undefined);
      void queries.run(random.pick(looks).statement, []).catch(() => undefined);
      return;
    case 'commits by itself':
    case 'takes back by itself': {
      await queries.run(mishap === 'commits by itself' ? commits : takesBack, []);
      const { count } = await queries.run(random.pick(looks).statement, []);
      hold(count === 0, 'after the transaction rows were seen');
      return;
    }
    case 'stale':
      for (const old of scene.stale) {
        if (old.tenant === own.tenant) continue;
        // Of a lane that is in the middle of its own, it sees what is its own.
        await sees(scene, old, old.tenant, false).catch((error: unknown) => {
          if (error instanceof Broken) throw error;
        });
      }
      return;
    case 'none':
    case 'ended between':
      return;
  }
}

/** What a connection says that nobody has set a tenant on, and one that somebody came to with a key. */
async function between({ stage, random, tally }: Scene, foreign: Resident): Promise<void> {
  const quiet = async (pool: Pool) => {
    const { rowCount } = await pool.query(random.pick(looks).statement);
    tally.looks += 1;
    hold(rowCount === 0, 'without a tenant rows were seen');
  };
  try {
    if (random.chance(0.5)) await quiet(stage.pool);
    if (random.chance(0.2)) await quiet(stage.impatient);
  } catch (error) {
    // A cancel that was meant for the one before; a statement given up on.
    if (error instanceof Broken) throw error;
  }
  if (random.chance(0.2)) {
    const found = await stage.house.store.tenantOfMailbox(foreign.mailbox);
    hold(found === foreign.tenant, 'a key opened another tenant’s row');
  }
}
