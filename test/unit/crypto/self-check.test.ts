import assert from 'node:assert/strict';
import { it } from 'node:test';
import { brokenPrimitives } from '../../../src-main/core/crypto/self-check.ts';

it('every primitive gives its known answer here', async () => {
  assert.deepEqual(await brokenPrimitives(), []);
});
