/** Each lie of a backend once; thousands of histories are in `npm run faults -- --only hostile-backend`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { behaviours } from '../../../faults/hostile-backend/behaviours.ts';
import { playHostile } from '../../../faults/hostile-backend/trial.ts';
import { createPrng } from '../../../faults/prng.ts';

test('no lie of a backend is accepted in silence', async () => {
  assert.ok(behaviours.length >= 15);
  for (const [seed, behaviour] of behaviours.entries()) await playHostile(behaviour, createPrng(seed + 1));
});
