/** What was measured, as series: one per code and unit, components of a panel each their own. */
import { conceptText, observationValueText, referenceRangeText } from '../../../src-shared/fhir/display.ts';
import { firstOf, type JsonObject, listAt, member, textAt } from '../../../src-shared/fhir/json.ts';
import { numberText, numberValue } from '../../../src-shared/fhir/lossless.ts';
import { rangeIn, type VitalKey, type VitalSign, vitalByLoinc, vitalKeys } from '../../../src-shared/fhir/vitals.ts';
import { entered, type Item } from './chart.ts';

export type Band = { readonly low: number | undefined; readonly high: number | undefined };
export type Flag = 'low' | 'high' | 'abnormal';
export type Point = {
  /** Milliseconds; undated points stand in the table only. */
  readonly at: number | undefined;
  readonly dateText: string | undefined;
  readonly value: number;
  /** The number as written. */
  readonly text: string;
  readonly band: Band;
  readonly rangeText: string | undefined;
  readonly flag: Flag | undefined;
  readonly item: Item;
};
export type Series = {
  readonly key: string;
  readonly title: string;
  /** The vital sign of the table it is, for its name in the user's language. */
  readonly vital: VitalKey | undefined;
  readonly unit: string;
  readonly group: 'vital-signs' | 'laboratory' | 'other';
  /** Oldest first. */
  readonly points: readonly [Point, ...Point[]];
};
/** An observation that is not a number: words, codes. */
export type Finding = {
  readonly item: Item;
  readonly title: string;
  readonly text: string;
  readonly flag: Flag | undefined;
};
export type Measured = { readonly series: readonly Series[]; readonly findings: readonly Finding[] };

const flags: Readonly<Record<string, Flag>> = {
  L: 'low',
  LL: 'low',
  LU: 'low',
  '<': 'low',
  H: 'high',
  HH: 'high',
  HU: 'high',
  '>': 'high',
  A: 'abnormal',
  AA: 'abnormal',
};

function bandOf(value: unknown): Band {
  const usable = listAt(value, 'referenceRange').filter((range) => {
    const kind = firstOf(listAt(member(range, 'type'), 'coding'), (coding) => textAt(coding, 'code'));
    return kind === undefined || kind === 'normal';
  });
  const [range] = usable;
  return {
    low: numberValue(member(member(range, 'low'), 'value')),
    high: numberValue(member(member(range, 'high'), 'value')),
  };
}

/** Some sources write that there is no range. */
const spoken = (range: string | undefined) =>
  range !== undefined && /^(n\.?\/?a\.?|-+)$/i.test(range) ? undefined : range;

function signOf(concept: unknown): VitalSign | undefined {
  return firstOf(listAt(concept, 'coding'), (coding) => {
    const system = textAt(coding, 'system');
    return system === undefined || system === 'http://loinc.org'
      ? vitalByLoinc(textAt(coding, 'code') ?? '')
      : undefined;
  });
}

/** The record's own reference range; for a vital sign without one, the usual adult range. */
function bandWith(value: unknown, sign: VitalSign | undefined, ucum: string): Band {
  const own = bandOf(value);
  if (own.low !== undefined || own.high !== undefined || sign === undefined) return own;
  const usual = rangeIn(sign, ucum);
  return { low: usual?.low, high: usual?.high };
}

/** What the laboratory said comes first; else the value is held against its own reference range. */
function flagOf(value: unknown, number: number | undefined): Flag | undefined {
  const said = firstOf(listAt(value, 'interpretation'), (concept) =>
    firstOf(listAt(concept, 'coding'), (coding) => {
      const code = textAt(coding, 'code') ?? '';
      return Object.hasOwn(flags, code) ? flags[code] : undefined;
    }),
  );
  if (said !== undefined || number === undefined) return said;
  const { low, high } = bandOf(value);
  if (low !== undefined && number < low) return 'low';
  return high !== undefined && number > high ? 'high' : undefined;
}

function codeKey(concept: unknown): string {
  const coding = firstOf(listAt(concept, 'coding'), (each) => {
    const code = textAt(each, 'code');
    return code === undefined ? undefined : `${textAt(each, 'system') ?? ''}|${code}`;
  });
  return coding ?? `text|${(conceptText(concept) ?? '').toLowerCase()}`;
}

const groupOf = (json: JsonObject): Series['group'] => {
  const codes = listAt(json, 'category').flatMap((category) =>
    listAt(category, 'coding').map((coding) => textAt(coding, 'code')),
  );
  if (codes.includes('vital-signs')) return 'vital-signs';
  return codes.includes('laboratory') ? 'laboratory' : 'other';
};

type Building = Omit<Series, 'points'> & { readonly points: Point[] };
const groupOrder = ['vital-signs', 'laboratory', 'other'] as const;

export function measured(items: readonly Item[]): Measured {
  const building = new Map<string, Building>();
  const findings: Finding[] = [];
  for (const item of items) {
    if (item.row.type !== 'Observation' || !entered(item) || item.facts.status === 'cancelled') continue;
    const components = listAt(item.json, 'component');
    for (const value of [item.json, ...components]) {
      const concept = member(value, 'code');
      const title = conceptText(concept) ?? item.title;
      const quantity = member(value, 'valueQuantity');
      const number = numberValue(member(quantity, 'value')) ?? numberValue(member(value, 'valueInteger'));
      if (number === undefined || textAt(quantity, 'comparator') !== undefined) {
        const text = observationValueText(value);
        if (text !== undefined) findings.push({ item, title, text, flag: flagOf(value, undefined) });
        continue;
      }
      const sign = signOf(concept);
      const unit = textAt(quantity, 'unit') ?? textAt(quantity, 'code') ?? '';
      const key = `${codeKey(concept)} ${textAt(quantity, 'code') ?? unit}`;
      const when = item.row.date;
      const at = when === null ? Number.NaN : Date.parse(when);
      const point: Point = {
        at: Number.isNaN(at) ? undefined : at,
        dateText: item.facts.dateText,
        value: number,
        text: numberText(member(quantity, 'value')) ?? String(number),
        band: bandWith(value, sign, textAt(quantity, 'code') ?? ''),
        rangeText: spoken(referenceRangeText(value)),
        flag: flagOf(value, number),
        item,
      };
      const known = building.get(key);
      if (known === undefined) {
        building.set(key, {
          key,
          title,
          vital: sign?.key,
          unit: unit === '1' ? '' : unit,
          group: groupOf(item.json),
          points: [point],
        });
      } else known.points.push(point);
    }
  }
  const series: Series[] = [];
  for (const { points, ...rest } of building.values()) {
    const [first, ...others] = points.toSorted((a, b) => (a.at ?? 0) - (b.at ?? 0));
    if (first !== undefined) series.push({ ...rest, points: [first, ...others] });
  }
  // vital signs in the order one measures them, all else by how new it is
  const place = (each: Series) => (each.vital === undefined ? vitalKeys.length : vitalKeys.indexOf(each.vital));
  const latest = (each: Series) => each.points.at(-1)?.at ?? 0;
  series.sort(
    (a, b) => groupOrder.indexOf(a.group) - groupOrder.indexOf(b.group) || place(a) - place(b) || latest(b) - latest(a),
  );
  return { series, findings };
}

/** The newest point. */
export const lastOf = (series: Series): Point => series.points.at(-1) ?? series.points[0];

/** Plot range that holds all values and the band. */
export function extent(series: Series): { readonly min: number; readonly max: number } {
  const values = series.points.map((point) => point.value);
  const { low, high } = lastOf(series).band;
  const edges = [low, high].filter((edge) => edge !== undefined);
  const min = Math.min(...values, ...edges);
  const max = Math.max(...values, ...edges);
  const room = max === min ? Math.abs(max) * 0.1 || 1 : (max - min) * 0.08;
  return { min: min - room, max: max + room };
}

/** Round figures that cover a range in about five steps of 1, 2 or 5 times a power of ten. */
export function ticksOf({ min, max }: { readonly min: number; readonly max: number }): readonly number[] {
  const rough = (max - min) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * (rough / power <= 1 ? 1 : rough / power <= 2 ? 2 : rough / power <= 5 ? 5 : 10);
  const first = Math.floor(min / step);
  const count = Math.ceil(max / step) - first;
  return Array.from({ length: count + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}
