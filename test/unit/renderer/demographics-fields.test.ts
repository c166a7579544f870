import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  differing,
  mergeMeanwhile,
  noDemographics,
  problemsOf,
  tidy,
} from '../../../src-renderer/patient/demographics-fields.ts';

const base = { ...noDemographics, family: 'Ruiz', given: 'Ana', phone: '1' };

test('someone else saved meanwhile: theirs comes in, ours stays, what both changed is asked', () => {
  const mine = { ...base, phone: '2', given: 'Ana María' };
  const theirs = { ...base, phone: '3', email: 'ana@example.org' };
  const { merged, contested } = mergeMeanwhile(base, mine, theirs);
  assert.deepEqual(merged, { ...mine, email: 'ana@example.org' });
  assert.deepEqual(contested, ['phone']);
  assert.deepEqual(mergeMeanwhile(base, mine, { ...base, phone: '2' }).contested, [], 'the same change is no conflict');
  assert.deepEqual(differing(base, mine), ['given', 'phone']);
});

test('empty identifier lines are not saved, and what is wrong is named by its field', () => {
  const values = { ...base, identifiers: [{ system: '', label: '', value: ' ' }] };
  assert.deepEqual(tidy(values).identifiers, []);
  assert.deepEqual([...problemsOf(base)], []);
  assert.ok(problemsOf({ ...base, birthDate: '1971-02-31' }).has('birthDate'));
});
