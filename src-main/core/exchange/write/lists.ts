/** The lists of a record: allergies, problems, medications, immunisations, procedures and what else is one line each. */
import { type AllergyStatement, allergyStatement } from '../../../../src-shared/fhir/allergy.ts';
import { conceptText, dosageText, quantityText, rangeText } from '../../../../src-shared/fhir/display.ts';
import { isObject, listAt, member, textAt } from '../../../../src-shared/fhir/json.ts';
import { numberText } from '../../../../src-shared/fhir/lossless.ts';
import { consent, device, flag, plan, report } from './care-lists.ts';
import { type Item, notes, present, said, statusWord, until, untitled } from './item.ts';
import { choice, codeOf, dateOf } from './reading.ts';
import type { Read, View } from './view.ts';
import { fill, wordFor } from './words.ts';

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
