/** Files through the whole core: whose chart they end up in, whole or not at all, and out again as they came. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Output } from '../../../src-shared/contract/index.ts';
import { type Place, startPlace } from './clinic.ts';
import { type Desk, type House, person, startHouse } from './house.ts';

let place: Place;
let house: House;
let desk: Desk;
before(async () => {
  place = await startPlace();
  house = await startHouse(join(place.dir, 'profile'), ['practitioner']);
  desk = house.desk('ctl');
  await desk.signIn('practitioner');
});
after(async () => {
  await house.core.close();
  await place.stop();
});

let made = 0;
function file(content: unknown, ending = 'json'): string {
  made += 1;
  const path = join(place.dir, `file-${made}.${ending}`);
  const lines = Array.isArray(content) ? content.map((one) => JSON.stringify(one)).join('\n') : JSON.stringify(content);
  writeFileSync(path, typeof content === 'string' ? content : lines);
  return path;
}

async function bring(...paths: readonly string[]): Promise<Output<'imports.wait'>> {
  const { id } = await desk.call('imports.choose', { paths: [...paths] });
  await desk.call('imports.start', { importId: id });
  return desk.call('imports.wait', { importId: id });
}

const reasons = (report: Output<'imports.wait'>) => report.refusals.map(({ file: at, reason }) => [at, reason]);
const patient = (id: string, family: string) => ({ resourceType: 'Patient', id, name: [{ family }] });
const said = (subject: string, text: string, more: object = {}) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text },
  subject: { reference: subject },
  ...more,
});
const bundle = (type: string, entry: readonly object[]) => ({ resourceType: 'Bundle', type, entry });

/** Texts of the observations in the chart of the one patient of this name. */
async function chartOf(family: string): Promise<string[]> {
  const { hits } = await desk.call('patients.search', { text: family });
  assert.equal(hits.length, 1, `${family}: ${hits.length}`);
  const [hit] = hits;
  assert.ok(hit);
  const { rows } = await desk.call('chart.open', { patientId: hit.id });
  return rows
    .filter(({ type }) => type === 'Observation')
    .map(({ json }) => JSON.parse(json).code.text)
    .sort();
}

async function exported(importId: Output<'imports.wait'>['id']): Promise<string[]> {
  made += 1;
  const path = join(place.dir, `out-${made}.ndjson`);
  await desk.call('exports.import', { importId, path });
  return readFileSync(path, 'utf8').trimEnd().split('\n').sort();
}

test('a patient in another file, before or behind, is found', async () => {
  for (const [order, name] of [
    [[0, 1], 'Ahead'],
    [[1, 0], 'Behind'],
  ] as const) {
    const paths = [file(patient('px', `Kowalski${name}`)), file([said('Patient/px', `far ${name}`)], 'ndjson')];
    const report = await bring(...order.map((at) => paths[at] ?? ''));
    assert.deepEqual(reasons(report), []);
    assert.deepEqual(await chartOf(`Kowalski${name}`), [`far ${name}`]);
  }
});

test('references between files lead on in both orders', async () => {
  const encounter = {
    resourceType: 'Encounter',
    id: 'e1',
    status: 'finished',
    class: { code: 'AMB' },
    subject: { reference: 'Patient/pe' },
  };
  const report = await bring(
    file([said('Patient/pe', 'with encounter', { encounter: { reference: 'Encounter/e1' } })], 'ndjson'),
    file(encounter),
    file(patient('pe', 'Encounterson')),
  );
  assert.deepEqual(reasons(report), []);
  const { hits } = await desk.call('patients.search', { text: 'encounterson' });
  assert.ok(hits[0]);
  const chart = await desk.call('chart.open', { patientId: hits[0].id });
  const found = chart.rows.find(({ type }) => type === 'Encounter');
  assert.ok(found);
  assert.equal(chart.references['Encounter/e1'], found.id);
  assert.equal(chart.rows.find(({ type }) => type === 'Observation')?.encounterId, found.id);
});

test('the same relative id in two bundles never leads to the wrong patient', async () => {
  const of = (name: string) =>
    bundle('collection', [
      { fullUrl: `https://${name}.example/fhir/Patient/1`, resource: patient('1', `Twin${name}`) },
      { fullUrl: `https://${name}.example/fhir/Observation/1`, resource: said('Patient/1', `of ${name}`) },
    ]);
  const report = await bring(file([of('alpha'), of('beta')], 'ndjson'), file(of('gamma')));
  assert.deepEqual(reasons(report), []);
  for (const name of ['alpha', 'beta', 'gamma']) assert.deepEqual(await chartOf(`Twin${name}`), [`of ${name}`]);
});

test('a relative reference from one server does not find the patient of another', async () => {
  const report = await bring(
    file(bundle('collection', [{ fullUrl: 'https://one.example/Patient/5', resource: patient('5', 'Serverone') }])),
    file(
      bundle('collection', [
        { fullUrl: 'https://two.example/Observation/5', resource: said('Patient/5', 'of server two') },
      ]),
    ),
  );
  assert.deepEqual(reasons(report), [[1, 'reference-nowhere']]);
  assert.deepEqual(await chartOf('Serverone'), []);
});

test('a name that two patients of an import bear leads to neither, in whatever order they come', async () => {
  const a = () => file(patient('9', 'Ninea'));
  const b = () => file([patient('other', 'Bystander'), said('Patient/9', 'whose is it')], 'ndjson');
  const c = () => file(patient('9', 'Ninec'));
  for (const paths of [
    [a(), b(), c()],
    [a(), c(), b()],
    [b(), a(), c()],
  ]) {
    const report = await bring(...paths);
    const at = paths.findIndex((path) => path.endsWith('.ndjson'));
    assert.deepEqual(reasons(report), [[at, 'reference-nowhere']]);
  }
  assert.deepEqual(await chartOf('Ninea'), []);
  assert.deepEqual(await chartOf('Ninec'), []);
  assert.equal((await desk.call('patients.search', { text: 'bystander' })).hits.length, 0);
});

test('a reference to nowhere refuses its file whole, and the record is as before', async () => {
  const dump = () =>
    [
      'resource',
      'patient',
      'source_id',
      'reference_index',
      'envelope',
      'chart_part',
      'patient_key',
      'hidden_batch',
    ].map((table) => house.store.db.prepare(`select count(*) n from ${table}`).get());
  const before = dump();
  const report = await bring(file([patient('pa', 'Alone'), said('Patient/gone', 'lost')], 'ndjson'));
  assert.equal(report.accepted, 0);
  assert.deepEqual(
    report.refusals.map(({ reason, path, line }) => [reason, path, line]),
    [['reference-nowhere', '$.subject', 2]],
  );
  assert.deepEqual(dump(), before);
  const { imports } = await desk.call('imports.list', {});
  assert.equal(imports[0]?.state, 'done');
  const last = house.entries().findLast(({ type }) => type === 'import.completed');
  assert.deepEqual([last?.outcome, last?.detail['refusedFiles']], [0, 1]);
});

test('what came in goes out as it came, bundles and numbers included, edited or not', async () => {
  const line =
    '{"resourceType":"Patient","id":"n1","name":[{"family":"Numbers"}],"extension":[{"url":"urn:n","valueDecimal":1.50}]}';
  const value = '"valueQuantity":{"value":0.010,"unit":"g"}';
  const observed = `{"resourceType":"Observation","status":"final","code":{"text":"n"},"subject":{"reference":"Patient/n1"},${value}}`;
  const transaction = `{"resourceType":"Bundle","type":"transaction","entry":[{"fullUrl":"urn:uuid:5b0a1b7e-0f0c-4c0e-9d8f-6f7f1b0c0001","resource":{"resourceType":"Patient","name":[{"family":"Transacted"}]},"request":{"method":"POST","url":"Patient"}},{"fullUrl":"urn:uuid:5b0a1b7e-0f0c-4c0e-9d8f-6f7f1b0c0002","resource":{"resourceType":"Observation","status":"final","code":{"text":"t"},"subject":{"reference":"urn:uuid:5b0a1b7e-0f0c-4c0e-9d8f-6f7f1b0c0001"},"valueQuantity":{"value":7.0}},"request":{"method":"POST","url":"Observation"}}]}`;
  const searchset = `{"resourceType":"Bundle","type":"searchset","total":1,"entry":[{"fullUrl":"https://s.example/Patient/s1","resource":{"resourceType":"Patient","id":"s1","name":[{"family":"Searched"}]},"search":{"mode":"match"}}]}`;
  const report = await bring(file(`${line}\n${observed}\n`, 'ndjson'), file(transaction), file(searchset));
  assert.deepEqual(reasons(report), []);
  const came = [line, observed, transaction, searchset].sort();
  assert.deepEqual(await exported(report.id), came);

  const { hits } = await desk.call('patients.search', { text: 'numbers' });
  assert.ok(hits[0]);
  await desk.call('patients.update', { patientId: hits[0].id, version: 1, demographics: person('Nombres', 'Neu') });
  assert.deepEqual(await exported(report.id), came, 'an edit does not reach what came in');
  const again = await bring(file(`${line}\n${observed}\n`, 'ndjson'), file(transaction));
  assert.deepEqual([again.accepted, again.duplicates, again.refusals], [0, 4, []]);

  const path = join(place.dir, 'edited.json');
  await desk.call('exports.bundle', { patientId: hits[0].id, path });
  const out = readFileSync(path, 'utf8');
  for (const text of ['Nombres', value, '1.50']) assert.ok(out.includes(text), text);
  assert.ok(!out.includes('"Numbers"'));
});

test('two imports at once, a cancelled one, and work meanwhile', async () => {
  const many = (name: string) =>
    file(
      [patient(name, `Many${name}`), ...Array.from({ length: 4000 }, (_, at) => said(`Patient/${name}`, `v${at}`))],
      'ndjson',
    );
  const first = await desk.call('imports.choose', { paths: [many('one')] });
  const second = await desk.call('imports.choose', { paths: [many('two')] });
  await desk.call('imports.start', { importId: first.id });
  assert.equal(await desk.refusal('imports.start', { importId: second.id }), 'busy');
  let answered = 0;
  let slowest = 0;
  while ((await desk.call('imports.report', { importId: first.id })).state === 'running') {
    const asked = performance.now();
    const { hits } = await desk.call('patients.search', { text: 'manyone' });
    slowest = Math.max(slowest, performance.now() - asked);
    answered += 1;
    assert.ok(
      hits.length === 0 ||
        (await desk.call('imports.report', { importId: first.id })).state !== 'running' ||
        hits.length === 1,
    );
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.ok(answered > 0);
  assert.ok(slowest < 500, `a search waited ${slowest} ms`);
  assert.equal((await chartOf('Manyone')).length, 4000);

  await desk.call('imports.start', { importId: second.id });
  await new Promise((resolve) => setTimeout(resolve, 400));
  await desk.call('imports.cancel', { importId: second.id });
  assert.equal((await desk.call('imports.report', { importId: second.id })).state, 'cancelled');
  assert.equal((await desk.call('patients.search', { text: 'manytwo' })).hits.length, 0);
  const left = house.store.db.prepare("select count(*) n from resource where json like '%Patient/two%'").get();
  assert.deepEqual(left, { n: 0 });
  assert.equal(await desk.refusal('imports.start', { importId: second.id }), 'not-found');

  const third = await desk.call('imports.choose', { paths: [many('three')] });
  await desk.call('imports.start', { importId: third.id });
  await new Promise((resolve) => setTimeout(resolve, 300));
  await house.restart();
  desk = house.desk('ctl');
  await desk.signIn('practitioner');
  assert.equal((await desk.call('patients.search', { text: 'manythree' })).hits.length, 0);
});

test('paths are the command line’s to name, never a window’s; a preview outlives its core', async () => {
  const window = house.desk('screen');
  await window.signIn('practitioner');
  const path = file(patient('w', 'Windowed'));
  assert.equal(await window.refusal('imports.choose', { paths: [path] }), 'not-here');
  assert.equal(await desk.refusal('imports.choose', {}), 'nothing-chosen');
  house.chosen = [];
  assert.equal(await window.refusal('imports.choose', {}), 'nothing-chosen');
  house.chosen = [path];
  const { id } = await window.call('imports.choose', {});
  await house.restart();
  desk = house.desk('ctl');
  await desk.signIn('practitioner');
  await desk.call('imports.start', { importId: id });
  assert.equal((await desk.call('imports.wait', { importId: id })).accepted, 1);
  const { hits } = await desk.call('patients.search', { text: 'windowed' });
  assert.ok(hits[0]);
  const patientId = hits[0].id;
  const again = house.desk('screen');
  await again.signIn('practitioner');
  assert.equal(await again.refusal('exports.bundle', { patientId, path: join(place.dir, 'x.json') }), 'not-here');
  assert.equal(await desk.refusal('exports.bundle', { patientId }), 'nothing-chosen');
  const nowhere = join(place.dir, 'no', 'such', 'folder.json');
  assert.equal(await desk.refusal('exports.bundle', { patientId, path: nowhere }), 'not-writable');
  const [taken, failed] = house
    .entries()
    .filter(({ type }) => type === 'export.bundle')
    .slice(-2);
  assert.deepEqual([taken?.outcome, failed?.outcome, failed?.detail['error']], [0, 8, 'not-writable']);
});
