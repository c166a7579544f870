/** Items that hold something else than we put there: forgotten, garbage, cut, far too long, somebody else's. */
import type { StartState } from '../../../src-shared/contract/app.ts';
import { person } from '../core/clinic.ts';
import { hold } from '../kind.ts';
import type { Prng } from '../prng.ts';
import { demandRefused, demandWorking, filesIn, type Stage } from '../start-states/stage.ts';
import { accountsOf, readItem, removeItem, writeItem } from './items.ts';

type Spoiled = {
  readonly name: string;
  /** Undefined: the item is gone. */
  readonly value: (good: string, random: Prng) => string | undefined;
};

const spoiled: readonly Spoiled[] = [
  { name: 'forgotten', value: () => undefined },
  { name: 'garbage', value: (_good, random) => random.bytes(40).toString('latin1').replace(/\0/g, 'x') },
  { name: 'cut', value: (good, random) => good.slice(0, random.between(1, good.length - 1)) },
  { name: 'too long', value: (good) => good.repeat(2000) },
  { name: 'with a letter behind', value: (good) => `${good}x` },
  { name: 'another of the right shape', value: (_good, random) => random.bytes(32).toString('base64') },
];

/** State that core must name, by the item that was spoiled. A wrong audit head shows at sign-in only. */
const expected: { readonly [K in 'secret' | 'mark' | 'head']: readonly StartState[] } = {
  secret: ['device-secret-missing', 'key-file-damaged'],
  mark: ['key-file-rolled-back'],
  head: ['locked'],
};

export type ContentCase = { readonly name: string; readonly play: (stage: Stage) => Promise<void> };

export const contentCases: readonly ContentCase[] = (['secret', 'mark', 'head'] as const).flatMap((item) =>
  spoiled.map(({ name, value }) => ({
    name: `the ${item} item ${name}`,
    play: async (stage: Stage) => {
      const { env } = await stage.keyring();
      const account = accountsOf(stage.keyFile)[item];
      const good = readItem(env, account);
      hold(good !== undefined, `there is no ${item} item`);
      const bad = value(good, stage.random);
      if (bad === undefined) removeItem(env, account);
      else writeItem(env, account, bad);
      const before = filesIn(stage.profile);
      const core = await stage.core(env);
      const { state } = await core.demand('app.status', {});
      hold(expected[item].includes(state), `says ${state}`);
      if (item === 'head') {
        const got = await core.call('sessions.signIn', person);
        hold(
          !got.ok && got.error.code === 'database-rolled-back',
          `a wrong head is ${got.ok ? 'taken' : got.error.code}`,
        );
      } else {
        await demandRefused(core, expected[item]);
        const after = filesIn(stage.profile);
        hold(
          [...before].every(([path, digest]) => after.get(path) === digest),
          'a file was changed',
        );
      }
      await core.kill();
      writeItem(env, account, good);
      await demandWorking(await stage.core(env));
    },
  })),
);
