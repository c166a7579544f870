/** From the password to the first search result, beside the password's own work alone. */
import { join } from 'node:path';
import { passwordKey } from '../../../src-main/core/crypto/kdf.ts';
import { realDisk } from '../../../src-main/core/vault/disk.ts';
import { openKeychain } from '../../../src-main/core/vault/keychain.ts';
import { examine } from '../../../src-main/core/vault/start-state.ts';
import { person } from '../../faults/core/clinic.ts';
import type { Bench } from '../figure.ts';
import { writeNdjson } from '../files.ts';
import { demand, openDesk } from '../headless.ts';
import { median, timedAsync } from '../measure.ts';

const rounds = 15;

const bench: Bench = {
  name: 'sign-in',
  run: async (run) => {
    const desk = await openDesk(run);
    try {
      const filling = await desk.start();
      await demand(filling, 'sessions.signIn', person);
      const path = join(run.scratch, 'people.ndjson');
      writeNdjson(path, Math.max(100, Math.round(2000 * run.scale)), 4, run.seed);
      const { id } = await demand(filling, 'imports.choose', { paths: [path] });
      await demand(filling, 'imports.start', { importId: id });
      await demand(filling, 'imports.wait', { importId: id });
      await filling.close();
      const examined = await examine(realDisk, openKeychain(), desk.profile);
      if (!('payload' in examined)) throw new Error(`the clinic is ${examined.state}`);
      const [user] = examined.payload.users;
      if (user === undefined) throw new Error('a clinic of nobody');
      const { cost } = user.passwordSlot;
      const salt = Buffer.alloc(16, 7);
      const alone: number[] = [];
      const whole: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        alone.push(await timedAsync(() => passwordKey(Buffer.from(person.password), salt, cost)));
        const core = await desk.start();
        whole.push(
          await timedAsync(async () => {
            await core.call('sessions.signIn', person);
            await core.call('patients.search', { text: 'gar' });
          }),
        );
        await core.close();
      }
      const ratio = median(whole) / median(alone);
      return [
        {
          name: 'sign-in to first search result, p50',
          value: median(whole),
          unit: 'ms',
          samples: rounds,
          limit: { name: 'Argon2id alone', value: median(alone), ratio: median(alone) / median(whole) },
          note: `Argon2id ${cost.memoryKiB / 1024} MiB, ${cost.passes} passes, as calibrated at set-up on this machine.`,
        },
        {
          name: 'sign-in to first search result, against Argon2id alone',
          value: ratio,
          unit: '×',
          samples: rounds,
          bound: { text: '≤ 1.15×', holds: ratio <= 1.15 },
        },
      ];
    } finally {
      await desk.stop();
    }
  },
};
export default bench;
