/** One element of any resource as people read it: a line for each value, told apart by the shape of its data type. */
import {
  annotationText,
  conceptText,
  dosageText,
  nameText,
  observationValueText,
  periodText,
  quantityText,
  rangeText,
  ratioText,
  referenceText,
  timingText,
} from './display.ts';
import { isObject, type JsonObject, listAt, member, text, textAt } from './json.ts';
import { numberText } from './lossless.ts';
import { narrativeText } from './note.ts';

/** @param value parsed by `parseLossless` */
export function elementText(value: unknown): string {
  return (Array.isArray(value) ? value : [value]).map(valueText).join('\n');
}

function valueText(value: unknown): string {
  const number = numberText(value);
  if (number !== undefined) return number;
  if (!isObject(value)) return text(value) ?? String(value);
  return structureText(value) ?? plainText(value);
}

const has = (value: JsonObject, ...names: readonly string[]): boolean =>
  names.some((name) => Object.hasOwn(value, name));

function structureText(value: JsonObject): string | undefined {
  if (has(value, 'div')) return narrativeText(textAt(value, 'div') ?? '');
  if (has(value, 'family', 'given')) return nameText(value);
  if (has(value, 'doseAndRate', 'asNeededBoolean', 'patientInstruction')) return dosageText(value);
  if (has(value, 'authorString', 'authorReference')) return annotationText(value);
  if (has(value, 'coding')) return conceptText(value);
  if (has(value, 'reference')) return referenceText(value);
  if (has(value, 'numerator')) return ratioText(value);
  if (has(value, 'low', 'high')) return rangeText(value);
  if (has(value, 'repeat')) return timingText(value);
  if (has(value, 'start', 'end')) return joined([textAt(value, 'system'), textAt(value, 'value'), periodText(value)]);
  if (has(value, 'line', 'city', 'postalCode')) return addressText(value);
  if (has(value, 'component')) return undefined;
  if (has(value, 'code') && isObject(value.code))
    return joined([conceptText(value.code), observationValueText(value)], ': ');
  if (has(value, 'system', 'use') && has(value, 'value')) return joined([textAt(value, 'value'), textAt(value, 'use')]);
  if (numberText(value.value) !== undefined) return quantityText(value);
  return textAt(value, 'text') ?? textAt(value, 'display');
}

function addressText(value: JsonObject): string | undefined {
  const lines = listAt(value, 'line').flatMap((line) => text(line) ?? []);
  const city = joined([textAt(value, 'postalCode'), textAt(value, 'city')]);
  return joined([...lines, city, textAt(value, 'country')], ', ') ?? textAt(value, 'text');
}

function joined(parts: readonly (string | undefined)[], by = ' '): string | undefined {
  const there = parts.filter((part) => part !== undefined && part !== '');
  return there.length === 0 ? undefined : there.join(by);
}

/** Nothing that is known: its members by name, and inside them the same again. */
function plainText(value: JsonObject): string {
  return Object.keys(value)
    .filter((name) => name !== 'id')
    .map((name) => `${name}: ${elementText(member(value, name)).replaceAll('\n', ', ')}`)
    .join('; ');
}
