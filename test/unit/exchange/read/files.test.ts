import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { importFile } from '../../../../src-main/core/exchange/read/import-file.ts';
import type { FileVerdict, ImportBundle, ImportRow } from '../../../../src-main/core/exchange/read/messages.ts';
import { previewFile } from '../../../../src-main/core/exchange/read/preview-file.ts';
import { fillEnvelope } from '../../../../src-shared/fhir/envelope.ts';

const folder = mkdtempSync(join(tmpdir(), 'carekeep-read-'));
after(() => rmSync(folder, { recursive: true }));

function put(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function read(path: string): Promise<{ verdict: FileVerdict; rows: ImportRow[]; bundles: ImportBundle[] }> {
  const rows: ImportRow[] = [];
  const bundles: ImportBundle[] = [];
  for await (const part of importFile({ index: 3, path }, '2026-11-22')) {
    if (part.kind === 'batch') {
      rows.push(...part.batch.rows);
      bundles.push(...part.batch.bundles);
    } else if (part.kind === 'verdict') return { verdict: part.verdict, rows, bundles };
  }
  throw new Error('no verdict');
}

async function reasons(name: string, content: string | Buffer): Promise<string> {
  const path = put(name, content);
  const { verdict } = await read(path);
  assert.equal(verdict.accepted, verdict.refusals.length === 0);
  for (const refusal of verdict.refusals) assert.equal(refusal.file, 3);
  return verdict.refusals
    .map((each) => `${each.code} ${each.line === undefined ? '' : `${each.line}:`}${each.path}`)
    .join(', ');
}

const patient = (id: string): string => `{"resourceType":"Patient","id":"${id}"}`;

test('hostile and foreign files are refused with a plain reason', async () => {
  const zip = Buffer.from([0x50, 0x4b, 0x03, 0x04, 0, 0]);
  assert.equal(await reasons('a.json', ''), 'empty ');
  assert.equal(await reasons('a.json', ' \n '), 'empty ');
  assert.equal(await reasons('a.json', zip), 'zip ');
  assert.equal(await reasons('a.ndjson', zip), 'zip ');
  assert.equal(await reasons('a.json', gzipSync('{}')), 'gzip ');
  assert.equal(await reasons('a.json', '%PDF-1.7'), 'pdf ');
  assert.equal(await reasons('a.json', '\ufeff <Patient xmlns="http://hl7.org/fhir"/>'), 'xml ');
  assert.equal(await reasons('a.json', 'name;birth date'), 'not-json ');
  assert.equal(await reasons('a.json', Buffer.from(patient('a'), 'utf16le')), 'not-json ');
  assert.equal(await reasons('a.json', Buffer.from(`\ufeff${patient('a')}`, 'utf16le')), 'not-utf8 ');
  assert.equal(await reasons('a.json', Buffer.from('{"resourceType":"Patient","id":"\xff"}', 'latin1')), 'not-utf8 ');
  assert.equal(await reasons('a.json', '{"resourceType":"Patient",}'), 'not-json ');
  assert.equal(await reasons('a.json', `${patient('a')} trailing`), 'not-json ');
  assert.equal(await reasons('a.json', `[${patient('a')}]`), 'not-a-resource ');
  assert.equal(await reasons('a.json', '{"a":1}'), 'not-a-resource ');
  assert.match(
    await reasons('a.json', `{"resourceType":"Patient","extension":${'['.repeat(100_000)}${']'.repeat(100_000)}}`),
    /^too-deep extension/,
  );
  assert.equal(await reasons('a.json', '{"resourceType":"Patient","id":"a","id":"b"}'), 'duplicate-key id');
  assert.equal(
    await reasons('a.json', '{"resourceType":"Patient","__proto__":{"active":true}}'),
    'forbidden-key __proto__',
  );
  assert.equal(await reasons('a.json', Buffer.alloc(64 * 1024 * 1024 + 1, ' ')), 'too-large ');
  mkdirSync(join(folder, 'dir.json'));
  assert.deepEqual(
    (await read(join(folder, 'dir.json'))).verdict.refusals.map((each) => each.code),
    ['unreadable'],
  );
  assert.deepEqual(
    (await read(join(folder, 'nowhere.json'))).verdict.refusals.map((each) => each.code),
    ['unreadable'],
  );
});

test('NDJSON: each line by itself, by name or by content; one bad line refuses the file', async () => {
  const good = await read(put('b.ndjson', `\ufeff${patient('a')}\r\n\n${patient('b')}`));
  assert.deepEqual(
    good.rows.map((row) => [row.line, row.sourceId, row.text]),
    [
      [1, 'a', patient('a')],
      [3, 'b', patient('b')],
    ],
  );
  assert.equal((await read(put('b.json', `${patient('a')}\n${patient('b')}\n`))).verdict.format, 'ndjson');
  const bad = await read(
    put('c.ndjson', `${patient('a')}\n{"resourceType":"Patient","gender":"F"}\nnonsense\n${patient('b')}\n`),
  );
  assert.deepEqual(
    bad.verdict.refusals.map((each) => [each.line, each.path, each.code]),
    [
      [2, 'gender', 'wrong-code'],
      [3, '', 'not-json'],
    ],
  );
  assert.equal(bad.verdict.accepted, false);
  const long = `{"resourceType":"Patient","id":"x","name":[{"text":"${'x'.repeat(8 * 1024 * 1024)}"}]}`;
  assert.equal(await reasons('d.ndjson', `${patient('a')}\n${long}\n${patient('b')}`), 'line-too-long 2:');
  const broken = await read(put('e.ndjson', '{"resourceType":"Nonsense"}\n'.repeat(500)));
  assert.deepEqual([broken.verdict.refusals.length, broken.verdict.cutShort, broken.rows.length], [50, true, 0]);
});

test('a bundle comes in as rows and an envelope, and goes out again to the byte', async () => {
  const weight =
    '{ "resourceType":"Observation", "status":"final", "code":{"text":"x"}, "subject":{"reference":"urn:uuid:AAAAAAAA-0000-4000-8000-000000000001"},\n "valueQuantity":{"value":1.50} }';
  const text = `{"resourceType":"Bundle", "type":"transaction" ,"entry":[
    {"fullUrl":"urn:uuid:aaaaaaaa-0000-4000-8000-000000000001","resource":${patient('p')},"request":{"method":"POST","url":"Patient"}},
    {"request":{"method":"DELETE","url":"Patient/9"}},
    {"resource":${weight},"request":{"method":"POST","url":"Observation"}} ]}`;
  const { verdict, rows, bundles } = await read(put('t.json', `\ufeff${text}\n`));
  assert.deepEqual(verdict.refusals, []);
  assert.deepEqual(
    rows.map((row) => [row.path, row.type, row.entry, row.text]),
    [
      ['entry[0].resource', 'Patient', 0, patient('p')],
      ['entry[2].resource', 'Observation', 2, weight],
    ],
  );
  assert.equal(rows[1]?.references[0]?.entry, 0);
  assert.equal(rows[1]?.columns.patient, 'urn:uuid:AAAAAAAA-0000-4000-8000-000000000001');
  const [bundle] = bundles;
  assert.ok(bundle !== undefined && !bundle.whole);
  assert.equal(
    fillEnvelope(bundle.text, (entry) => rows.find((row) => row.entry === entry)?.text ?? ''),
    text,
  );
});

test('a bundle with an error in one entry, a reference to nowhere, or an own rule broken is refused', async () => {
  const bundle = (type: string, ...resources: string[]): string =>
    `{"resourceType":"Bundle","type":"${type}","entry":[${resources.map((each) => `{"resource":${each}}`).join(',')}]}`;
  const lost =
    '{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"urn:uuid:aaaaaaaa-0000-4000-8000-000000000001"}}';
  assert.equal(
    await reasons('x.json', bundle('collection', patient('a'), lost)),
    'urn-missing entry[1].resource.subject',
  );
  assert.equal(
    await reasons('x.json', bundle('collection', patient('a'), '{"resourceType":"Patient","active":"yes"}')),
    'wrong-kind entry[1].resource.active',
  );
  assert.match(await reasons('x.json', bundle('document', patient('a'))), /^rule /);
  assert.equal(await reasons('x.json', bundle('bag', patient('a'))), 'wrong-code type');
  assert.match(await reasons('x.json', bundle('collection', patient('a')).replace('}]}', '},]}')), /^not-json/);
  const many = Array.from({ length: 350 }, (_, index) => patient(`p${index}`));
  assert.equal(await reasons('x.json', bundle('collection', ...many)), '');
  assert.match(await reasons('x.json', bundle('batch', ...many)), /^rule /);
});

test('equal content has an equal hash, whatever the white space', async () => {
  const first = await read(put('h1.json', '{"resourceType":"Patient","name":[{"family":"A b"}]}'));
  const second = await read(put('h2.json', '{\n "resourceType" : "Patient",\t"name":[ {"family":"A b"} ] }'));
  const third = await read(put('h3.json', '{"resourceType":"Patient","name":[{"family":"A  b"}]}'));
  assert.deepEqual(first.rows[0]?.hash16, second.rows[0]?.hash16);
  assert.notDeepEqual(first.rows[0]?.hash16, third.rows[0]?.hash16);
  assert.equal(first.rows[0]?.hash16.length, 16);
});

test('all IPS examples are accepted; previews count the same', async () => {
  const examples = fileURLToPath(new URL('../../../../node_modules/hl7.fhir.uv.ips/example/', import.meta.url));
  let bundles = 0;
  for (const name of readdirSync(examples).filter((each) => each.endsWith('.json') && !each.startsWith('.'))) {
    const path = join(examples, name);
    const result = await read(path);
    assert.deepEqual(result.verdict.refusals, [], name);
    const preview = await previewFile({ index: 0, path }, () => false);
    assert.equal(preview.resources, result.rows.length, name);
    for (const bundle of result.bundles) {
      bundles += 1;
      assert.deepEqual(
        [bundle.bundleType, bundle.whole, bundle.text],
        ['document', true, readFileSync(path, 'utf8').trim()],
      );
      assert.deepEqual([preview.bundleTypes, preview.patients], [['document'], 1]);
    }
  }
  assert.equal(bundles, 5);
});
