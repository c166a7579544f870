/**
 * A chart for a session that does not see identifiers or telephone numbers. Three measures, each for what the others
 * cannot reach: persons' resources are built anew from a list of known elements (extensions, narratives and the like
 * can hold anything); identifiers of references and of insurances are masked where they stand; and the values
 * themselves are masked wherever else a text repeats them. What is no text (a scanned page) stays as it is.
 */
import type { ChartRow } from '../../../src-shared/contract/chart.ts';
import { isObject, type JsonObject, listAt, textAt } from '../../../src-shared/fhir/json.ts';
import { numberText, parseLossless } from '../../../src-shared/fhir/lossless.ts';
import { type Hidden, maskedValue } from './masking.ts';

/** Their raw text is not shown at all where a field of theirs is masked: a Bundle holds whole Patients. */
const persons = new Set(['Patient', 'Person', 'RelatedPerson']);
export const sourceIsHidden = (type: string, hidden: Hidden): boolean =>
  hidden.size > 0 && (persons.has(type) || type === 'Bundle');

const insurances = new Set(['Coverage', 'Claim', 'ExplanationOfBenefit', 'Account']);

/** What of a person is shown; nothing else of the resource is. */
const shownElements = [
  'resourceType',
  'id',
  'active',
  'identifier',
  'name',
  'telecom',
  'gender',
  'birthDate',
  'deceasedBoolean',
  'deceasedDateTime',
  'address',
  'maritalStatus',
  'communication',
  'relationship',
  'patient',
] as const;

type Named = { readonly [name: string]: unknown };

/** Shorter values would be found in half of all texts. */
const shortest = 5;
/** From here on a value is found inside other words too, and however it is parted; below that only as it stands, alone. */
const telling = 8;
const longest = 80;

const parted = '[\\s().+/_:-]*';

/** How one value may stand in a text; null for one too short to look for. */
function patternOf(value: string): { readonly pattern: string; readonly length: number } | null {
  const letters = [...value].filter((letter) => /[\p{L}\p{N}@]/u.test(letter)).slice(0, longest);
  const { length } = letters;
  if (/^[\d\s().+/-]+$/u.test(value) && length > telling) {
    // A telephone number with its country, without, with a zero before: what ends alike.
    return { pattern: `(?:\\d${parted}){0,7}${letters.slice(-telling).join(parted)}`, length };
  }
  if (length >= telling) return { pattern: letters.join(parted), length };
  if (length < shortest) return null;
  const sign = (one: string): string => `\\u{${(one.codePointAt(0) ?? 0).toString(16)}}`;
  const alone = value.trim().replace(/[^\p{L}\p{N}@\s]/gu, sign);
  return { pattern: `(?<![\\p{L}\\p{N}])${alone}(?![\\p{L}\\p{N}])`, length };
}

/** Finds the values in any text. Null: nothing to look for. */
function finderOf(values: Iterable<string>): RegExp | null {
  const patterns = new Map<string, number>();
  for (const value of values) {
    const found = patternOf(value);
    if (found !== null) patterns.set(found.pattern, found.length);
  }
  // The longest first, so that a value is not masked as the part of another.
  const ordered = [...patterns].sort(([, a], [, b]) => b - a).map(([pattern]) => pattern);
  return ordered.length === 0 ? null : new RegExp(ordered.join('|'), 'giu');
}

/** A date or an instant of FHIR says when, whatever number its digits make. */
const moment = /^\d{4}-\d{2}(-\d{2}(T[\d:.]+(Z|[+-]\d{2}:\d{2})?)?)?$/;

/** Values of one resource that are to be hidden. */
function valuesOf(resource: unknown, hidden: Hidden): string[] {
  const of = (holder: unknown, list: string): string[] =>
    listAt(holder, list).flatMap((one) => textAt(one, 'value') ?? []);
  return [
    ...(hidden.has('identifiers') ? [...of(resource, 'identifier'), textAt(resource, 'subscriberId') ?? ''] : []),
    ...(hidden.has('phone')
      ? [...of(resource, 'telecom'), ...listAt(resource, 'contact').flatMap((contact) => of(contact, 'telecom'))]
      : []),
  ];
}

export type ChartMask = {
  /** Any text. */
  readonly text: (text: string) => string;
  /** A resource's JSON text. */
  readonly json: (json: string) => string;
  readonly row: (row: ChartRow) => ChartRow;
};

/**
 * @param sources JSON texts that say what is to be hidden: the patient's own resource, its earlier versions, all
 * other rows of the chart
 */
export function chartMask(sources: Iterable<string>, hidden: Hidden): ChartMask {
  const values = new Set<string>();
  for (const source of sources) {
    const resource = parsed(source);
    const type = textAt(resource, 'resourceType') ?? '';
    if (persons.has(type) || insurances.has(type)) for (const value of valuesOf(resource, hidden)) values.add(value);
  }
  const finder = finderOf(values);
  const text = (from: string): string =>
    finder === null || moment.test(from) ? from : from.replace(finder, maskedValue);
  const json = (from: string): string => {
    const resource = parsed(from);
    return resource === undefined ? '{}' : JSON.stringify(masked(resource, { text, hidden }));
  };
  const row = (from: ChartRow): ChartRow => ({
    ...from,
    source: { ...from.source, import: from.source.import === null ? null : text(from.source.import) },
    json: json(from.json),
  });
  return { text, json, row };
}

function parsed(json: string): JsonObject | undefined {
  const value = parseLossless(json);
  return isObject(value) ? value : undefined;
}

type Masking = { readonly text: (text: string) => string; readonly hidden: Hidden };

function masked(value: unknown, masking: Masking): unknown {
  if (typeof value === 'string') return masking.text(value);
  if (Array.isArray(value)) return value.map((one: unknown) => masked(one, masking));
  const number = numberText(value);
  if (number !== undefined) return masking.text(number) === number ? value : masking.text(number);
  if (!isObject(value)) return value;
  return persons.has(textAt(value, 'resourceType') ?? '') ? maskedPerson(value, masking) : maskedObject(value, masking);
}

function maskedObject(value: JsonObject, masking: Masking): Named {
  const entries = Object.entries(value).map(([name, one]): [string, unknown] => {
    if (name === 'subscriberId' && typeof one === 'string') return [name, maskedIf(one, 'identifiers', masking)];
    // `identifier` of a reference, and those of an insurance; a list elsewhere names the resource itself.
    if (name === 'identifier' && (isObject(one) || insurances.has(textAt(value, 'resourceType') ?? ''))) {
      return [name, maskedValues(one, 'identifiers', masking)];
    }
    return [masking.text(name), masked(one, masking)];
  });
  const next = Object.fromEntries(entries);
  const data = textAt(value, 'data');
  const isText = /^text\/|[/+](json|xml)\b/iu.test(textAt(value, 'contentType') ?? '');
  return isText && data !== undefined ? { ...next, data: maskedAttachment(data, masking) } : next;
}

/** Text kept in base64 is text all the same. */
function maskedAttachment(data: string, { text }: Masking): string {
  const before = Buffer.from(data, 'base64').toString('utf8');
  const after = text(before);
  return after === before ? data : Buffer.from(after, 'utf8').toString('base64');
}

function maskedPerson(person: JsonObject, masking: Masking): Named {
  return Object.fromEntries(
    shownElements.flatMap((name): [string, unknown][] => {
      const value = person[name];
      if (value === undefined) return [];
      if (name === 'identifier') return [[name, maskedValues(plain(value), 'identifiers', masking)]];
      if (name === 'telecom') return [[name, maskedValues(plain(value), 'phone', masking)]];
      return [[name, masked(plain(value), masking)]];
    }),
  );
}

/** Without extensions, at any depth. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!isObject(value) || numberText(value) !== undefined) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !name.startsWith('_') && name !== 'extension' && name !== 'modifierExtension')
      .map(([name, one]): [string, unknown] => [name, plain(one)]),
  );
}

/** `value` of each masked, all else in the usual way. */
function maskedValues(value: unknown, field: 'identifiers' | 'phone', masking: Masking): unknown {
  if (Array.isArray(value)) return value.map((one: unknown) => maskedValues(one, field, masking));
  if (!isObject(value)) return masked(value, masking);
  const { value: own, ...rest } = value;
  return {
    ...maskedObject(rest, masking),
    ...(typeof own === 'string' && { value: maskedIf(own, field, masking) }),
  };
}

function maskedIf(value: string, field: 'identifiers' | 'phone', { hidden, text }: Masking): string {
  return hidden.has(field) ? maskedValue(value) : text(value);
}
