import assert from 'node:assert/strict';
import { test } from 'node:test';
import histories from '../../../faults/kinds/histories.ts';
import { runKind } from '../../../faults/runner.ts';

test('a few histories of five workstations, one of them put back from an old copy', async () => {
  const { held, failed } = await runKind(histories, { scale: 1, seed: 31, most: 2 });
  assert.deepEqual(failed, []);
  assert.equal(held, 2);
});
