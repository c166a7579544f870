/** The searched and sorted columns of a resource, read from its parsed JSON. Pure; wrong shapes read as absent. */
import { type AllergyStatement, allergyStatement } from './allergy.ts';
import { encounterReference, patientReference } from './compartment.ts';
import { beginning, ending, sortableDate } from './dates.ts';
import { conceptText, nameText } from './display.ts';
import { firstOf, type JsonObject, list, listAt, member, text, textAt } from './json.ts';
import { type PatientFacts, patientFacts, personName } from './patient-facts.ts';
import { type FoundReference, referencesIn } from './references.ts';

export type Extract = {
  readonly type: string;
  /** The id the source gave it. */
  readonly id: string | undefined;
  /** `reference` text as written (`Patient/1`, `urn:uuid:…`, `#p`); undefined for a Patient. */
  readonly patient: string | undefined;
  readonly encounter: string | undefined;
  /** Where it stands in time: sortable, see `sortableDate`. */
  readonly date: string | undefined;
  /** The same as written. */
  readonly dateText: string | undefined;
  readonly end: string | undefined;
  /** Clinical status where the type has one, else its status. */
  readonly status: string | undefined;
  readonly code: string | undefined;
  readonly codeSystem: string | undefined;
  /** What a list shows for it. */
  readonly display: string | undefined;
  readonly category: string | undefined;
  /** Who recorded, performed, asserted or wrote it, as far as the resource says by name. */
  readonly author: string | undefined;
  readonly references: readonly FoundReference[];
  readonly patientFacts: PatientFacts | undefined;
  readonly allergy: AllergyStatement | undefined;
};

const dateElements: Readonly<Record<string, readonly string[]>> = {
  AllergyIntolerance: ['onsetDateTime', 'onsetPeriod', 'recordedDate'],
  Appointment: ['start', 'created'],
  Composition: ['date'],
  Condition: ['onsetDateTime', 'onsetPeriod', 'recordedDate'],
  DiagnosticReport: ['effectiveDateTime', 'effectivePeriod', 'issued'],
  DocumentReference: ['date'],
  Encounter: ['period'],
  Goal: ['startDate', 'statusDate'],
  Immunization: ['occurrenceDateTime', 'recorded'],
  MedicationAdministration: ['effectiveDateTime', 'effectivePeriod'],
  MedicationDispense: ['whenHandedOver', 'whenPrepared'],
  MedicationStatement: ['effectiveDateTime', 'effectivePeriod', 'dateAsserted'],
  Observation: ['effectiveDateTime', 'effectivePeriod', 'effectiveInstant', 'effectiveTiming', 'issued'],
  Patient: ['birthDate'],
  Procedure: ['performedDateTime', 'performedPeriod'],
  Specimen: ['receivedTime'],
};
const usualDates: readonly string[] = [
  'authoredOn',
  'date',
  'period',
  'effectiveDateTime',
  'effectivePeriod',
  'occurrenceDateTime',
  'occurrencePeriod',
  'performedDateTime',
  'started',
  'start',
  'recordedDate',
  'recorded',
  'created',
  'issued',
  'authored',
  'sent',
  'servicedDate',
  'timingDateTime',
  'timingPeriod',
  'createdDateTime',
  'whenHandedOver',
];
const endElements: readonly string[] = [
  'period',
  'effectivePeriod',
  'performedPeriod',
  'occurrencePeriod',
  'onsetPeriod',
  'abatementPeriod',
];
const authorElements: readonly string[] = [
  'recorder',
  'author',
  'performer',
  'asserter',
  'requester',
  'informationSource',
  'participant',
  'practitioner',
  'sender',
];
const displayElements: readonly string[] = [
  'code',
  'medicationCodeableConcept',
  'vaccineCode',
  'type',
  'title',
  'description',
  'name',
  'serviceType',
  'focus',
  'topic',
  'scope',
];

/** What the store sorts and filters by. */
export type Sorting = Pick<Extract, 'date' | 'dateText' | 'status' | 'code' | 'codeSystem' | 'category'>;

export function sortingOf(resource: JsonObject): Sorting {
  const type = textAt(resource, 'resourceType') ?? '';
  const concept =
    member(resource, 'code') ??
    member(resource, 'medicationCodeableConcept') ??
    member(resource, 'vaccineCode') ??
    member(resource, 'type');
  const coding = firstOf(listAt(concept, 'coding'), (each) => (textAt(each, 'code') === undefined ? undefined : each));
  const dateText =
    firstOf(dateElements[type] ?? usualDates, (name) => {
      const found = beginning(member(resource, name));
      return sortableDate(found) === undefined ? undefined : found;
    }) ?? beginning(member(member(resource, 'collection'), 'collectedDateTime'));
  return {
    date: sortableDate(dateText),
    dateText,
    status: statusOf(resource),
    code: textAt(coding, 'code') ?? text(concept),
    codeSystem: textAt(coding, 'system'),
    category: categoryOf(resource),
  };
}

/** `today` (ISO date) decides which of a patient's names are former ones. */
export function extract(resource: JsonObject, today: string): Extract {
  const type = textAt(resource, 'resourceType') ?? '';
  return {
    type,
    id: textAt(resource, 'id'),
    patient: patientReference(resource),
    encounter: encounterReference(resource),
    ...sortingOf(resource),
    end: sortableDate(
      textAt(resource, 'abatementDateTime') ?? firstOf(endElements, (name) => ending(member(resource, name))),
    ),
    display: displayOf(resource, type, today),
    author: authorOf(resource),
    references: referencesIn(resource),
    patientFacts: type === 'Patient' ? patientFacts(resource, today) : undefined,
    allergy: type === 'AllergyIntolerance' ? allergyStatement(resource) : undefined,
  };
}

function statusOf(resource: JsonObject): string | undefined {
  const clinical = firstOf(listAt(member(resource, 'clinicalStatus'), 'coding'), (coding) => textAt(coding, 'code'));
  return clinical ?? textAt(resource, 'status') ?? textAt(resource, 'lifecycleStatus');
}

function categoryOf(resource: JsonObject): string | undefined {
  const category = firstOf(
    listAt(resource, 'category'),
    (value) =>
      text(value) ?? firstOf(listAt(value, 'coding'), (coding) => textAt(coding, 'code')) ?? textAt(value, 'text'),
  );
  return category ?? textAt(member(resource, 'class'), 'code');
}

function authorOf(resource: JsonObject): string | undefined {
  return firstOf(authorElements, (name) =>
    firstOf(
      listAt(resource, name),
      (value) =>
        textAt(value, 'display') ??
        firstOf(['actor', 'individual', 'agent'], (inner) => textAt(member(value, inner), 'display')),
    ),
  );
}

function displayOf(resource: JsonObject, type: string, today: string): string | undefined {
  if (type === 'Patient' || type === 'Practitioner' || type === 'RelatedPerson' || type === 'Person') {
    const names = listAt(resource, 'name').map((name) => personName(name, today));
    return nameText(names.find((name) => !name.former) ?? names[0]);
  }
  if (type === 'Composition') return textAt(resource, 'title');
  return (
    firstOf(displayElements, (name) =>
      firstOf(list(member(resource, name)), (value) => text(value) ?? conceptText(value)),
    ) ??
    textAt(member(resource, 'medicationReference'), 'display') ??
    textAt(member(resource, 'class'), 'display')
  );
}
