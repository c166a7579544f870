/** States of keychain and key file. Each is produced for real: a real keyring locked, emptied, foreign, gone. */
import { cpSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deadBus } from '../../host/keyring.ts';
import { keyringPassword, person, profileOf } from '../core/clinic.ts';
import { accountsOf, writeItem } from '../keychain/items.ts';
import { hold } from '../kind.ts';
import { demandKept, demandRefused, demandState, demandWorking, filesIn, type Stage } from './stage.ts';
import type { StartCase } from './start-case.ts';

const emptyFolder = (stage: Stage, name: string): string => {
  const folder = join(stage.home, name);
  mkdirSync(folder, { recursive: true });
  return folder;
};

/** Starts over the files as they are now, looks, tries to sign in, and says that nothing was touched. */
function closed(
  name: string,
  states: StartCase['states'],
  spoil: (stage: Stage) => void,
  keyring?: (stage: Stage) => Promise<Readonly<Record<string, string>>>,
): StartCase {
  return {
    name,
    states,
    play: async (stage) => {
      spoil(stage);
      const before = filesIn(stage.profile);
      const env = keyring === undefined ? (await stage.keyring()).env : await keyring(stage);
      const core = await stage.core(env);
      await demandState(core, states);
      await demandRefused(
        core,
        [...states, 'internal', 'not-set-up'].filter((code) => code !== 'internal'),
      );
      await demandState(core, states);
      // A new clinic must never be made over one that is there.
      const again = await core.call('setup.create', {
        language: 'en',
        clinicName: 'Another',
        country: 'DE',
        workstationName: 'Another',
        admin: { userName: person.userName, displayName: 'Another', roles: [] },
        password: person.password,
      });
      hold(!again.ok, 'makes a new clinic over an old one');
      await core.kill();
      demandKept(before, stage.profile);
    },
  };
}

const untouched = (): void => undefined;

function damagedKeyFile(name: string, change: (bytes: Buffer, stage: Stage) => Buffer): StartCase {
  return closed(`key file ${name}`, ['key-file-damaged', 'device-secret-missing'], (stage) =>
    writeFileSync(stage.keyFile, change(readFileSync(stage.keyFile), stage)),
  );
}

async function foreignSecret(stage: Stage): Promise<Readonly<Record<string, string>>> {
  const keyring = await stage.keyring({ dir: emptyFolder(stage, 'foreign'), password: 'another' });
  writeItem(keyring.env, accountsOf(stage.keyFile).secret, stage.random.bytes(32).toString('base64'));
  return keyring.env;
}

export const keychainCases: readonly StartCase[] = [
  closed('keychain locked', ['keychain-locked'], untouched, async (stage) => {
    const keyring = await stage.keyring();
    await keyring.lock();
    return keyring.env;
  }),
  closed('keychain started locked', ['keychain-locked'], untouched, async (stage) => (await stage.keyring({})).env),
  closed(
    'keychain unlocked with a wrong password',
    ['keychain-locked'],
    untouched,
    async (stage) => (await stage.keyring({ password: 'not this one' })).env,
  ),
  closed('keychain absent', ['keychain-absent'], untouched, async () => deadBus),
  closed(
    'keychain emptied',
    ['device-secret-missing'],
    untouched,
    async (stage) => (await stage.keyring({ dir: emptyFolder(stage, 'emptied'), password: keyringPassword })).env,
  ),
  closed(
    'keychain of another clinic',
    ['device-secret-missing'],
    untouched,
    async (stage) =>
      (await stage.keyring({ dir: join(stage.prepared.other, 'keyring'), password: keyringPassword })).env,
  ),
  closed(
    'keychain with a foreign secret under our name',
    ['key-file-damaged', 'device-secret-missing'],
    untouched,
    foreignSecret,
  ),
  closed('key file gone', ['key-file-missing'], (stage) => rmSync(stage.keyFile)),
  closed('key file and database gone, recovery file left', ['key-file-missing'], (stage) => {
    rmSync(stage.keyFile);
    rmSync(join(stage.profile, 'db'), { recursive: true });
  }),
  closed('key file of another clinic', ['device-secret-missing', 'key-file-damaged'], (stage) =>
    cpSync(join(profileOf(stage.prepared.other), 'keyfile'), stage.keyFile),
  ),
  closed('key file a folder', ['key-file-damaged'], (stage) => {
    rmSync(stage.keyFile);
    mkdirSync(stage.keyFile);
  }),
  damagedKeyFile('of no bytes', () => Buffer.alloc(0)),
  damagedKeyFile('of zeros', (bytes) => Buffer.alloc(bytes.length)),
  damagedKeyFile('cut', (bytes, { random }) => bytes.subarray(0, random.between(1, bytes.length - 1))),
  damagedKeyFile('with one bit changed in its head', (bytes, { random }) =>
    flip(bytes, random.below(72), random.below(8)),
  ),
  damagedKeyFile('with one bit changed in its body', (bytes, { random }) =>
    flip(bytes, random.between(72, bytes.length - 1), random.below(8)),
  ),
  damagedKeyFile('with bytes after its end', (bytes, { random }) => Buffer.concat([bytes, random.bytes(16)])),
  damagedKeyFile('of 32 MB', () => Buffer.alloc(32 << 20, 1)),
  {
    name: 'keychain comes back',
    states: ['keychain-locked', 'locked'],
    play: async (stage) => {
      const keyring = await stage.keyring();
      await keyring.lock();
      const core = await stage.core(keyring.env);
      await demandState(core, 'keychain-locked');
      await keyring.stop();
      const again = await stage.keyring();
      const next = await core.demand('app.retry', {});
      // A process keeps its bus; where the bus is a new one, a new core finds it.
      if (next.state === 'locked') return demandWorking(core);
      await core.kill();
      return demandWorking(await stage.core(again.env));
    },
  },
  ...(['keychain emptied', 'key file gone', 'key file damaged'] as const).map(
    (loss): StartCase => ({
      name: `recovery kit after: ${loss}`,
      states: ['device-secret-missing', 'key-file-missing', 'key-file-damaged', 'locked'],
      play: async (stage) => {
        if (loss === 'key file gone') rmSync(stage.keyFile);
        if (loss === 'key file damaged') truncateSync(stage.keyFile, 100);
        const dir = loss === 'keychain emptied' ? emptyFolder(stage, 'emptied') : join(stage.home, 'keyring');
        const keyring = await stage.keyring({ dir, password: keyringPassword });
        const core = await stage.core(keyring.env);
        const before = filesIn(stage.profile);
        const wrong = await core.call('recovery.restore', {
          words: stage.prepared.words.toReversed().join(' '),
          admin: person,
        });
        hold(!wrong.ok, 'takes wrong words');
        demandKept(before, stage.profile);
        await core.demand('recovery.restore', { words: stage.prepared.words.join(' '), admin: person });
        const { state } = await core.demand('app.status', {});
        // What the keychain knew of the log's head went with the old one, so that it is asked about once.
        const got = await core.call('sessions.signIn', person);
        if (!got.ok && got.error.code === 'database-rolled-back') {
          await core.demand('recovery.acknowledgeRollback', { words: stage.prepared.words.join(' ') });
        } else hold(got.ok, `after the kit the state is ${state} and sign-in is refused`);
        await demandWorking(core);
      },
    }),
  ),
];

function flip(bytes: Buffer, at: number, bit: number): Buffer {
  const out = Buffer.from(bytes);
  out[at] = (out[at] ?? 0) ^ (1 << bit);
  return out;
}
