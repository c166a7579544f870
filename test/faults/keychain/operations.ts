/** What the vault does with a keychain, each to be disturbed in the middle and looked at afterwards. */
import { rmSync } from 'node:fs';
import { confirm, create, person } from '../core/clinic.ts';
import type { Asked, CoreProcess } from '../core/process.ts';
import { hold } from '../kind.ts';
import type { Stage } from '../start-states/stage.ts';

export type Operation = {
  readonly name: string;
  /** Before core starts. */
  readonly prepare?: (stage: Stage) => void;
  /** With a good keychain, before the trouble begins. */
  readonly before?: (core: CoreProcess) => Promise<void>;
  /** While it begins. */
  readonly work: (core: CoreProcess, stage: Stage) => Promise<Asked<unknown>>;
  /** With the good keychain back, in a new core: everything opens. `done` is what the operation said. */
  readonly after: (core: CoreProcess, done: boolean, stage: Stage) => Promise<void>;
};

const next = 'quince trellis ember 58 meadow';
const second = { userName: 'the.second', displayName: 'Second' } as const;

const signIn = (core: CoreProcess, password: string = person.password, userName: string = person.userName) =>
  core.call('sessions.signIn', { userName, password });

/** Exactly the passwords that may open do: the old one, the new one, or whichever of them the kill left. */
async function opensWith(core: CoreProcess, passwords: readonly string[]): Promise<void> {
  const said: string[] = [];
  for (const password of passwords) {
    const got = await signIn(core, password);
    if (got.ok) {
      const problem = await core.check();
      hold(problem === null, `opens, but ${problem}`);
      return;
    }
    said.push(got.error.code);
  }
  hold(false, `nothing opens any more (${said.join(', ')})`);
}

export const operations: readonly Operation[] = [
  {
    name: 'a sign-in',
    work: (core) => signIn(core),
    after: (core) => opensWith(core, [person.password]),
  },
  {
    name: 'a failed sign-in',
    work: (core) => signIn(core, 'not the password of anybody'),
    after: (core) => opensWith(core, [person.password]),
  },
  {
    name: 'a changed password',
    before: async (core) => void (await core.demand('sessions.signIn', person)),
    work: (core) => core.call('sessions.changePassword', { current: person.password, next }),
    after: (core, done) => opensWith(core, done ? [next] : [person.password, next]),
  },
  {
    name: 'a new colleague',
    before: async (core) => void (await core.demand('sessions.signIn', person)),
    work: (core) => core.call('users.create', { ...second, roles: ['reception'] }),
    after: async (core, done) => {
      await opensWith(core, [person.password]);
      const { users } = await core.demand('users.list', {});
      const there = users.some(({ userName }) => userName === second.userName);
      hold(there || !done, 'a colleague who was added is gone');
    },
  },
  {
    name: 'a recovery',
    prepare: (stage) => rmSync(stage.keyFile),
    work: (core, stage) =>
      core.call('recovery.restore', {
        words: stage.prepared.words.join(' '),
        admin: { userName: person.userName, password: next },
      }),
    after: async (core, done, stage) => {
      const words = stage.prepared.words.join(' ');
      const { state } = await core.demand('app.status', {});
      if (state === 'key-file-missing') {
        hold(!done, 'a recovery that said it was done left no key file');
        await core.demand('recovery.restore', { words, admin: { userName: person.userName, password: next } });
      }
      const got = await signIn(core, next);
      // What the keychain knew of the log's head may be gone with the trouble; the kit says that this is right.
      if (!got.ok && got.error.code === 'database-rolled-back') {
        await core.demand('recovery.acknowledgeRollback', { words });
      }
      await opensWith(core, [next]);
    },
  },
  {
    name: 'a set-up',
    prepare: (stage) => {
      for (const name of ['keyfile', 'recovery', 'db', 'journal']) {
        rmSync(`${stage.profile}/${name}`, { recursive: true, force: true });
      }
    },
    work: async (core) => {
      const got = await core.call('setup.create', {
        language: 'en',
        clinicName: 'Disturbed',
        country: 'DE',
        workstationName: 'Disturbed',
        admin: { userName: person.userName, displayName: 'Eva Example', roles: ['practitioner'] },
        password: person.password,
      });
      return got;
    },
    after: async (core, done) => {
      const { state } = await core.demand('app.status', {});
      hold(['not-set-up', 'kit-unconfirmed'].includes(state), `half a set-up is ${state}`);
      hold(!done || state === 'kit-unconfirmed', 'a set-up that said it was done is not there');
      const { words, ask } =
        state === 'kit-unconfirmed' ? await core.demand('setup.newKit', person) : await create(core);
      await confirm(core, words, ask);
      await opensWith(core, [person.password]);
    },
  },
];
