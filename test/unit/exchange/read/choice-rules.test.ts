import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choiceIssues } from '../../../../src-main/core/exchange/read/choice-rules.ts';
import { validateResource } from '../../../../src-main/core/exchange/read/validate.ts';

const observation = {
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'Potassium' },
  valueQuantity: { value: 4.1, unit: 'mmol/L' },
};

test('a choice with two values is refused, wherever it stands', () => {
  const cases: readonly (readonly [object, string])[] = [
    [{ ...observation, valueString: '5.1' }, 'valueString'],
    [{ ...observation, component: [{ code: {}, valueBoolean: true, valueInteger: 1 }] }, 'component[0].valueInteger'],
    [{ ...observation, extension: [{ url: 'urn:x', valueCode: 'a', valueUri: 'b' }] }, 'extension[0].valueUri'],
    [{ resourceType: 'Patient', deceasedBoolean: false, deceasedDateTime: '2020' }, 'deceasedDateTime'],
    [{ ...observation, contained: [{ ...observation, id: 'a', valueTime: '10:00:00' }] }, 'contained[0].valueTime'],
  ];
  for (const [resource, path] of cases) {
    assert.deepEqual(
      [...choiceIssues(JSON.parse(JSON.stringify(resource)), '')].map((found) => found.path),
      [path],
    );
  }
  const judged = validateResource(JSON.stringify({ ...observation, valueString: '5.1' }));
  assert.equal(judged.ok, false);
});

test('one value, its extension beside it, and lists named alike are no choice of two', () => {
  for (const resource of [
    { ...observation, _valueQuantity: { id: 'a' } },
    { resourceType: 'DeviceRequest', reasonCode: [{ text: 'a' }], reasonReference: [{ display: 'b' }] },
    { resourceType: 'PaymentReconciliation', paymentDate: '2020-01-01', paymentIdentifier: { value: '1' } },
  ]) {
    assert.deepEqual([...choiceIssues(JSON.parse(JSON.stringify(resource)), '')], []);
  }
});
