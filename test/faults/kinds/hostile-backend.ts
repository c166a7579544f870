/** A backend that holds every byte and its own log key lies to a workstation: noticed each time, and nothing taken. */
import { behaviours } from '../hostile-backend/behaviours.ts';
import { playHostile } from '../hostile-backend/trial.ts';
import type { Kind } from '../kind.ts';

const histories = 2_000;

export default {
  name: 'hostile-backend',
  full: behaviours.length * histories,
  run: async ({ seeds, trial, note }) => {
    const noticed = new Map<string, number>();
    for (const seed of seeds) {
      await trial(seed, async (random) => {
        const behaviour = behaviours[seed % behaviours.length];
        if (behaviour === undefined) return;
        const code = await playHostile(behaviour, random);
        noticed.set(code, (noticed.get(code) ?? 0) + 1);
      });
    }
    note(`noticed as ${[...noticed].map(([code, count]) => `${code} ${count}`).join(', ')}`);
  },
} satisfies Kind;
