import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { validateResource } from '../../../src-main/core/exchange/read/validate.ts';
import { allergyStatement } from '../../../src-shared/fhir/allergy.ts';
import {
  buildAllergy,
  buildCondition,
  buildEncounter,
  buildMedication,
  buildPatient,
} from '../../../src-shared/fhir/build.ts';
import { buildBloodPressure, buildVital } from '../../../src-shared/fhir/build-vitals.ts';
import { parseResource } from '../../../src-shared/fhir/lossless.ts';
import { amendedNote, buildNote, narrative, narrativeText, noteText } from '../../../src-shared/fhir/note.ts';
import { bodyMassIndex, judge, rangeIn, vitalKeys, vitalSigns } from '../../../src-shared/fhir/vitals.ts';

const patient = { reference: 'Patient/p1', display: 'Nowak, Ewa' };
const recorder = { reference: 'Practitioner/u1', display: 'Dr. A' };
const making = { id: 'x1', recorded: '2026-11-22T08:00:00.000Z', recorder };
const encounter = { reference: 'Encounter/e1' };

function accepted(resource: object): void {
  const result = validateResource(JSON.stringify(resource));
  assert.deepEqual(result.ok ? [] : result.issues, []);
}

test('our own patients pass both validators', () => {
  accepted(buildPatient({ id: 'p1', family: 'Nowak', given: [] }));
  accepted(
    buildPatient({
      id: 'p1',
      family: 'Nowak',
      given: ['Ewa', 'Maria'],
      formerFamilies: ['Kowalska'],
      birthDate: '1972-05',
      gender: 'female',
      identifiers: [
        { value: '7', label: 'Chart' },
        { system: 'urn:oid:1.2', value: '8' },
      ],
      phones: ['+48 1'],
      emails: ['e@example.org'],
    }),
  );
});

test('problems, allergies, medications and encounters pass both validators, open and ended', () => {
  const code = { text: 'Asthma', system: 'http://snomed.info/sct', code: '195967001' };
  accepted(buildCondition({ ...making, patient, problem: code, onset: '2020', encounter, note: 'mild' }));
  accepted(buildCondition({ ...making, patient, problem: { text: 'Cough' }, onset: '2020', abatement: '2021-02' }));
  accepted(
    buildAllergy({
      ...making,
      patient,
      allergen: { text: 'Penicillin' },
      category: 'medication',
      criticality: 'high',
      reaction: { manifestation: 'Hives', severity: 'severe' },
      onset: '2001',
      note: 'as a child',
    }),
  );
  accepted(buildAllergy({ ...making, patient, allergen: { text: 'Nuts' }, ended: true }));
  const none = buildAllergy({ ...making, patient, allergen: 'none-known' });
  accepted(none);
  assert.equal(allergyStatement(parseResource(JSON.stringify(none))), 'none-known');
  accepted(
    buildMedication({
      ...making,
      patient,
      medication: { text: 'Ramipril' },
      dosage: '5 mg 1-0-0',
      start: '2024-01-01',
      encounter,
    }),
  );
  accepted(
    buildMedication({
      ...making,
      patient,
      medication: { text: 'Ramipril' },
      end: '2025-01-01',
      stopped: true,
      reason: 'Cough',
      note: 'n',
    }),
  );
  for (const kind of ['ambulatory', 'home', 'virtual', 'emergency'] as const) {
    accepted(
      buildEncounter({ id: 'e1', patient, practitioner: recorder, start: making.recorded, kind, reason: 'Check-up' }),
    );
  }
  accepted(
    buildEncounter({
      id: 'e1',
      patient,
      practitioner: recorder,
      start: making.recorded,
      end: '2026-11-22T09:00:00Z',
      kind: 'home',
    }),
  );
});

test('each vital sign passes both validators in each of its units, low, normal and high', () => {
  const input = { ...making, patient, encounter, effective: '2026-11-22T08:00:00+01:00', note: 'sitting' };
  for (const key of vitalKeys) {
    const sign = vitalSigns[key];
    for (const unit of sign.units) {
      const range = rangeIn(sign, unit.ucum);
      for (const value of [(range?.low ?? 10) - 1, range?.low ?? range?.high ?? 50, (range?.high ?? 60) + 1]) {
        accepted(buildVital(input, sign, { value, ucum: unit.ucum }));
      }
    }
    assert.throws(() => buildVital(input, sign, { value: 1, ucum: 'furlong' }), RangeError);
  }
  const pressure = buildBloodPressure(input, { value: 150, ucum: 'mm[Hg]' }, { value: 85, ucum: 'mm[Hg]' });
  accepted(pressure);
  assert.deepEqual(
    pressure.component?.map((each) => each.interpretation?.[0]?.coding?.[0]?.code),
    ['H', 'N'],
  );
  accepted(buildBloodPressure(input, { value: 150, ucum: 'mm[Hg]' }));
});

test('plausible limits hold across units', () => {
  assert.equal(judge(vitalSigns.temperature, 98.6, '[degF]'), 'normal');
  assert.equal(judge(vitalSigns.temperature, 98.6, 'Cel'), 'implausible');
  assert.equal(judge(vitalSigns.glucose, 250, 'mg/dL'), 'high');
  assert.equal(judge(vitalSigns.weight, 70, 'stone'), undefined);
  assert.deepEqual(rangeIn(vitalSigns.temperature, '[degF]'), { low: 97, high: 99.9 });
  assert.equal(bodyMassIndex(80, 180), 24.7);
});

test('notes pass both validators, whatever is typed, and read back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.boolean(), (typed, soap) => {
      const words = `a ${typed}`;
      const note = buildNote({
        id: 'n1',
        patient,
        author: recorder,
        encounter,
        signed: making.recorded,
        title: 'Consultation',
        text: soap ? { subjective: words, plan: 'rest' } : { text: words },
      });
      accepted(note);
      const div = note.section?.[0]?.text?.div ?? '';
      assert.ok(!/<(?!\/?(div|p|br)\b)/.test(div));
    }),
    { numRuns: 100 },
  );
  const text = { subjective: '<script>alert("1 & 2")</script>\nsecond line\n\nnew paragraph', plan: 'rest ß 😀' };
  const note = buildNote({
    id: 'n2',
    patient,
    author: recorder,
    signed: making.recorded,
    title: 'T',
    text,
    amends: 'Composition/n1',
  });
  accepted(note);
  assert.deepEqual(noteText(note), text);
  assert.equal(amendedNote(note), 'Composition/n1');
  assert.equal(narrativeText(narrative('a\r\nb')), 'a\nb');
});
