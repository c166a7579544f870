import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { openDatabase } from '../../../../src-backend/database.ts';
import { type Embedded, startEmbedded } from '../../../../src-backend/postgres/embedded.ts';
import type { Connection } from '../../../../src-backend/store/connection.ts';
import { openStore } from '../../../../src-backend/store/open.ts';
import { SetupError } from '../../../../src-backend/store/setup-error.ts';
import { randomUuid } from '../../../../src-main/core/crypto/random.ts';
import { dataFolder, signer } from '../store/house.ts';

const folder = dataFolder();
after(() => rmSync(folder, { recursive: true, force: true }));

async function ask(to: Connection, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ ...to });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

const problemOf = (error: unknown) => (error instanceof SetupError ? error.problem : String(error));
/** What ended and was not yet collected by its parent has a number, and no command line. */
const isAlive = (pid: number): boolean => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
  } catch {
    return false;
  }
};

/** A process that starts it, says the server's number, and waits to be killed. */
async function startElsewhere(): Promise<{ readonly server: number; kill(): Promise<void> }> {
  const source = new URL('../../../../src-backend/postgres/embedded.ts', import.meta.url);
  const script = `const { startEmbedded } = await import(${JSON.stringify(source.href)});
    const { pid } = await startEmbedded(${JSON.stringify(folder)}); console.log(pid); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = await once(child.stdout, 'data');
  return {
    server: Number(String(said)),
    kill: async () => {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

async function insert(database: Embedded, text: string): Promise<void> {
  await ask({ ...database.administrator, database: 'carekeep' }, text);
}

test('it is durable, private, started once, and comes back after any kill with what was committed', async () => {
  let database = await startEmbedded(folder);
  const [settings] = await ask(
    database.owner,
    `select current_setting('fsync') fsync, current_setting('synchronous_commit') commits,
       current_setting('full_page_writes') pages, current_setting('listen_addresses') addresses,
       current_setting('password_encryption') passwords`,
  );
  assert.deepEqual(settings, { fsync: 'on', commits: 'on', pages: 'on', addresses: '', passwords: 'scram-sha-256' });
  for (const file of ['postgres.json', 'postgres.lock']) {
    assert.equal(statSync(join(folder, file)).mode & 0o777, 0o600, file);
  }
  assert.equal(statSync(join(folder, 'postgres')).mode & 0o777, 0o700);
  assert.ok(!readdirSync(join(folder, 'postgres')).includes('password'));
  await assert.rejects(ask({ ...database.service, password: 'guessed' }, 'select 1'), /password authentication failed/);
  await assert.rejects(
    ask({ ...database.service, database: 'postgres' }, 'create table t (a int)'),
    /permission denied/,
  );

  // Twice, from this process and from another.
  assert.equal(await startEmbedded(folder).then(() => 'started', problemOf), 'already-running');
  await insert(database, 'create table public.kept (n int); insert into public.kept values (1)');
  await database.stop();
  assert.ok(!isAlive(database.pid));
  assert.ok(!readdirSync(folder).includes('postgres.lock'));

  // The backend is killed; its server goes on, until the next start ends it and begins anew.
  const elsewhere = await startElsewhere();
  assert.equal(await startEmbedded(folder).then(() => 'started', problemOf), 'already-running');
  await elsewhere.kill();
  assert.ok(isAlive(elsewhere.server));
  database = await startEmbedded(folder);
  assert.ok(!isAlive(elsewhere.server));
  await insert(database, 'insert into public.kept values (2)');

  // The server is killed too: its own lock file stays.
  process.kill(database.pid, 'SIGKILL');
  while (isAlive(database.pid)) await sleep(10);
  await database.stop();
  assert.ok(readdirSync(join(folder, 'postgres', 'cluster')).includes('postmaster.pid'));
  database = await startEmbedded(folder);
  const kept = await ask({ ...database.administrator, database: 'carekeep' }, 'select n from public.kept order by n');
  assert.deepEqual(kept, [{ n: 1 }, { n: 2 }]);

  // One's own PostgreSQL, made as the operator's guide says.
  await insert(database, 'drop table public.kept');
  await ask(database.administrator, 'drop database carekeep');
  for (const role of ['carekeep_service', 'carekeep_owner']) await ask(database.administrator, `drop role ${role}`);
  const guide = readFileSync(new URL('../../../../docs/guides/backend.md', import.meta.url), 'utf8');
  const lines = /```sql\n([^`]+)```/.exec(guide)?.[1]?.trim().split('\n') ?? [];
  assert.equal(lines.length, 6);
  for (const line of lines) await ask(database.administrator, line);
  const url = (user: string, password: string) =>
    `postgres://${user}:${encodeURIComponent(password)}@localhost/carekeep?host=${encodeURIComponent(database.owner.host)}`;
  const own = await openDatabase(folder, {
    owner: url('carekeep_owner', 'one long password'),
    service: url('carekeep_service', 'another long password'),
  });
  // Three instances that start at once: one makes the tables, the others find them made.
  const instances = await Promise.all([1, 2, 3].map(() => openStore({ ...own, signer })));
  await Promise.all(instances.map((one) => one.close()));
  for (const time of [1, 2]) {
    const open = await openStore({ ...own, signer });
    const tenant = randomUuid();
    await open.operator.create(tenant, 1000, time);
    assert.equal((await open.store.withTenant(tenant, (one) => one.state()))?.quota, 1000);
    assert.equal((await open.operator.list()).length, time);
    await open.close();
  }
  await own.stop();

  // What the server wrote into its log is no statement and no parameter.
  const log = readFileSync(join(folder, 'postgres', 'log'), 'utf8');
  assert.doesNotMatch(log, /insert into|STATEMENT|parameters/i);
  await database.stop();

  writeFileSync(join(folder, 'postgres.json'), '{}');
  assert.equal(await startEmbedded(folder).then(() => 'started', problemOf), 'settings-unreadable');
  assert.ok(!readdirSync(folder).includes('postgres.lock'));
});
