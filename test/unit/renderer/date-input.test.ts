import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readDate, writeDate } from '../../../src-renderer/patient/date-input.ts';

const year = 2026;
const iso = (text: string) => {
  const read = readDate(text, year);
  return read.kind === 'date' ? read.iso : read.kind;
};

test('the ways people of four languages write a date', () => {
  for (const text of [
    '14.3.1971',
    '14.03.1971',
    '14/03/1971',
    '14/3/71',
    '14-3-1971',
    '14 3 1971',
    '14031971',
    ' 1971-03-14 ',
    '1971/3/14',
    '14. 3. 1971',
  ])
    assert.equal(iso(text), '1971-03-14', text);
  assert.equal(iso('3.1971'), '1971-03');
  assert.equal(iso('03/1971'), '1971-03');
  assert.equal(iso('1971-3'), '1971-03');
  assert.equal(iso('1971'), '1971');
  assert.equal(iso('  '), 'empty');
});

test('a year in two digits belongs to the hundred years that end now', () => {
  assert.equal(iso('1.1.26'), '2026-01-01');
  assert.equal(iso('1.1.27'), '1927-01-01');
  assert.equal(iso('1.1.00'), '2000-01-01');
  assert.equal(readDate('1.1.99', 2099).kind === 'date' && '2099', '2099');
});

test('dates that do not exist, and what is no date', () => {
  for (const text of [
    '31.4.1990',
    '29.2.2023',
    '29.2.1900',
    '0.1.1990',
    '1.0.1990',
    '1.13.1990',
    '32/12/1990',
    '1990-02-30',
    '99999999',
    '00000000',
  ])
    assert.equal(iso(text), 'unclear', text);
  for (const text of [
    '1',
    '14',
    '14.3',
    '14.3.1',
    '14.3.197',
    '197',
    '12345',
    '1.2.3.1990',
    'x',
    '14.März 1971',
    '14.3.1971x',
    '.',
    '-',
    '3.71',
    '1.1.1849',
    '1.1.2201',
    '١٤.٣.١٩٧١',
  ])
    assert.equal(iso(text), 'unclear', text);
  assert.equal(iso('29.2.2024'), '2024-02-29');
  assert.equal(iso('29.2.2000'), '2000-02-29');
});

test('what stands in the field reads back as the same date, in each language', () => {
  assert.equal(writeDate('1971-03-14', 'de'), '14.03.1971');
  for (const language of ['en', 'es', 'fr'] as const) assert.equal(writeDate('1971-03-14', language), '14/03/1971');
  const day = fc.date({ min: new Date('1850-01-01'), max: new Date('2200-12-31T12:00Z'), noInvalidDate: true });
  fc.assert(
    fc.property(
      day,
      fc.constantFrom(4, 7, 10),
      fc.constantFrom('en' as const, 'es' as const, 'de' as const, 'fr' as const),
      (date, length, language) => {
        const written = date.toISOString().slice(0, length);
        assert.equal(iso(writeDate(written, language)), written);
      },
    ),
  );
});

test('never throws, and answers only dates that exist', () => {
  const digits = fc.string({ unit: fc.constantFrom(...'0123456789./- '), maxLength: 12 });
  fc.assert(
    fc.property(fc.oneof(digits, fc.string({ unit: 'binary' })), (text) => {
      const read = readDate(text, year);
      if (read.kind !== 'date') return;
      assert.match(read.iso, /^\d{4}(-\d\d(-\d\d)?)?$/);
      const whole = `${read.iso}-01-01`.slice(0, 10);
      assert.equal(new Date(`${whole}T00:00:00Z`).toISOString().slice(0, 10), whole);
    }),
    { numRuns: 2000 },
  );
});
