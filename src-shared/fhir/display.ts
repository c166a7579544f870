/** FHIR data types as text for people. No locale: dates and numbers come out as written, words are the source's own. */
import { firstOf, isObject, list, listAt, member, text, textAt } from './json.ts';
import { numberText } from './lossless.ts';

/** CodeableConcept (or one Coding): its text, else the first display, else the first code. */
export function conceptText(value: unknown): string | undefined {
  const codings = [...listAt(value, 'coding')];
  return (
    textAt(value, 'text') ??
    firstOf(
      codings.filter((coding) => member(coding, 'userSelected') === true),
      codingText,
    ) ??
    firstOf(codings, (coding) => textAt(coding, 'display')) ??
    codingText(value) ??
    firstOf(codings, codingText)
  );
}

function codingText(coding: unknown): string | undefined {
  return textAt(coding, 'display') ?? textAt(coding, 'code');
}

/** Quantity, Age, Duration, Money …: `≤ 1.50 mg`, the number as written (parse with `parseLossless`). */
export function quantityText(value: unknown): string | undefined {
  const number = numberText(member(value, 'value'));
  if (number === undefined) return undefined;
  const comparator = textAt(value, 'comparator');
  const sign = comparator === '<=' ? '≤' : comparator === '>=' ? '≥' : comparator;
  const unit = textAt(value, 'unit') ?? textAt(value, 'code') ?? textAt(value, 'currency');
  return [sign, number, unit === '1' ? undefined : unit].filter((part) => part !== undefined).join(' ');
}

/** Range: `3.5–5.1 mmol/L`; an open end as `≥ 3.5 mmol/L` or `≤ 5.1 mmol/L`. */
export function rangeText(value: unknown): string | undefined {
  const low = member(value, 'low');
  const high = member(value, 'high');
  const from = numberText(member(low, 'value'));
  if (from !== undefined && numberText(member(high, 'value')) !== undefined) return `${from}–${quantityText(high)}`;
  if (from !== undefined) return `≥ ${quantityText(low)}`;
  const to = quantityText(high);
  return to === undefined ? undefined : `≤ ${to}`;
}

/** Ratio: `1 mg / 5 mL`. */
export function ratioText(value: unknown): string | undefined {
  const parts = [quantityText(member(value, 'numerator')), quantityText(member(value, 'denominator'))];
  return parts.every((part) => part !== undefined) ? parts.join(' / ') : parts.find((part) => part !== undefined);
}

/** HumanName: `Family, Given Given`; the source's own text where there are no parts. */
export function nameText(name: unknown): string | undefined {
  const family = textAt(name, 'family');
  const given = listAt(name, 'given')
    .flatMap((part) => text(part) ?? [])
    .join(' ');
  if (family !== undefined && given !== '') return `${family}, ${given}`;
  return family ?? (given === '' ? textAt(name, 'text') : given);
}

/** Reference: its display, else what it points to. */
export function referenceText(value: unknown): string | undefined {
  return textAt(value, 'display') ?? textAt(member(value, 'identifier'), 'value') ?? textAt(value, 'reference');
}

/** Period: `2024-01-02 – 2024-02-01`, open ends left open. */
export function periodText(value: unknown): string | undefined {
  const start = textAt(value, 'start');
  const end = textAt(value, 'end');
  if (start === undefined && end === undefined) return undefined;
  return start === end ? start : `${start ?? ''} – ${end ?? ''}`.trim();
}

/** Annotation: its text and who wrote it when. */
export function annotationText(value: unknown): string | undefined {
  const words = textAt(value, 'text');
  const who = textAt(value, 'authorString') ?? referenceText(member(value, 'authorReference'));
  const from = [who, textAt(value, 'time')].filter((part) => part !== undefined).join(', ');
  return words === undefined || from === '' ? words : `${words} (${from})`;
}

/** Dosage: the source's text, else what can be put together from dose, frequency, route and reason. */
export function dosageText(value: unknown): string | undefined {
  const written = textAt(value, 'text');
  if (written !== undefined) return written;
  const doses = listAt(value, 'doseAndRate').flatMap(
    (dose) =>
      quantityText(member(dose, 'doseQuantity')) ??
      rangeText(member(dose, 'doseRange')) ??
      ratioText(member(dose, 'rateRatio')) ??
      [],
  );
  const parts = [
    ...doses,
    timingText(member(value, 'timing')),
    conceptText(member(value, 'route')),
    conceptText(member(value, 'method')),
    textAt(value, 'patientInstruction'),
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(', ');
}

/** Timing: its code's text, else `2 × / 1 d` from the repeat. */
export function timingText(value: unknown): string | undefined {
  const code = conceptText(member(value, 'code'));
  if (code !== undefined) return code;
  const repeat = member(value, 'repeat');
  const period = numberText(member(repeat, 'period'));
  const unit = textAt(repeat, 'periodUnit');
  const when = listAt(repeat, 'when')
    .flatMap((each) => text(each) ?? [])
    .join(' ');
  const rhythm =
    period === undefined
      ? undefined
      : `${numberText(member(repeat, 'frequency')) ?? '1'} × / ${period} ${unit ?? ''}`.trim();
  const parts = [rhythm, when === '' ? undefined : when].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(' ');
}

/** The value[x] of an Observation or a component, whichever type it has. */
export function observationValueText(value: unknown): string | undefined {
  const flag = member(value, 'valueBoolean');
  return (
    quantityText(member(value, 'valueQuantity')) ??
    conceptText(member(value, 'valueCodeableConcept')) ??
    textAt(value, 'valueString') ??
    rangeText(member(value, 'valueRange')) ??
    ratioText(member(value, 'valueRatio')) ??
    textAt(value, 'valueDateTime') ??
    textAt(value, 'valueTime') ??
    periodText(member(value, 'valuePeriod')) ??
    numberText(member(value, 'valueInteger')) ??
    (typeof flag === 'boolean' ? String(flag) : undefined) ??
    conceptText(member(value, 'dataAbsentReason'))
  );
}

/** Reference range of an Observation or component: its text, else low to high. */
export function referenceRangeText(value: unknown): string | undefined {
  return firstOf(listAt(value, 'referenceRange'), (range) => textAt(range, 'text') ?? rangeText(range));
}

/** Everything text-like in a list of CodeableConcepts, joined. */
export function conceptsText(values: unknown): string | undefined {
  const texts = list(values).flatMap((value) => (isObject(value) ? (conceptText(value) ?? []) : []));
  return texts.length === 0 ? undefined : texts.join(', ');
}
