/** Bars over time: of a length that fits, without a gap, cut to the time asked for, and nothing that is not said. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { localDay } from '../../../src-main/core/audit/indexer.ts';
import { peopleOf, timesOf } from '../../../src-main/core/audit/plots.ts';

const zone = process.env['TZ'];
process.env['TZ'] = 'Europe/Berlin';
after(() => {
  if (zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zone;
});

const at = (text: string) => Date.parse(text);
const now = at('2026-11-22T12:00:00+01:00');
const countsOf = (days: Readonly<Record<string, number>>) => ({
  counts: new Map(Object.entries(days).map(([day, count]) => [String(localDay(at(`${day}T12:00:00Z`))), count])),
  total: Object.values(days).reduce((sum, count) => sum + count, 0),
  complete: true,
});

test('days, weeks from Monday on, months: as long as the time asked for needs', () => {
  const days = countsOf({ '2026-11-20': 3, '2026-11-22': 2 });
  const month = timesOf(days, { from: at('2026-10-24T00:00:00+02:00'), to: null }, now);
  assert.equal(month.unit, 'day');
  assert.equal(month.times.length, 30);
  assert.deepEqual(month.times.at(-3), { from: '2026-11-20', to: '2026-11-20', count: 3 });
  const half = timesOf(days, { from: at('2026-05-01T00:00:00+02:00'), to: null }, now);
  assert.equal(half.unit, 'week');
  assert.deepEqual(half.times[0], { from: '2026-05-01', to: '2026-05-03', count: 0 });
  assert.deepEqual(half.times.at(-1), { from: '2026-11-16', to: '2026-11-22', count: 5 });
  const long = timesOf(countsOf({ '2023-02-14': 7, '2026-11-22': 2 }), { from: null, to: null }, now);
  assert.equal(long.unit, 'month');
  assert.deepEqual(long.times[0], { from: '2023-02-14', to: '2023-02-28', count: 7 });
  assert.deepEqual(long.times.at(-1), { from: '2026-11-01', to: '2026-11-22', count: 2 });
});

test('clocks that were wrong do not stretch the plot, and are told', () => {
  const wrong = timesOf(countsOf({ '1970-01-02': 4, '2026-11-22': 2, '2031-01-01': 1 }), { from: null, to: null }, now);
  assert.ok(wrong.times.length <= 120);
  assert.equal(wrong.outside, 5);
  assert.equal(wrong.times.at(-1)?.count, 2);
  const empty = timesOf(countsOf({}), { from: null, to: null }, now);
  assert.deepEqual(empty.times, [{ from: '2026-11-22', to: '2026-11-22', count: 0 }]);
});

test('whatever time is asked for: bars follow each other and hold what lies in them', () => {
  const day = fc.integer({ min: -4000, max: 400 }).map((n) => now + n * 86_400_000);
  fc.assert(
    fc.property(fc.option(day), fc.option(day), fc.array(day, { maxLength: 20 }), (from, to, entries) => {
      const counts = new Map<string, number>();
      for (const each of entries) counts.set(String(localDay(each)), (counts.get(String(localDay(each))) ?? 0) + 1);
      const { times, outside } = timesOf({ counts, total: entries.length, complete: true }, { from, to }, now);
      assert.ok(times.length >= 1 && times.length <= 121);
      for (const [at, { from: first, to: last }] of times.entries()) {
        assert.ok(first <= last);
        const before = times[at - 1];
        if (before !== undefined) assert.equal(Date.parse(first) - Date.parse(before.to), 86_400_000);
      }
      assert.equal(times.reduce((sum, { count }) => sum + count, 0) + outside, entries.length);
    }),
    { numRuns: 200 },
  );
});

test('people by name, most first; the rest is nobody’s', () => {
  const counts = new Map([
    ['u1', 2],
    ['u2', 5],
  ]);
  const names: Readonly<Record<string, string>> = { u2: 'Ana' };
  assert.deepEqual(
    peopleOf({ counts, total: 9, complete: true }, (id) => names[id] ?? id),
    {
      by: 'people',
      total: 9,
      complete: true,
      people: [
        { id: 'u2', name: 'Ana', count: 5 },
        { id: 'u1', name: 'u1', count: 2 },
      ],
      nobody: 2,
    },
  );
});
