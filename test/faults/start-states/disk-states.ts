/** States of the disk and of the profile's use: full, read-only, held by another core; and counted sign-ins. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, statfsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { person, profileOf, unlockedKeyring } from '../core/clinic.ts';
import { CannotPlay, hold } from '../kind.ts';
import { afterTry, demandKept, demandWorking, filesIn, type Stage } from './stage.ts';
import type { StartCase } from './start-case.ts';

const mounting = process.platform === 'linux' && process.getuid?.() === 0;

function mount(stage: Stage, arguments_: readonly string[], place: string): void {
  if (!mounting) throw new CannotPlay('mounting needs root on Linux');
  try {
    execFileSync('mount', [...arguments_, place], { stdio: 'ignore' });
  } catch {
    throw new CannotPlay('this machine does not let a mount be made');
  }
  stage.afterwards(() => void execFileSync('umount', ['--lazy', place], { stdio: 'ignore' }));
}

/** The profile on a small disk of its own. @returns its folder there */
function smallDisk(stage: Stage, spareKiB: number): string {
  const place = join(stage.home, 'disk');
  mkdirSync(place);
  const used = execFileSync('du', ['-sk', stage.profile], { encoding: 'utf8' }).split('\t')[0];
  mount(stage, ['-t', 'tmpfs', '-o', `size=${Number(used) + spareKiB}k`, 'carekeep-faults'], place);
  const profile = join(place, 'profile');
  cpSync(stage.profile, profile, { recursive: true });
  return profile;
}

/** Takes all but `leave` KiB of the disk that `profile` is on. */
function fill(profile: string, leave: number): string {
  const filler = join(dirname(profile), 'filler');
  const { bavail, bsize } = statfsSync(profile);
  try {
    writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - leave * 1024)));
  } catch (error) {
    // Core wrote something meanwhile: the disk is a little fuller than it should be.
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  }
  return filler;
}

const newPatient = (family: string) => ({
  demographics: {
    family,
    given: 'Trial',
    former: '',
    birthDate: null,
    gender: null,
    identifiers: [],
    phone: '',
    email: '',
    address: { line: '', postalCode: '', city: '', country: '' },
  },
  notADuplicate: true,
});

function readOnly(name: string, whole: boolean): StartCase {
  return {
    name,
    states: ['not-writable'],
    play: async (stage) => {
      const place = whole ? stage.profile : dirname(stage.database);
      mount(stage, ['--bind', place], place);
      execFileSync('mount', ['-o', 'remount,bind,ro', place], { stdio: 'ignore' });
      const before = filesIn(stage.profile);
      const { env } = await stage.keyring();
      const core = await stage.core(env);
      if (core.trouble !== null) {
        hold(core.trouble.code === 'not-writable', `starts with ${core.trouble.code}`);
        return;
      }
      const got = await core.call('sessions.signIn', person);
      hold(!got.ok, 'signs in although nothing can be written down');
      hold(got.error.code === 'not-writable', `sign-in says ${got.error.code}`);
      await core.kill();
      demandKept(before, stage.profile, whole ? undefined : afterTry);
    },
  };
}

export const diskCases: readonly StartCase[] = [
  readOnly('database folder read-only', false),
  readOnly('profile read-only', true),
  {
    name: 'disk full while working',
    states: ['locked'],
    play: async (stage) => {
      const profile = smallDisk(stage, 8192);
      const { env } = await stage.keyring();
      const core = await stage.core(env, profile);
      await core.demand('sessions.signIn', person);
      const kept = (await core.demand('patients.create', newPatient('Before'))).patientId;
      fill(profile, 16);
      let refused: string | undefined;
      let acknowledged = 0;
      for (let count = 0; count < 400 && refused === undefined; count += 1) {
        const got = await core.call('patients.create', newPatient(`Full${count}`));
        if (got.ok) acknowledged += 1;
        else refused = got.error.code;
      }
      hold(refused === 'disk-full', `a full disk says ${refused ?? 'nothing'}`);
      hold((await core.check()) === null, 'after a full disk the record does not hold');
      execFileSync('rm', [join(dirname(profile), 'filler')]);
      await core.demand('patients.create', newPatient('After'));
      await core.kill();
      const again = await stage.core(env, profile);
      await demandWorking(again);
      const { total } = await again.demand('patients.recent', {});
      hold(total >= acknowledged + 2, `${acknowledged + 2} patients were acknowledged and ${total} are there`);
      await again.demand('patients.demographics', { patientId: kept });
    },
  },
  {
    name: 'disk full at sign-in',
    states: ['locked'],
    play: async (stage) => {
      const profile = smallDisk(stage, 2048);
      fill(profile, 0);
      const before = filesIn(profile);
      const { env } = await stage.keyring();
      const core = await stage.core(env, profile);
      const got = await core.call('sessions.signIn', person);
      hold(!got.ok, 'signs in although nothing can be written down');
      hold(got.error.code === 'disk-full', `sign-in says ${got.error.code}`);
      await core.kill();
      demandKept(before, profile);
      execFileSync('rm', [join(dirname(profile), 'filler')]);
      await demandWorking(await stage.core(env, profile));
    },
  },
  {
    name: 'disk full at set-up',
    states: ['not-set-up'],
    play: async (stage) => {
      const place = join(stage.home, 'disk');
      mkdirSync(place);
      mount(stage, ['-t', 'tmpfs', '-o', 'size=64k', 'carekeep-faults'], place);
      const profile = join(place, 'profile');
      const { env } = await unlockedKeyring(join(stage.home, 'fresh')).then((keyring) => {
        stage.afterwards(() => keyring.stop());
        return keyring;
      });
      const core = await stage.core(env, profile);
      const request = {
        language: 'en' as const,
        clinicName: 'Small disk',
        country: 'DE',
        workstationName: 'Small',
        admin: { userName: person.userName, displayName: 'Eva Example', roles: [] },
        password: person.password,
      };
      const got = await core.call('setup.create', request);
      hold(!got.ok && got.error.code === 'disk-full', `set-up says ${got.ok ? 'done' : got.error.code}`);
      await core.kill();
      const again = await stage.core(env, profile);
      const { state } = await again.demand('app.status', {});
      hold(state === 'not-set-up', `after a set-up that found no room the state is ${state}`);
      execFileSync('mount', ['-o', 'remount,size=16m', place], { stdio: 'ignore' });
      await again.demand('setup.create', request);
    },
  },
  {
    name: 'profile held by another core',
    states: ['locked'],
    play: async (stage) => {
      const { env } = await stage.keyring();
      const first = await stage.core(env);
      await first.demand('sessions.signIn', person);
      const second = await stage.core(env);
      hold(second.trouble?.code === 'busy', `the second core says ${second.trouble?.code ?? 'nothing'}`);
      await first.kill();
      await demandWorking(await stage.core(env));
    },
  },
  {
    name: 'no profile yet',
    states: ['not-set-up'],
    play: async (stage) => {
      const keyring = await unlockedKeyring(join(stage.home, 'fresh'));
      stage.afterwards(() => keyring.stop());
      const fresh = profileOf(join(stage.home, 'fresh'));
      const core = await stage.core(keyring.env, fresh);
      const { state } = await core.demand('app.status', {});
      hold(state === 'not-set-up', `says ${state}`);
      hold(
        !existsSync(join(fresh, 'db')) || readdirSync(join(fresh, 'db')).length === 0,
        'makes a database before set-up',
      );
    },
  },
  {
    name: 'killed before the recovery kit is confirmed',
    states: ['kit-unconfirmed'],
    play: async (stage) => {
      const home = join(stage.home, 'fresh');
      const keyring = await unlockedKeyring(home);
      stage.afterwards(() => keyring.stop());
      const core = await stage.core(keyring.env, profileOf(home));
      await core.demand('setup.create', {
        language: 'en',
        clinicName: 'Unconfirmed',
        country: 'DE',
        workstationName: 'Unconfirmed',
        admin: { userName: person.userName, displayName: 'Eva Example', roles: [] },
        password: person.password,
      });
      await core.kill();
      const again = await stage.core(keyring.env, profileOf(home));
      const { state } = await again.demand('app.status', {});
      hold(state === 'kit-unconfirmed', `says ${state}`);
      const { words, ask } = await again.demand('setup.newKit', person);
      await again.demand('setup.confirmKit', {
        words: ask.map((position) => ({ position, word: words[position - 1] ?? '' })),
      });
      await again.demand('sessions.signIn', person);
    },
  },
  {
    name: 'wrong passwords, counted across restarts',
    states: ['locked'],
    play: async (stage) => {
      const { env } = await stage.keyring();
      const before = filesIn(stage.profile);
      const wrong = { userName: person.userName, password: 'not the password at all' };
      let core = await stage.core(env);
      // Six failures ask for eight seconds, longer than any restart takes.
      for (let failures = 0; failures < 6; ) {
        const got = await core.call('sessions.signIn', wrong);
        hold(!got.ok, 'a wrong password signs in');
        if (got.error.code === 'wait-before-retry') {
          await pause((got.error.retryAfter ?? 0) + 20);
          continue;
        }
        hold(got.error.code === 'wrong-password', `a wrong password is called ${got.error.code}`);
        failures += 1;
      }
      await core.kill();
      core = await stage.core(env);
      const got = await core.call('sessions.signIn', person);
      hold(
        !got.ok && got.error.code === 'wait-before-retry',
        `after a restart sign-in says ${got.ok ? 'yes' : got.error.code}`,
      );
      hold((got.error.retryAfter ?? 0) > 0, 'does not say how long to wait');
      await pause((got.error.retryAfter ?? 0) + 100);
      await demandWorking(core);
      await core.kill();
      demandKept(before, stage.profile, /^(journal|keyfile|recovery|audit-keys|db\/.*)$/);
    },
  },
];
