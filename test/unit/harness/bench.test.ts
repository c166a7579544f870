import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { inTurn, median, percentile, shown } from '../../bench/measure.ts';
import { tableOf } from '../../bench/table.ts';

test('percentiles are samples, in order, and hold their share', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ noNaN: true }), { minLength: 1 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (samples, share) => {
        const value = percentile(samples, share);
        assert.ok(samples.includes(value));
        assert.ok(samples.filter((sample) => sample <= value).length >= share * samples.length - 1e-9);
      },
    ),
  );
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(
    percentile(
      Array.from({ length: 100 }, (_, index) => index + 1),
      0.95,
    ),
    95,
  );
  assert.throws(() => percentile([], 0.5));
});

test('ways are measured in turn, each as often as the others', () => {
  const order: string[] = [];
  const samples = inTurn(4, [() => order.push('a'), () => order.push('b')]);
  assert.equal(order.join(''), 'abbaabba');
  assert.deepEqual(
    samples.map((list) => list.length),
    [4, 4],
  );
});

test('the table shows figure, limit, peer and a missed bound', () => {
  const lines = tableOf([
    {
      name: 'search',
      value: 0.8123,
      unit: 'ms',
      samples: 10,
      peer: { name: 'PouchDB', value: 13500, ratio: 16619 },
      limit: { name: 'unencrypted', value: 0.7, ratio: 0.86 },
      bound: { text: 'p95 ≤ 1 ms', holds: true },
      note: 'few samples of the peer',
    },
    { name: 'write', value: 1.41, unit: '×', samples: 5, bound: { text: '≤ 1.3×', holds: false } },
  ]);
  assert.match(
    lines[1] ?? '',
    /search +0\.812 ms +unencrypted 0\.7 ms \(0\.86×\) +PouchDB 13,500 ms \(16,619×\) +p95 ≤ 1 ms +yes/,
  );
  assert.match(lines[2] ?? '', /write.*≤ 1\.3× +NO/);
  assert.match(lines[3] ?? '', /few samples/);
  assert.equal(shown(1234.5), '1,235');
});
