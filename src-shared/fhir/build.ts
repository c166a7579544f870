/** The resources Carekeep itself writes. Inputs are already checked values; each result passes both validators. */
import type {
  AllergyIntolerance,
  CodeableConcept,
  Condition,
  ContactPoint,
  Encounter,
  HumanName,
  Identifier,
  MedicationStatement,
  Patient,
  Period,
  Reference,
} from 'fhir/r4';

/** What every resource of ours says of its making. `recorded`: ISO instant. */
export type Making = { readonly id: string; readonly recorded: string; readonly recorder: Reference };
/** A concept as picked or typed: `text` alone is enough. */
export type Concept = {
  readonly text: string;
  readonly system?: string;
  readonly code?: string;
  readonly display?: string;
};

export function concept(value: Concept): CodeableConcept {
  if (value.code === undefined) return { text: value.text };
  return {
    coding: [
      {
        ...(value.system === undefined ? {} : { system: value.system }),
        code: value.code,
        display: value.display ?? value.text,
      },
    ],
    text: value.text,
  };
}

export function patientReference(id: string, display?: string): Reference {
  return { reference: `Patient/${id}`, ...(display === undefined ? {} : { display }) };
}

function coded(system: string, code: string): CodeableConcept {
  return { coding: [{ system: `http://terminology.hl7.org/CodeSystem/${system}`, code }] };
}

/** Drops what was not given, so that no element is present without a value. */
function given<T extends object>(value: T): T {
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined || (Array.isArray(member) && member.length === 0)) Reflect.deleteProperty(value, name);
  }
  return value;
}

export type PatientInput = {
  readonly id: string;
  readonly family: string;
  readonly given: readonly string[];
  /** Names the person had before. */
  readonly formerFamilies?: readonly string[];
  readonly birthDate?: string;
  readonly gender?: 'male' | 'female' | 'other' | 'unknown';
  readonly identifiers?: readonly { readonly system?: string; readonly value: string; readonly label?: string }[];
  readonly phones?: readonly string[];
  readonly emails?: readonly string[];
};

export function buildPatient(input: PatientInput): Patient {
  const names: HumanName[] = [given({ use: 'official', family: input.family, given: [...input.given] })];
  for (const family of input.formerFamilies ?? []) names.push(given({ use: 'old', family, given: [...input.given] }));
  const contacts: ContactPoint[] = [
    ...(input.phones ?? []).map((value): ContactPoint => ({ system: 'phone', value })),
    ...(input.emails ?? []).map((value): ContactPoint => ({ system: 'email', value })),
  ];
  const patient: Patient = {
    resourceType: 'Patient',
    id: input.id,
    identifier: (input.identifiers ?? []).map(
      (each): Identifier => ({
        ...(each.label === undefined ? {} : { type: { text: each.label } }),
        ...(each.system === undefined ? {} : { system: each.system }),
        value: each.value,
      }),
    ),
    active: true,
    name: names,
    telecom: contacts,
  };
  if (input.gender !== undefined) patient.gender = input.gender;
  if (input.birthDate !== undefined) patient.birthDate = input.birthDate;
  return given(patient);
}

export type ProblemInput = Making & {
  readonly patient: Reference;
  readonly problem: Concept;
  readonly onset?: string;
  /** Ended on that date: no longer active. */
  readonly abatement?: string;
  readonly note?: string;
  readonly encounter?: Reference;
};

export function buildCondition(input: ProblemInput): Condition {
  const condition: Condition = {
    resourceType: 'Condition',
    id: input.id,
    clinicalStatus: coded('condition-clinical', input.abatement === undefined ? 'active' : 'resolved'),
    verificationStatus: coded('condition-ver-status', 'confirmed'),
    category: [coded('condition-category', 'problem-list-item')],
    code: concept(input.problem),
    subject: input.patient,
    recordedDate: input.recorded,
    recorder: input.recorder,
  };
  if (input.encounter !== undefined) condition.encounter = input.encounter;
  if (input.onset !== undefined) condition.onsetDateTime = input.onset;
  if (input.abatement !== undefined) condition.abatementDateTime = input.abatement;
  if (input.note !== undefined) condition.note = [{ text: input.note }];
  return condition;
}

export type AllergyInput = Making & {
  readonly patient: Reference;
  /** `none-known`: asked, and there is none. */
  readonly allergen: Concept | 'none-known';
  readonly category?: 'food' | 'medication' | 'environment' | 'biologic';
  readonly criticality?: 'low' | 'high' | 'unable-to-assess';
  readonly reaction?: { readonly manifestation: string; readonly severity?: 'mild' | 'moderate' | 'severe' };
  readonly onset?: string;
  readonly note?: string;
  /** No longer held to be true or relevant. */
  readonly ended?: boolean;
};

export function buildAllergy(input: AllergyInput): AllergyIntolerance {
  const allergy: AllergyIntolerance = {
    resourceType: 'AllergyIntolerance',
    id: input.id,
    clinicalStatus: coded('allergyintolerance-clinical', input.ended === true ? 'inactive' : 'active'),
    verificationStatus: coded('allergyintolerance-verification', 'confirmed'),
    code:
      input.allergen === 'none-known'
        ? {
            coding: [
              {
                system: 'http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips',
                code: 'no-known-allergies',
                display: 'No known allergies',
              },
            ],
          }
        : concept(input.allergen),
    patient: input.patient,
    recordedDate: input.recorded,
    recorder: input.recorder,
  };
  if (input.allergen !== 'none-known') {
    allergy.type = 'allergy';
    if (input.category !== undefined) allergy.category = [input.category];
    if (input.criticality !== undefined) allergy.criticality = input.criticality;
    if (input.reaction !== undefined) {
      const { manifestation, severity } = input.reaction;
      allergy.reaction = [
        { manifestation: [{ text: manifestation }], ...(severity === undefined ? {} : { severity }) },
      ];
    }
  }
  if (input.onset !== undefined) allergy.onsetDateTime = input.onset;
  if (input.note !== undefined) allergy.note = [{ text: input.note }];
  return allergy;
}

export type MedicationInput = Making & {
  readonly patient: Reference;
  readonly medication: Concept;
  readonly dosage?: string;
  readonly start?: string;
  /** Ended on that date. */
  readonly end?: string;
  /** Ended by decision, not by course. */
  readonly stopped?: boolean;
  readonly reason?: string;
  readonly note?: string;
  readonly encounter?: Reference;
};

export function buildMedication(input: MedicationInput): MedicationStatement {
  const period: Period = {};
  if (input.start !== undefined) period.start = input.start;
  if (input.end !== undefined) period.end = input.end;
  const statement: MedicationStatement = {
    resourceType: 'MedicationStatement',
    id: input.id,
    status: input.stopped === true ? 'stopped' : input.end === undefined ? 'active' : 'completed',
    medicationCodeableConcept: concept(input.medication),
    subject: input.patient,
    dateAsserted: input.recorded,
    informationSource: input.recorder,
  };
  if (input.encounter !== undefined) statement.context = input.encounter;
  if (period.start !== undefined || period.end !== undefined) statement.effectivePeriod = period;
  if (input.reason !== undefined) statement.reasonCode = [{ text: input.reason }];
  if (input.dosage !== undefined) statement.dosage = [{ text: input.dosage }];
  if (input.note !== undefined) statement.note = [{ text: input.note }];
  return statement;
}

export type EncounterInput = {
  readonly id: string;
  readonly patient: Reference;
  readonly practitioner: Reference;
  readonly start: string;
  readonly end?: string;
  readonly kind: 'ambulatory' | 'home' | 'virtual' | 'emergency';
  readonly reason?: string;
};

const encounterClass = {
  ambulatory: ['AMB', 'ambulatory'],
  home: ['HH', 'home health'],
  virtual: ['VR', 'virtual'],
  emergency: ['EMER', 'emergency'],
} as const;

export function buildEncounter(input: EncounterInput): Encounter {
  const [code, display] = encounterClass[input.kind];
  const encounter: Encounter = {
    resourceType: 'Encounter',
    id: input.id,
    status: input.end === undefined ? 'in-progress' : 'finished',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code, display },
    subject: input.patient,
    participant: [{ individual: input.practitioner }],
    period: input.end === undefined ? { start: input.start } : { start: input.start, end: input.end },
  };
  if (input.reason !== undefined) encounter.reasonCode = [{ text: input.reason }];
  return encounter;
}
