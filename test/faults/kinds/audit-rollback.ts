/**
 * Older files under newer ones, clocks that jump, and a process that dies while it signs: what is older is noticed at
 * the opening, and nothing else is. Through the real opening, files and keys; only the keychain is one in memory.
 */
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { jumpingClock } from '../audit/clocks.ts';
import { killedCheckpoints, steps } from '../audit/kills.ts';
import { type Clinic, makePeople } from '../audit/people.ts';
import { type History, makeHistory, putBack, putBacks } from '../audit/rollbacks.ts';
import { MemoryKeychain, vaultOn } from '../keyfile/clinic.ts';
import { hold, type Kind } from '../kind.ts';
import type { Prng } from '../prng.ts';

/** A clinic of a trial's own, with the people of the one that was made. */
async function copied(clinic: Clinic, template: string, folder: string): Promise<Clinic> {
  mkdirSync(folder, { recursive: true });
  const profile = join(folder, 'profile');
  cpSync(template, profile, { recursive: true });
  const keychain = new MemoryKeychain(clinic.keychain.items);
  return { ...clinic, profile, keychain, vault: await vaultOn(profile, keychain) };
}

const kind: Kind = {
  name: 'audit-rollback',
  full: 150,
  async run({ seeds, scratch, trial, note }) {
    let fresh: Clinic | undefined;
    let history: History | undefined;
    const counts = { noticed: 0, 'not promised': 0 };
    const withFresh = async (folder: string, work: (clinic: Clinic) => Promise<void>): Promise<void> => {
      fresh ??= await makePeople(join(scratch, 'people'));
      const clinic = await copied(fresh, join(scratch, 'people'), folder);
      try {
        await work(clinic);
      } finally {
        clinic.vault.close();
      }
    };
    const play = async (seed: number, folder: string, random: Prng): Promise<void> => {
      const turn = Math.floor(seed / 5);
      switch (seed % 5) {
        case 0:
          return withFresh(folder, (clinic) => jumpingClock(clinic, random));
        case 1:
        case 2: {
          const step = steps[(turn * 2 + (seed % 5)) % steps.length];
          hold(step !== undefined, 'no step');
          return withFresh(folder, (clinic) => killedCheckpoints(clinic, random, step));
        }
        default: {
          history ??= await makeHistory(join(scratch, 'history'));
          const what = putBacks[(turn + (seed % 5)) % putBacks.length];
          hold(what !== undefined, 'nothing to put back');
          counts[await putBack(history, folder, what, random, turn)] += 1;
        }
      }
    };
    for (const seed of seeds) {
      await trial(seed, async (random) => {
        const folder = join(scratch, `trial-${seed}`);
        try {
          await play(seed, folder, random);
        } finally {
          rmSync(folder, { recursive: true, force: true });
        }
      });
    }
    note(`older files: ${counts.noticed} noticed; ${counts['not promised']} within the last minute, not promised`);
  },
};
export default kind;
