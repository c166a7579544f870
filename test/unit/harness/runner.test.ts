import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Broken, CannotPlay, hold, type Kind } from '../../faults/kind.ts';
import { linesOf, runKind, seedsOf } from '../../faults/runner.ts';

const kind = (full: number, work: (seed: number) => Promise<void>): Kind => ({
  name: 'sample',
  full,
  run: async (run) => {
    for (const seed of run.seeds) await run.trial(seed, () => work(seed));
  },
});

test('scale and seed say which trials run; scale 0 plays one', () => {
  assert.deepEqual(seedsOf(4, { scale: 1, seed: 10 }), [10, 11, 12, 13]);
  assert.deepEqual(seedsOf(300, { scale: 0.01, seed: 1 }), [1, 2, 3]);
  assert.deepEqual(seedsOf(300, { scale: 0, seed: 42 }), [42]);
});

test('a broken promise is a failure of its seed, and that seed alone replays it', async () => {
  const odd = kind(10, async (seed) => hold(seed % 5 !== 3, 'three of five'));
  const record = await runKind(odd, { scale: 1, seed: 0 });
  assert.deepEqual([record.tried, record.held], [10, 8]);
  assert.deepEqual(record.failed, [
    { seed: 3, reason: 'three of five' },
    { seed: 8, reason: 'three of five' },
  ]);
  const [first] = record.failed;
  const again = await runKind(odd, { scale: 0, seed: first?.seed ?? -1 });
  assert.deepEqual(again.failed, [first]);
  assert.match(linesOf(record).join('\n'), /10 tried +8 held +2 failed.*\n.*--scale 0 --seed 3/);
});

test('what cannot be played here is skipped with its reason and not counted as tried', async () => {
  const record = await runKind(
    kind(2, async () => {
      throw new CannotPlay('no keyring');
    }),
    { scale: 1, seed: 1 },
  );
  assert.deepEqual([record.tried, record.skipped.length, record.failed.length], [0, 2, 0]);
  assert.match(linesOf(record).join('\n'), /skipped 2: no keyring/);
});

test('a trial without an end, a kind that throws, and trials never played are failures', async () => {
  const hanging: Kind = {
    name: 'hanging',
    full: 1,
    run: (run) => run.trial(run.seeds[0] ?? 0, () => new Promise(() => undefined), { milliseconds: 20 }),
  };
  assert.match((await runKind(hanging, { scale: 1, seed: 1 })).failed[0]?.reason ?? '', /no end after 20 ms/);
  const throwing: Kind = { name: 'throwing', full: 1, run: async () => Promise.reject(new Broken('early')) };
  assert.match((await runKind(throwing, { scale: 1, seed: 1 })).failed[0]?.reason ?? '', /outside its trials: early/);
  const lazy: Kind = { name: 'lazy', full: 3, run: async () => undefined };
  assert.match((await runKind(lazy, { scale: 1, seed: 1 })).failed[0]?.reason ?? '', /3 trials were never played/);
});

test('the scratch folder is there for the trials and gone afterwards', async () => {
  let scratch = '';
  const writing: Kind = {
    name: 'writing',
    full: 1,
    run: async (run) => {
      scratch = run.scratch;
      await run.trial(1, async () => writeFileSync(join(scratch, 'x'), ''));
    },
  };
  const record = await runKind(writing, { scale: 1, seed: 1 });
  assert.equal(record.held, 1);
  assert.equal(existsSync(scratch), false);
});
