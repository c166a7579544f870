import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadDataType, OperationOutcomeError, validateResource as validateByDefinitions } from '@medplum/core';
import { validateResource } from '../../../../src-main/core/exchange/read/validate.ts';
import { patientSummary } from '../../../../src-main/core/exchange/write/ips.ts';
import { findReferences } from '../../../../src-main/core/exchange/write/references.ts';
import { listAt, member, textAt } from '../../../../src-shared/fhir/json.ts';
import { bundleNames, entriesOf, exportContext, imported, ipsExample, one, ownRecord, root } from './fixture.ts';

type Element = {
  id: string;
  min: number;
  max: string;
  slicing?: object;
  type?: { targetProfile?: string[] }[];
  patternCodeableConcept?: { coding: { code: string }[] };
};
const read = (name: string) =>
  JSON.parse(readFileSync(join(root, 'node_modules', 'hl7.fhir.uv.ips', `StructureDefinition-${name}.json`), 'utf8'));
/**
 * The guide's profile without its slices: Medplum's validator cannot tell them apart (it refuses the guide's own
 * examples, or to load them at all). What the slices of Composition ask for is checked below from the profile itself.
 */
const profile = (name: string) => {
  const definition = read(name);
  const elements: Element[] = definition.snapshot.element;
  for (const element of elements) delete element.slicing;
  definition.snapshot.element = elements.filter(({ id }) => !id.includes(':'));
  loadDataType(definition);
  return definition;
};
const slices: Element[] = read('Composition-uv-ips').snapshot.element;

/** How often each section of the profile occurs, and whether its entries have types the profile names. */
function assertSections(text: string): void {
  const types = new Map(
    entriesOf(text).map(({ fullUrl, resource }) => [fullUrl, textAt(resource, 'resourceType') ?? '']),
  );
  for (const slice of slices.filter(({ id }) => /^Composition\.section:[A-Za-z]+$/.test(id))) {
    const part = (path: string): Element => one(slices.filter(({ id }) => id === `${slice.id}.${path}`));
    const code = one(part('code').patternCodeableConcept?.coding ?? []).code;
    const found = listAt(compositionOf(text), 'section').filter(
      (each) => textAt(listAt(member(each, 'code'), 'coding')[0], 'code') === code,
    );
    assert.ok(found.length >= slice.min && found.length <= Number(slice.max), `${slice.id}: ${found.length}`);
    const allowed = (part('entry').type?.[0]?.targetProfile ?? []).map(
      (url) => /([A-Za-z]+)[^/]*$/.exec(url.replace(/\|.*$/, ''))?.[1],
    );
    for (const entry of listAt(found[0], 'entry'))
      assert.ok(allowed.includes(types.get(textAt(entry, 'reference') ?? '')), `${slice.id}`);
    if (slice.min > 0)
      assert.ok(listAt(found[0], 'entry').length > 0 || member(found[0], 'emptyReason') !== undefined, 'ips-comp-1');
  }
}

const compositionProfile = profile('Composition-uv-ips');
const bundleProfile = profile('Bundle-uv-ips');
const made = [
  ['Organization', profile('Organization-uv-ips')],
  ['Practitioner', profile('Practitioner-uv-ips')],
] as const;

type Issue = { severity: string; details?: { text?: string }; expression?: string[] };
/** Errors by Medplum. Its warnings are about urn references, whose type it takes from their text. */
function errorsOf(resource: Parameters<typeof validateByDefinitions>[0], definition: typeof bundleProfile): unknown[] {
  try {
    validateByDefinitions(resource, { profile: definition });
    return [];
  } catch (error) {
    if (!(error instanceof OperationOutcomeError)) throw error;
    return (error.outcome.issue ?? [])
      .filter((issue: Issue) => issue.severity === 'error')
      .map((issue: Issue) => [issue.details?.text, issue.expression]);
  }
}

const compositionOf = (text: string): unknown => one(entriesOf(text)).resource;
const section = (text: string, code: string): unknown =>
  listAt(compositionOf(text), 'section').find(
    (each) => textAt(listAt(member(each, 'code'), 'coding')[0], 'code') === code,
  );

const inputs = [
  ...bundleNames.map((name) => [name, () => ipsExample(name)] as const),
  ['own record', ownRecord] as const,
];
for (const [name, input] of inputs) {
  for (const language of ['en', 'es', 'de', 'fr'] as const) {
    test(`${name} in ${language}: valid by both validators and the IPS profiles, everything reachable`, () => {
      const text = patientSummary(input(), exportContext(language));
      const result = validateResource(text);
      assert.deepEqual(result.ok ? [] : result.issues, []);
      const bundle = JSON.parse(text);
      assert.deepEqual(errorsOf(bundle, bundleProfile), []);
      assertSections(text);
      assert.deepEqual(errorsOf(bundle.entry[0].resource, compositionProfile), []);
      for (const [type, definition] of made) {
        const found = bundle.entry
          .slice(0, 4)
          .find((entry: { resource: { resourceType: string } }) => entry.resource.resourceType === type);
        assert.deepEqual(errorsOf(found.resource, definition), []);
      }
      assert.deepEqual(
        entriesOf(text)
          .slice(0, 2)
          .map(({ resource }) => textAt(resource, 'resourceType')),
        ['Composition', 'Patient'],
      );
      assert.equal(
        entriesOf(text)
          .slice(1)
          .filter(({ resource }) => textAt(resource, 'resourceType') === 'Composition').length,
        0,
      );
      const urls = new Set(entriesOf(text).map((entry) => entry.fullUrl));
      for (const { text: reference } of findReferences(JSON.stringify(compositionOf(text))))
        assert.ok(urls.has(reference), reference);
    });
  }
}

test('imported resources go in as their own text', () => {
  const input = ipsExample('Bundle-bundle-ips-all-sections');
  const text = patientSummary(input, exportContext());
  for (const row of input.rows)
    if (['Condition', 'AllergyIntolerance', 'Flag', 'Procedure'].includes(row.type))
      assert.ok(text.includes(row.json), row.type);
});

test('the sections of the guide’s full example are there again', () => {
  const text = patientSummary(ipsExample('Bundle-bundle-ips-all-sections'), exportContext());
  for (const code of [
    '11450-4',
    '48765-2',
    '10160-0',
    '11369-6',
    '30954-2',
    '47519-4',
    '46264-8',
    '8716-3',
    '29762-2',
    '104605-1',
    '42348-3',
    '11348-0',
    '10162-6',
    '18776-5',
  ]) {
    assert.ok(listAt(section(text, code), 'entry').length > 0, code);
  }
});

test('nothing recorded is said with an empty reason, none known with its own resource', () => {
  const empty = patientSummary(ipsExample('Bundle-bundle-no-info-required-sections'), exportContext());
  for (const code of ['11450-4', '48765-2', '10160-0'])
    assert.ok(member(section(empty, code), 'emptyReason') !== undefined, code);
  const input = ipsExample('Bundle-bundle-no-info-required-sections');
  const none = imported(
    900,
    '{"resourceType":"AllergyIntolerance","id":"none","clinicalStatus":{"coding":[{"code":"active"}]},"code":{"coding":[{"system":"http://snomed.info/sct","code":"716186003"}]},"patient":{"reference":"Patient/AAA1234"}}',
  );
  const asked = patientSummary({ ...input, rows: [...input.rows, none] }, exportContext());
  assert.equal(member(section(asked, '48765-2'), 'emptyReason'), undefined);
  assert.equal(listAt(section(asked, '48765-2'), 'entry').length, 1);
});

test('what was entered in error stays out', () => {
  assert.ok(!patientSummary(ownRecord(), exportContext()).includes('Written in the wrong chart'));
});

test('hostile text stays text in the narrative', () => {
  const input = ownRecord();
  const hostile = '</td><script>alert(1)</script>\u0000\u202e"&\'';
  const row = imported(
    901,
    JSON.stringify({ resourceType: 'Condition', id: 'h', code: { text: hostile }, subject: { display: 'x' } }),
  );
  const text = patientSummary({ ...input, rows: [...input.rows, row] }, exportContext());
  const div = textAt(member(section(text, '11450-4'), 'text'), 'div') ?? '';
  assert.ok(div.includes('&#60;script&#62;') && !div.includes('<script') && !div.includes('\u0000'));
});
