/** The exchange beside PouchDB with its server, and beside the bare pipeline: compress, seal, TLS, COPY. */
import type { Bench, BenchRun, Figure } from '../figure.ts';
import { barePipeline } from '../sync/bare.ts';
import { changesOf, type Mix, mixesAt } from '../sync/changes.ts';
import { firstSync } from '../sync/first-sync.ts';
import { seenAfter } from '../sync/latency.ts';
import { ourSync } from '../sync/pairs.ts';
import { type BothWays, bestPouchSync, pouchSync } from '../sync/pouch-sync.ts';

const batchSizes = [500, 1000, 2000] as const;

type Bounds = { readonly usual: number; readonly best: number; readonly bytes: number; readonly said: string };
/** As the issue says them, mix by mix. */
const bounds: readonly [Bounds, Bounds] = [
  { usual: 10, best: 5, bytes: 0.25, said: 'a quarter' },
  { usual: 5, best: 5, bytes: 0.5, said: 'half' },
];

type Measured = {
  readonly ours: BothWays;
  readonly usual: BothWays;
  readonly best: BothWays & { readonly batch: number };
  readonly bare: BothWays;
};

async function measure(run: BenchRun, mix: Mix): Promise<Measured> {
  const changes = changesOf(mix, run.seed);
  run.say(`${mix.name}: the bare pipeline`);
  const bare = await barePipeline(run, changes, mix.perPatient, `m${mix.perPatient}`);
  run.say(`${mix.name}: Carekeep`);
  const ours = await ourSync(run, mix, changes);
  run.say(`${mix.name}: PouchDB, default batches`);
  const usual = await pouchSync(run, mix, null);
  run.say(`${mix.name}: PouchDB, batches of ${batchSizes.join(', ')}`);
  const best = await bestPouchSync(run, mix, batchSizes);
  return { ours, usual, best, bare };
}

function figuresOf(mix: Mix, { ours, usual, best, bare }: Measured, bound: Bounds): readonly Figure[] {
  const count = mix.patients * mix.perPatient;
  return (['push', 'pull'] as const).flatMap((way): readonly Figure[] => {
    const [mine, theirs, fastest, least] = [ours[way], usual[way], best[way], bare[way]];
    const against = (other: number) => mine.perSecond / other;
    const sealed = mix.perPatient === 1 ? 'sealed one by one' : `sealed ${mix.perPatient} at a time`;
    return [
      {
        name: `${way}, ${mix.name}`,
        value: mine.perSecond,
        unit: 'per s',
        samples: count,
        peer: { name: 'PouchDB', value: theirs.perSecond, ratio: against(theirs.perSecond) },
        limit: { name: `bare, ${sealed}`, value: least.perSecond, ratio: against(least.perSecond) },
        bound: { text: `≥ ${bound.usual}× PouchDB`, holds: against(theirs.perSecond) >= bound.usual },
      },
      {
        name: `${way}, ${mix.name}, against PouchDB’s best batch size`,
        value: mine.perSecond,
        unit: 'per s',
        samples: count,
        peer: { name: `batches of ${best.batch}`, value: fastest.perSecond, ratio: against(fastest.perSecond) },
        bound: { text: `≥ ${bound.best}×`, holds: against(fastest.perSecond) >= bound.best },
      },
      {
        name: `${way}, ${mix.name}, against the bare pipeline`,
        value: least.perSecond / mine.perSecond,
        unit: '×',
        samples: count,
        bound: { text: '≤ 2×', holds: least.perSecond / mine.perSecond <= 2 },
      },
      {
        name: `${way}, ${mix.name}, bytes per change`,
        value: mine.bytes,
        unit: 'B',
        samples: count,
        peer: { name: 'PouchDB', value: theirs.bytes, ratio: theirs.bytes / mine.bytes },
        limit: { name: 'bare', value: least.bytes, ratio: least.bytes / mine.bytes },
        bound: { text: `≤ ${bound.said}`, holds: mine.bytes <= theirs.bytes * bound.bytes },
      },
    ];
  });
}

const bench: Bench = {
  name: 'sync',
  run: async (run) => {
    const figures: Figure[] = [];
    for (const [at, mix] of mixesAt(run.scale).entries()) {
      const bound = bounds[at];
      if (bound !== undefined) figures.push(...figuresOf(mix, await measure(run, mix), bound));
    }
    run.say('first sync');
    figures.push(...(await firstSync(run)));
    run.say('an edit seen on the other workstation');
    figures.push(...(await seenAfter(run)));
    return figures;
  },
};
export default bench;
