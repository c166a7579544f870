/** What a record says, element by element, as words: for the drawer that opens beside the chart. Pure. */
import {
  annotationText,
  conceptsText,
  conceptText,
  dosageText,
  observationValueText,
  periodText,
  quantityText,
  rangeText,
  referenceRangeText,
  referenceText,
} from '../../../src-shared/fhir/display.ts';
import { type JsonObject, listAt, member, text, textAt } from '../../../src-shared/fhir/json.ts';
import type { Chart, Item } from './chart.ts';
import { reactionText } from './chart.ts';

export const detailNames = [
  'status',
  'clinicalStatus',
  'verificationStatus',
  'category',
  'severity',
  'criticality',
  'value',
  'components',
  'interpretation',
  'referenceRange',
  'reaction',
  'dosage',
  'reason',
  'onset',
  'abatement',
  'when',
  'bodySite',
  'method',
  'outcome',
  'conclusion',
  'results',
  'author',
  'organization',
  'location',
  'code',
  'note',
] as const;
export type DetailName = (typeof detailNames)[number];
/** `dates`: FHIR date text, to be written the user's way. */
export type Detail = { readonly name: DetailName; readonly text: string; readonly isDate: boolean };

const joined = (parts: readonly (string | undefined)[], between = ', ') => {
  const words = parts.filter((part) => part !== undefined && part !== '');
  return words.length === 0 ? undefined : words.join(between);
};

const choice = (json: JsonObject, name: string): { text: string; isDate: boolean } | undefined => {
  const date = textAt(json, `${name}DateTime`);
  if (date !== undefined) return { text: date, isDate: true };
  const words =
    periodText(member(json, `${name}Period`)) ??
    quantityText(member(json, `${name}Age`)) ??
    rangeText(member(json, `${name}Range`)) ??
    textAt(json, `${name}String`);
  return words === undefined ? undefined : { text: words, isDate: false };
};

function names(item: Item, chart: Chart, elements: readonly string[]): string | undefined {
  const found = elements.flatMap((element) =>
    listAt(item.json, element).flatMap((value) => {
      const reference = member(value, 'actor') ?? member(value, 'individual') ?? value;
      const display = textAt(reference, 'display');
      if (display !== undefined) return display;
      const target = chart.follow(item.json, reference);
      if (target === undefined) return [];
      const own = listAt(target, 'name').flatMap(
        (name) =>
          text(name) ??
          joined([
            textAt(name, 'text'),
            ...(textAt(name, 'text') === undefined ? [textAt(name, 'family'), ...listAt(name, 'given').map(text)] : []),
          ]) ??
          [],
      );
      return own[0] ?? referenceText(member(target, 'practitioner')) ?? [];
    }),
  );
  return joined([...new Set(found)]);
}

const joinedConcepts = (json: JsonObject, elements: readonly string[]) =>
  joined(elements.map((element) => conceptsText(member(json, element))));

export function detailsOf(item: Item, chart: Chart): readonly Detail[] {
  const { json } = item;
  const category = listAt(json, 'category')
    .flatMap((each) => text(each) ?? conceptText(each) ?? [])
    .join(', ');
  const coding = [
    ...listAt(member(json, 'code'), 'coding'),
    ...listAt(member(json, 'medicationCodeableConcept'), 'coding'),
    ...listAt(member(json, 'vaccineCode'), 'coding'),
  ].flatMap((each) => {
    const code = textAt(each, 'code');
    return code === undefined ? [] : `${code} (${(textAt(each, 'system') ?? '').replace(/^https?:\/\//, '')})`;
  });
  const components = listAt(json, 'component').map((each) =>
    joined([conceptText(member(each, 'code')), observationValueText(each)], ': '),
  );
  const results = listAt(json, 'result').map((reference) => {
    const target = chart.follow(json, reference);
    return target === undefined
      ? textAt(reference, 'display')
      : joined([conceptText(member(target, 'code')), observationValueText(target)], ': ');
  });
  const onset = choice(json, 'onset');
  const abatement = choice(json, 'abatement');
  const read: { readonly [N in DetailName]: string | undefined } = {
    status: textAt(json, 'status'),
    clinicalStatus: conceptText(member(json, 'clinicalStatus')),
    verificationStatus: conceptText(member(json, 'verificationStatus')),
    category: category === '' ? undefined : category,
    severity: conceptText(member(json, 'severity')),
    criticality: textAt(json, 'criticality'),
    value: observationValueText(json),
    components: joined(components, '\n'),
    interpretation: conceptsText(member(json, 'interpretation')),
    referenceRange: referenceRangeText(json),
    reaction: reactionText(item),
    dosage: joined([...listAt(json, 'dosage'), ...listAt(json, 'dosageInstruction')].map(dosageText), '\n'),
    reason: joinedConcepts(json, ['reasonCode', 'reason', 'statusReason']),
    onset: onset?.text,
    abatement: abatement?.text,
    when: item.facts.dateText,
    bodySite: joinedConcepts(json, ['bodySite', 'site', 'route']),
    method: conceptText(member(json, 'method')),
    outcome: conceptText(member(json, 'outcome')),
    conclusion: textAt(json, 'conclusion'),
    results: joined(results, '\n'),
    author: names(item, chart, [
      'recorder',
      'asserter',
      'author',
      'performer',
      'requester',
      'informationSource',
      'participant',
    ]),
    organization: names(item, chart, ['custodian', 'managingOrganization', 'serviceProvider', 'manufacturer']),
    location: names(item, chart, ['location']),
    code: joined(coding, '\n'),
    note: joined(listAt(json, 'note').map(annotationText), '\n'),
  };
  const dates: ReadonlySet<DetailName> = new Set([
    'when',
    ...(onset?.isDate === true ? (['onset'] as const) : []),
    ...(abatement?.isDate === true ? (['abatement'] as const) : []),
  ]);
  return detailNames.flatMap((name) => {
    const words = read[name];
    // the date stands once: an onset is the date of the item
    if (words === undefined || (name === 'when' && words === onset?.text)) return [];
    return [{ name, text: words, isDate: dates.has(name) }];
  });
}

/** The record's own narrative, if it is more than nothing. */
export const narrativeOf = (json: JsonObject): string | undefined => textAt(member(json, 'text'), 'div');
