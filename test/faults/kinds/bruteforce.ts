/**
 * Ten thousand guesses in an hour, in every way there is around the counting: at most thirty are tried, none gets in,
 * and the right password opens afterwards.
 */
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Siege } from '../bruteforce/siege.ts';
import { ways } from '../bruteforce/ways.ts';
import { makeCoreClinic, person } from '../core/clinic.ts';
import { hold, type Kind } from '../kind.ts';
import { caseOf } from '../prng.ts';
import { onStage, type Prepared } from '../start-states/stage.ts';

async function prepare(folder: string): Promise<Prepared> {
  const clinic = join(folder, 'clinic');
  const { words } = await makeCoreClinic(clinic);
  const older = join(folder, 'older');
  cpSync(clinic, older, { recursive: true });
  return { clinic, older, other: older, words };
}

const kind: Kind = {
  name: 'bruteforce',
  full: ways.length,
  async run(run) {
    const prepared = await prepare(run.scratch);
    for (const seed of run.seeds) {
      const way = ways[caseOf(seed, ways.length)];
      await run.trial(
        seed,
        async (random) => {
          hold(way !== undefined, 'no way');
          const home = join(run.scratch, `trial-${seed}`);
          try {
            await onStage(prepared, home, random, async (stage) => {
              const siege = await Siege.begin(stage);
              try {
                await way.play(siege);
                siege.verdict();
                // Nobody is locked out for good, and a quarter of an hour is the longest anybody waits.
                await siege.wait(15 * 60_000);
                await siege.core.demand('sessions.signIn', person, 2);
              } catch (error) {
                if (error instanceof Error) error.message = `“${way.name}” ${error.message}`;
                throw error;
              }
            });
          } finally {
            rmSync(home, { recursive: true, force: true });
          }
        },
        { milliseconds: 300_000 },
      );
    }
  },
};
export default kind;
