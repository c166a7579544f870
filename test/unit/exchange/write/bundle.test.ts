import assert from 'node:assert/strict';
import { test } from 'node:test';
import { validateResource } from '../../../../src-main/core/exchange/read/validate.ts';
import { planAddresses } from '../../../../src-main/core/exchange/write/addresses.ts';
import { collectionBundle, ndjsonLine } from '../../../../src-main/core/exchange/write/bundle.ts';
import type { ExportInput, ExportRow } from '../../../../src-main/core/exchange/write/input.ts';
import { findReferences } from '../../../../src-main/core/exchange/write/references.ts';
import { scanResource } from '../../../../src-shared/fhir/scan.ts';
import {
  bundleNames,
  entriesOf,
  exportContext,
  imported,
  ipsExample,
  localId,
  one,
  ownRecord,
  written,
} from './fixture.ts';

const textOf = (input: ExportInput): string => [...collectionBundle(input, exportContext())].join('');

/** FHIR's rule for references in a Bundle, written again for the test. */
function resolves(from: string, reference: string, urls: ReadonlySet<string>): boolean {
  if (/^(https?:|urn:)/.test(reference)) return urls.has(reference);
  const base = /^(https?:\/\/.+)\/[A-Z][A-Za-z]+\/[^/]+$/.exec(from)?.[1];
  return base !== undefined && urls.has(`${base}/${reference}`);
}

function assertResolved(input: ExportInput, text: string): void {
  const urls = new Set(entriesOf(text).map((entry) => entry.fullUrl));
  assert.equal(urls.size, entriesOf(text).length, 'fullUrls are distinct (bdl-7)');
  const addresses = planAddresses(input);
  for (const { fullUrl, resource } of entriesOf(text)) {
    const row = [input.patient, ...input.rows, ...input.referred].find((each) => addresses.fullUrlOf(each) === fullUrl);
    for (const { text: reference } of findReferences(JSON.stringify(resource))) {
      if (row === undefined || reference.startsWith('#')) continue;
      const inside = row.local ? reference.startsWith('urn:uuid:') : addresses.resolve(row, reference) !== undefined;
      if (inside) assert.ok(resolves(fullUrl, reference, urls), `${fullUrl} → ${reference}`);
    }
  }
}

for (const name of bundleNames) {
  test(`${name}: every resource comes out to the byte, valid, resolved`, () => {
    const input = ipsExample(name);
    const text = textOf(input);
    const bytes = Buffer.from(text);
    const result = scanResource(bytes);
    assert.ok(result.ok);
    const spans = new Set(result.scan.entries.map((entry) => bytes.toString('utf8', entry.start, entry.end)));
    for (const row of [...input.rows, ...input.referred]) assert.ok(spans.has(row.json), row.type);
    assert.equal(planAddresses(input).lenient, 0);
    assertResolved(input, text);
    assert.deepEqual(validateResource(text).ok, true);
  });
}

test('our own resources refer by urn:uuid, numbers stay as written', () => {
  const input = ownRecord();
  const text = textOf(input);
  assert.ok(text.includes('"value":1.50,'));
  assert.ok(text.includes(`"reference":"urn:uuid:${localId(1)}"`));
  assert.ok(!text.includes(`"reference":"Patient/${localId(1)}"`));
  assertResolved(input, text);
  assert.equal(validateResource(text).ok, true);
});

test('an export is the same each time', () => {
  assert.equal(textOf(ownRecord()), textOf(ownRecord()));
});

const patient = (id: string, more: Partial<ExportRow> = {}): ExportRow =>
  imported(1, `{"resourceType":"Patient","id":"${id}"}`, more);
const observation = (n: number, reference: string, more: Partial<ExportRow> = {}): ExportRow =>
  imported(
    n,
    `{"resourceType":"Observation","id":"o${n}","status":"final","code":{"text":"x"},"subject":{"reference":"${reference}"}}`,
    more,
  );
const whole = (first: ExportRow, ...rows: ExportRow[]): ExportInput => ({
  patient: first,
  rows,
  referred: [],
  references: {},
});

test('relative references without any fullUrl resolve below an invented base', () => {
  const input = whole(patient('p'), observation(2, 'Patient/p'), observation(3, 'Practitioner/unknown'));
  const text = textOf(input);
  assert.deepEqual(
    entriesOf(text).map((entry) => entry.fullUrl),
    [
      'https://carekeep.invalid/fhir/import-1/Patient/p',
      'https://carekeep.invalid/fhir/import-1/Observation/o2',
      'https://carekeep.invalid/fhir/import-1/Observation/o3',
    ],
  );
  assertResolved(input, text);
});

test('a known base is handed on to what refers and what is referred to', () => {
  const url = 'https://a.example/r4/Observation/o2';
  const input = whole(
    patient('p'),
    observation(2, 'Patient/p', { fullUrl: url }),
    observation(3, 'Patient/p/_history/4'),
  );
  assert.deepEqual(
    entriesOf(textOf(input)).map((entry) => entry.fullUrl),
    ['https://a.example/r4/Patient/p', url, 'https://a.example/r4/Observation/o3'],
  );
});

test('an absolute reference names its target', () => {
  const input = {
    ...whole(patient('p'), observation(2, 'https://b.example/Patient/77')),
    references: { 'https://b.example/Patient/77': localId(1) },
  };
  assert.equal(one(entriesOf(textOf(input))).fullUrl, 'https://b.example/Patient/77');
});

test('urns nobody uses give way where relative references could not work; urns in use stay and are counted', () => {
  const unused = whole(patient('p', { fullUrl: 'urn:uuid:1' }), observation(2, 'Patient/p', { fullUrl: 'urn:uuid:2' }));
  assertResolved(unused, textOf(unused));
  assert.equal(planAddresses(unused).lenient, 0);
  const used = whole(
    patient('p', { fullUrl: 'urn:uuid:1' }),
    observation(2, 'Patient/p'),
    observation(3, 'urn:uuid:1'),
  );
  assert.equal(one(entriesOf(textOf(used))).fullUrl, 'urn:uuid:1');
  assert.equal(planAddresses(used).lenient, 1);
});

test('the same id in two imports means two things', () => {
  const other = imported(9, '{"resourceType":"Practitioner","id":"1"}', { importId: 'import-2' });
  const mine = imported(8, '{"resourceType":"Practitioner","id":"1"}');
  const input = {
    ...whole(
      patient('p'),
      observation(2, 'Practitioner/1'),
      observation(3, 'Practitioner/1', { importId: 'import-2' }),
    ),
    referred: [mine, other],
  };
  const addresses = planAddresses(input);
  assert.equal(addresses.resolve(one(input.rows), 'Practitioner/1'), mine);
  assertResolved(input, textOf(input));
});

test('what came twice under one address keeps it once, for the newest', () => {
  const source = { kind: 'import', by: 'x', at: 1, import: 'old.json' } as const;
  const input = whole(
    patient('p', { fullUrl: 'https://a.example/Patient/p' }),
    observation(2, 'https://a.example/Patient/p'),
    imported(5, '{"resourceType":"Observation","id":"o2"}', {
      fullUrl: 'https://a.example/Observation/o2',
      source,
      importId: 'import-0',
    }),
    imported(6, '{"resourceType":"Observation","id":"o2"}', { fullUrl: 'https://a.example/Observation/o2' }),
  );
  assert.equal(planAddresses(input).fullUrlOf(input.rows[2] ?? input.patient), 'https://a.example/Observation/o2');
  assertResolved(input, textOf(input));
});

test('a local note on an imported patient points to where the patient is in the bundle', () => {
  const first = patient('p', { fullUrl: 'https://a.example/Patient/p' });
  const input = whole(
    first,
    written(20, { resourceType: 'Condition', subject: { reference: `Patient/${localId(1)}` } }),
  );
  assert.ok(textOf(input).includes('"subject":{"reference":"https://a.example/Patient/p"}'));
});

test('30,000 rows in one chart take seconds, not minutes', () => {
  const rows = Array.from({ length: 30_000 }, (_row, index) => observation(index + 2, 'Patient/p'));
  const started = performance.now();
  assert.ok(textOf(whole(patient('p'), ...rows)).length > 1_000_000);
  assert.ok(performance.now() - started < 10_000);
});

test('an NDJSON line is one line with the same tokens', () => {
  const json = '\ufeff{\r\n  "a": 1.50,\n "b": "x\\ny"\n}\n';
  assert.equal(ndjsonLine(json), '{   "a": 1.50,  "b": "x\\ny" }\n');
  assert.deepEqual(JSON.parse(ndjsonLine(json)), { a: 1.5, b: 'x\ny' });
});
