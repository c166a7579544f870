/**
 * Every named start-up state of the design, produced for real, checked through core: the right name, no sign-in past
 * it, never a new key over an old database, every file as it was or set aside, and the way out of it.
 */
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeCoreClinic, person, profileOf, unlockedKeyring } from '../core/clinic.ts';
import { startCore } from '../core/process.ts';
import { hold, type Kind } from '../kind.ts';
import { caseOf } from '../prng.ts';
import { databaseCases } from '../start-states/database-states.ts';
import { diskCases } from '../start-states/disk-states.ts';
import { keychainCases } from '../start-states/keychain-states.ts';
import { onStage, type Prepared } from '../start-states/stage.ts';

const cases = [...keychainCases, ...databaseCases, ...diskCases];

async function prepare(folder: string): Promise<Prepared> {
  const clinic = join(folder, 'clinic');
  const older = join(folder, 'older');
  const other = join(folder, 'other');
  const { words } = await makeCoreClinic(clinic);
  await makeCoreClinic(other);
  cpSync(clinic, older, { recursive: true });
  const keyring = await unlockedKeyring(clinic);
  try {
    const core = await startCore(profileOf(clinic), keyring.env);
    await core.demand('sessions.signIn', person);
    await core.demand('patients.recent', {});
    await core.close();
  } finally {
    await keyring.stop();
  }
  return { clinic, older, other, words };
}

const kind: Kind = {
  name: 'start-states',
  full: cases.length,
  async run(run) {
    const prepared = await prepare(run.scratch);
    for (const seed of run.seeds) {
      const played = cases[caseOf(seed, cases.length)];
      await run.trial(seed, async (random) => {
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
      });
    }
  },
};
export default kind;
