import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { findReferences, rewriteReferences } from '../../../../src-main/core/exchange/write/references.ts';

const texts = (json: string): string[] => [...findReferences(json)].map((found) => found.text);

test('finds references wherever they are, and nothing else', () => {
  const json =
    '{ "subject" : {"reference" : "Patient/1"}, "note":"\\"reference\\":\\"no\\"", "reference": {"reference":"a\\u002fb"}, "list":[{"reference":"#c"}], "reference2":"x" }';
  assert.deepEqual(texts(json), ['Patient/1', 'a/b', '#c']);
});

test('rewriting changes the value alone: numbers, spacing, escapes stay as written', () => {
  const json = '{ "value": 1.50 , "e":1E+2,"subject":{"reference":"Patient/1","display":"\\u00fc"} }';
  assert.equal(
    rewriteReferences(json, () => 'urn:uuid:9"'),
    '{ "value": 1.50 , "e":1E+2,"subject":{"reference":"urn:uuid:9\\"","display":"\\u00fc"} }',
  );
  assert.equal(
    rewriteReferences(json, () => null),
    json,
  );
});

/** JSON as other systems write it: any spacing, any escapes. */
const json = fc
  .json({ maxDepth: 5 })
  .chain((compact) => fc.constantFrom(compact, JSON.stringify(JSON.parse(compact), null, 2)));
const resource = fc.letrec<{ node: unknown; object: unknown }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    fc.string(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('node'), { maxLength: 4 }),
    tie('object'),
  ),
  object: fc.dictionary(
    fc.oneof(fc.constant('reference'), fc.constant('a"b\\'), fc.string({ maxLength: 6 })),
    tie('node'),
    { maxKeys: 5 },
  ),
})).object;

test('any JSON: rewriting to itself is the identity', () => {
  fc.assert(
    fc.property(json, (text) => rewriteReferences(text, (reference) => reference) === text),
    { numRuns: 300 },
  );
});

test('any JSON: rewriting equals changing the parsed value', () => {
  const change = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(change);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, held]) => [
        key,
        key === 'reference' && typeof held === 'string' ? `<${held}>` : change(held),
      ]),
    );
  };
  fc.assert(
    fc.property(resource, fc.constantFrom(undefined, 1, '\t'), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      const rewritten: unknown = JSON.parse(rewriteReferences(text, (reference) => `<${reference}>`));
      assert.deepEqual(rewritten, change(JSON.parse(text)));
    }),
    { numRuns: 500 },
  );
});

test('a megabyte of backslashes and quotes is scanned in no time', () => {
  const text = JSON.stringify({ reference: '\\"'.repeat(500_000), more: 'x'.repeat(1_000_000) });
  const started = performance.now();
  assert.equal(texts(text).length, 1);
  assert.ok(performance.now() - started < 2000);
});
