/** Recorded vital signs as Observations; each number keeps the precision it was typed with. */
import type { Observation, Reference } from 'fhir/r4';
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { HandlerInput } from '../../../src-shared/contract/index.ts';
import { patientReference } from '../../../src-shared/fhir/build.ts';
import { buildBloodPressure, buildVital, type Measured } from '../../../src-shared/fhir/build-vitals.ts';
import { judge, type VitalSign, vitalKeys, vitalSigns } from '../../../src-shared/fhir/vitals.ts';

type Input = HandlerInput<'chart.recordVitals'>;
type Value = Input['values'][number];
type Making = { readonly recorded: string; readonly recorder: Reference; readonly newId: () => string };

const decimal = /^-?\d{1,6}(\.\d{1,6})?$/;

function refuse(index: number): never {
  throw new CallError('invalid-input', { field: `values.${index}` });
}

/** A typed number within plausible limits. @throws CallError invalid-input */
function measured(sign: VitalSign, text: string, ucum: string, index: number): Measured {
  if (!decimal.test(text)) refuse(index);
  const value = Number(text);
  const verdict = judge(sign, value, ucum);
  if (verdict === undefined || verdict === 'implausible') refuse(index);
  return { value, ucum };
}

function signOf(value: Value, index: number): VitalSign {
  const key = vitalKeys.find((one) => one === value.vital);
  return key === undefined ? refuse(index) : vitalSigns[key];
}

/** @throws CallError invalid-input with the index of the value at fault */
export function vitalObservations(input: Input, making: Making): { readonly id: string; readonly resource: object }[] {
  return input.values.map((value, index) => {
    const id = making.newId();
    const frame = {
      id,
      recorded: making.recorded,
      recorder: making.recorder,
      patient: patientReference(input.patientId),
      effective: new Date(input.at).toISOString(),
    };
    if (value.vital === 'blood-pressure') {
      if (typeof value.value === 'string') refuse(index);
      const { systolic, diastolic } = value.value;
      if (systolic === undefined && diastolic === undefined) refuse(index);
      const upper = systolic === undefined ? undefined : measured(vitalSigns.systolic, systolic, value.unit, index);
      const lower = diastolic === undefined ? undefined : measured(vitalSigns.diastolic, diastolic, value.unit, index);
      if (upper !== undefined && lower !== undefined && lower.value >= upper.value) refuse(index);
      const texts = [systolic, diastolic].filter((text) => text !== undefined);
      return { id, resource: asTyped(buildBloodPressure(frame, upper, lower), texts) };
    }
    if (typeof value.value !== 'string') refuse(index);
    const sign = signOf(value, index);
    return {
      id,
      resource: asTyped(buildVital(frame, sign, measured(sign, value.value, value.unit, index)), [value.value]),
    };
  });
}

/** Puts the typed numbers back: 74.0 stays 74.0 (FHIR R4 §2.6.2.4: precision is meaning). */
function asTyped(observation: Observation, texts: readonly string[]): object {
  if (observation.valueQuantity !== undefined) {
    return { ...observation, valueQuantity: { ...observation.valueQuantity, value: raw(texts[0]) } };
  }
  return {
    ...observation,
    component: (observation.component ?? []).map((part, index) => ({
      ...part,
      valueQuantity: { ...part.valueQuantity, value: raw(texts[index]) },
    })),
  };
}

function raw(text: string | undefined): unknown {
  if (text === undefined) throw new Error('a value without its text');
  // JSON allows no leading zeros.
  return JSON.rawJSON(text.replace(/^(-?)0+(?=\d)/, '$1'));
}
