/** Observations as lines of a table and as series for small plots. */
import {
  conceptText,
  observationValueText,
  quantityText,
  referenceRangeText,
} from '../../../../src-shared/fhir/display.ts';
import { list, listAt, member, textAt } from '../../../../src-shared/fhir/json.ts';
import { numberValue } from '../../../../src-shared/fhir/lossless.ts';
import { sortable } from './dates.ts';
import { choice, codeOf, dateOf, hasCode } from './reading.ts';
import type { Read, View } from './view.ts';
import { wordFor } from './words.ts';

export type Measured = {
  readonly of: Read;
  /** Same key, same series: the code, else the name. */
  readonly key: string;
  readonly title: string;
  readonly date: string | undefined;
  readonly value: string;
  readonly reference: string | undefined;
  readonly flag: Flag | undefined;
  /** Numbers for a plot: one, or systolic and diastolic. */
  readonly numbers: readonly number[];
  readonly unit: string;
  readonly band: { readonly low: number | undefined; readonly high: number | undefined };
  readonly status: string | undefined;
  readonly notes: readonly string[];
};
export type Flag = { readonly sign: string; readonly word: string; readonly alarming: boolean };

export type Kind = 'vitals' | 'social' | 'pregnancy' | 'results';

const vitalCodes = new Set(
  [
    '85353-1',
    '9279-1',
    '8867-4',
    '2708-6',
    '59408-5',
    '8310-5',
    '8302-2',
    '9843-4',
    '29463-7',
    '39156-5',
    '85354-9',
    '8480-6',
    '8462-4',
    '3141-9',
    '8306-3',
    '8287-5',
  ].map((code) => `http://loinc.org|${code}`),
);
const pregnancyCodes = new Set(
  [
    '82810-3',
    '11778-8',
    '11779-6',
    '11780-4',
    '11636-8',
    '11637-6',
    '11638-4',
    '11639-2',
    '11640-0',
    '11612-9',
    '11613-7',
    '11614-5',
    '33065-4',
  ].map((code) => `http://loinc.org|${code}`),
);
export const tobaccoCodes = new Set([
  'http://loinc.org|72166-2',
  'http://loinc.org|11367-0',
  'http://loinc.org|39240-7',
]);
export const alcoholCodes = new Set(['http://loinc.org|74013-4', 'http://loinc.org|11331-6']);
const systolic = new Set(['http://loinc.org|8480-6']);
const diastolic = new Set(['http://loinc.org|8462-4']);

export function kindOf(observation: unknown): Kind {
  const code = member(observation, 'code');
  const categories = listAt(observation, 'category').map(codeOf);
  if (hasCode(code, pregnancyCodes)) return 'pregnancy';
  if (categories.includes('social-history') || hasCode(code, tobaccoCodes) || hasCode(code, alcoholCodes))
    return 'social';
  return categories.includes('vital-signs') || hasCode(code, vitalCodes) ? 'vitals' : 'results';
}

export function measuredOf(view: View, of: Read): Measured {
  const { resource } = of;
  const code = member(resource, 'code');
  const components = listAt(resource, 'component');
  const upper = components.find((each) => hasCode(member(each, 'code'), systolic));
  const lower = components.find((each) => hasCode(member(each, 'code'), diastolic));
  const range = listAt(resource, 'referenceRange')[0];
  const band = {
    low: numberValue(member(member(range, 'low'), 'value')),
    high: numberValue(member(member(range, 'high'), 'value')),
  };
  const quantity = member(resource, 'valueQuantity');
  const numbers = [
    quantity,
    ...(upper === undefined ? [] : [upper, lower].map((each) => member(each, 'valueQuantity'))),
  ].flatMap((each) => list(numberValue(member(each, 'value'))).filter((number) => typeof number === 'number'));
  const coding = listAt(code, 'coding')[0];
  const title = conceptText(code) ?? '—';
  const status = textAt(resource, 'status');
  return {
    of,
    key: `${textAt(coding, 'system') ?? ''}|${textAt(coding, 'code') ?? title}|${textAt(quantity, 'code') ?? textAt(quantity, 'unit') ?? ''}`,
    title,
    date: dateOf(choice(resource, 'effective')) ?? textAt(resource, 'issued'),
    value: valueText(view, resource, components, upper, lower),
    reference: referenceRangeText(resource),
    flag: flagOf(view, resource, numbers, band),
    numbers,
    unit: textAt(quantity, 'unit') ?? textAt(member(upper, 'valueQuantity'), 'unit') ?? '',
    band,
    status: status === undefined || status === 'final' ? undefined : wordFor(view.words.status, status),
    notes: listAt(resource, 'note').flatMap((note) => textAt(note, 'text') ?? []),
  };
}

function valueText(
  view: View,
  resource: unknown,
  components: readonly unknown[],
  upper: unknown,
  lower: unknown,
): string {
  const own = plainValue(view, resource);
  if (upper !== undefined && lower !== undefined) {
    const high = quantityText(member(upper, 'valueQuantity'))?.replace(/\s.*$/, '');
    const low = quantityText(member(lower, 'valueQuantity'));
    if (high !== undefined && low !== undefined) return `${high}/${low}`;
  }
  const parts = components.map((each) => {
    const reference = referenceRangeText(each);
    const shown = `${conceptText(member(each, 'code')) ?? '—'}: ${plainValue(view, each) ?? view.words.values.missing}`;
    return reference === undefined ? shown : `${shown} (${reference})`;
  });
  return [own, ...parts].filter((part) => part !== undefined).join('\n') || view.words.values.missing;
}

function plainValue(view: View, holder: unknown): string | undefined {
  const flag = member(holder, 'valueBoolean');
  if (typeof flag === 'boolean') return flag ? view.words.values.yes : view.words.values.no;
  if (member(holder, 'valueSampledData') !== undefined) return view.words.values.curve;
  const date = textAt(holder, 'valueDateTime');
  return date === undefined ? observationValueText(holder) : view.calendar.moment(date);
}

const signs: ReadonlyMap<string, readonly [sign: string, word: 'high' | 'low' | 'critical' | 'abnormal' | 'positive']> =
  new Map([
    ['H', ['↑', 'high']],
    ['HU', ['↑', 'high']],
    ['HX', ['↑', 'high']],
    ['L', ['↓', 'low']],
    ['LU', ['↓', 'low']],
    ['LX', ['↓', 'low']],
    ['HH', ['↑↑', 'critical']],
    ['LL', ['↓↓', 'critical']],
    ['AA', ['!', 'critical']],
    ['A', ['!', 'abnormal']],
    ['POS', ['+', 'positive']],
  ]);

/** The laboratory's own interpretation first; without one, the value against its numeric reference range. */
function flagOf(view: View, resource: unknown, numbers: readonly number[], band: Measured['band']): Flag | undefined {
  const interpretations = listAt(resource, 'interpretation');
  for (const interpretation of interpretations) {
    const found = signs.get(codeOf(interpretation) ?? '');
    if (found !== undefined) return { sign: found[0], word: view.words.flags[found[1]], alarming: true };
  }
  const written = conceptText(interpretations[0]);
  if (written !== undefined) {
    const known: Readonly<Record<string, string>> = { N: view.words.flags.normal, NEG: view.words.flags.negative };
    return { sign: '', word: wordFor(known, codeOf(interpretations[0]) ?? written) || written, alarming: false };
  }
  const value = numbers[0];
  if (value === undefined) return undefined;
  if (band.high !== undefined && value > band.high) return { sign: '↑', word: view.words.flags.high, alarming: true };
  if (band.low !== undefined && value < band.low) return { sign: '↓', word: view.words.flags.low, alarming: true };
  return undefined;
}

export type Series = { readonly title: string; readonly latest: Measured; readonly all: readonly Measured[] };

/** Observations of one code and unit together, newest first; series by their newest value. */
export function seriesOf(measured: readonly Measured[]): Series[] {
  const byKey = new Map<string, Measured[]>();
  for (const each of measured) {
    const held = byKey.get(each.key);
    if (held === undefined) byKey.set(each.key, [each]);
    else held.push(each);
  }
  const series: Series[] = [];
  for (const all of byKey.values()) {
    all.sort((a, b) => sortable(b.date) - sortable(a.date));
    const [latest] = all;
    if (latest !== undefined) series.push({ title: latest.title, latest, all });
  }
  return series.sort((a, b) => sortable(b.latest.date) - sortable(a.latest.date) || a.title.localeCompare(b.title));
}
