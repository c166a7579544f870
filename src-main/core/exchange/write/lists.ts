/** The lists of a record: allergies, problems, medications, immunisations, procedures and what else is one line each. */
import { type AllergyStatement, allergyStatement } from '../../../../src-shared/fhir/allergy.ts';
import {
  annotationText,
  conceptText,
  dosageText,
  quantityText,
  rangeText,
} from '../../../../src-shared/fhir/display.ts';
import { isObject, listAt, member, textAt } from '../../../../src-shared/fhir/json.ts';
import { numberText } from '../../../../src-shared/fhir/lossless.ts';
import { choice, codeOf, dateOf } from './reading.ts';
import type { Read, View } from './view.ts';
import { fill, wordFor } from './words.ts';

/** One line of a list. */
export type Item = {
  readonly of: Read;
  readonly title: string;
  /** FHIR date as written. */
  readonly date: string | undefined;
  /** Short sentences in the document's language. */
  readonly details: readonly string[];
  /** Word for its status; undefined where it is the expected one. */
  readonly status: string | undefined;
  readonly current: boolean;
};

/** The things lists are made of, by resource type. Each reader says how to name, date and detail one resource. */
const readers: Readonly<Record<string, (view: View, of: Read) => Omit<Item, 'of'>>> = {
  AllergyIntolerance: allergy,
  Condition: condition,
  MedicationStatement: medication,
  MedicationRequest: medication,
  MedicationAdministration: medication,
  MedicationDispense: medication,
  Immunization: immunization,
  Procedure: procedure,
  DeviceUseStatement: device,
  Device: device,
  Flag: flag,
  CarePlan: plan,
  Goal: plan,
  ServiceRequest: plan,
  ImmunizationRecommendation: plan,
  Consent: consent,
  DiagnosticReport: report,
};

/** Whether it was withdrawn as entered in error: counted, never listed. */
export function withdrawn(resource: unknown): boolean {
  return (
    textAt(resource, 'status') === 'entered-in-error' ||
    codeOf(member(resource, 'verificationStatus')) === 'entered-in-error'
  );
}

export function itemOf(view: View, of: Read): Item | undefined {
  const read = readers[of.row.type];
  return read === undefined ? undefined : { of, ...read(view, of) };
}

export function statementOf(item: Item): AllergyStatement {
  return isObject(item.of.resource) ? allergyStatement(item.of.resource) : 'allergy';
}

const untitled = '—';
const present = (...parts: readonly (string | undefined)[]): string[] => parts.flatMap((part) => part || []);

function statusWord(view: View, code: string | undefined, expected: readonly string[]): string | undefined {
  return code === undefined || expected.includes(code) ? undefined : wordFor(view.words.status, code);
}

const notes = (view: View, resource: unknown): string[] =>
  listAt(resource, 'note').flatMap((note) => {
    const text = annotationText(note);
    return text === undefined ? [] : [fill(view.words.details.note, { text })];
  });

const said = (sentence: string, text: string | undefined): string | undefined =>
  text === undefined ? undefined : fill(sentence, { text });

function until(view: View, value: unknown): string | undefined {
  const date = typeof value === 'string' ? value : textAt(value, 'end');
  return date === undefined ? undefined : fill(view.words.details.until, { date: view.calendar.day(date) });
}

/** An onset that is no date: an age, a range, words. */
function otherOnset(resource: unknown): string | undefined {
  const onset = choice(resource, 'onset');
  return dateOf(onset) === undefined
    ? typeof onset === 'string'
      ? onset
      : (quantityText(onset) ?? rangeText(onset))
    : undefined;
}

function allergy(view: View, { resource }: Read): Omit<Item, 'of'> {
  const state = codeOf(member(resource, 'clinicalStatus'));
  const criticality = textAt(resource, 'criticality');
  const reactions = listAt(resource, 'reaction').flatMap((reaction) => {
    const shown = listAt(reaction, 'manifestation')
      .flatMap((each) => conceptText(each) ?? [])
      .join(', ');
    return shown === '' ? (textAt(reaction, 'description') ?? []) : shown;
  });
  return {
    title:
      conceptText(member(resource, 'code')) ??
      conceptText(member(listAt(resource, 'reaction')[0], 'substance')) ??
      untitled,
    date: dateOf(choice(resource, 'onset')) ?? textAt(resource, 'recordedDate'),
    details: present(
      reactions.length === 0 ? undefined : fill(view.words.details.reaction, { text: reactions.join('; ') }),
      criticality === 'high' || criticality === 'low' ? view.words.details[`criticality-${criticality}`] : undefined,
      ...listAt(resource, 'category').map((each) =>
        typeof each === 'string'
          ? wordFor(view.words.details, `category-${each}`).replace(/^category-/, '')
          : undefined,
      ),
      otherOnset(resource),
      ...notes(view, resource),
    ),
    status:
      statusWord(view, state, ['active']) ??
      statusWord(view, codeOf(member(resource, 'verificationStatus')), ['confirmed']),
    current: state === undefined || state === 'active',
  };
}

function condition(view: View, { resource }: Read): Omit<Item, 'of'> {
  const state = codeOf(member(resource, 'clinicalStatus'));
  return {
    title: conceptText(member(resource, 'code')) ?? untitled,
    date: dateOf(choice(resource, 'onset')) ?? textAt(resource, 'recordedDate'),
    details: present(
      conceptText(member(resource, 'severity')),
      ...listAt(resource, 'bodySite').map(conceptText),
      otherOnset(resource),
      until(view, textAt(resource, 'abatementDateTime') ?? member(resource, 'abatementPeriod')),
      textAt(resource, 'abatementString'),
      ...notes(view, resource),
    ),
    status:
      statusWord(view, state, ['active']) ??
      statusWord(view, codeOf(member(resource, 'verificationStatus')), ['confirmed']),
    current: state === undefined || ['active', 'recurrence', 'relapse'].includes(state),
  };
}

function medication(view: View, of: Read): Omit<Item, 'of'> {
  const { resource } = of;
  const status = textAt(resource, 'status');
  const dosages = [...listAt(resource, 'dosage'), ...listAt(resource, 'dosageInstruction')].flatMap(
    (each) => dosageText(each) ?? [],
  );
  const effective = choice(resource, 'effective');
  return {
    title:
      conceptText(member(resource, 'medicationCodeableConcept')) ??
      view.nameOf(of, member(resource, 'medicationReference')) ??
      untitled,
    date:
      dateOf(effective) ??
      textAt(resource, 'authoredOn') ??
      textAt(resource, 'whenHandedOver') ??
      textAt(resource, 'dateAsserted'),
    details: present(
      ...dosages,
      typeof effective === 'string' ? undefined : until(view, effective),
      ...listAt(resource, 'reasonCode').map((each) => said(view.words.details.reason, conceptText(each))),
      ...notes(view, resource),
    ),
    status: statusWord(view, status, ['active']),
    current:
      status === undefined || ['active', 'intended', 'on-hold', 'unknown', 'draft', 'in-progress'].includes(status),
  };
}

function immunization(view: View, { resource }: Read): Omit<Item, 'of'> {
  const given = choice(resource, 'occurrence');
  const protocol = listAt(resource, 'protocolApplied')[0];
  const dose = textAt(protocol, 'doseNumberString') ?? numberText(member(protocol, 'doseNumberPositiveInt'));
  return {
    title: conceptText(member(resource, 'vaccineCode')) ?? untitled,
    date: dateOf(given),
    details: present(
      dateOf(given) === undefined && typeof given === 'string' ? given : undefined,
      said(view.words.details.doseNumber, dose),
      said(view.words.details.lot, textAt(resource, 'lotNumber')),
      said(view.words.details.site, conceptText(member(resource, 'site'))),
      said(view.words.details.reason, conceptText(member(resource, 'statusReason'))),
      ...notes(view, resource),
    ),
    status: statusWord(view, textAt(resource, 'status'), ['completed']),
    current: textAt(resource, 'status') !== 'not-done',
  };
}

function procedure(view: View, of: Read): Omit<Item, 'of'> {
  const { resource } = of;
  const performed = choice(resource, 'performed');
  const who = listAt(resource, 'performer').flatMap((each) => view.nameOf(of, member(each, 'actor')) ?? []);
  return {
    title: conceptText(member(resource, 'code')) ?? conceptText(member(resource, 'category')) ?? untitled,
    date: dateOf(performed),
    details: present(
      dateOf(performed) === undefined
        ? typeof performed === 'string'
          ? performed
          : quantityText(performed)
        : undefined,
      ...listAt(resource, 'bodySite').map(conceptText),
      who.length === 0 ? undefined : fill(view.words.details.by, { name: who.join(', ') }),
      ...listAt(resource, 'reasonCode').map((each) => said(view.words.details.reason, conceptText(each))),
      conceptText(member(resource, 'outcome')),
      ...notes(view, resource),
    ),
    status: statusWord(view, textAt(resource, 'status'), ['completed']),
    current: textAt(resource, 'status') !== 'not-done',
  };
}

function device(view: View, of: Read): Omit<Item, 'of'> {
  const { resource } = of;
  const used = member(resource, 'device');
  const own = of.row.type === 'Device';
  const name = own
    ? (textAt(listAt(resource, 'deviceName')[0], 'name') ?? conceptText(member(resource, 'type')))
    : (textAt(used, 'display') ?? view.nameOf(of, used));
  return {
    title: name ?? untitled,
    date: dateOf(choice(resource, 'timing')) ?? textAt(resource, 'recordedOn'),
    details: present(
      conceptText(member(resource, 'bodySite')),
      textAt(resource, 'manufacturer'),
      textAt(resource, 'modelNumber'),
      said(view.words.details.lot, textAt(resource, 'lotNumber')),
      ...notes(view, resource),
    ),
    status: statusWord(view, textAt(resource, 'status'), ['active']),
    current: !['completed', 'inactive', 'stopped'].includes(textAt(resource, 'status') ?? ''),
  };
}

function flag(view: View, { resource }: Read): Omit<Item, 'of'> {
  return {
    title: conceptText(member(resource, 'code')) ?? untitled,
    date: dateOf(member(resource, 'period')),
    details: present(...listAt(resource, 'category').map(conceptText), until(view, member(resource, 'period'))),
    status: statusWord(view, textAt(resource, 'status'), ['active']),
    current: textAt(resource, 'status') === 'active',
  };
}

function plan(view: View, of: Read): Omit<Item, 'of'> {
  const { resource } = of;
  const activities = listAt(resource, 'activity').flatMap((activity) => {
    const detail = member(activity, 'detail');
    return (
      conceptText(member(detail, 'code')) ??
      textAt(detail, 'description') ??
      view.nameOf(of, member(activity, 'reference')) ??
      []
    );
  });
  const advised = listAt(resource, 'recommendation').flatMap(
    (each) => conceptText(listAt(each, 'vaccineCode')[0]) ?? [],
  );
  const description = member(resource, 'description');
  return {
    title:
      textAt(resource, 'title') ??
      conceptText(listAt(resource, 'category')[0]) ??
      conceptText(member(resource, 'code')) ??
      (typeof description === 'string' ? textAt(resource, 'description') : conceptText(description)) ??
      advised[0] ??
      untitled,
    date:
      dateOf(member(resource, 'period')) ??
      textAt(resource, 'created') ??
      textAt(resource, 'authoredOn') ??
      textAt(resource, 'startDate') ??
      textAt(resource, 'date'),
    details: present(
      typeof description === 'string' ? textAt(resource, 'description') : undefined,
      until(view, member(resource, 'period')),
      ...activities,
      ...advised.slice(1),
      ...notes(view, resource),
    ),
    status: statusWord(view, textAt(resource, 'status') ?? textAt(resource, 'lifecycleStatus'), ['active']),
    current: !['completed', 'revoked', 'cancelled', 'rejected'].includes(
      textAt(resource, 'status') ?? textAt(resource, 'lifecycleStatus') ?? '',
    ),
  };
}

function consent(view: View, { resource }: Read): Omit<Item, 'of'> {
  const codes = listAt(member(resource, 'provision'), 'code').flatMap((each) => conceptText(each) ?? []);
  const categories = listAt(resource, 'category').flatMap((each) => conceptText(each) ?? []);
  return {
    title: categories[0] ?? codes[0] ?? conceptText(member(resource, 'scope')) ?? untitled,
    date: textAt(resource, 'dateTime'),
    details: present(...categories.slice(1), ...codes),
    status: statusWord(view, textAt(resource, 'status'), ['active']),
    current: textAt(resource, 'status') === 'active',
  };
}

function report(view: View, of: Read): Omit<Item, 'of'> {
  const { resource } = of;
  const who = listAt(resource, 'performer').flatMap((each) => view.nameOf(of, each) ?? []);
  return {
    title: conceptText(member(resource, 'code')) ?? untitled,
    date: dateOf(choice(resource, 'effective')) ?? textAt(resource, 'issued'),
    details: present(
      who.length === 0 ? undefined : fill(view.words.details.by, { name: who.join(', ') }),
      said(view.words.details.conclusion, textAt(resource, 'conclusion')),
      ...listAt(resource, 'conclusionCode').map(conceptText),
      ...listAt(resource, 'presentedForm').map((form) =>
        said(view.words.details.attachment, textAt(form, 'title') ?? textAt(form, 'contentType')),
      ),
    ),
    status: statusWord(view, textAt(resource, 'status'), ['final']),
    current: true,
  };
}
