/** What the contract's smallest schemas let in. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import { procedures } from '../../../src-shared/contract/index.ts';
import { instant, line, partialDate, prose, requiredLine } from '../../../src-shared/contract/primitives.ts';

const takes = (schema: z.ZodType, value: unknown): boolean => schema.safeParse(value).success;

test('a date is one that the calendar has', () => {
  for (const good of ['1971', '1971-03', '1971-03-14', '2024-02-29', '2000-02-29', '1900-02-28', '0900-12-31']) {
    assert.equal(takes(partialDate, good), true, good);
  }
  for (const bad of [
    '2023-02-29',
    '1900-02-29',
    '2024-04-31',
    '0000',
    '1971-00',
    '1971-13-01',
    '1971-3-1',
    '71',
    '',
    '١٩٧١',
  ]) {
    assert.equal(takes(partialDate, bad), false, bad);
  }
});

test('an instant can be written as ISO text', () => {
  assert.equal(takes(instant, 253_402_300_799_999), true);
  assert.equal(takes(instant, 253_402_300_800_000), false);
  assert.equal(takes(instant, -1), false);
});

test('a line keeps what can be seen and nothing that turns what stands beside it', () => {
  assert.equal(line(20).parse(' Ana\u202E Ru\u0085iz\u2066 '), 'Ana Ruiz');
  assert.equal(line(20).parse('מרים\u200f'), 'מרים\u200f');
  assert.equal(requiredLine(20).parse('山田'), '山田');
  for (const empty of ['', '   ', '\u200b', '\u202e', '\u00a0\u2060'])
    assert.equal(takes(requiredLine(20), empty), false);
  for (const control of ['a\u0000b', 'a\nb', 'a\u001bb']) assert.equal(takes(line(20), control), false);
});

test('several lines are never refused for what pasting brings', () => {
  assert.equal(prose(50).parse('a\u000bb\u000cc\u0000d\te\r\nf'), 'a\nb\ncd\te\r\nf');
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (text) => takes(prose(200), text)));
});

test('every text and every list that a caller sends has a limit', () => {
  type Schema = { readonly [name: string]: unknown };
  const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null;
  const unlimited: string[] = [];
  const look = (schema: unknown, path: string): void => {
    if (!isSchema(schema)) return;
    const { type, maxLength, maxItems, pattern, format } = schema;
    const closed =
      'enum' in schema ||
      'const' in schema ||
      (type === 'array' && isSchema(schema['items']) && 'not' in schema['items']);
    const bounded = typeof pattern === 'string' && !/(?<!\\)[*+]/.test(pattern.replace(/\[[^\]]*\]/g, 'x'));
    if (type === 'string' && !closed && maxLength === undefined && !bounded && format === undefined)
      unlimited.push(path);
    if (type === 'array' && !closed && maxItems === undefined) unlimited.push(path);
    for (const [name, inner] of Object.entries(schema)) if (name !== '$schema') look(inner, `${path}.${name}`);
  };
  for (const [name, procedure] of procedures) look(z.toJSONSchema(procedure.input, { io: 'input' }), name);
  assert.deepEqual(unlimited, []);
});
