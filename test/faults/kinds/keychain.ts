/**
 * The keychain hangs, asks, refuses, dies, forgets, holds something else, or is another user's, from the start or in
 * the middle of what the vault does: a named state or error, in time, and with the good keychain everything opens.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { keyringPassword, makeCoreClinic, person, profileOf, unlockedKeyring } from '../core/clinic.ts';
import { startCore } from '../core/process.ts';
import { contentCases } from '../keychain/contents.ts';
import { disturbed, fromTheStart } from '../keychain/disturbed.ts';
import { operations } from '../keychain/operations.ts';
import { troubles } from '../keychain/troubles.ts';
import { hold, type Kind } from '../kind.ts';
import { caseOf } from '../prng.ts';
import {
  demandRefused,
  demandState,
  demandWorking,
  onStage,
  type Prepared,
  type Stage,
} from '../start-states/stage.ts';

type Case = { readonly name: string; readonly play: (stage: Stage) => Promise<void> };

async function worksAgain(stage: Stage): Promise<void> {
  await demandWorking(await stage.core((await stage.keyring()).env));
}

const anothers: Case = {
  name: 'the keychain of another user',
  play: async (stage) => {
    const other = await stage.keyring({ dir: join(stage.prepared.other, 'keyring'), password: keyringPassword });
    const core = await stage.core(other.env);
    await demandState(core, 'device-secret-missing');
    await demandRefused(core, ['device-secret-missing']);
    await core.kill();
    await worksAgain(stage);
  },
};

const cases: readonly Case[] = [
  ...operations.flatMap((operation) =>
    troubles.map((trouble) => ({
      name: `${trouble.name} during ${operation.name}`,
      play: (stage: Stage) => disturbed(stage, operation, trouble),
    })),
  ),
  ...troubles.map((trouble) => ({
    name: `${trouble.name} from the start`,
    play: (stage: Stage) => fromTheStart(stage, trouble, worksAgain),
  })),
  ...contentCases,
  anothers,
];

async function prepare(folder: string): Promise<Prepared> {
  const clinic = join(folder, 'clinic');
  const other = join(folder, 'other');
  const { words } = await makeCoreClinic(clinic);
  await makeCoreClinic(other);
  // The log's head must be in the keychain: a session that ends in order puts it there.
  const keyring = await unlockedKeyring(clinic);
  try {
    const core = await startCore(profileOf(clinic), keyring.env);
    await core.demand('sessions.signIn', person);
    await core.close();
  } finally {
    await keyring.stop();
  }
  return { clinic, older: clinic, other, words };
}

const kind: Kind = {
  name: 'keychain',
  full: cases.length * 2,
  async run(run) {
    const prepared = await prepare(run.scratch);
    for (const seed of run.seeds) {
      const played = cases[caseOf(seed, cases.length)];
      await run.trial(
        seed,
        async (random) => {
          hold(played !== undefined, 'no case');
          const home = join(run.scratch, `trial-${seed}`);
          try {
            await onStage(prepared, home, random, async (stage) => {
              try {
                await played.play(stage);
              } catch (error) {
                if (error instanceof Error) error.message = `“${played.name}” ${error.message}`;
                throw error;
              }
            });
          } finally {
            rmSync(home, { recursive: true, force: true });
          }
        },
        { milliseconds: 180_000 },
      );
    }
  },
};
export default kind;
