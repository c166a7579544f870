/**
 * Bad weather between real workstations and the real backend, and power cuts on either side: afterwards all copies are
 * the same, nothing acknowledged is lost, nothing is there twice, and meanwhile nobody was told that all is well.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { settled, until, type WorkstationHome } from '../backend/workstations.ts';
import { hold, type Kind } from '../kind.ts';
import { StormyClinic } from '../network/clinic.ts';
import type { Direction, Weather } from '../network/weather-proxy.ts';
import { clear } from '../network/weather-proxy.ts';
import { caseOf, type Prng } from '../prng.ts';

type Trouble =
  | { readonly kind: 'weather'; readonly of: (random: Prng) => Weather; readonly offline?: boolean }
  | { readonly kind: 'no-names' }
  | { readonly kind: 'cut'; readonly who: 'backend' | 'one' | 'two' };

/** A handshake with a client's certificate is some 4,000 bytes up, and an exchange of ours ends before 30,000. */
const offset = (random: Prng): number => (random.chance(0.5) ? random.below(5000) : random.below(30_000));
const either = (random: Prng): Direction => random.pick(['up', 'down']);
const weather = (of: (random: Prng) => Weather, offline = false): Trouble => ({ kind: 'weather', of, offline });

const troubles: readonly Trouble[] = [
  weather((random) => ({ kind: 'reset', direction: either(random), after: offset(random) })),
  { kind: 'cut', who: 'one' },
  weather((random) => ({ kind: 'flip', direction: either(random), at: offset(random), bit: random.below(8) })),
  weather(() => ({ kind: 'refused' }), true),
  { kind: 'cut', who: 'backend' },
  weather((random) => ({ kind: 'half-open', direction: either(random), after: offset(random) })),
  weather((random) => ({ kind: 'duplicate', direction: either(random), at: offset(random) })),
  { kind: 'no-names' },
  weather((random) => ({ kind: 'latency', ms: random.between(20, 400) })),
  { kind: 'cut', who: 'two' },
  weather(() => ({ kind: 'drip', bytesPerSecond: 1 })),
  weather(() => ({ kind: 'black-hole' })),
  weather((random) => ({ kind: 'drip', bytesPerSecond: random.between(2000, 20_000) })),
];

const calm: ReadonlySet<string> = new Set(['up-to-date', 'not-connected']);

/** While something waits to be sent, no screen says that all is well. */
async function demandHonest(one: WorkstationHome): Promise<void> {
  const { state, waiting } = await one.standing();
  hold(waiting === 0 || !calm.has(state), `the screen says ${state} while ${waiting} changes wait`);
}

async function trouble(clinic: StormyClinic, what: Trouble, random: Prng, write: () => Promise<void>): Promise<void> {
  const { proxy, stations, backend } = clinic;
  const saysOffline = () =>
    until(
      'a workstation says that it is offline',
      20_000,
      async () => (await stations[0].standing()).state === 'offline',
    );
  switch (what.kind) {
    case 'weather':
      proxy.set(what.of(random));
      await write();
      if (what.offline === true) await saysOffline();
      else await pause(random.between(300, 1500));
      for (const one of stations) await demandHonest(one);
      proxy.set(clear);
      return;
    case 'no-names':
      clinic.names(false);
      proxy.cut();
      await write();
      await saysOffline();
      clinic.names(true);
      return;
    case 'cut': {
      const writing = write();
      await pause(random.between(0, 1200));
      if (what.who !== 'backend') {
        await stations[what.who === 'one' ? 0 : 1].powerCut();
        await writing;
        return;
      }
      await backend.kill();
      await writing;
      for (const one of stations) await demandHonest(one);
      await backend.again();
      return;
    }
  }
}

const kind: Kind = {
  name: 'network',
  full: 130,
  run: async ({ seeds, scratch, trial, note }) => {
    const folder = join(scratch, 'clinic');
    mkdirSync(folder);
    const clinic = await StormyClinic.open(folder);
    try {
      for (const seed of seeds) {
        await trial(seed, async (random) => {
          const what = troubles[caseOf(seed, troubles.length)];
          hold(what !== undefined, 'no such trouble');
          const write = async (): Promise<void> => {
            for (let at = 0; at < 3; at += 1) {
              await clinic.write(0, random.below(3), `one-${seed}-${at}-${random.next().toString(36)}`);
              await clinic.write(1, random.below(3), `two-${seed}-${at}-${random.next().toString(36)}`);
            }
          };
          await trouble(clinic, what, random, write);
          for (const one of clinic.stations) await one.core.demand('sync.now', {});
          await settled(clinic.stations, 60_000);
          await clinic.demandSame(60_000);
          await settled(clinic.stations, 10_000);
        });
      }
      for (const one of clinic.stations) {
        const problem = await one.core.check();
        hold(problem === null, `a record does not hold afterwards: ${problem}`);
      }
      note(`${clinic.saved} acknowledged changes, all there once on both; ${clinic.proxy.struck} strikes at a byte`);
    } finally {
      await clinic.close();
    }
  },
};
export default kind;
