/** Changes of about one kilobyte, the same for whoever exchanges them: results with a remark in words of its own. */
import { type Prng, prng } from '../../fixtures/synthetic/prng.ts';

export type Mix = { readonly name: string; readonly patients: number; readonly perPatient: number };
export type Change = {
  readonly id: string;
  readonly patient: string;
  readonly resource: Readonly<Record<string, unknown>>;
};

/** The two mixes, at this share of their size. */
export function mixesAt(scale: number): readonly [Mix, Mix] {
  const ten = Math.max(2, Math.round(100 * Math.sqrt(scale)));
  return [
    { name: `${ten} changes each to ${ten} patients`, patients: ten, perPatient: ten },
    { name: `one change each to ${(ten * ten).toLocaleString('en')} patients`, patients: ten * ten, perPatient: 1 },
  ];
}

const syllables = [
  'ba',
  'ter',
  'lin',
  'mo',
  'ra',
  'sen',
  'ti',
  'ku',
  'vel',
  'do',
  'ni',
  'pha',
  'gor',
  'es',
  'ul',
  'wan',
];
const tests = [
  ['8480-6', 'Systolic blood pressure', 'mm[Hg]', 90, 140],
  ['8867-4', 'Heart rate', '/min', 60, 100],
  ['29463-7', 'Body weight', 'kg', 50, 90],
  ['4548-4', 'Haemoglobin A1c', '%', 4, 6],
  ['2345-7', 'Glucose', 'mg/dL', 70, 100],
  ['2160-0', 'Creatinine', 'mg/dL', 1, 2],
] as const;
const categories = 'http://terminology.hl7.org/CodeSystem/observation-category';
const interpretations = 'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation';

type Words = readonly [string, ...string[]];

/** 2,000 words, the first ones far more frequent, as in any language: what repeats is the language and not the text. */
function vocabulary(random: Prng): Words {
  const word = () => Array.from({ length: random.int(1, 4) }, () => syllables[random.int(0, 15)]).join('');
  return [word(), ...Array.from({ length: 1999 }, word)];
}

/** One kilobyte of JSON each: a measured value as a device or laboratory reports it, with a remark of 200 letters. */
export function changesOf(mix: Mix, seed: number): readonly Change[] {
  const random = prng(seed);
  const words = vocabulary(random);
  const people = [random.uuid(), random.uuid(), random.uuid(), random.uuid(), random.uuid()] as const;
  return Array.from({ length: mix.patients }, () => random.uuid()).flatMap((patient) =>
    Array.from({ length: mix.perPatient }, () => {
      const id = random.uuid();
      const [code, display, unit, low, high] = random.pick(tests);
      const quantity = (value: number) => ({ value, unit, system: 'http://unitsofmeasure.org', code: unit });
      const coding = (system: string, code: string) => [{ coding: [{ system, code }] }];
      const day = `${random.int(2020, 2026)}-0${random.int(1, 9)}-${random.int(10, 28)}`;
      const resource = {
        resourceType: 'Observation',
        id,
        status: 'final',
        category: coding(categories, unit === '%' || unit === 'mg/dL' ? 'laboratory' : 'vital-signs'),
        code: { coding: [{ system: 'http://loinc.org', code, display }], text: display },
        subject: { reference: `Patient/${patient}` },
        encounter: { reference: `Encounter/${random.uuid()}` },
        effectiveDateTime: `${day}T${random.int(10, 18)}:${random.int(10, 59)}:00Z`,
        performer: [{ reference: `Practitioner/${random.pick(people)}` }],
        valueQuantity: quantity(random.int(100, 2000) / 10),
        interpretation: coding(interpretations, random.pick(['N', 'H', 'L'])),
        referenceRange: [{ low: { value: low, unit }, high: { value: high, unit } }],
      };
      const room = 1010 - JSON.stringify(resource).length;
      let text = '';
      while (text.length < room) text += `${random.pickSkewed(words)} `;
      return { id, patient, resource: { ...resource, note: [{ text: text.trim() }] } };
    }),
  );
}
