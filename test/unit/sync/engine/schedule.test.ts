import assert from 'node:assert/strict';
import test from 'node:test';
import { backoff, syncTimes } from '../../../../src-main/core/sync/engine/schedule.ts';

test('while people work the next try is seconds away, and later still within half a minute', () => {
  const longest = (failures: number): number => backoff(syncTimes.backoff, failures, () => 1);
  assert.deepEqual([1, 2, 3, 4, 20, 80].map(longest), [1_000, 2_000, 4_000, 5_000, 5_000, 5_000]);
  assert.deepEqual([81, 83, 1_000_000].map(longest), [10_000, 30_000, 30_000]);
  assert.equal(
    backoff(syncTimes.backoff, 20, () => 0),
    2_500,
  );
  // Several minutes pass before it slows down.
  const minutes = Array.from({ length: 80 }, (_, at) => backoff(syncTimes.backoff, at + 1, () => 0.5));
  assert.ok(minutes.reduce((sum, one) => sum + one, 0) > 4 * 60_000);
});
