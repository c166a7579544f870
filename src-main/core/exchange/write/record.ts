/** A patient's export as a document sees it: who it is, what is true now, what was measured, what happened. */

import { conceptText } from '../../../../src-shared/fhir/display.ts';
import { isObject, listAt, member, textAt } from '../../../../src-shared/fhir/json.ts';
import { type PatientFacts, patientFacts } from '../../../../src-shared/fhir/patient-facts.ts';
import { newestFirst } from './dates.ts';
import type { Item } from './item.ts';
import { itemOf, statementOf, withdrawn } from './lists.ts';
import { type Kind, kindOf, type Measured, measuredOf } from './measured.ts';
import { choice, dateOf, hasCode } from './reading.ts';
import { type Happening, isNote, timelineOf } from './timeline.ts';
import type { Read, View } from './view.ts';

export type Document = {
  readonly of: Read;
  readonly title: string;
  readonly date: string | undefined;
  readonly details: readonly string[];
};

export type PatientRecord = {
  readonly patient: PatientFacts;
  readonly patientResource: unknown;
  /** Allergies and intolerances that are current; statements that there are none are in `allergyStatements`. */
  readonly allergies: readonly Item[];
  readonly allergyStatements: readonly Item[];
  /** `none-known`: asked, none · `unknown`: nothing recorded · `known`: see the list. */
  readonly allergyState: 'known' | 'none-known' | 'unknown';
  readonly problems: readonly Item[];
  readonly problemStatements: readonly Item[];
  readonly pastProblems: readonly Item[];
  readonly medications: readonly Item[];
  readonly medicationStatements: readonly Item[];
  readonly pastMedications: readonly Item[];
  readonly immunizations: readonly Item[];
  readonly procedures: readonly Item[];
  readonly devices: readonly Item[];
  readonly alerts: readonly Item[];
  readonly plans: readonly Item[];
  readonly directives: readonly Item[];
  readonly reports: readonly Item[];
  readonly measured: Readonly<Record<Kind, readonly Measured[]>>;
  readonly timeline: readonly Happening[];
  readonly documents: readonly Document[];
  /** Resource type → how many rows of it have no section of their own. */
  readonly others: ReadonlyMap<string, number>;
  /** Rows entered in error. */
  readonly withdrawn: number;
};

const absentUnknown = [
  'http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips',
  'http://terminology.hl7.org/CodeSystem/absent-unknown-uv-ips',
];
const statements = (codes: readonly string[], snomed: readonly string[]): ReadonlySet<string> =>
  new Set([
    ...absentUnknown.flatMap((system) => codes.map((code) => `${system}|${code}`)),
    ...snomed.map((code) => `http://snomed.info/sct|${code}`),
  ]);
const noProblems = statements(['no-known-problems', 'no-problem-info'], ['160245001']);
const noMedications = statements(['no-known-medications', 'no-medication-info'], ['787481004']);

export function recordOf(view: View): PatientRecord {
  const listed = new Map<string, Item[]>();
  const observations: Read[] = [];
  const others = new Map<string, number>();
  const notes: Read[] = [];
  const documents: Document[] = [];
  let errors = 0;
  for (const of of view.rows) {
    const { type } = of.row;
    if (of.row.id === view.input.patient.id) continue;
    if (withdrawn(of.resource)) {
      errors += 1;
      continue;
    }
    const item = itemOf(view, of);
    if (item !== undefined) add(listed, type, item);
    else if (type === 'Observation') observations.push(of);
    else if (isNote(of) || type === 'Encounter') notes.push(of);
    else if (['DocumentReference', 'Composition', 'Media', 'ImagingStudy'].includes(type))
      documents.push(documentOf(view, of));
    else others.set(type, (others.get(type) ?? 0) + 1);
  }
  const of = (...types: string[]): Item[] =>
    types
      .flatMap((type) => listed.get(type) ?? [])
      .sort((a, b) => newestFirst(a.date, b.date) || a.title.localeCompare(b.title));
  const allAllergies = of('AllergyIntolerance');
  const allergies = allAllergies.filter((item) => statementOf(item) === 'allergy');
  const allergyStatements = allAllergies.filter((item) => statementOf(item) !== 'allergy');
  const conditions = of('Condition');
  const says = (item: Item, codes: ReadonlySet<string>): boolean =>
    hasCode(member(item.of.resource, 'code'), codes) ||
    hasCode(member(item.of.resource, 'medicationCodeableConcept'), codes);
  const problems = conditions.filter((item) => !says(item, noProblems));
  const drugs = of('MedicationStatement', 'MedicationRequest', 'MedicationAdministration', 'MedicationDispense');
  const medications = drugs.filter((item) => !says(item, noMedications));
  const measured: Record<Kind, Measured[]> = { vitals: [], social: [], pregnancy: [], results: [] };
  for (const each of observations) measured[kindOf(each.resource)].push(measuredOf(view, each));
  for (const each of Object.values(measured))
    each.sort((a, b) => newestFirst(a.date, b.date) || a.title.localeCompare(b.title));
  const resource = view.read(view.input.patient);
  return {
    patient: patientFacts(isObject(resource) ? resource : {}, view.calendar.dayOf(view.context.at)),
    patientResource: resource,
    // Current ones first; past ones stay in the list with their status: an allergy once is worth knowing.
    allergies: [...allergies.filter((item) => item.current), ...allergies.filter((item) => !item.current)],
    allergyStatements,
    allergyState: allergies.some((item) => item.current)
      ? 'known'
      : allergyStatements.some((item) => statementOf(item) === 'none-known' && item.current)
        ? 'none-known'
        : 'unknown',
    problems: problems.filter((item) => item.current),
    problemStatements: conditions.filter((item) => says(item, noProblems)),
    pastProblems: problems.filter((item) => !item.current),
    medications: medications.filter((item) => item.current),
    medicationStatements: drugs.filter((item) => says(item, noMedications)),
    pastMedications: medications.filter((item) => !item.current),
    immunizations: of('Immunization'),
    procedures: of('Procedure'),
    devices: of('DeviceUseStatement', 'Device'),
    alerts: of('Flag'),
    plans: of('CarePlan', 'Goal', 'ServiceRequest', 'ImmunizationRecommendation'),
    directives: of('Consent'),
    reports: of('DiagnosticReport'),
    measured,
    timeline: timelineOf(view, notes),
    documents: documents.sort((a, b) => newestFirst(a.date, b.date)),
    others: new Map([...others].sort(([a], [b]) => (a < b ? -1 : 1))),
    withdrawn: errors,
  };
}

function add(lists: Map<string, Item[]>, type: string, item: Item): void {
  const held = lists.get(type);
  if (held === undefined) lists.set(type, [item]);
  else held.push(item);
}

function documentOf(view: View, of: Read): Document {
  const { resource } = of;
  const attachments = listAt(resource, 'content').map((content) => member(content, 'attachment'));
  const authors = listAt(resource, 'author').flatMap((each) => view.nameOf(of, each) ?? []);
  const titles = attachments.flatMap((each) => textAt(each, 'title') ?? []);
  return {
    of,
    title:
      textAt(resource, 'title') ??
      textAt(resource, 'description') ??
      titles[0] ??
      conceptText(member(resource, 'type')) ??
      conceptText(listAt(resource, 'modality')[0]) ??
      of.row.type,
    date: textAt(resource, 'date') ?? textAt(resource, 'started') ?? dateOf(choice(resource, 'created')),
    details: [...authors, ...attachments.flatMap((each) => textAt(each, 'contentType') ?? [])],
  };
}
