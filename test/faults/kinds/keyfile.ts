/**
 * The key file in the hands of others, without and with the device secret: always a name for it, never written over,
 * never somebody else's keys or a cheaper password; and the original put back opens.
 */
import { join } from 'node:path';
import { cases, flipByte } from '../keyfile/cases.ts';
import { makeClinic } from '../keyfile/clinic.ts';
import { demandOpens } from '../keyfile/judge.ts';
import { hold, type Kind } from '../kind.ts';
import { caseOf } from '../prng.ts';

/** Bytes turned at random beside each case, so that a small run samples the whole file too. */
const sampled = 40;

const kind: Kind = {
  name: 'keyfile',
  full: cases.length,
  async run(run) {
    const clinic = await makeClinic(join(run.scratch, 'clinic'));
    const other = await makeClinic(join(run.scratch, 'other'));
    for (const seed of run.seeds) {
      const played = cases[caseOf(seed, cases.length)];
      await run.trial(
        seed,
        async (random) => {
          hold(played !== undefined, 'no case');
          try {
            for (let i = 0; i < sampled; i += 1) await flipByte(clinic, random.below(clinic.keyFile.length), random);
            await played.play(clinic, other, random);
            await demandOpens(clinic, 'afterwards');
          } catch (error) {
            if (error instanceof Error) error.message = `“${played.name}” ${error.message}`;
            throw error;
          }
        },
        { milliseconds: 240_000 },
      );
    }
  },
};
export default kind;
