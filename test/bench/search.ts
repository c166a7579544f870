/** Search in the core: top 20 in name order for any one or two word beginnings, beside the same file in the clear. */

import type { Store } from '../../src-main/core/store/open.ts';
import { nameOrder } from '../../src-main/core/store/rank.ts';
import { searchPatients } from '../../src-main/core/store/search.ts';
import { createPrng, type Prng } from '../faults/prng.ts';
import { benchClinic, benchClinicKey, openEncrypted, openPlain } from './clinic.ts';
import type { BenchRun, Figure } from './figure.ts';
import { median, percentile, timed } from './measure.ts';

/** Letters of each word typed; 0 is the whole word. */
const shapes = [
  { name: 'one word, 1 letter', letters: [1] },
  { name: 'one word, 2 letters', letters: [2] },
  { name: 'one word, 3 letters', letters: [3] },
  { name: 'one word, whole', letters: [0] },
  { name: 'two words, 2 letters', letters: [2, 2] },
  { name: 'two words, 3 letters', letters: [3, 3] },
  { name: 'two words, 1 and 3 letters', letters: [1, 3] },
  { name: 'two words, whole', letters: [0, 0] },
] as const;

export type SearchBounds = {
  readonly label: string;
  /** Milliseconds at the 95th percentile. */
  readonly any: number;
  readonly twoByTwo: number;
};

type Query = { readonly shape: string; readonly text: string };

/** What people type: beginnings of the names of people who are there, and of two who are not the same person. */
function queries(store: Store, random: Prng, each: number): readonly Query[] {
  const last = store.sql<[], { ord: number }>('select max(ord) ord from patient').get()?.ord ?? 0;
  const at = store.sql<[number], { family: string; given: string }>(
    'select family, given from patient where ord >= ? order by ord limit 1',
  );
  const words = (): readonly string[] => {
    const found = at.get(random.below(last)) ?? { family: 'García', given: 'Ana' };
    return [random.pick(found.given.split(' ')), random.pick(found.family.split(' '))];
  };
  const beginning = (word: string, letters: number) => (letters === 0 ? word : word.slice(0, letters)).toLowerCase();
  return shapes.flatMap(({ name, letters }) =>
    Array.from({ length: each }, (): Query => {
      const [given = '', family = ''] = words();
      const [, other = ''] = words();
      const [first, second] = letters;
      if (second === undefined) return { shape: name, text: beginning(random.chance(0.7) ? family : given, first) };
      return {
        shape: name,
        text: `${beginning(given, first)} ${beginning(random.chance(0.8) ? family : other, second)}`,
      };
    }),
  );
}

function sample(store: Store, query: Query): number {
  return timed(() => searchPatients(store, query.text, { order: 'dmy' }));
}

/** Everybody's rank against `Intl.Collator`, and every answer against its own order. */
function outOfOrder(store: Store, asked: readonly Query[]): number {
  const order = nameOrder('en');
  let wrong = 0;
  let before: { family: string; given: string } | undefined;
  for (const name of store
    .sql<[], { family: string; given: string }>('select family, given from patient order by ord')
    .iterate()) {
    if (before !== undefined && order(before, name) > 0) wrong += 1;
    before = name;
  }
  for (const { text } of asked) {
    const { hits } = searchPatients(store, text, { order: 'dmy', count: false });
    for (const [at, hit] of hits.entries()) {
      const previous = hits[at - 1];
      if (previous !== undefined && order(previous, hit) > 0) wrong += 1;
    }
  }
  return wrong;
}

export type SearchSamples = {
  readonly figures: readonly Figure[];
  readonly typical: number;
  readonly words: readonly string[];
};

export function measureSearch(
  run: BenchRun,
  patients: number,
  perPatient: number,
  bounds: SearchBounds,
): SearchSamples {
  const clinic = benchClinic(run, patients, perPatient);
  const encrypted = openEncrypted(clinic.encrypted);
  const plain = openPlain(clinic.plain, benchClinicKey);
  try {
    const random = createPrng(run.seed);
    const asked = queries(encrypted, random, 200);
    // Once through, so that both caches hold what a clinic at work has in them.
    for (const query of asked) for (const store of [encrypted, plain]) sample(store, query);
    const ours = new Map<string, number[]>();
    const theirs = new Map<string, number[]>();
    for (const query of random.shuffled([...asked, ...asked])) {
      const first = random.chance(0.5);
      const mine = first ? sample(encrypted, query) : undefined;
      const limit = sample(plain, query);
      push(theirs, query.shape, limit);
      push(ours, query.shape, mine ?? sample(encrypted, query));
    }
    const all = [...ours.values()].flat();
    const allPlain = [...theirs.values()].flat();
    const wrong = outOfOrder(encrypted, asked);
    const figures: Figure[] = [
      line(`${bounds.label}, all shapes, p50`, median(all), median(allPlain), all.length),
      line(
        `${bounds.label}, all shapes, p95`,
        percentile(all, 0.95),
        percentile(allPlain, 0.95),
        all.length,
        bounds.any,
      ),
      ...[...ours].map(([shape, samples]) =>
        line(
          `${bounds.label}, ${shape}, p95`,
          percentile(samples, 0.95),
          percentile(theirs.get(shape) ?? [], 0.95),
          samples.length,
          shape === 'two words, 2 letters' ? bounds.twoByTwo : bounds.any,
        ),
      ),
      {
        name: `${bounds.label}, neighbours out of Intl.Collator's order`,
        value: wrong,
        unit: 'count',
        samples: patients,
        bound: { text: 'none', holds: wrong === 0 },
      },
    ];
    return { figures, typical: median(all), words: asked.map(({ text }) => text) };
  } finally {
    encrypted.db.close();
    plain.db.close();
  }
}

function push(into: Map<string, number[]>, key: string, value: number): void {
  const list = into.get(key) ?? [];
  list.push(value);
  into.set(key, list);
}

function line(name: string, value: number, limit: number, samples: number, bound?: number): Figure {
  return {
    name,
    value,
    unit: 'ms',
    samples,
    limit: { name: 'unencrypted', value: limit, ratio: limit / value },
    ...(bound !== undefined && { bound: { text: `≤ ${bound} ms`, holds: value <= bound } }),
  };
}
