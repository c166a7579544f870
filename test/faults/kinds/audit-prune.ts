/**
 * Prunings that nobody agreed to are named as what they are, an entry that is missing or a row that says the untruth; real
 * ones keep what they must, and every root, head and proof, wherever the process dies.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Fake, fakes } from '../audit/fake-prunes.ts';
import { type Judge, judged } from '../audit/judge.ts';
import { makePrunable, type Prunable } from '../audit/prunable.ts';
import { prunings, realPrune } from '../audit/real-prunes.ts';
import { demandSound, judgeOf } from '../audit/room.ts';
import { hold, type Kind } from '../kind.ts';
import type { Prng } from '../prng.ts';

type Stage = { readonly prunable: Prunable; readonly whole: Judge; readonly pruned: Judge };

async function prepare(folder: string): Promise<Stage> {
  const prunable = await makePrunable(join(folder, 'made'));
  const whole = judgeOf(prunable.whole, join(folder, 'whole'));
  const pruned = judgeOf(prunable.pruned, join(folder, 'after'));
  for (const judge of [whole, pruned]) {
    await demandSound(judge);
    const names = judge.store.sql<[], { name: string }>("select name from sqlite_schema where type = 'trigger'").all();
    for (const { name } of names) judge.store.db.exec(`drop trigger ${name}`);
  }
  return { prunable, whole, pruned };
}

/** Both must say that an entry is missing or that the row is no pruning, at one of the places where that shows. */
async function demandNamed(stage: Stage, { on, play }: Fake, random: Prng): Promise<void> {
  const judge = stage[on];
  const { store } = judge;
  store.db.exec('begin immediate');
  try {
    const places = play(store, stage.prunable, random).map(String);
    const { log, verifier } = await judged(judge, false);
    hold(log !== null, 'the application finds nothing');
    hold(places.includes(log.at), () => `the application says ${log.code} ${log.at}, not ${places.join(' or ')}`);
    hold(verifier !== null, 'carekeep-verify finds nothing');
    const below = /^0-\d+$/.test(verifier.at) && verifier.code === 'entry-missing';
    hold(
      below || places.includes(verifier.at),
      () => `carekeep-verify says ${verifier.code} ${verifier.at}, not ${places.join(' or ')}`,
    );
  } finally {
    store.db.exec('rollback');
    delete store.held.head;
  }
}

const kind: Kind = {
  name: 'audit-prune',
  full: 300,
  async run({ seeds, scratch, trial }) {
    const stage = await prepare(scratch);
    try {
      for (const seed of seeds) {
        await trial(seed, async (random) => {
          // One in three is a real one.
          const turn = Math.floor(seed / 3);
          if (seed % 3 === 0) {
            const dies = prunings[turn % prunings.length];
            hold(dies !== undefined, 'no such pruning');
            const folder = join(scratch, `trial-${seed}`);
            try {
              await realPrune(stage.prunable, folder, random, dies);
            } finally {
              rmSync(folder, { recursive: true, force: true });
            }
            return;
          }
          const fake = fakes[(turn * 2 + (seed % 3)) % fakes.length];
          hold(fake !== undefined, 'no such fake');
          try {
            await demandNamed(stage, fake, random);
          } catch (error) {
            if (error instanceof Error) error.message = `“${fake.name}” ${error.message}`;
            throw error;
          }
        });
      }
    } finally {
      for (const { store } of [stage.whole, stage.pruned]) store.db.close();
    }
  },
};
export default kind;
