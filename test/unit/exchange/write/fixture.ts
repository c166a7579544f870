/** Exports to try the writers on: the document bundles of the IPS guide, and a record written here with everything in it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExportContext, ExportInput, ExportRow } from '../../../../src-main/core/exchange/write/input.ts';
import type { Language } from '../../../../src-shared/contract/primitives.ts';
import { listAt, member, textAt } from '../../../../src-shared/fhir/json.ts';
import { scanResource } from '../../../../src-shared/fhir/scan.ts';

export const root = join(import.meta.dirname, '..', '..', '..', '..');
const examples = join(root, 'node_modules', 'hl7.fhir.uv.ips', 'example');
export const bundleNames = [
  'Bundle-IPS-examples-Bundle-01',
  'Bundle-IPS-examples-Bundle-with-immunization',
  'Bundle-bundle-ips-all-sections',
  'Bundle-bundle-minimal',
  'Bundle-bundle-no-info-required-sections',
] as const;
const importedAt = Date.UTC(2026, 10, 20, 9, 0);

export const exportContext = (language: Language = 'en'): ExportContext => {
  let ids = 0;
  return {
    at: Date.UTC(2026, 10, 22, 8, 30),
    timeZone: 'Europe/Madrid',
    language,
    clinic: { name: 'Clínica del Puerto', country: 'ES' },
    by: 'Dr. Ana Ruiz',
    version: '1.0.0',
    newId: () => {
      ids += 1;
      return localId(9000 + ids);
    },
  };
};

export const localId = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

export function imported(n: number, json: string, more: Partial<ExportRow> = {}): ExportRow {
  const resource: unknown = JSON.parse(json);
  return {
    id: localId(n),
    type: textAt(resource, 'resourceType') ?? '',
    version: 1,
    date: null,
    status: null,
    signed: false,
    source: { kind: 'import', by: 'Dr. Ana Ruiz', at: importedAt, import: 'referral.json' },
    json,
    fullUrl: null,
    originalId: textAt(resource, 'id') ?? null,
    importId: 'import-1',
    local: false,
    ...more,
  };
}

export function written(n: number, resource: object, more: Partial<ExportRow> = {}): ExportRow {
  return {
    ...imported(n, JSON.stringify({ ...resource, id: localId(n) })),
    source: { kind: 'local', by: 'Dr. Ana Ruiz', at: importedAt, import: null },
    originalId: null,
    importId: null,
    local: true,
    ...more,
  };
}

/** A bundle of the IPS guide as the import keeps it: each entry's text cut out to the byte. */
export function ipsExample(name: (typeof bundleNames)[number]): ExportInput {
  const bytes = readFileSync(join(examples, `${name}.json`));
  const result = scanResource(bytes);
  if (!result.ok) throw new Error(`${name} cannot be read`);
  const rows = result.scan.entries.map((entry, index) =>
    imported(index, bytes.toString('utf8', entry.start, entry.end), {
      fullUrl: entry.fullUrl ?? null,
      source: { kind: 'import', by: 'Dr. Ana Ruiz', at: importedAt, import: `${name}.json` },
    }),
  );
  const apart = new Set(['Practitioner', 'PractitionerRole', 'Organization', 'Medication']);
  return {
    patient: one(rows.filter((row) => row.type === 'Patient')),
    rows: rows.filter((row) => !apart.has(row.type)),
    referred: rows.filter((row) => apart.has(row.type)),
    references: {},
  };
}

export function one<T>(values: readonly T[]): T {
  const [value] = values;
  if (value === undefined) throw new Error('nothing there');
  return value;
}

const snomed = (code: string, display: string): object => ({
  coding: [{ system: 'http://snomed.info/sct', code, display }],
});
const loinc = (code: string, display: string): object => ({ coding: [{ system: 'http://loinc.org', code, display }] });
const state = (kind: string, code: string): object => ({
  coding: [{ system: `http://terminology.hl7.org/CodeSystem/${kind}`, code }],
});

/** A record as Carekeep writes it: references by local id, notes with an amendment, series of measurements. */
export function ownRecord(): ExportInput {
  const subject = { reference: `Patient/${localId(1)}` };
  const category = [
    { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' }] },
  ];
  const laboratory = [
    { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' }] },
  ];
  const patient = written(1, {
    resourceType: 'Patient',
    identifier: [{ type: { text: 'SIP' }, value: '4471 0098 21' }],
    name: [
      { use: 'official', family: 'Müller', given: ['Marta', 'Elena'] },
      { use: 'maiden', family: 'Keller', given: ['Marta'] },
    ],
    gender: 'female',
    birthDate: '1971-03-14',
    telecom: [
      { system: 'phone', value: '+34 600 123 456' },
      { system: 'email', value: 'marta@example.org' },
    ],
    address: [{ line: ['Calle Mayor 12'], postalCode: '46001', city: 'Valencia', country: 'ES' }],
  });
  const rows: ExportRow[] = [
    patient,
    written(2, {
      resourceType: 'AllergyIntolerance',
      clinicalStatus: state('allergyintolerance-clinical', 'active'),
      criticality: 'high',
      category: ['medication'],
      code: snomed('764146007', 'Penicillin'),
      patient: subject,
      onsetDateTime: '2009',
      reaction: [{ manifestation: [{ text: 'Anaphylaxis' }] }],
    }),
    written(3, {
      resourceType: 'AllergyIntolerance',
      clinicalStatus: state('allergyintolerance-clinical', 'active'),
      code: { text: 'Latex' },
      patient: subject,
    }),
    written(4, {
      resourceType: 'Condition',
      clinicalStatus: state('condition-clinical', 'active'),
      code: snomed('44054006', 'Type 2 diabetes'),
      subject,
      onsetDateTime: '2014',
    }),
    written(5, {
      resourceType: 'Condition',
      clinicalStatus: state('condition-clinical', 'active'),
      code: snomed('49436004', 'Atrial fibrillation'),
      subject,
      onsetDateTime: '2021-06',
    }),
    written(6, {
      resourceType: 'Condition',
      clinicalStatus: state('condition-clinical', 'resolved'),
      code: { text: 'Cholecystitis' },
      subject,
      onsetDateTime: '2018-02',
      abatementDateTime: '2018-04-02',
    }),
    written(7, {
      resourceType: 'MedicationStatement',
      status: 'active',
      medicationCodeableConcept: { text: 'Apixaban 5 mg' },
      subject,
      effectivePeriod: { start: '2021-06-20' },
      dosage: [{ text: '1-0-1' }],
    }),
    written(8, {
      resourceType: 'MedicationStatement',
      status: 'stopped',
      medicationCodeableConcept: { text: 'Metamizole 575 mg' },
      subject,
      effectivePeriod: { start: '2018-02-10', end: '2018-02-20' },
    }),
    written(9, {
      resourceType: 'Encounter',
      status: 'finished',
      class: { code: 'AMB' },
      subject,
      period: { start: '2026-10-12T09:10:00+02:00' },
      reasonCode: [{ text: 'Control' }],
    }),
    note(10, subject, { encounter: { reference: `Encounter/${localId(9)}` }, date: '2026-10-12T09:25:00+02:00' }, [
      ['Assessment', 'HbA1c 7.4 % (from 7.9). Continue metformin.'],
      ['Plan', 'Laboratory in 6 weeks; foot check done, no findings.'],
    ]),
    note(
      11,
      subject,
      {
        encounter: { reference: `Encounter/${localId(9)}` },
        date: '2026-10-13T08:00:00+02:00',
        relatesTo: [{ code: 'appends', targetReference: { reference: `Composition/${localId(10)}` } }],
      },
      [['Note', 'Foot check: callus left heel, referred to podiatry.']],
    ),
    note(12, subject, { date: '2026-09-02T12:00:00+02:00' }, [
      ['Note', 'Asks for a copy of the cardiology letter. Sent by post.\nΑθήνα, Жуковский, Łódź, Việt Nam.'],
    ]),
  ];
  for (let month = 1; month <= 10; month += 1) {
    const effectiveDateTime = `2026-${String(month).padStart(2, '0')}-10T09:00:00+01:00`;
    rows.push(
      written(100 + month, {
        resourceType: 'Observation',
        status: 'final',
        category,
        code: loinc('85354-9', 'Blood pressure'),
        subject,
        effectiveDateTime,
        component: [
          { code: loinc('8480-6', 'Systolic'), valueQuantity: { value: 132 + ((month * 7) % 17), unit: 'mmHg' } },
          { code: loinc('8462-4', 'Diastolic'), valueQuantity: { value: 78 + ((month * 5) % 11), unit: 'mmHg' } },
        ],
      }),
      written(200 + month, {
        resourceType: 'Observation',
        status: 'final',
        category: laboratory,
        code: loinc('4548-4', 'HbA1c'),
        subject,
        effectiveDateTime,
        valueQuantity: { value: (79 - month) / 10, unit: '%', code: '%' },
        referenceRange: [{ low: { value: 4, unit: '%' }, high: { value: 7, unit: '%' } }],
      }),
    );
  }
  rows.push(
    {
      ...written(300, {
        resourceType: 'Observation',
        status: 'final',
        category: laboratory,
        code: loinc('2160-0', 'Creatinine'),
        subject,
        effectiveDateTime: '2026-10-10',
        interpretation: [{ coding: [{ code: 'H' }] }],
      }),
      json: `{"resourceType":"Observation","id":"${localId(300)}","status":"final","category":${JSON.stringify(laboratory)},"code":${JSON.stringify(loinc('2160-0', 'Creatinine'))},"subject":{"reference":"Patient/${localId(1)}"},"effectiveDateTime":"2026-10-10","valueQuantity":{"value":1.50,"unit":"mg/dl"},"interpretation":[{"coding":[{"code":"H"}]}]}`,
    },
    written(301, {
      resourceType: 'Immunization',
      status: 'completed',
      vaccineCode: { text: 'Influenza 2026/27' },
      patient: subject,
      occurrenceDateTime: '2026-10-12',
      lotNumber: 'H06',
    }),
    written(302, {
      resourceType: 'Procedure',
      status: 'completed',
      code: { text: 'Cholecystectomy' },
      subject,
      performedDateTime: '2018-04-02',
    }),
    written(303, {
      resourceType: 'Condition',
      verificationStatus: state('condition-ver-status', 'entered-in-error'),
      code: { text: 'Written in the wrong chart' },
      subject,
    }),
  );
  return { patient, rows, referred: [], references: {} };
}

function note(n: number, subject: object, more: object, sections: readonly (readonly [string, string])[]): ExportRow {
  return written(
    n,
    {
      resourceType: 'Composition',
      status: 'final',
      type: loinc('11506-3', 'Progress note'),
      title: 'Control',
      subject,
      author: [{ display: 'Dr. Ana Ruiz' }],
      section: sections.map(([title, text]) => ({
        title,
        text: {
          status: 'generated',
          div: `<div xmlns="http://www.w3.org/1999/xhtml">${text
            .split('\n')
            .map((part) => `<p>${part}</p>`)
            .join('')}</div>`,
        },
      })),
      ...more,
    },
    { signed: true },
  );
}

/** All entries of a Bundle text: fullUrl and the resource as parsed. */
export function entriesOf(text: string): { fullUrl: string; resource: unknown }[] {
  return listAt(JSON.parse(text), 'entry').map((entry) => ({
    fullUrl: textAt(entry, 'fullUrl') ?? '',
    resource: member(entry, 'resource'),
  }));
}
