/**
 * Vital signs as they are recorded here: LOINC codes of the FHIR R4 vital signs profile, UCUM units, limits beyond which
 * a value is a slip of the hand, and the adult reference range it is shown against. Ranges are for display, not advice.
 */
import type { CodeableConcept } from 'fhir/r4';

export type Unit = { readonly ucum: string; readonly label: string };
export type VitalSign = {
  readonly key: VitalKey;
  readonly loinc: string;
  /** LOINC's own long name, stored as `display`. */
  readonly name: string;
  /** The first one is the default. All figures of the entry are in the first unit. */
  readonly units: readonly [Unit, ...Unit[]];
  /** Values outside are refused at entry. */
  readonly plausible: readonly [low: number, high: number];
  /** Adult reference range; a missing end is open. */
  readonly normal?: { readonly low?: number; readonly high?: number };
  readonly decimals: number;
  /** FHIR observation category code. */
  readonly category: 'vital-signs' | 'laboratory' | 'survey';
};

export const vitalKeys = [
  'systolic',
  'diastolic',
  'heart-rate',
  'respiratory-rate',
  'temperature',
  'oxygen-saturation',
  'weight',
  'height',
  'bmi',
  'head-circumference',
  'glucose',
  'hba1c',
  'pain',
] as const;
export type VitalKey = (typeof vitalKeys)[number];

const perMinute: Unit = { ucum: '/min', label: '/min' };
const mmHg: Unit = { ucum: 'mm[Hg]', label: 'mmHg' };
const percent: Unit = { ucum: '%', label: '%' };

export const vitalSigns: Readonly<Record<VitalKey, VitalSign>> = {
  systolic: {
    key: 'systolic',
    loinc: '8480-6',
    name: 'Systolic blood pressure',
    units: [mmHg],
    plausible: [30, 300],
    normal: { low: 90, high: 139 },
    decimals: 0,
    category: 'vital-signs',
  },
  diastolic: {
    key: 'diastolic',
    loinc: '8462-4',
    name: 'Diastolic blood pressure',
    units: [mmHg],
    plausible: [10, 200],
    normal: { low: 60, high: 89 },
    decimals: 0,
    category: 'vital-signs',
  },
  'heart-rate': {
    key: 'heart-rate',
    loinc: '8867-4',
    name: 'Heart rate',
    units: [perMinute],
    plausible: [15, 300],
    normal: { low: 60, high: 100 },
    decimals: 0,
    category: 'vital-signs',
  },
  'respiratory-rate': {
    key: 'respiratory-rate',
    loinc: '9279-1',
    name: 'Respiratory rate',
    units: [perMinute],
    plausible: [2, 120],
    normal: { low: 12, high: 20 },
    decimals: 0,
    category: 'vital-signs',
  },
  temperature: {
    key: 'temperature',
    loinc: '8310-5',
    name: 'Body temperature',
    units: [
      { ucum: 'Cel', label: '°C' },
      { ucum: '[degF]', label: '°F' },
    ],
    plausible: [20, 45],
    normal: { low: 36.1, high: 37.7 },
    decimals: 1,
    category: 'vital-signs',
  },
  'oxygen-saturation': {
    key: 'oxygen-saturation',
    loinc: '59408-5',
    name: 'Oxygen saturation in Arterial blood by Pulse oximetry',
    units: [percent],
    plausible: [30, 100],
    normal: { low: 95 },
    decimals: 0,
    category: 'vital-signs',
  },
  weight: {
    key: 'weight',
    loinc: '29463-7',
    name: 'Body weight',
    units: [
      { ucum: 'kg', label: 'kg' },
      { ucum: 'g', label: 'g' },
      { ucum: '[lb_av]', label: 'lb' },
    ],
    plausible: [0.2, 650],
    decimals: 1,
    category: 'vital-signs',
  },
  height: {
    key: 'height',
    loinc: '8302-2',
    name: 'Body height',
    units: [
      { ucum: 'cm', label: 'cm' },
      { ucum: '[in_i]', label: 'in' },
    ],
    plausible: [15, 280],
    decimals: 1,
    category: 'vital-signs',
  },
  bmi: {
    key: 'bmi',
    loinc: '39156-5',
    name: 'Body mass index (BMI) [Ratio]',
    units: [{ ucum: 'kg/m2', label: 'kg/m²' }],
    plausible: [5, 150],
    normal: { low: 18.5, high: 24.9 },
    decimals: 1,
    category: 'vital-signs',
  },
  'head-circumference': {
    key: 'head-circumference',
    loinc: '9843-4',
    name: 'Head Occipital-frontal circumference',
    units: [
      { ucum: 'cm', label: 'cm' },
      { ucum: '[in_i]', label: 'in' },
    ],
    plausible: [15, 80],
    decimals: 1,
    category: 'vital-signs',
  },
  glucose: {
    key: 'glucose',
    loinc: '15074-8',
    name: 'Glucose [Moles/volume] in Blood',
    units: [
      { ucum: 'mmol/L', label: 'mmol/L' },
      { ucum: 'mg/dL', label: 'mg/dL' },
    ],
    plausible: [0.3, 80],
    normal: { low: 3.9, high: 7.8 },
    decimals: 1,
    category: 'laboratory',
  },
  hba1c: {
    key: 'hba1c',
    loinc: '4548-4',
    name: 'Hemoglobin A1c/Hemoglobin.total in Blood',
    units: [percent],
    plausible: [2, 25],
    normal: { high: 5.6 },
    decimals: 1,
    category: 'laboratory',
  },
  pain: {
    key: 'pain',
    loinc: '72514-3',
    name: 'Pain severity - 0-10 verbal numeric rating [Score] - Reported',
    units: [{ ucum: '{score}', label: '/10' }],
    plausible: [0, 10],
    normal: { high: 3 },
    decimals: 0,
    category: 'survey',
  },
};

/** Blood pressure is one Observation with two components. */
export const bloodPressurePanel = {
  loinc: '85354-9',
  name: 'Blood pressure panel with all children optional',
} as const;

/** Glucose by mass has a LOINC code of its own: the unit decides. */
export const glucoseByMass = { loinc: '2339-0', name: 'Glucose [Mass/volume] in Blood' } as const;

export function loincConcept(code: string, display: string): CodeableConcept {
  return { coding: [{ system: 'http://loinc.org', code, display }], text: display };
}

const toFirstUnit: Readonly<Record<string, (value: number) => number>> = {
  '[degF]': (value) => ((value - 32) * 5) / 9,
  g: (value) => value / 1000,
  '[lb_av]': (value) => value * 0.45359237,
  '[in_i]': (value) => value * 2.54,
  'mg/dL': (value) => value / 18.016, // glucose, 180.16 g/mol
};
const fromFirstUnit: Readonly<Record<string, (value: number) => number>> = {
  '[degF]': (value) => (value * 9) / 5 + 32,
  g: (value) => value * 1000,
  '[lb_av]': (value) => value / 0.45359237,
  '[in_i]': (value) => value / 2.54,
  'mg/dL': (value) => value * 18.016,
};

/** The value in the sign's first unit; undefined if the sign is not measured in `ucum`. */
export function inFirstUnit(sign: VitalSign, value: number, ucum: string): number | undefined {
  if (ucum === sign.units[0].ucum) return value;
  return sign.units.some((unit) => unit.ucum === ucum) ? toFirstUnit[ucum]?.(value) : undefined;
}

export type Judgement = 'implausible' | 'low' | 'normal' | 'high';

/** Where a value stands; undefined if the sign is not measured in `ucum`. */
export function judge(sign: VitalSign, value: number, ucum: string): Judgement | undefined {
  const figure = inFirstUnit(sign, value, ucum);
  if (figure === undefined) return undefined;
  const [low, high] = sign.plausible;
  if (!Number.isFinite(figure) || figure < low || figure > high) return 'implausible';
  if (sign.normal?.low !== undefined && figure < sign.normal.low) return 'low';
  return sign.normal?.high !== undefined && figure > sign.normal.high ? 'high' : 'normal';
}

/** The reference range in another of the sign's units, rounded to its decimals. */
export function rangeIn(sign: VitalSign, ucum: string): { readonly low?: number; readonly high?: number } | undefined {
  const { normal } = sign;
  if (normal === undefined) return undefined;
  // the unit is a record's own text: only one of ours is looked up
  if (!sign.units.some((unit) => unit.ucum === ucum)) return undefined;
  const convert = ucum === sign.units[0].ucum ? (value: number) => value : fromFirstUnit[ucum];
  if (convert === undefined) return undefined;
  const rounded = (value: number): number => Number(convert(value).toFixed(sign.decimals));
  return {
    ...(normal.low === undefined ? {} : { low: rounded(normal.low) }),
    ...(normal.high === undefined ? {} : { high: rounded(normal.high) }),
  };
}

/** Body mass index in kg/m², to one decimal; weight in kg, height in cm. */
export function bodyMassIndex(kilograms: number, centimetres: number): number {
  return Number((kilograms / (centimetres / 100) ** 2).toFixed(1));
}

/** The vital sign a LOINC code names, whichever of the codes in use it is. */
export function vitalByLoinc(code: string): VitalSign | undefined {
  const other = Object.hasOwn(otherCodes, code) ? otherCodes[code] : undefined;
  const key = other ?? vitalKeys.find((each) => vitalSigns[each].loinc === code);
  return key === undefined ? undefined : vitalSigns[key];
}
const otherCodes: Readonly<Record<string, VitalKey | undefined>> = {
  '2708-6': 'oxygen-saturation',
  '3141-9': 'weight',
  '8287-5': 'head-circumference',
  '8331-1': 'temperature',
  '2339-0': 'glucose',
  '2345-7': 'glucose',
};
