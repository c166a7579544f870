import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeMerges } from '../../../../src-main/core/sync/merge/judge.ts';

test('the validating child says of merged texts which are FHIR R4', async () => {
  const text = (more: object) =>
    JSON.stringify({ resourceType: 'Observation', status: 'final', code: { text: 'x' }, ...more });
  const [good, bad] = [text({ valueString: '1' }), text({ valueString: '1', valueQuantity: { value: 1 } })];
  const type = 'Observation';
  const verdicts = await judgeMerges([good, bad, good].map((json) => ({ type, json })));
  assert.deepEqual(
    [...verdicts],
    [
      [good, true],
      [bad, false],
    ],
  );
  assert.equal((await judgeMerges([])).size, 0);
});
