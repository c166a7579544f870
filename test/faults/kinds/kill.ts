/**
 * SIGKILL at random moments of writing. Whatever was acknowledged is there when the database is opened again, the log
 * verifies from its first entry, every row and search line agrees with it, and nothing half done shows.
 */
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { verifyStore } from '../../../src-main/core/audit/verify.ts';
import { removeLeftovers } from '../../../src-main/core/store/batch.ts';
import { closeStore } from '../../../src-main/core/store/open.ts';
import { drain } from '../../../src-main/core/store/slices.ts';
import { makeCoreClinic } from '../core/clinic.ts';
import { killWholeCore } from '../kill/core-killing.ts';
import { writeAndKill } from '../kill/killing.ts';
import { hold, type Kind } from '../kind.ts';
import { createPrng } from '../prng.ts';
import { problemOf } from '../record/check.ts';
import { makeClinic, openClinic } from '../record/clinic.ts';

/** One trial in so many goes through the whole core; the others open the store with the key, without a password's second. */
const throughCore = 10;

const kind: Kind = {
  name: 'kill',
  full: 300,
  async run(run) {
    const base = join(run.scratch, 'base');
    const clinic = makeClinic(base, createPrng(7), 12, 60);
    let whole: string | undefined;
    for (const seed of run.seeds) {
      await run.trial(seed, async (random) => {
        const folder = join(run.scratch, `trial-${seed}`);
        if (seed % throughCore === 0) {
          if (whole === undefined) {
            whole = join(run.scratch, 'whole');
            await makeCoreClinic(whole);
          }
          await killWholeCore(whole, folder, random);
          rmSync(folder, { recursive: true, force: true });
          return;
        }
        mkdirSync(folder);
        cpSync(join(base, 'db'), join(folder, 'db'), { recursive: true });
        const path = join(folder, 'db', 'carekeep-1.db');
        try {
          const order = { path, key: clinic.key, clinicKey: clinic.clinicKey.key, seed };
          // A second kill finds the log the first one left behind still unfinished.
          for (let kills = random.between(1, 2); kills > 0; kills -= 1) {
            const ledger = await writeAndKill({ ...order, seed: seed + kills * 1_000_003 }, random);
            const store = openClinic({ ...clinic, path });
            try {
              const lost = ledger.lost(store);
              hold(lost === undefined, `${lost} (of ${ledger.count})`);
              // Before what a killed import left is cleared away, and after: it must not show in between either.
              for (const leftovers of ['hidden', 'removed'] as const) {
                if (leftovers === 'removed') drain(removeLeftovers(store));
                const { problem } = drain(verifyStore(store));
                hold(problem === null, `after the kill, leftovers ${leftovers}: verification says ${problem?.code}`);
                const missed = problemOf(store);
                hold(missed === undefined, `after the kill, leftovers ${leftovers}: ${missed}`);
              }
              const left = store.sql<[], { n: number }>('select count(*) n from hidden_batch').get();
              hold(left?.n === 0, 'a killed import is still there');
            } finally {
              closeStore(store);
            }
          }
        } finally {
          rmSync(folder, { recursive: true, force: true });
        }
      });
    }
  },
};
export default kind;
