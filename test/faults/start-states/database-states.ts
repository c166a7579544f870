/** States of the database file: gone, foreign, newer, damaged, rolled back. */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3-multiple-ciphers';
import type { StartState } from '../../../src-shared/contract/app.ts';
import { person, profileOf } from '../core/clinic.ts';
import { hold } from '../kind.ts';
import { afterTry, demandKept, demandRefused, demandState, demandWorking, filesIn, type Stage } from './stage.ts';
import type { StartCase } from './start-case.ts';

const pageSize = 4096;

/** Sign-in finds the state, the start screen says it, the files stay, and what a person does next works. */
function found(
  name: string,
  states: readonly StartState[],
  spoil: (stage: Stage) => void | Promise<void>,
  next?: 'set-aside',
): StartCase {
  return {
    name,
    states,
    play: async (stage) => {
      await spoil(stage);
      const before = filesIn(stage.profile);
      const { env } = await stage.keyring();
      const core = await stage.core(env);
      await demandRefused(core, states);
      await demandState(core, states);
      demandKept(before, stage.profile, afterTry);
      if (next === undefined) return;
      const words = stage.prepared.words.join(' ');
      const wrong = await core.call('recovery.setAside', { words: stage.prepared.words.toReversed().join(' ') });
      hold(!wrong.ok, 'takes wrong words');
      await core.demand('recovery.setAside', { words });
      demandKept(before, stage.profile, /^(journal|keyfile|recovery)$/);
      await demandState(core, 'database-missing');
      await core.demand('recovery.startEmpty', { words });
      const got = await core.call('sessions.signIn', person);
      if (!got.ok && got.error.code === 'database-rolled-back') {
        await core.demand('recovery.acknowledgeRollback', { words });
      }
      await demandWorking(core);
      // Another log has begun: its one-time keys take the place of the old ones, which are erased by intent.
      demandKept(before, stage.profile, /^(journal|keyfile|recovery|audit-keys)$/);
    },
  };
}

function removeLog(stage: Stage): void {
  for (const suffix of ['-wal', '-shm']) rmSync(stage.database + suffix, { force: true });
}

function damaged(
  name: string,
  states: readonly StartState[],
  change: (bytes: Buffer, stage: Stage) => Buffer,
  next?: 'set-aside',
): StartCase {
  return found(
    `database ${name}`,
    states,
    (stage) => {
      removeLog(stage);
      writeFileSync(stage.database, change(readFileSync(stage.database), stage));
    },
    next,
  );
}

const broken: readonly StartState[] = ['database-damaged', 'database-foreign'];

export const databaseCases: readonly StartCase[] = [
  {
    name: 'database gone',
    states: ['database-missing'],
    play: async (stage) => {
      rmSync(join(stage.profile, 'db'), { recursive: true });
      const { env } = await stage.keyring();
      const core = await stage.core(env);
      await demandState(core, 'database-missing');
      await demandRefused(core, ['database-missing']);
      const words = stage.prepared.words.join(' ');
      await core.demand('recovery.startEmpty', { words });
      const got = await core.call('sessions.signIn', person);
      if (!got.ok && got.error.code === 'database-rolled-back')
        await core.demand('recovery.acknowledgeRollback', { words });
      await demandWorking(core);
    },
  },
  damaged('of no bytes', broken, () => Buffer.alloc(0)),
  damaged('cut within its first page', broken, (bytes, { random }) =>
    bytes.subarray(0, random.between(1, pageSize - 1)),
  ),
  damaged('of one page', broken, (bytes) => bytes.subarray(0, pageSize)),
  damaged('of zeros', broken, (bytes) => Buffer.alloc(bytes.length), 'set-aside'),
  damaged('of random bytes', broken, (bytes, { random }) => random.bytes(bytes.length)),
  damaged(
    'with one bit changed in its first page',
    broken,
    (bytes, { random }) => {
      const at = random.below(pageSize);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
      return bytes;
    },
    'set-aside',
  ),
  found('database of another program, in the clear', broken, (stage) => {
    removeLog(stage);
    plainSqlite(stage.database);
  }),
  damaged('of text', broken, () => Buffer.from('this is not a database\n'.repeat(1000))),
  found(
    'database of another clinic',
    broken,
    (stage) => {
      removeLog(stage);
      cpSync(join(profileOf(stage.prepared.other), 'db', 'carekeep-1.db'), stage.database);
    },
    'set-aside',
  ),
  found('database of a later release', ['database-newer'], async (stage) => {
    const { env, stop } = await stage.keyring();
    const core = await stage.core(env);
    await core.demand('sessions.signIn', person);
    await core.age();
    await core.close();
    await stop();
  }),
  {
    name: 'database rolled back to an older copy',
    states: ['database-rolled-back'],
    play: async (stage) => {
      rmSync(join(stage.profile, 'db'), { recursive: true });
      cpSync(join(profileOf(stage.prepared.older), 'db'), join(stage.profile, 'db'), { recursive: true });
      const before = filesIn(stage.profile);
      const { env } = await stage.keyring();
      const core = await stage.core(env);
      await demandRefused(core, ['database-rolled-back']);
      await demandState(core, 'database-rolled-back');
      demandKept(before, stage.profile, afterTry);
      await core.demand('recovery.acknowledgeRollback', { words: stage.prepared.words.join(' ') });
      await demandWorking(core);
    },
  },
  {
    name: 'killed right after the first sign-in',
    states: ['locked'],
    play: async (stage) => {
      const { env } = await stage.keyring();
      for (let times = 0; times < 2; times += 1) {
        const core = await stage.core(env);
        await core.demand('sessions.signIn', person);
        await core.kill();
      }
      await demandWorking(await stage.core(env));
    },
  },
  {
    name: 'write-ahead log lost after a kill',
    states: ['database-rolled-back', 'locked'],
    play: async (stage) => {
      const { env } = await stage.keyring();
      const core = await stage.core(env);
      await core.demand('sessions.signIn', person);
      await core.kill();
      removeLog(stage);
      const again = await stage.core(env);
      // Entries since the last head in the keychain are not promised; everything before them is.
      const got = await again.call('sessions.signIn', person);
      hold(got.ok || got.error.code === 'database-rolled-back', `sign-in says ${got.ok ? '' : got.error.code}`);
      if (got.ok) hold((await again.check()) === null, 'opens, but does not hold');
    },
  },
];

function plainSqlite(path: string): void {
  rmSync(path);
  const db = new Sqlite(path);
  db.exec("create table t (a); insert into t values ('x')");
  db.close();
}
