import assert from 'node:assert/strict';
import { test } from 'node:test';
import { weekOf } from '../../../src-main/core/review/iso-week.ts';
import { sampleSize } from '../../../src-main/core/review/sample.ts';

test('weeks of ISO 8601, from Monday to Monday on the local calendar', () => {
  const cases: readonly (readonly [day: readonly [number, number, number], week: string])[] = [
    [[2026, 10, 22], '2026-W47'],
    [[2026, 10, 23], '2026-W48'],
    [[2027, 0, 1], '2026-W53'],
    [[2027, 0, 4], '2027-W01'],
    [[2024, 11, 30], '2025-W01'],
    [[2021, 0, 3], '2020-W53'],
    [[2026, 2, 29], '2026-W13'],
    [[2026, 9, 25], '2026-W43'],
  ];
  for (const [[year, month, day], week] of cases) {
    for (const hour of [0, 12, 23]) {
      const at = new Date(year, month, day, hour, 30).getTime();
      const found = weekOf(at);
      assert.equal(found.week, week, new Date(at).toString());
      assert.ok(found.from <= at && at < found.to);
      assert.equal(new Date(found.from).getDay(), 1);
      assert.equal(weekOf(found.to).from, found.to);
      assert.equal(weekOf(found.from - 1).to, found.from);
    }
  }
});

test('one access in a hundred, at least five, at most 25, or all there are', () => {
  const sizes = [0, 3, 5, 400, 501, 2400, 2500, 100_000].map(sampleSize);
  assert.deepEqual(sizes, [0, 3, 5, 5, 6, 24, 25, 25]);
});
