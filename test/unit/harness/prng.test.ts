import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { caseOf, createPrng } from '../../faults/prng.ts';

test('the same seed gives the same numbers, another seed others', () => {
  const draw = (seed: number) => {
    const random = createPrng(seed);
    return Array.from({ length: 50 }, () => random.next());
  };
  assert.deepEqual(draw(7), draw(7));
  assert.notDeepEqual(draw(7), draw(8));
});

test('below stays below and reaches every value', () => {
  const random = createPrng(3);
  const seen = new Set(Array.from({ length: 2000 }, () => random.below(10)));
  assert.deepEqual([...seen].sort(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 2 ** 40 }), (seed, limit) => {
      const value = createPrng(seed).below(limit);
      return Number.isInteger(value) && value >= 0 && value < limit;
    }),
  );
});

test('bytes are spread evenly enough', () => {
  const counts = new Array<number>(256).fill(0);
  for (const byte of createPrng(11).bytes(256 * 400)) counts[byte] = (counts[byte] ?? 0) + 1;
  assert.ok(Math.min(...counts) > 300 && Math.max(...counts) < 500);
});

test('shuffled keeps every member', () => {
  fc.assert(
    fc.property(fc.integer(), fc.array(fc.integer()), (seed, list) => {
      assert.deepEqual(createPrng(seed).shuffled(list).sort(), [...list].sort());
    }),
  );
});

test('as many seeds as cases play each case once', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e9 }), fc.integer({ min: 1, max: 400 }), (seed, count) => {
      const played = new Set(Array.from({ length: count }, (_, index) => caseOf(seed + index, count)));
      assert.equal(played.size, count);
    }),
  );
});
