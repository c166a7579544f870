/** Observations for vital signs (FHIR R4 vital signs profile): value, unit, reference range and interpretation. */
import type { Observation, ObservationComponent, ObservationReferenceRange, Quantity, Reference } from 'fhir/r4';
import type { Making } from './build.ts';
import {
  bloodPressurePanel,
  glucoseByMass,
  judge,
  loincConcept,
  rangeIn,
  type VitalSign,
  vitalSigns,
} from './vitals.ts';

export type Measured = { readonly value: number; readonly ucum: string };
export type ObservationInput = Making & {
  readonly patient: Reference;
  readonly encounter?: Reference;
  /** When it was measured, ISO dateTime. */
  readonly effective: string;
  readonly note?: string;
};

/** One vital sign. Throws on a unit the sign is not measured in: the form offers no other. */
export function buildVital(input: ObservationInput, sign: VitalSign, measured: Measured): Observation {
  const byMass = sign.key === 'glucose' && measured.ucum === 'mg/dL';
  return {
    ...frame(input, sign.category),
    code: byMass ? loincConcept(glucoseByMass.loinc, glucoseByMass.name) : loincConcept(sign.loinc, sign.name),
    ...findings(sign, measured),
  };
}

/** Blood pressure as one panel; either half may be missing. */
export function buildBloodPressure(input: ObservationInput, systolic?: Measured, diastolic?: Measured): Observation {
  const components: ObservationComponent[] = [];
  for (const [sign, measured] of [
    [vitalSigns.systolic, systolic],
    [vitalSigns.diastolic, diastolic],
  ] as const) {
    if (measured !== undefined)
      components.push({ code: loincConcept(sign.loinc, sign.name), ...findings(sign, measured) });
  }
  return {
    ...frame(input, 'vital-signs'),
    code: loincConcept(bloodPressurePanel.loinc, bloodPressurePanel.name),
    component: components,
  };
}

function frame(input: ObservationInput, category: string): Omit<Observation, 'code'> {
  return {
    resourceType: 'Observation',
    id: input.id,
    status: 'final',
    category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: category }] }],
    subject: input.patient,
    effectiveDateTime: input.effective,
    issued: input.recorded,
    performer: [input.recorder],
    ...(input.encounter === undefined ? {} : { encounter: input.encounter }),
    ...(input.note === undefined ? {} : { note: [{ text: input.note }] }),
  };
}

type Findings = Pick<ObservationComponent, 'valueQuantity' | 'interpretation' | 'referenceRange'>;

function findings(sign: VitalSign, measured: Measured): Findings {
  const unit = sign.units.find((each) => each.ucum === measured.ucum);
  const judgement = judge(sign, measured.value, measured.ucum);
  if (unit === undefined || judgement === undefined) throw new RangeError(`${sign.key} is not measured in this unit`);
  const quantity = (value: number): Quantity => ({
    value,
    unit: unit.label,
    system: 'http://unitsofmeasure.org',
    code: unit.ucum,
  });
  const found: Findings = { valueQuantity: quantity(measured.value) };
  const range = rangeIn(sign, measured.ucum);
  if (range === undefined) return found;
  const shown: ObservationReferenceRange = {};
  if (range.low !== undefined) shown.low = quantity(range.low);
  if (range.high !== undefined) shown.high = quantity(range.high);
  found.referenceRange = [shown];
  if (judgement !== 'implausible') {
    const [code, display] = { low: ['L', 'Low'], normal: ['N', 'Normal'], high: ['H', 'High'] }[judgement];
    found.interpretation = [
      {
        coding: [
          {
            system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation',
            ...(code === undefined ? {} : { code }),
            ...(display === undefined ? {} : { display }),
          },
        ],
      },
    ];
  }
  return found;
}
