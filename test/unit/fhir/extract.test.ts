import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { allergyStatement } from '../../../src-shared/fhir/allergy.ts';
import { sortableDate } from '../../../src-shared/fhir/dates.ts';
import {
  dosageText,
  nameText,
  observationValueText,
  quantityText,
  rangeText,
} from '../../../src-shared/fhir/display.ts';
import { extract } from '../../../src-shared/fhir/extract.ts';
import { parseResource } from '../../../src-shared/fhir/lossless.ts';

const today = '2026-11-22';
const of = (resource: object) => extract(parseResource(JSON.stringify(resource)), today);

test('dates sort in time order whatever their zone and precision', () => {
  assert.equal(sortableDate('2024-03-01T09:30:00+02:00'), '2024-03-01T07:30:00.000Z');
  assert.equal(sortableDate('2024-03'), '2024-03');
  assert.equal(sortableDate('2016-12-31T23:59:60Z'), '2016-12-31T23:59:59.000Z');
  assert.equal(sortableDate('last week'), undefined);
  const written = ['2024', '2024-03', '2024-03-01', '2024-03-01T00:00:00Z'];
  assert.deepEqual(
    written.map((each) => sortableDate(each)).sort(),
    written.map((each) => sortableDate(each)),
  );
});

test('a patient: present names first, former ones told apart, identifiers and phones', () => {
  const { patientFacts, display, patient } = of({
    resourceType: 'Patient',
    id: 'p',
    name: [
      { use: 'maiden', family: 'Kowalska' },
      { family: 'Old', given: ['Eva'], period: { end: '2020-01' } },
      { use: 'official', family: 'Nowak', given: ['Ewa', 'Maria'] },
    ],
    birthDate: '1972-05-01',
    gender: 'female',
    deceasedDateTime: '2025',
    identifier: [{ system: 'urn:x', value: ' 12 3 ', type: { coding: [{ code: 'MR' }] } }, { system: 'urn:y' }],
    telecom: [
      { system: 'phone', value: '+48 1' },
      { system: 'email', value: 'e@x' },
    ],
  });
  assert.equal(patient, undefined);
  assert.equal(display, 'Nowak, Ewa Maria');
  assert.ok(patientFacts !== undefined);
  assert.deepEqual(
    patientFacts.names.map((name) => [name.family, name.former]),
    [
      ['Nowak', false],
      ['Old', true],
      ['Kowalska', true],
    ],
  );
  assert.deepEqual(patientFacts.identifiers, [{ system: 'urn:x', value: '12 3', label: 'MR' }]);
  assert.deepEqual([patientFacts.phones, patientFacts.emails, patientFacts.deceased], [['+48 1'], ['e@x'], '2025']);
});

test('columns of an observation, and references with their kind', () => {
  const row = of({
    resourceType: 'Observation',
    status: 'final',
    category: [{ coding: [{ code: 'vital-signs' }] }],
    code: { coding: [{ system: 'http://loinc.org', code: '29463-7', display: 'Body weight' }] },
    subject: { reference: 'urn:uuid:1' },
    encounter: { reference: 'Encounter/e' },
    effectivePeriod: { start: '2024-01-01', end: '2024-01-02' },
    performer: [{ display: 'Dr. A', reference: '#c' }],
  });
  assert.deepEqual(
    [row.patient, row.encounter, row.date, row.end, row.status, row.code, row.display, row.category, row.author],
    [
      'urn:uuid:1',
      'Encounter/e',
      '2024-01-01',
      '2024-01-02',
      'final',
      '29463-7',
      'Body weight',
      'vital-signs',
      'Dr. A',
    ],
  );
  assert.deepEqual(
    row.references.map((each) => [each.path, each.kind, each.type]),
    [
      ['subject', 'urn', undefined],
      ['encounter', 'relative', 'Encounter'],
      ['performer[0]', 'contained', undefined],
    ],
  );
});

test('a subject that is not a patient belongs to nobody', () => {
  assert.equal(of({ resourceType: 'Observation', subject: { reference: 'Group/1' } }).patient, undefined);
  assert.equal(
    of({
      resourceType: 'Appointment',
      participant: [{ actor: { reference: 'Practitioner/1' } }, { actor: { reference: 'Patient/2' } }],
    }).patient,
    'Patient/2',
  );
});

test('allergies: none known, not asked and a real one are told apart', () => {
  const coded = (system: string, code: string) => ({ code: { coding: [{ system, code }] } });
  const ips = 'http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips';
  assert.equal(allergyStatement(coded(ips, 'no-known-allergies')), 'none-known');
  assert.equal(allergyStatement(coded(ips, 'no-allergy-info')), 'no-information');
  assert.equal(allergyStatement(coded(ips, 'no-known-medication-allergies')), 'none-known-medication');
  assert.equal(allergyStatement(coded('http://snomed.info/sct', '716186003')), 'none-known');
  assert.equal(allergyStatement(coded('http://snomed.info/sct', '373270004')), 'allergy');
  assert.equal(allergyStatement({ code: { text: 'Penicillin' } }), 'allergy');
});

test('display keeps numbers as written', () => {
  const observation = parseResource('{"valueQuantity":{"value":1.50,"comparator":"<=","unit":"mg"}}');
  assert.equal(observationValueText(observation), '≤ 1.50 mg');
  assert.equal(quantityText(parseResource('{"value":7.0,"code":"%"}')), '7.0 %');
  assert.equal(
    rangeText(parseResource('{"low":{"value":3.50},"high":{"value":5.1,"unit":"mmol/L"}}')),
    '3.50–5.1 mmol/L',
  );
  assert.equal(nameText({ family: 'Nowak', given: ['Ewa', 'Maria'] }), 'Nowak, Ewa Maria');
  const dosage =
    '{"timing":{"repeat":{"frequency":2,"period":1,"periodUnit":"d"}},"doseAndRate":[{"doseQuantity":{"value":0.50,"unit":"mg"}}]}';
  assert.equal(dosageText(parseResource(dosage)), '0.50 mg, 2 × / 1 d');
});

test('every IPS example gives a type and, but for those outside the compartment, a patient', () => {
  const folder = new URL('../../../node_modules/hl7.fhir.uv.ips/example/', import.meta.url);
  const outside = ['Bundle', 'Patient', 'Organization', 'Practitioner', 'PractitionerRole', 'Medication'];
  for (const name of readdirSync(folder).filter((each) => each.endsWith('.json') && !each.startsWith('.'))) {
    const row = extract(parseResource(readFileSync(new URL(name, folder), 'utf8')), today);
    assert.notEqual(row.type, '', name);
    if (!outside.includes(row.type) && row.type !== 'Device') assert.notEqual(row.patient, undefined, name);
  }
});
