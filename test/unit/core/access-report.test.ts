/** Who saw my record: what a patient is told through the whole core, and what is kept from them and from whom. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { validateResource } from '../../../src-main/core/exchange/read/validate.ts';
import { pdfText } from '../exchange/write/pdf-text.ts';
import { type Place, startPlace } from './clinic.ts';
import { type Desk, type House, passwords, person, startHouse } from './house.ts';

let place: Place;
let house: House;
let admin: Desk;
let doctor: Desk;
let assistant: Desk;
let patientId: string;
let imported: string;
const family = `O’Neil </text>{{count}} $& ${'x'.repeat(60)}`;
const reason = 'The patient fears a relative on the staff.';

before(async () => {
  place = await startPlace();
  house = await startHouse(join(place.dir, 'profile'), ['practitioner', 'assistant']);
  [admin, doctor, assistant] = [house.desk('ctl'), house.desk('ctl'), house.desk('ctl')];
  await admin.signIn('admin');
  await doctor.signIn('practitioner');
  await assistant.signIn('assistant');
  ({ patientId } = await doctor.call('patients.create', {
    demographics: person(family, 'Nora', '1971-03-14'),
    notADuplicate: false,
  }));
  for (let times = 0; times < 3; times += 1) await doctor.call('chart.open', { patientId });
  const { id } = await doctor.call('chart.addProblem', {
    patientId,
    text: 'Asthma of secret kind',
    code: '',
    system: '',
    note: '',
    onset: null,
  });
  await doctor.call('chart.source', { id });
  await doctor.call('exports.bundle', { patientId, path: join(place.dir, 'record.json') });
  const file = join(place.dir, 'brought.json');
  const entry = [
    {
      fullUrl: 'urn:uuid:0f0f0f0f-0000-4000-8000-000000000001',
      resource: {
        resourceType: 'Patient',
        name: [{ family: 'Brought' }],
        communication: [
          { language: { coding: [{ code: 'fr-FR' }] } },
          { language: { coding: [{ code: 'de' }] }, preferred: true },
        ],
      },
    },
    {
      fullUrl: 'urn:uuid:0f0f0f0f-0000-4000-8000-000000000002',
      resource: {
        resourceType: 'Observation',
        status: 'final',
        code: { text: 'weight' },
        subject: { reference: 'urn:uuid:0f0f0f0f-0000-4000-8000-000000000001' },
      },
    },
  ];
  writeFileSync(file, JSON.stringify({ resourceType: 'Bundle', type: 'collection', entry }));
  const { id: importId } = await doctor.call('imports.choose', { paths: [file] });
  await doctor.call('imports.start', { importId });
  await doctor.call('imports.wait', { importId });
  await doctor.call('exports.import', { importId, path: join(place.dir, 'import.ndjson') });
  const { hits } = await doctor.call('patients.search', { text: 'Brought' });
  imported = hits[0]?.id ?? '';
  assert.notEqual(imported, '');
});
after(async () => {
  await house.core.close();
  await place.stop();
});

let made = 0;
async function make(desk: Desk, more: Partial<Parameters<typeof desk.call<'accessReports.make'>>[1]> = {}) {
  made += 1;
  const form = more.form ?? 'fhir';
  const path = join(place.dir, `report-${made}.${form}`);
  const answer = await desk.call('accessReports.make', { patientId, form, path, ...more });
  assert.equal(answer.saved, true);
  const bytes = readFileSync(path);
  assert.equal(answer.bytes, bytes.length);
  return bytes;
}

/** Everything that would say who on the staff it was. */
function staff(): string[] {
  const users = house.core.vault.users();
  return users.flatMap(({ id, userName, displayName }) => [id, userName, displayName.replace(/\s/g, ''), displayName]);
}

test('the preview groups what one session did, says what data it was, and is an entry once', async () => {
  const from = house.size();
  const shown = await doctor.call('accessReports.preview', { patientId });
  await doctor.call('accessReports.preview', { patientId, span: 'all' });
  assert.deepEqual(
    house.entries(from).map(({ type }) => type),
    ['audit.read'],
  );
  const opened = shown.lines.find(({ event }) => event === 'chart.read');
  assert.equal(opened?.count, 3);
  assert.equal(opened.whole, true);
  // The problem came later: the record held no more than its own head when it was opened.
  assert.deepEqual(opened.categories, ['personal']);
  assert.deepEqual(opened.origins, ['here']);
  assert.deepEqual(shown.lines.find(({ event }) => event === 'chart.source-read')?.categories, ['problems']);
  assert.deepEqual(shown.lines.find(({ event }) => event === 'export.bundle')?.categories, ['personal', 'problems']);
  assert.equal(shown.summary.takenOut, 1);
  assert.equal(shown.summary.people, 1);
  assert.ok(shown.lines.every(({ name }) => name === null));
  assert.equal(shown.language, 'en');
});

test('the import that brought a record, and what was given out of it, are accesses to it', async () => {
  const shown = await admin.call('accessReports.preview', { patientId: imported });
  const events = shown.lines.map(({ event }) => event);
  assert.ok(events.includes('import.completed') && events.includes('export.import'), events.join());
  const came = shown.lines.find(({ event }) => event === 'import.completed');
  assert.deepEqual([came?.categories, came?.origins], [['personal', 'measurements'], ['imported']]);
  assert.equal(shown.language, 'de');
  const other = await admin.call('accessReports.preview', { patientId });
  assert.ok(!other.lines.some(({ event }) => event === 'import.completed' || event === 'export.import'));
});

test('without a decision neither form says who it was; with one, both do, and the decision stays', async () => {
  const withheld = staff();
  const from = house.size();
  const [json, pdf] = [(await make(admin)).toString('utf8'), pdfText(await make(admin, { form: 'pdf' }))];
  for (const text of [json, pdf]) {
    for (const one of withheld) assert.ok(!text.includes(one), one);
    assert.ok(!text.includes('Asthma'));
  }
  assert.ok(pdf.includes('Accessestoyourhealthrecord') && pdf.includes('practitioner'));
  const names = { reason };
  const given = [(await make(admin, { names })).toString('utf8'), pdfText(await make(admin, { names, form: 'pdf' }))];
  assert.ok(given[0]?.includes('"The practitioner"') && given[1]?.includes('Thepractitioner'));
  const entries = house.entries(from).filter(({ type }) => type === 'access-report.made');
  assert.deepEqual(
    entries.map(({ purpose, outcome }) => [purpose, outcome]),
    Array.from({ length: 4 }, () => ['PATRQT', 0]),
  );
  const rows = house.store.sql<[], { reason: string | null }>('select names_reason reason from access_report').all();
  assert.deepEqual(rows.map((row) => row.reason).sort(), [null, null, reason, reason].sort());
  const bytes = house.store.sql<[], { entry: Buffer }>('select entry from audit_entry').all();
  assert.ok(!bytes.some(({ entry }) => entry.includes('relative')));
  assert.throws(() => house.store.db.exec('update access_report set names_reason = null'), /access_report/);
});

test('a report that was not saved is an entry that says so, and no report that was given out', async () => {
  const rows = () => house.store.sql<[], { n: number }>('select count(*) n from access_report').get()?.n;
  const desk = house.desk('screen');
  await desk.signIn('admin');
  const [before, from] = [rows(), house.size()];
  house.chosen = [];
  assert.equal((await desk.call('accessReports.make', { patientId, form: 'fhir' })).saved, false);
  house.chosen = [join(place.dir, 'no-such-folder', 'report.json')];
  assert.equal(await desk.refusal('accessReports.make', { patientId, form: 'fhir' }), 'not-writable');
  house.chosen = [];
  house.core.disconnected(desk.connection);
  const entries = house.entries(from).filter(({ type }) => type === 'access-report.made');
  assert.deepEqual(
    entries.map(({ outcome, detail, patient, entity }) => [outcome, detail['step'], patient !== null, entity.length]),
    [
      [0, 'not-saved', true, 0],
      [0, 'not-saved', true, 0],
      [8, undefined, false, 0],
    ],
  );
  assert.equal(rows(), before);
  await make(admin);
  assert.equal(rows(), (before ?? 0) + 1);
  assert.equal(house.entries(from).at(-1)?.detail['step'], 'written');
});

test('the Bundle is valid FHIR, each event of it, and names the patient and nobody else', async () => {
  const text = (await make(admin, { language: 'fr' })).toString('utf8');
  const checked = validateResource(text);
  assert.deepEqual(checked.ok ? [] : checked.issues, []);
  const bundle = JSON.parse(text);
  const resources: { resourceType: string; id: string; entity?: { what?: { reference?: string } }[] }[] =
    bundle.entry.map(({ resource }: { resource: unknown }) => resource);
  const events = resources.filter(({ resourceType }) => resourceType === 'AuditEvent');
  for (const event of events) {
    const one = validateResource(JSON.stringify(event));
    assert.deepEqual(one.ok ? [] : one.issues, [], event.id);
    assert.equal(event.entity?.[0]?.what?.reference, `Patient/${patientId}`);
  }
  const own = JSON.stringify(events.at(-1));
  assert.ok(own.includes('log-root') && own.includes('C-579/21'));
});

test('names need the permission to give them, and a reason that can be seen', async () => {
  const ask = (desk: Desk, names: unknown) =>
    desk.refusal('accessReports.make', { patientId, form: 'fhir', path: join(place.dir, 'no.json'), names });
  assert.equal(await ask(doctor, { reason }), 'forbidden');
  assert.equal(await ask(admin, { reason: ' \n ' }), 'invalid-input');
  assert.equal(await assistant.refusal('accessReports.preview', { patientId }), 'forbidden');
});

test('a restricted chart: its report is for who may open it, and for who opens none', async () => {
  const { users } = await doctor.call('access.candidates', {});
  const only = users.filter(({ name }) => name === 'The assistant').map(({ id }) => id);
  await doctor.call('access.restrict', { patientId, reason: 'works-here', users: only });
  assert.equal(await doctor.refusal('accessReports.preview', { patientId }), 'restricted');
  const path = join(place.dir, 'no.json');
  assert.equal(await doctor.refusal('accessReports.make', { patientId, form: 'fhir', path }), 'restricted');
  const emergency = { reason: 'emergency' as const, text: 'unconscious', password: passwords.practitioner };
  await doctor.call('access.breakGlass', { patientId, ...emergency });
  await doctor.call('chart.open', { patientId });
  const { summary, lines } = await admin.call('accessReports.preview', { patientId });
  assert.deepEqual([summary.emergencies, summary.refused], [1, 2]);
  assert.equal(lines.find(({ event }) => event === 'break-glass.opened')?.reason, 'emergency');
  assert.ok(lines.some(({ event, purpose }) => event === 'chart.read' && purpose === 'BTG'));
  // Who else may open it is not this patient's to know: user ids of the restriction are told in no form.
  const text = (await make(admin)).toString('utf8');
  for (const id of only) assert.ok(!text.includes(id));
});

test('the whole log as AuditEvents: every line valid, patients by pseudonym, sealed details left out', async () => {
  const path = join(place.dir, 'log.ndjson');
  const size = house.size();
  const answer = await admin.call('auditEventExport.save', { from: null, to: null, path });
  assert.equal(answer.entries, size);
  const text = readFileSync(path, 'utf8');
  const lines = text.trimEnd().split('\n');
  assert.equal(lines.length, size);
  const kinds = new Set<string>();
  for (const each of lines) {
    const event = JSON.parse(each);
    const code = event.subtype.at(-1).code;
    if (kinds.has(`${code} ${event.outcome}`)) continue;
    kinds.add(`${code} ${event.outcome}`);
    const checked = validateResource(each);
    assert.deepEqual(checked.ok ? [] : checked.issues, [], code);
  }
  assert.ok(!text.includes(patientId) || !text.includes('Nora'));
  assert.ok(!text.includes('Nora') && text.includes('urn:carekeep:audit-pseudonym'));
  assert.ok(text.includes('IHE.BasicAudit.PatientRead') && text.includes('IHE.BasicAudit.PatientCreate'));
  const none = await admin.call('auditEventExport.save', { from: 1, to: 2, path });
  assert.equal(none.entries, 0);
  assert.equal(readFileSync(path, 'utf8'), '');
  assert.equal(await doctor.refusal('auditEventExport.save', { from: null, to: null, path }), 'forbidden');
});

test('pictures for the eye', { skip: process.env['REPORT_PICTURES'] === undefined }, async () => {
  const folder = process.env['REPORT_PICTURES'] ?? '';
  mkdirSync(folder, { recursive: true });
  for (const language of ['en', 'es', 'de', 'fr'] as const) {
    writeFileSync(join(folder, `${language}.pdf`), await make(admin, { form: 'pdf', language }));
  }
  writeFileSync(join(folder, 'names.pdf'), await make(admin, { form: 'pdf', language: 'de', names: { reason } }));
  writeFileSync(join(folder, 'report.json'), await make(admin));
});
