import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cutEnvelope, fillEnvelope } from '../../../src-shared/fhir/envelope.ts';
import { minify } from '../../../src-shared/fhir/minify.ts';
import { depthLimit, scanResource } from '../../../src-shared/fhir/scan.ts';
import { jsonText, objectJson } from './arbitrary-json.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');

function refusal(text: string): string {
  const result = scanResource(bytes(text));
  return result.ok ? 'accepted' : `${result.issue.code} ${result.issue.path}`;
}

test('spans of entry resources are exactly the resources, whatever stands around them', () => {
  fc.assert(
    fc.property(fc.array(objectJson, { maxLength: 5 }), jsonText, fc.boolean(), (resources, other, last) => {
      const entries = resources.map((text, index) =>
        last
          ? `{"fullUrl":"urn:x:${index}","resource": ${text} }`
          : `{"resource":${text},"search":${other}, "fullUrl":"urn:x:${index}"}`,
      );
      const file = bytes(
        ` {"resourceType":"Bundle","id":"b","other":${other},"entry":[${entries.join(' , ')}],"type":"collection"} `,
      );
      const result = scanResource(file);
      assert.ok(result.ok);
      const { scan } = result;
      assert.deepEqual(JSON.parse(file.subarray(scan.start, scan.end).toString()), JSON.parse(file.toString()));
      assert.deepEqual([scan.resourceType, scan.id, scan.type, scan.rest], ['Bundle', 'b', 'collection', -1]);
      assert.equal(scan.entries.length, resources.length);
      for (const [index, span] of scan.entries.entries()) {
        assert.equal(file.subarray(span.start, span.end).toString(), resources[index]);
        assert.equal(span.fullUrl, `urn:x:${index}`);
      }
      const envelope = cutEnvelope(file, scan.start, scan.end, scan.entries);
      assert.equal(
        fillEnvelope(envelope, (entry) => resources[entry] ?? ''),
        file.toString().trim(),
      );
    }),
    { numRuns: 300 },
  );
});

test('a valid object is always accepted, and minified means the same without white space', () => {
  fc.assert(
    fc.property(objectJson, (text) => {
      assert.equal(refusal(text), 'accepted');
      const small = Buffer.from(minify(bytes(text))).toString();
      assert.deepEqual(JSON.parse(small), JSON.parse(text));
      assert.equal(Buffer.from(minify(bytes(`\n ${text}\t`))).toString(), small);
    }),
    { numRuns: 300 },
  );
});

test('bytes that are not JSON never throw', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      fc.constantFrom('', '{', '{"a":', '{"entry":[{"resource":{'),
      (noise, head) => {
        scanResource(Buffer.concat([bytes(head), noise]));
      },
    ),
    { numRuns: 500 },
  );
});

test('depth is refused before JSON.parse sees it', () => {
  const deep = (levels: number): string => `{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`;
  assert.equal(refusal(deep(depthLimit)), 'accepted');
  assert.match(refusal(deep(depthLimit + 1)), /^too-deep a\[0\]/);
  assert.match(refusal(deep(100_000)), /^too-deep/);
  assert.match(refusal('{"a":'.repeat(100_000)), /^too-deep/);
});

test('the same key twice is refused, however it is written and however many keys there are', () => {
  assert.equal(refusal('{"id":"1","id":"2"}'), 'duplicate-key id');
  assert.equal(refusal('{"id":"1","\\u0069d":"2"}'), 'duplicate-key id');
  assert.equal(refusal('{"\\u0069d":"1","id":"2"}'), 'duplicate-key id');
  assert.equal(
    refusal('{"name":[{"family":"A"},{"family":"B","given":["x"],"family":"C"}]}'),
    'duplicate-key name[1].family',
  );
  const many = Array.from({ length: 200_000 }, (_, index) => `"k${index}":0`).join(',');
  assert.equal(refusal(`{${many}}`), 'accepted');
  assert.equal(refusal(`{${many},"k7":1}`), 'duplicate-key k7');
});

test('__proto__ is refused, and keys that are no element names do not appear in paths', () => {
  assert.equal(refusal('{"__proto__":{}}'), 'forbidden-key __proto__');
  assert.equal(refusal('{"a":{"\\u005f_proto__":1}}'), 'forbidden-key a.__proto__');
  assert.equal(refusal('{"Jane Doe 1970":{"x":1,"x":2}}'), 'duplicate-key ?.x');
});

test('what is not an object, or is cut off, is named', () => {
  assert.equal(refusal(''), 'empty ');
  assert.equal(refusal('[{}]'), 'not-a-resource ');
  assert.equal(refusal('hello'), 'not-json ');
  assert.equal(refusal('{"name":[{"family":"A"}'), 'not-json name[0]');
  assert.equal(refusal('{"a":"unclosed}'), 'not-json a');
  assert.equal(refusal('{"a":[}'), 'not-json a[0]');
});
