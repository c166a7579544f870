/**
 * Editing FHIR JSON without touching what is not edited: numbers keep their written form (FHIR R4 §2.6.2.4: precision
 * is meaning, 1.50 is not 1.5) through parse, change and stringify, by `context.source` and `JSON.rawJSON`.
 */
import { isObject, type Json, type JsonObject } from './json.ts';

declare global {
  interface JSON {
    rawJSON(text: string): RawNumber;
    isRawJSON(value: unknown): value is RawNumber;
    parse(
      text: string,
      reviver: (this: unknown, key: string, value: unknown, context: { readonly source?: string }) => unknown,
    ): unknown;
  }
}

/** A number whose text JavaScript would not write back the same; `JSON.stringify` writes it as it was. */
export type RawNumber = { readonly rawJSON: string };

/**
 * Whether the text may hold a number that changes when JavaScript reads and writes it: trailing zeros after the point,
 * exponents, minus zero, more digits than a double carries, or so many leading zeros that an exponent would appear.
 * Looks into strings too: a false yes only costs time.
 */
const perhapsAltered = /\.\d*0(?!\d)|\d[eE][+-]?\d|[\d.]{16}|-0(?![.\d])|0\.0{6}/;

/** Parses JSON; numbers that would be altered become raw numbers. Throws SyntaxError as JSON.parse does. */
export function parseLossless(source: string): unknown {
  if (!perhapsAltered.test(source)) return JSON.parse(source);
  return JSON.parse(source, (_key, value, context) =>
    typeof value === 'number' && context.source !== undefined && String(value) !== context.source
      ? JSON.rawJSON(context.source)
      : value,
  );
}

/** Parses the JSON text of one resource. Throws SyntaxError, and TypeError where the root is not an object. */
export function parseResource(source: string): JsonObject {
  const value = parseLossless(source);
  if (!isObject(value)) throw new TypeError('not a JSON object');
  return value;
}

/** A number's text as written: `1.50`; undefined for anything else. */
export function numberText(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return JSON.isRawJSON(value) ? value.rawJSON : undefined;
}

/** A number's value for comparing and plotting. */
export function numberValue(value: unknown): number | undefined {
  const written = numberText(value);
  const number = written === undefined ? Number.NaN : Number(written);
  return Number.isFinite(number) ? number : undefined;
}

/**
 * The resource's text with top-level elements set (or removed: undefined). All else keeps its place, its order and its
 * numbers as written; white space between tokens goes.
 */
export function editResource(
  source: string,
  changes: { readonly [element: string]: Json | RawNumber | undefined },
): string {
  const edited: { [element: string]: unknown } = { ...parseResource(source) };
  for (const [element, value] of Object.entries(changes)) {
    if (value === undefined) delete edited[element];
    else edited[element] = value;
  }
  return JSON.stringify(edited);
}
