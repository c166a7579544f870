/**
 * Hostile and odd files through preview and import: refused with file, path and reason and the record as it was, or
 * accepted and out again as they came. Core answers after each.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeCoreClinic, person, profileOf, unlockedKeyring } from '../core/clinic.ts';
import { type CoreProcess, startCore } from '../core/process.ts';
import { importCases } from '../imports/all.ts';
import { importAndJudge } from '../imports/judge.ts';
import { hold, type Kind } from '../kind.ts';
import { caseOf } from '../prng.ts';

const kind: Kind = {
  name: 'imports',
  full: importCases.length,
  async run(run) {
    const home = join(run.scratch, 'clinic');
    await makeCoreClinic(home);
    const keyring = await unlockedKeyring(home);
    let core: CoreProcess | undefined;
    const alive = async (): Promise<CoreProcess> => {
      if (core !== undefined) return core;
      core = await startCore(profileOf(home), keyring.env);
      await core.demand('sessions.signIn', person);
      return core;
    };
    try {
      for (const seed of run.seeds) {
        const played = importCases[caseOf(seed, importCases.length)];
        await run.trial(seed, async (random) => {
          hold(played !== undefined, 'no case');
          const folder = join(run.scratch, `trial-${seed}`);
          mkdirSync(folder);
          let answered = false;
          try {
            const subject = await alive();
            await importAndJudge(subject, played, folder, random);
            await subject.demand('app.status', {});
            answered = true;
          } finally {
            rmSync(folder, { recursive: true, force: true });
            // Whatever state a failed trial left, the next one begins with a core that works.
            if (!answered) {
              await core?.kill();
              core = undefined;
            }
          }
        });
      }
      const problem = await (await alive()).check();
      hold(problem === null, `after all imports: ${problem}`);
    } finally {
      await core?.close();
      await keyring.stop();
    }
  },
};
export default kind;
