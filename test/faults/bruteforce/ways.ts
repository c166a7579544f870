/** Ways of guessing for an hour. Each makes its guesses, and leaves the profile as its attacker would. */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { person } from '../core/clinic.ts';
import { hold } from '../kind.ts';
import { guesses, hour, type Siege } from './siege.ts';

export type Way = { readonly name: string; readonly play: (siege: Siege) => Promise<void> };

const names = [person.userName, 'the.second', 'the.third', 'nobody', 'admin', 'root', 'lena', 'kim', 'it', 'x'];

/** The same person, written as keyboards and scripts allow. */
function spellings(name: string): string[] {
  const full = [...name].map((letter) =>
    /[a-z]/.test(letter) ? String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0) : letter,
  );
  return [name, name.toUpperCase(), ` ${name} `, full.join(''), name.replace('e', 'E'), `\u00a0${name}`];
}

const one = (siege: Siege) => async (): Promise<void> => void (await siege.guess(person.userName));
const many =
  (siege: Siege) =>
  async (at: number): Promise<void> =>
    void (await siege.guess(names[at % names.length] ?? person.userName));

export const ways: readonly Way[] = [
  { name: 'one name', play: (siege) => siege.allHour(one(siege)) },
  {
    name: 'one name in many spellings',
    play: (siege) => {
      const written = spellings(person.userName);
      return siege.allHour(async (at) => void (await siege.guess(written[at % written.length] ?? '')));
    },
  },
  {
    name: 'ten thousand names, each once',
    play: (siege) => siege.allHour(async (at) => void (await siege.guess(`name.${at}`))),
  },
  {
    name: 'core killed and started again between guesses',
    play: (siege) =>
      siege.allHour(many(siege), async (at) => {
        if (at % 500 === 475) await siege.killAndStart();
      }),
  },
  {
    name: 'core killed in the middle of each try',
    play: async (siege) => {
      const { keyFile, random } = siege.stage;
      for (let at = 0; at < 60; at += 1) {
        const before = readFileSync(keyFile);
        const answer = siege.core
          .call('sessions.signIn', { userName: names[at % names.length] ?? '', password: `guess ${at} of many` }, 1)
          .catch(() => undefined);
        await Promise.race([answer, pause(random.between(0, 500))]);
        await siege.killAndStart();
        const got = await answer;
        if (got !== undefined) siege.count(got);
        // Begun, and whoever watched the disk could know how it went.
        else if (!readFileSync(keyFile).equals(before)) siege.tried += 1;
        await siege.wait(hour / 60);
      }
    },
  },
  {
    name: 'wall clock forward a month and back, with and without a start',
    play: (siege) =>
      siege.allHour(many(siege), async (at) => {
        if (at % 100 !== 50) return;
        siege.wall += (at % 200 === 50 ? 30 : -31) * 24 * hour;
        if (at % 1000 === 50) await siege.killAndStart();
      }),
  },
  {
    name: 'an older key file put back, looked at again or started on',
    play: async (siege) => {
      const { keyFile, home } = siege.stage;
      const older = join(home, 'older-keyfile');
      copyFileSync(keyFile, older);
      const kept = { bytes: readFileSync(keyFile) };
      await siege.allHour(many(siege), async (at) => {
        if (at % 500 === 250) {
          kept.bytes = readFileSync(keyFile);
          copyFileSync(older, keyFile);
          if (at % 1000 === 250) await siege.killAndStart();
          else await siege.core.demand('app.retry', {});
        }
        if (at % 500 === 300) {
          hold(!siege.codes.has('ok'), 'an older key file lets a guess in');
          writeFileSync(keyFile, kept.bytes);
          await siege.core.demand('app.retry', {});
        }
      });
    },
  },
  { name: 'many names', play: (siege) => siege.allHour(many(siege)) },
  {
    name: 'screen and command lines at once',
    play: async (siege) => {
      for (let at = 0; at < guesses; at += 20) {
        const desks = Array.from({ length: 20 }, (_, n) => siege.guess(names[(at + n) % names.length] ?? '', n % 10));
        await Promise.all(desks);
        await siege.wait((20 * hour) / guesses);
      }
    },
  },
  {
    name: 'a colleague who is signed in, guessing at every door there is',
    play: async (siege) => {
      await siege.core.demand('sessions.signIn', person, 0);
      await siege.allHour(async (at) => {
        const password = `guess number ${at} of many`;
        if (at % 2 === 0) {
          siege.count(await siege.core.call('sessions.changePassword', { current: password, next: `${password} new` }));
          return;
        }
        await siege.guess('the.second');
      });
    },
  },
  {
    name: 'a colleague who forgives the workstation with a password of their own',
    play: (siege) =>
      siege.allHour(async (at) => {
        if (at % 500 === 0) await siege.core.call('sessions.signIn', person, 0);
        await siege.guess(names[1 + (at % (names.length - 1))] ?? '', 1);
      }),
  },
  {
    name: 'the machine started again every ten minutes',
    play: async (siege) => {
      for (let start = 0; start < 6; start += 1) {
        for (let at = 0; at < 300; at += 1) {
          await siege.guess(names[at % names.length] ?? '');
          await siege.wait(hour / 6 / 300);
        }
        siege.machineStarts();
        await siege.killAndStart();
      }
    },
  },
];
