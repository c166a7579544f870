import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { editResource, numberText, numberValue, parseLossless } from '../../../src-shared/fhir/lossless.ts';
import { minify } from '../../../src-shared/fhir/minify.ts';
import { jsonText, objectText } from './arbitrary-json.ts';

const canonical = (text: string): string => Buffer.from(minify(Buffer.from(text))).toString();
/** Strings may be escaped differently; numbers and order may not change. */
const numbersOf = (text: string): string[] =>
  canonical(text)
    .replace(/"(?:[^"\\]|\\.)*"/g, '""')
    .match(/-?\d[\d.eE+-]*/g) ?? [];

test('parse and stringify keep every number as written', () => {
  fc.assert(
    fc.property(jsonText, (text) => {
      const back = JSON.stringify(parseLossless(text));
      assert.deepEqual(numbersOf(back), numbersOf(text));
      assert.deepEqual(JSON.parse(back), JSON.parse(text));
    }),
    { numRuns: 500 },
  );
});

test('an edit of one element leaves all others as they were', () => {
  fc.assert(
    fc.property(jsonText, jsonText, (first, second) => {
      const source = objectText({ resourceType: '"Basic"', before: first, status: '"a"', after: second }, ' ');
      const edited = editResource(source, { status: 'b', gone: undefined });
      const expected = objectText({ resourceType: '"Basic"', before: first, status: '"b"', after: second });
      assert.deepEqual(numbersOf(edited), numbersOf(expected));
      assert.deepEqual(JSON.parse(edited), JSON.parse(expected));
      assert.deepEqual(Object.keys(JSON.parse(edited)), ['resourceType', 'before', 'status', 'after']);
    }),
    { numRuns: 300 },
  );
});

test('numbers read as written and as values', () => {
  const parsed = parseLossless('{"a":1.50,"b":2,"c":1e-7,"d":"1.50"}');
  assert.ok(typeof parsed === 'object' && parsed !== null);
  const values = Object.values(parsed);
  assert.deepEqual(values.map(numberText), ['1.50', '2', '1e-7', undefined]);
  assert.deepEqual(values.map(numberValue), [1.5, 2, 1e-7, undefined]);
  assert.equal(editResource('{"v": 1.50, "w": 1}', { w: undefined }), '{"v":1.50}');
});
