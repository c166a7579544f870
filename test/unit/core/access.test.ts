/** Restricted charts and emergency access: who is kept out, by every door, and what opening one all the same leaves. */
import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { opensCharts } from '../../../src-main/core/access/chokepoint.ts';
import type { AuditEntry } from '../../../src-main/core/audit/entry.ts';
import { verifyStore } from '../../../src-main/core/audit/verify.ts';
import { patientRef } from '../../../src-main/core/store/patient.ts';
import { runSliced } from '../../../src-main/core/store/slices.ts';
import { breakGlassLasts } from '../../../src-shared/contract/access.ts';
import { type Output, procedures } from '../../../src-shared/contract/index.ts';
import { type Place, startPlace } from './clinic.ts';
import { type Desk, type House, noteOf, passwords, person, startHouse } from './house.ts';

type PatientId = Output<'patients.create'>['patientId'];
type UserId = Output<'users.list'>['users'][number]['id'];

/** A word that stands in the restricted chart and nowhere else. */
const secret = 'Quittenkraut';
const told = 'unconscious in the waiting room, needs the allergies';
const wrong = 'not the password at all';

let place: Place;
let house: House;
let admin: Desk;
/** On the list. */
let doctor: Desk;
/** A practitioner as well, not on the list. */
let other: Desk;
let assistant: Desk;
let people: ReadonlyMap<string, UserId>;
let patientId: PatientId;
let second: PatientId;
/** Ids of what is in the restricted chart, and of the other doctor's draft for it. */
let ids: { problem: string; note: string; document: string; draft: string; importId: string };

const idOf = (userName: string): UserId => {
  const found = people.get(userName);
  assert.ok(found, userName);
  return found;
};

async function newPatient(family: string): Promise<PatientId> {
  const demographics = person(family, 'Ylvi', '1971-03-14');
  return (await doctor.call('patients.create', { demographics, notADuplicate: true })).patientId;
}

async function draftOf(desk: Desk, of: PatientId, subjective: string) {
  const content = noteOf('soap', { subjective });
  const input = { draftId: null, patientId: of, encounterId: null, amends: null, content };
  return (await desk.call('notes.saveDraft', input)).draftId;
}

/** A document about both patients: a row of neither. */
async function importDocument() {
  const observation = (name: string, text: string) => ({
    fullUrl: `http://there.example/Observation/${name}`,
    resource: {
      resourceType: 'Observation',
      id: name,
      status: 'final',
      code: { text },
      subject: { reference: `Patient/${name}` },
    },
  });
  const patient = (name: string) => ({
    fullUrl: `http://there.example/Patient/${name}`,
    resource: { resourceType: 'Patient', id: name, name: [{ family: name }] },
  });
  const composition = {
    resourceType: 'Composition',
    id: 'c',
    status: 'final',
    type: { text: 'Letter' },
    date: '2024-05-01',
    author: [{ display: 'Dr. Elsewhere' }],
    title: 'About two people',
  };
  const bundle = {
    resourceType: 'Bundle',
    type: 'document',
    identifier: { system: 'urn:ietf:rfc:3986', value: 'urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0' },
    timestamp: '2024-05-01T10:00:00Z',
    entry: [
      { fullUrl: 'http://there.example/Composition/c', resource: composition },
      patient('Zwillinga'),
      patient('Zwillingb'),
      observation('Zwillinga', secret),
      observation('Zwillingb', 'harmless'),
    ],
  };
  const path = join(place.dir, 'document.json');
  writeFileSync(path, JSON.stringify(bundle));
  const { id } = await doctor.call('imports.choose', { paths: [path] });
  await doctor.call('imports.start', { importId: id });
  const report = await doctor.call('imports.wait', { importId: id });
  assert.deepEqual(report.refusals, []);
  const { hits } = await doctor.call('patients.search', { text: 'Zwillinga' });
  const twin = hits[0]?.id;
  assert.ok(twin);
  const row = house.store.sql<[], { id: string }>("select id from resource where type = 'Bundle'").get();
  assert.ok(row);
  return { importId: id, twin, document: row.id };
}

before(async () => {
  place = await startPlace();
  house = await startHouse(join(place.dir, 'profile'), ['practitioner', 'assistant', 'reception', 'auditor']);
  admin = house.desk('ctl');
  await admin.signIn('admin');
  const password = passwords.practitioner;
  const newcomer = { userName: 'the.other', displayName: 'The other', roles: ['practitioner' as const] };
  await house.hire(admin, newcomer, password);
  people = new Map((await admin.call('users.list', {})).users.map(({ userName, id }) => [userName, id]));
  [doctor, other, assistant] = [house.desk('ctl'), house.desk('ctl'), house.desk('ctl')];
  await doctor.signIn('practitioner');
  await other.call('sessions.signIn', { userName: 'the.other', password });
  await assistant.signIn('assistant');

  patientId = await newPatient('Qwertzmann');
  second = await newPatient('Anders');
  const concept = { text: secret, code: '', system: '', onset: null, note: '' };
  const { id: problem } = await doctor.call('chart.addProblem', { patientId, ...concept });
  const { noteId } = await doctor.call('notes.sign', {
    draftId: await draftOf(doctor, patientId, secret),
    password,
  });
  const draft = await draftOf(other, patientId, `mine about ${secret}`);
  const { importId, twin, document } = await importDocument();
  ids = { problem, note: noteId, document, draft, importId };
  const restriction = { reason: 'works-here' as const, users: [idOf('the.practitioner')] };
  await doctor.call('access.restrict', { patientId, ...restriction });
  await doctor.call('access.restrict', { patientId: twin, ...restriction });
});
after(async () => {
  await house.core.close();
  await place.stop();
});

const ended = (entries: readonly AuditEntry[]) => entries.map(({ type, outcome }) => [type, outcome]);

test('who is on the list reads and writes as ever; another is refused, and the refusal names the patient', async () => {
  assert.ok((await doctor.call('chart.open', { patientId })).rows.length > 2);
  const from = house.size();
  assert.equal(await other.refusal('chart.open', { patientId }), 'restricted');
  const [entry] = house.entries(from);
  assert.ok(entry);
  assert.equal(entry.type, 'access.denied');
  assert.equal(entry.outcome, 4);
  assert.equal(entry.patient, patientRef(house.store, patientId));
  assert.deepEqual(entry.detail, { procedure: 'chart.open', reason: 'restricted' });
  assert.equal(house.entries(from).length, 1);
});

/** Input that would show or change something of the restricted chart, for every procedure that opens charts. */
function inputs(path: string): { readonly [name: string]: unknown } {
  const concept = { patientId, text: 'x', code: '', system: '', note: '' };
  const taking = { patientId, path };
  return {
    'chart.open': { patientId },
    'chart.source': { id: ids.problem },
    'chart.addProblem': { ...concept, onset: null },
    'chart.addAllergy': { kind: 'none-known', patientId },
    'chart.addMedication': { ...concept, dosage: '', start: null },
    'chart.end': { id: ids.problem, version: 1, as: 'ended', date: null },
    'chart.recordVitals': { patientId, at: 1, values: [{ vital: 'weight', value: '70', unit: 'kg' }] },
    'notes.saveDraft': { draftId: ids.draft, patientId, encounterId: null, amends: null, content: noteOf('text') },
    'notes.discardDraft': { draftId: ids.draft },
    'notes.sign': { draftId: ids.draft, password: passwords.practitioner },
    'exports.bundle': taking,
    'exports.summary': { ...taking, language: 'en' },
    'exports.pdf': { ...taking, language: 'en' },
    'exports.import': { importId: ids.importId, path },
  };
}
/** Those that name no patient: what they answer is looked at below. */
const withoutPatient = new Set(['notes.drafts', 'snippets.list', 'snippets.save', 'snippets.remove']);

test('no procedure that opens charts answers for who is not on the list', async () => {
  const folder = join(place.dir, 'taken');
  const tried = inputs(join(folder, 'record'));
  const rows = house.store.sql<[], { n: number }>('select count(*) n from resource');
  const before = rows.get()?.n;
  for (const [name, { needs }] of procedures) {
    if (!opensCharts(needs) || withoutPatient.has(name)) continue;
    assert.ok(Object.hasOwn(tried, name), `${name} opens charts and is not tried here`);
    const from = house.size();
    assert.equal(await other.refusal(name, tried[name]), 'restricted', name);
    assert.deepEqual(ended(house.entries(from)), [['access.denied', 4]], name);
  }
  assert.equal(rows.get()?.n, before);
  assert.throws(() => readdirSync(folder));
  // Whole documents by the id of a row that belongs to nobody, notes by theirs, drafts by their list.
  assert.equal(await other.refusal('chart.source', { id: ids.document }), 'restricted');
  assert.equal(await other.refusal('chart.source', { id: ids.note }), 'restricted');
  assert.deepEqual(await other.call('notes.drafts', {}), { drafts: [] });
  assert.ok((await doctor.call('chart.source', { id: ids.document })).row.json.includes(secret));
});

test('no answer of any procedure at all holds a word of the chart', async () => {
  const filter = { userId: null, patientId, kind: null, outcome: null, from: null, to: null };
  for (const [name, input] of Object.entries({
    ...inputs(join(place.dir, 'record')),
    'access.get': { patientId },
    'patients.demographics': { patientId },
    'patients.search': { text: 'qwertz' },
    'patients.recent': {},
    'patients.similar': { family: 'Qwertzmann', given: 'Ylvi', birthDate: '1971-03-14' },
    'imports.list': {},
    'imports.report': { importId: ids.importId },
    'notes.drafts': {},
    'audit.page': { filter, before: null, limit: 200 },
  })) {
    const answer = JSON.stringify(await other.ask(name, input));
    assert.ok(!answer.includes(secret), name);
  }
});

test('how a call failed tells nothing either', async () => {
  // Not the version, not the type, not when it began.
  const end = { id: ids.problem, version: 99, as: 'ended', date: '1900-01-01' };
  assert.equal(await other.refusal('chart.end', end), 'restricted');
  assert.equal(await doctor.refusal('chart.end', end), 'changed-meanwhile');
});

test('demographics stay readable, and the search does not show which charts are restricted', async () => {
  await other.call('patients.demographics', { patientId });
  const { hits } = await other.call('patients.search', { text: '14.3.1971' });
  const shapes = new Set(hits.map((hit) => Object.keys(hit).join()));
  assert.equal(shapes.size, 1);
  assert.ok(hits.length >= 2);
});

test('who asks about a chart that is closed to them learns who may open it, and that is an entry', async () => {
  const from = house.size();
  const found = await other.call('access.get', { patientId });
  assert.equal(found.open, false);
  assert.equal(found.mayChange, false);
  assert.deepEqual(
    found.restriction?.users.map(({ name }) => name),
    ['The practitioner'],
  );
  assert.deepEqual(ended(house.entries(from)), [['access.read', 0]]);
  const beside = house.size();
  assert.equal((await doctor.call('access.get', { patientId })).open, true);
  assert.deepEqual(house.entries(beside), []);
  assert.equal(await house.desk().refusal('access.get', { patientId }), 'not-signed-in');
});

test('a restriction needs somebody who can open the chart, and nobody lets themselves in', async () => {
  const input = { patientId: second, reason: 'other' };
  const refused = (users: readonly unknown[]) => doctor.refusal('access.restrict', { ...input, users });
  assert.equal(await refused([]), 'invalid-input');
  assert.equal(await refused([idOf('the.reception')]), 'invalid-input');
  assert.equal(await refused([idOf('the.practitioner'), 'nobody-at-all']), 'invalid-input');
  assert.equal(await refused([idOf('the.practitioner'), idOf('the.practitioner')]), 'invalid-input');
  assert.equal(await doctor.refusal('access.lift', { patientId: second }), 'not-restricted');
  // A practitioner who is not on the list can neither add themselves nor lift it.
  const letIn = { patientId, reason: 'other', users: [idOf('the.other')] };
  assert.equal(await other.refusal('access.restrict', letIn), 'restricted');
  assert.equal(await other.refusal('access.lift', { patientId }), 'restricted');
  assert.equal(await assistant.refusal('access.lift', { patientId }), 'forbidden');
  // An admin reads no charts: whom they let in is not themselves.
  const both = { patientId, reason: 'works-here' as const, users: [idOf('the.practitioner'), idOf('the.other')] };
  await admin.call('access.restrict', both);
  assert.equal(await other.refusal('chart.open', { patientId }), 'accepted');
  await admin.call('access.restrict', { ...both, users: [idOf('the.practitioner')] });
  assert.equal(await other.refusal('chart.open', { patientId }), 'restricted');
});

test('nobody left on the list can open it: then whoever may restrict charts may change it', async () => {
  const third = await newPatient('Verwaist');
  await doctor.call('access.restrict', { patientId: third, reason: 'other', users: [idOf('the.assistant')] });
  assert.equal(await doctor.refusal('access.lift', { patientId: third }), 'restricted');
  await admin.call('users.suspend', { userId: idOf('the.assistant') });
  assert.equal(await doctor.refusal('chart.open', { patientId: third }), 'restricted');
  await doctor.call('access.lift', { patientId: third });
  assert.equal(await doctor.refusal('chart.open', { patientId: third }), 'accepted');
  await admin.call('users.reactivate', { userId: idOf('the.assistant') });
  assistant = house.desk('ctl');
  await assistant.signIn('assistant');
});

const emergency = { reason: 'emergency', text: told } as const;

test('a wrong password opens nothing, is counted, and is an entry about the patient', async () => {
  const from = house.size();
  assert.equal(
    await other.refusal('access.breakGlass', { patientId, ...emergency, password: wrong }),
    'wrong-password',
  );
  const left = house.entries(from);
  assert.deepEqual(ended(left), [['break-glass.refused', 8]]);
  assert.equal(left[0]?.patient, patientRef(house.store, patientId));
  assert.equal(await other.refusal('chart.open', { patientId }), 'restricted');
  for (const text of ['', '  \n ', '…']) {
    const input = { patientId, reason: 'other', text, password: passwords.practitioner };
    assert.equal(await other.refusal('access.breakGlass', input), 'invalid-input');
  }
});

test('an emergency opens one chart, says so in every entry, is told at once and put up for review', async () => {
  admin.heard.length = 0;
  doctor.heard.length = 0;
  const from = house.size();
  const password = passwords.practitioner;
  const { until } = await other.call('access.breakGlass', { patientId, ...emergency, password });
  const [opened, ...more] = house.entries(from);
  assert.ok(opened);
  assert.deepEqual(more, []);
  assert.equal(opened.type, 'break-glass.opened');
  assert.equal(opened.purpose, 'BTG');
  assert.equal(opened.patient, patientRef(house.store, patientId));
  assert.ok(until - house.core.clock() > breakGlassLasts - 60_000);

  assert.ok((await other.call('chart.open', { patientId })).rows.length > 2);
  await other.call('chart.source', { id: ids.problem });
  await other.call('patients.demographics', { patientId });
  await other.call('chart.open', { patientId: second });
  await doctor.call('chart.open', { patientId });
  const purposes = house.entries(opened.seq + 1).map(({ type, purpose, agent }) => [type, purpose, agent.user]);
  const [who, owner] = [idOf('the.other'), idOf('the.practitioner')];
  assert.deepEqual(purposes, [
    ['chart.read', 'BTG', who],
    ['chart.source-read', 'BTG', who],
    ['patient.read', 'BTG', who],
    ['chart.read', 'TREAT', who],
    ['chart.read', 'TREAT', owner],
  ]);

  assert.deepEqual(
    admin.heard.map(({ event }) => event),
    ['alarm'],
  );
  assert.deepEqual(doctor.heard, []);
  const { items } = await admin.call('reviews.list', { state: 'open', before: null, limit: 10 });
  const item = items.find(({ kind }) => kind === 'break-glass');
  assert.ok(item);
  assert.equal(item.userId, who);
  assert.equal(item.patientId, patientId);
  const evidence = (await admin.call('reviews.get', { id: item.id })).evidence;
  assert.deepEqual(
    evidence.map(({ seq }) => seq),
    [opened.seq],
  );

  const grant = String(item.detail['grant']);
  assert.deepEqual(await admin.call('access.reason', { id: grant }), { reason: 'emergency', text: told });
  assert.equal(await doctor.refusal('access.reason', { id: grant }), 'forbidden');
  // Whoever may read the chart sees it, for good; who does not, does not.
  const shown = (await doctor.call('access.get', { patientId })).emergencies;
  assert.deepEqual(
    shown.map(({ by, reason }) => [by, reason]),
    [['The other', 'emergency']],
  );
  assert.ok(!JSON.stringify(shown).includes('unconscious'));
});

test('it opens no second patient, no second session, and no way to change the restriction', async () => {
  const again = house.desk('ctl');
  await again.call('sessions.signIn', { userName: 'the.other', password: passwords.practitioner });
  assert.equal(await again.refusal('chart.open', { patientId }), 'restricted');
  const { hits } = await other.call('patients.search', { text: 'Zwillinga' });
  assert.equal(await other.refusal('chart.open', { patientId: hits[0]?.id }), 'restricted');
  assert.equal(await other.refusal('exports.import', { importId: ids.importId, path: '/nonexistent/x' }), 'restricted');
  assert.equal(await other.refusal('access.lift', { patientId }), 'restricted');
  assert.equal(await assistant.refusal('chart.open', { patientId }), 'restricted');
  assert.equal(
    await other.refusal('access.breakGlass', { patientId: second, ...emergency, password: passwords.practitioner }),
    'not-restricted',
  );
});

test('it ends by either clock, by hand, and with the session', async () => {
  const open = () => other.refusal('chart.open', { patientId });
  const again = () => other.call('access.breakGlass', { patientId, ...emergency, password: passwords.practitioner });
  assert.equal(await open(), 'accepted');
  house.ahead.wall = breakGlassLasts - 60_000;
  assert.equal(await open(), 'accepted');
  house.ahead.wall = breakGlassLasts;
  assert.equal(await open(), 'restricted');
  // A clock set back brings nothing back.
  house.ahead.wall = 0;
  assert.equal(await open(), 'restricted');
  await again();
  house.ahead.wall = -breakGlassLasts;
  assert.equal(await open(), 'accepted');
  house.ahead.monotonic = breakGlassLasts;
  assert.equal(await open(), 'restricted');
  house.ahead.wall = 0;
  const from = house.size();
  await open();
  assert.equal(house.entries(from)[0]?.purpose, 'TREAT');

  await again();
  await other.call('access.endBreakGlass', { patientId });
  assert.equal(await open(), 'restricted');
  assert.equal(await other.refusal('access.endBreakGlass', { patientId }), 'not-restricted');
  const [last] = (await doctor.call('access.get', { patientId })).emergencies;
  assert.ok(last && last.until - last.at < 60_000);

  await again();
  house.core.disconnected(other.connection);
  await other.call('sessions.signIn', { userName: 'the.other', password: passwords.practitioner });
  assert.equal(await open(), 'restricted');
});

test('an assistant has it too', async () => {
  const password = passwords.assistant;
  await assistant.call('access.breakGlass', { patientId, reason: 'covering-colleague', text: 'for Dr. P.', password });
  assert.ok((await assistant.call('chart.open', { patientId })).rows.length > 2);
  // What the role does not allow stays closed.
  const path = join(place.dir, 'record.json');
  assert.equal(await assistant.refusal('exports.bundle', { patientId, path }), 'forbidden');
});

test('what was written as the reason stands in no audit entry', () => {
  const log = house.store.sql<[], { entry: Buffer; ops: string | null }>('select entry, ops from audit_entry').all();
  for (const { entry, ops } of log) {
    for (const text of ['unconscious', 'Dr. P.']) assert.ok(!`${entry.toString('utf8')}${ops}`.includes(text));
  }
});

test('a row that was changed is not believed; one that is gone or older shows at verification', async () => {
  const verdict = () => runSliced(verifyStore(house.store, { pages: false, trust: house.trust() }), {});
  assert.deepEqual((await verdict()).problem, null);
  const { db } = house.store;
  const before = db.prepare('select * from chart_restriction where patient_id = ?').get(patientId);
  const letIn = JSON.stringify([idOf('the.practitioner'), idOf('the.other')]);
  db.prepare('update chart_restriction set users = ? where patient_id = ?').run(letIn, patientId);
  assert.equal(await other.refusal('chart.open', { patientId }), 'record-damaged');
  assert.equal((await verdict()).problem?.code, 'restriction-differs');
  db.exec('drop trigger restriction_is_not_deleted');
  db.prepare('delete from chart_restriction where patient_id = ?').run(patientId);
  assert.equal((await verdict()).problem?.code, 'restriction-differs');
  const columns = Object.keys(before as object);
  db.prepare(`insert into chart_restriction values (${columns.map((name) => `@${name}`).join()})`).run(before);
  assert.deepEqual((await verdict()).problem, null);
});
