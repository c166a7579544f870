/**
 * A choice of types (`value[x]`) takes one value (FHIR R4 §2.6.2.2). Neither validator sees two: an Observation with a
 * quantity and a string would be read differently by everyone who reads it, so it is refused here.
 */
import { isObject, type JsonObject } from '../../../../src-shared/fhir/json.ts';
import { type Issue, issue, joinPath, pathName } from '../../../../src-shared/fhir/refusals.ts';

/** Data types that may stand at the end of a choice's name (FHIR R4 datatypes.html, open types and those of resources). */
const types = [
  'Base64Binary',
  'Boolean',
  'Canonical',
  'Code',
  'Date',
  'DateTime',
  'Decimal',
  'Id',
  'Instant',
  'Integer',
  'Markdown',
  'Oid',
  'PositiveInt',
  'String',
  'Time',
  'UnsignedInt',
  'Uri',
  'Url',
  'Uuid',
  'Address',
  'Age',
  'Annotation',
  'Attachment',
  'CodeableConcept',
  'Coding',
  'ContactPoint',
  'Count',
  'Distance',
  'Duration',
  'HumanName',
  'Identifier',
  'Money',
  'Period',
  'Quantity',
  'Range',
  'Ratio',
  'Reference',
  'SampledData',
  'Signature',
  'Timing',
  'ContactDetail',
  'Contributor',
  'DataRequirement',
  'Expression',
  'ParameterDefinition',
  'RelatedArtifact',
  'TriggerDefinition',
  'UsageContext',
  'Dosage',
  'Meta',
] as const;
const ending = new RegExp(`^_?([a-z][A-Za-z]*?)(${types.toSorted((a, b) => b.length - a.length).join('|')})$`);

/** Every element of R4 that is a choice, without its `[x]` (profiles-resources.json, profiles-types.json). */
const choices: ReadonlySet<string> = new Set([
  'abatement',
  'additive',
  'age',
  'allowed',
  'amount',
  'answer',
  'asNeeded',
  'author',
  'born',
  'bounds',
  'characteristic',
  'chargeItem',
  'code',
  'collected',
  'content',
  'created',
  'date',
  'deceased',
  'defaultValue',
  'definingSubstance',
  'definition',
  'detail',
  'diagnosis',
  'dose',
  'doseNumber',
  'due',
  'duration',
  'effective',
  'entity',
  'event',
  'example',
  'fastingStatus',
  'fixed',
  'identified',
  'indication',
  'instances',
  'item',
  'legallyBinding',
  'location',
  'manufacturer',
  'maxValue',
  'medication',
  'minValue',
  'minimumVolume',
  'module',
  'multipleBirth',
  'name',
  'occurred',
  'occurrence',
  'offset',
  'onset',
  'participantEffective',
  'pattern',
  'performed',
  'probability',
  'procedure',
  'product',
  'quantity',
  'rate',
  'reported',
  'scheduled',
  'seriesDoses',
  'serviced',
  'source',
  'start',
  'statusReason',
  'studyEffective',
  'subject',
  'substance',
  'target',
  'time',
  'timing',
  'topic',
  'used',
  'value',
  'when',
]);

/** Issues of every choice with two values, contained resources included. Iterative: depth is the scanner's to limit. */
export function* choiceIssues(resource: JsonObject, path: string): Generator<Issue> {
  const open: { readonly value: unknown; readonly path: string }[] = [{ value: resource, path }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, path: at } = next;
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) {
        if (typeof item === 'object' && item !== null) open.push({ value: item, path: `${at}[${index}]` });
      }
      continue;
    }
    if (!isObject(value)) continue;
    const chosen = new Map<string, string>();
    for (const [name, member] of Object.entries(value)) {
      const [, base, type] = ending.exec(name) ?? [];
      // A choice never repeats: a list of that name is another element.
      if (base !== undefined && type !== undefined && choices.has(base) && !Array.isArray(member)) {
        const before = chosen.get(base);
        if (before !== undefined && before !== type) {
          yield issue(joinPath(at, pathName(name)), 'rule', {
            rule: `${base}[x]`,
            text: 'An element with a choice of types takes one value.',
          });
        }
        chosen.set(base, type);
      }
      if (typeof member === 'object' && member !== null)
        open.push({ value: member, path: joinPath(at, pathName(name)) });
    }
  }
}
