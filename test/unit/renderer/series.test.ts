import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Item } from '../../../src-renderer/chart/model/chart.ts';
import { extent, lastOf, measured, type Series, ticksOf } from '../../../src-renderer/chart/model/series.ts';
import { resourceId } from '../../../src-shared/contract/primitives.ts';
import { extract } from '../../../src-shared/fhir/extract.ts';
import { parseResource } from '../../../src-shared/fhir/lossless.ts';

const loinc = (code: string, text: string) => ({ coding: [{ system: 'http://loinc.org', code }], text });
let count = 0;

/** A row of the chart from an Observation's JSON text, so that numbers are as written. */
function row(json: string): Item {
  const resource = parseResource(json);
  const facts = extract(resource, '2026-11-22');
  count += 1;
  return {
    row: {
      id: resourceId.parse(`00000000-0000-7000-8000-${String(count).padStart(12, '0')}`),
      type: 'Observation',
      version: 1,
      date: facts.date ?? null,
      status: facts.status ?? null,
      encounterId: null,
      signed: false,
      source: { kind: 'import', by: 'Ana', at: 0, import: 'x.json' },
      json,
    },
    json: resource,
    facts,
    title: facts.display ?? 'Observation',
  };
}
const observation = (more: Readonly<Record<string, unknown>>): Item =>
  row(JSON.stringify({ resourceType: 'Observation', status: 'final', ...more }));
/** One laboratory value, the number's text as given. */
const glucose = (number: string, unit: string, day: string, more = ''): Item =>
  row(
    `{"resourceType":"Observation","status":"final","category":[{"coding":[{"code":"laboratory"}]}],"code":{"coding":[{"system":"urn:lab","code":"GLU"}],"text":"Glucose"},"effectiveDateTime":"${day}","valueQuantity":{"value":${number},"unit":"${unit}","system":"http://unitsofmeasure.org","code":"${unit}"}${more}}`,
  );
const only = (items: readonly Item[]): Series => {
  const { series } = measured(items);
  assert.equal(series.length, 1);
  const [first] = series;
  assert.ok(first);
  return first;
};

test('a series is one code in one unit, oldest first', () => {
  const { series } = measured([
    glucose('99', 'mg/dL', '2026-02-01'),
    glucose('5.5', 'mmol/L', '2026-03-01'),
    glucose('90', 'mg/dL', '2026-01-01'),
  ]);
  assert.deepEqual(
    series.map(({ unit, points }) => [unit, points.map(({ text }) => text)]),
    [
      ['mmol/L', ['5.5']],
      ['mg/dL', ['90', '99']],
    ],
  );
});

test('numbers stand as they were written', () => {
  const { points } = only([
    glucose('1.50', 'mg/dL', '2026-01-01'),
    glucose('1e2', 'mg/dL', '2026-01-02'),
    glucose('0.10000000000000000001', 'mg/dL', '2026-01-03'),
  ]);
  assert.deepEqual(
    points.map(({ text }) => text),
    ['1.50', '1e2', '0.10000000000000000001'],
  );
  assert.deepEqual(
    points.map(({ value }) => value),
    [1.5, 100, 0.1],
  );
});

test('the parts of a panel are series of their own', () => {
  const part = (code: string, text: string, value: number) => ({
    code: loinc(code, text),
    valueQuantity: { value, unit: 'mmHg', code: 'mm[Hg]' },
  });
  const { series, findings } = measured([
    observation({
      category: [{ coding: [{ code: 'vital-signs' }] }],
      code: loinc('85354-9', 'Blood pressure'),
      effectiveDateTime: '2026-01-01T09:00:00Z',
      component: [part('8462-4', 'Diastolic', 85), part('8480-6', 'Systolic', 142)],
    }),
  ]);
  assert.deepEqual(
    series.map(({ vital, group }) => [vital, group]),
    [
      ['systolic', 'vital-signs'],
      ['diastolic', 'vital-signs'],
    ],
  );
  assert.equal(findings.length, 0);
  // without a range of its own a vital sign stands against the usual one, and is flagged by nobody
  const [systolic] = series;
  assert.ok(systolic);
  assert.deepEqual(lastOf(systolic).band, { low: 90, high: 139 });
  assert.equal(lastOf(systolic).flag, undefined);
});

test('the record’s own range is the band and flags; the laboratory’s word comes first', () => {
  const range =
    ',"referenceRange":[{"type":{"coding":[{"code":"treatment"}]},"low":{"value":1}},{"low":{"value":70},"high":{"value":99,"unit":"mg/dL"}}]';
  const flagOf = (number: string, more = '') =>
    lastOf(only([glucose(number, 'mg/dL', '2026-01-01', range + more)])).flag;
  assert.deepEqual(lastOf(only([glucose('80', 'mg/dL', '2026-01-01', range)])).band, { low: 70, high: 99 });
  assert.equal(flagOf('69'), 'low');
  assert.equal(flagOf('70'), undefined);
  assert.equal(flagOf('99.1'), 'high');
  assert.equal(flagOf('80', ',"interpretation":[{"coding":[{"code":"HH"}]}]'), 'high');
  assert.equal(flagOf('80', ',"interpretation":[{"coding":[{"code":"N"}]}]'), undefined);
});

test('codes that are names of an object’s own members are codes like any other', () => {
  for (const name of ['constructor', 'toString', '__proto__', 'valueOf']) {
    const series = only([
      observation({
        code: loinc('8480-6', 'Systolic'),
        effectiveDateTime: '2026-01-01',
        valueQuantity: { value: 120, unit: name, code: name },
        interpretation: [{ coding: [{ code: name }] }],
      }),
      observation({ code: loinc(name, name), status: 'cancelled', valueQuantity: { value: 1 } }),
    ]);
    assert.deepEqual(lastOf(series).band, { low: undefined, high: undefined });
    assert.equal(lastOf(series).flag, undefined);
    assert.equal(only([observation({ code: loinc(name, name), valueQuantity: { value: 1 } })]).vital, undefined);
  }
});

test('words and bounds are findings, not points; what was taken back is neither', () => {
  const { series, findings } = measured([
    observation({
      code: { text: 'Culture' },
      valueCodeableConcept: { text: 'No growth' },
      interpretation: [{ coding: [{ code: 'A' }] }],
    }),
    observation({ code: { text: 'CRP' }, valueQuantity: { value: 5, comparator: '<', unit: 'mg/L' } }),
    observation({ code: { text: 'Wrong' }, status: 'entered-in-error', valueQuantity: { value: 1 } }),
    observation({ code: { text: 'Never' }, status: 'cancelled', valueQuantity: { value: 1 } }),
  ]);
  assert.deepEqual(series, []);
  assert.deepEqual(
    findings.map(({ title, text, flag }) => [title, text, flag]),
    [
      ['Culture', 'No growth', 'abnormal'],
      ['CRP', '< 5 mg/L', undefined],
    ],
  );
});

test('a point without a date stands first and is drawn nowhere', () => {
  const { points } = only([glucose('2', 'mg/dL', '2026-01-02'), glucose('1', 'mg/dL', 'soon')]);
  assert.deepEqual(
    points.map(({ text, at }) => [text, at !== undefined]),
    [
      ['1', false],
      ['2', true],
    ],
  );
});

test('the plot holds every value and the band, its figures are round', () => {
  const range = ',"referenceRange":[{"low":{"value":70},"high":{"value":99}}]';
  const { min, max } = extent(only([glucose('200', 'mg/dL', '2026-01-01', range)]));
  assert.ok(min < 70 && max > 200);
  const flat = extent(only([glucose('0', 'mg/dL', '2026-01-01')]));
  assert.ok(flat.min < 0 && flat.max > 0);
  assert.deepEqual(ticksOf({ min: 58, max: 141 }), [40, 60, 80, 100, 120, 140, 160]);
  const number = fc.double({ min: -1e6, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(number, fc.double({ min: 1e-6, max: 1e6, noNaN: true }), (low, size) => {
      const range = { min: low, max: low + size };
      fc.pre(range.max - range.min > Math.abs(low) * 1e-9);
      const ticks = ticksOf(range);
      assert.ok(ticks.length >= 2 && ticks.length <= 12, String(ticks.length));
      assert.ok((ticks[0] ?? 0) <= range.min + size * 1e-3 && (ticks.at(-1) ?? 0) >= range.max - size * 1e-3);
    }),
  );
});

test('whatever an Observation holds, the chart is drawn', () => {
  const value = fc.oneof(
    fc.constantFrom('toString', '8480-6', 'http://loinc.org', 'mm[Hg]', '', 'H'),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
  );
  const scrap = fc.letrec((tie) => ({
    any: fc.oneof({ maxDepth: 4 }, value, tie('list'), tie('thing')),
    list: fc.array(tie('any'), { maxLength: 3 }),
    thing: fc.dictionary(
      fc.constantFrom('coding', 'code', 'system', 'value', 'unit', 'low', 'high', 'text', 'type', 'display'),
      tie('any'),
      { maxKeys: 5 },
    ),
  })).any;
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.constantFrom(
          'code',
          'valueQuantity',
          'referenceRange',
          'interpretation',
          'component',
          'category',
          'effectiveDateTime',
          'valueInteger',
        ),
        scrap,
      ),
      (more) => {
        for (const series of measured([observation(more)]).series) {
          const range = extent(series);
          assert.ok(range.max > range.min);
          ticksOf(range);
        }
      },
    ),
    { numRuns: 500 },
  );
});
