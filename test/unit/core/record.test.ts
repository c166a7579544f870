/** Writing into the record: what is stored is valid FHIR, what is signed stays, what nobody touched stays as written. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { verify } from '../../../src-main/core/crypto/ed25519.ts';
import { noteSignatureBytes } from '../../../src-main/core/crypto/note-signature.ts';
import { validateResource } from '../../../src-main/core/exchange/read/validate.ts';
import type { Output } from '../../../src-shared/contract/index.ts';
import { type Place, startPlace } from './clinic.ts';
import { type Desk, type House, noteOf, passwords, person, startHouse } from './house.ts';

let place: Place;
let house: House;
let doctor: Desk;
let assistant: Desk;
let patientId: Output<'patients.create'>['patientId'];
before(async () => {
  place = await startPlace();
  house = await startHouse(join(place.dir, 'profile'), ['practitioner', 'assistant', 'reception']);
  doctor = house.desk();
  assistant = house.desk('ctl');
  await doctor.signIn('practitioner');
  await assistant.signIn('assistant');
  ({ patientId } = await doctor.call('patients.create', {
    demographics: person('Qwertzmann', 'Ylvi', '1971-03-14'),
    notADuplicate: false,
  }));
});
after(async () => {
  await house.core.close();
  await place.stop();
});

const rows = async () => (await doctor.call('chart.open', { patientId })).rows;

async function valid(what: string): Promise<void> {
  for (const { type, json } of await rows()) {
    const verdict = validateResource(json);
    assert.ok(verdict.ok, `${what}: ${type} ${JSON.stringify(verdict.ok ? [] : verdict.issues)} ${json}`);
  }
}

async function drafted(desk: Desk, content: ReturnType<typeof noteOf>, amends: string | null = null) {
  const reply = await desk.ask('notes.saveDraft', { draftId: null, patientId, encounterId: null, amends, content });
  assert.ok(reply.ok, JSON.stringify(reply));
  return (reply.value as Output<'notes.saveDraft'>).draftId;
}

test('what is added and ended passes both validators', async () => {
  const concept = { patientId, text: 'Fièvre\u202f: 39 °C\u00a0depuis hier', code: '', system: '' };
  const problem = await doctor.call('chart.addProblem', { ...concept, onset: '2014', note: 'a\nb' });
  const coded = await doctor.call('chart.addProblem', {
    patientId,
    text: 'Asthma',
    code: '195967001',
    system: 'http://snomed.info/sct',
    onset: '2020-02-29',
    note: '',
  });
  const allergy = await doctor.call('chart.addAllergy', {
    kind: 'allergy',
    ...concept,
    category: 'food',
    criticality: 'high',
    reaction: 'rash',
    onset: '2009-05',
  });
  await doctor.call('chart.addAllergy', { kind: 'none-known', patientId });
  const medication = await doctor.call('chart.addMedication', {
    ...concept,
    dosage: '1-0-1',
    start: '2014-05-20',
    note: '',
  });
  const open = await doctor.call('chart.addMedication', { ...concept, dosage: '', start: null, note: '' });
  await doctor.call('chart.recordVitals', {
    patientId,
    at: Date.now(),
    values: [
      { vital: 'blood-pressure', value: { systolic: '148', diastolic: '88' }, unit: 'mm[Hg]' },
      { vital: 'blood-pressure', value: { systolic: '120' }, unit: 'mm[Hg]' },
      { vital: 'weight', value: '074.20', unit: 'kg' },
    ],
  });
  await valid('added');
  const end = (id: string, version: number, as: 'ended' | 'entered-in-error', date: string | null) =>
    doctor.refusal('chart.end', { id, version, as, date });
  assert.equal(await end(problem.id, 1, 'ended', '2013-12-31'), 'invalid-input');
  assert.equal(await end(medication.id, 1, 'ended', '2014-05-19'), 'invalid-input');
  assert.equal(await end(problem.id, 1, 'ended', '2021-02-30'), 'invalid-input');
  for (const [id, date] of [
    [problem.id, '2014'],
    [coded.id, null],
    [allergy.id, null],
    [medication.id, '2014-05-20'],
    [open.id, '2020'],
  ] as const) {
    assert.equal(await end(id, 1, 'ended', date), 'accepted');
    assert.equal(await end(id, 1, 'ended', date), 'changed-meanwhile');
  }
  await valid('ended');
  for (const { id } of [problem, coded, allergy, medication, open]) {
    assert.equal(await end(id, 2, 'entered-in-error', null), 'accepted');
    assert.equal(await end(id, 3, 'ended', null), 'invalid-resource');
  }
  await valid('entered in error');
  const source = await doctor.call('chart.source', { id: problem.id });
  assert.deepEqual(
    source.history.map(({ version }) => version),
    [2, 1],
  );
  assert.ok((await rows()).some(({ json }) => json.includes('"value":74.20')));
});

test('vital signs beyond belief are refused, by the value at fault', async () => {
  const record = (values: unknown) => doctor.ask('chart.recordVitals', { patientId, at: Date.now(), values });
  for (const bad of [
    { vital: 'weight', value: '7e1', unit: 'kg' },
    { vital: 'weight', value: '9000', unit: 'kg' },
    { vital: 'weight', value: { systolic: '1' }, unit: 'kg' },
    { vital: 'weight', value: '70', unit: 'g/dL' },
    { vital: 'charisma', value: '70', unit: 'kg' },
    { vital: 'constructor', value: '70', unit: 'kg' },
    { vital: 'blood-pressure', value: '120/80', unit: 'mm[Hg]' },
    { vital: 'blood-pressure', value: { systolic: '80', diastolic: '120' }, unit: 'mm[Hg]' },
    { vital: 'blood-pressure', value: {}, unit: 'mm[Hg]' },
  ]) {
    const reply = await record([{ vital: 'weight', value: '70', unit: 'kg' }, bad]);
    assert.ok(!reply.ok);
    assert.deepEqual([reply.error.code, reply.error.field], ['invalid-input', 'values.1'], JSON.stringify(bad));
  }
});

test('a draft is its author’s alone', async () => {
  const draftId = await drafted(doctor, noteOf('text', { text: 'mine' }));
  const save = { draftId, patientId, encounterId: null, amends: null, content: noteOf('text', { text: 'yours' }) };
  assert.equal(await assistant.refusal('notes.saveDraft', save), 'not-found');
  assert.equal(await assistant.refusal('notes.discardDraft', { draftId }), 'not-found');
  assert.equal(await assistant.refusal('notes.sign', { draftId, password: passwords.assistant }), 'not-found');
  assert.deepEqual((await assistant.call('notes.drafts', {})).drafts, []);
  assert.deepEqual((await assistant.call('chart.open', { patientId })).drafts, []);
  const { drafts } = await doctor.call('notes.drafts', {});
  assert.equal(drafts[0]?.draft.content.text, 'mine');
  await doctor.call('notes.discardDraft', { draftId });
  assert.equal(await doctor.refusal('notes.discardDraft', { draftId }), 'not-found');
});

test('a signed note is sealed: own password, the roster’s key, no change below the store', async () => {
  const draftId = await drafted(doctor, noteOf('soap', { subjective: 'Tired <b>& pale</b>\n\nsince "May"' }));
  assert.equal(await doctor.refusal('notes.sign', { draftId, password: passwords.assistant }), 'wrong-password');
  const { noteId, encounterId } = await doctor.call('notes.sign', { draftId, password: passwords.practitioner });
  await valid('signed');
  const all = await rows();
  const note = all.find(({ id }) => id === noteId);
  const provenance = all.find(({ type, json }) => type === 'Provenance' && json.includes(noteId));
  assert.ok(note?.signed && provenance?.signed);
  assert.equal(note.encounterId, encounterId);
  const { signature } = JSON.parse(provenance.json) as { signature: { data: string }[] };
  const user = house.core.vault.users().find(({ userName }) => userName === 'the.practitioner');
  const named = house.core.vault.rosterState().users.get(user?.id ?? '');
  assert.ok(named && signature[0]);
  const key = Buffer.from(named.ed25519, 'base64');
  const data = Buffer.from(signature[0].data, 'base64');
  assert.ok(verify(key, noteSignatureBytes(note.json), data));
  assert.ok(!verify(key, noteSignatureBytes(note.json.replace('Tired', 'Tyred')), data));

  for (const sql of [
    "update resource set json = '{}' where signed = 1",
    'delete from resource where signed = 1',
    'update resource set signed = 0 where signed = 1',
  ]) {
    assert.throws(() => house.store.db.exec(sql), /signed/);
  }
  const end = { id: noteId, version: 1, as: 'entered-in-error', date: null };
  assert.notEqual(await doctor.refusal('chart.end', end), 'accepted');
  assert.equal(await doctor.refusal('notes.sign', { draftId, password: passwords.practitioner }), 'not-found');

  const amended = await drafted(doctor, noteOf('text', { text: 'Left, not right.' }), noteId);
  const second = await doctor.call('notes.sign', { draftId: amended, password: passwords.practitioner });
  assert.equal(second.encounterId, encounterId);
  await valid('amended');
  assert.equal(
    await assistant.refusal('notes.saveDraft', {
      draftId: null,
      patientId,
      encounterId: null,
      amends: noteId,
      content: noteOf('text', { text: 'me too' }),
    }),
    'forbidden',
  );
  const other = await doctor.call('patients.create', { demographics: person('Other', 'One'), notADuplicate: true });
  const foreign = await doctor.call('notes.saveDraft', {
    draftId: null,
    patientId: other.patientId,
    encounterId: null,
    amends: noteId,
    content: noteOf('text', { text: 'x' }),
  });
  const sign = { draftId: foreign.draftId, password: passwords.practitioner };
  assert.equal(await doctor.refusal('notes.sign', sign), 'not-found');
});

test('a note that says nothing in its format is not signed', async () => {
  for (const content of [
    noteOf('text', { subjective: 'only there' }),
    noteOf('soap', { text: 'only there' }),
    noteOf('text', { text: ' \n\u00a0\uffff ' }),
  ]) {
    const draftId = await drafted(assistant, content);
    assert.equal(await assistant.refusal('notes.sign', { draftId, password: passwords.assistant }), 'nothing-to-sign');
    await assistant.call('notes.discardDraft', { draftId });
  }
  const draftId = await drafted(assistant, noteOf('text', { text: 'Called, all well.' }));
  await assistant.call('notes.sign', { draftId, password: passwords.assistant });
});

test('nothing that was typed is in the log', () => {
  const entries = house.store.db.prepare<[], { entry: Buffer }>('select entry from audit_entry').all();
  const log = Buffer.concat(entries.map(({ entry }) => entry))
    .toString('utf8')
    .toLowerCase();
  // nothing of four letters: ids and hashes are random, and spell such a word now and then
  for (const text of ['qwertzmann', 'tired', 'asthma', 'fièvre', 'left, not right', '1-0-1']) {
    assert.ok(!log.includes(text), text);
  }
});

const imported = `{"resourceType":"Patient","id":"p1","extension":[{"url":"http://example.org/height","valueDecimal":1.50}],
 "name":[{"use":"official","family":"Oldfield","_family":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/humanname-own-name","valueString":"Oldfield"}]},"given":["Anna Maria","B."],"text":"Anna Maria B. Oldfield"},{"use":"maiden","family":"Young"},{"use":"nickname","given":["Annie"]}],
 "identifier":[{"system":"urn:x","value":" 77 ","type":{"coding":[{"code":"MR","system":"http://terminology.hl7.org/CodeSystem/v2-0203"}],"text":"MRN"},"period":{"start":"2001"}}],
 "birthDate":"1950-04-02","_birthDate":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/patient-birthTime","valueDateTime":"1950-04-02T10:00:00Z"}]},
 "telecom":[{"system":"phone","value":"111","use":"home","rank":1},{"system":"fax","value":"222"}],
 "address":[{"line":["Dock 1","House B"],"city":"Hamburg","period":{"start":"1999"}},{"city":"Bremen"}],
 "multipleBirthInteger":2,"contact":[{"name":{"family":"Next"}}]}`;

test('editing a person keeps what the form does not show, as it was written', async () => {
  const path = join(place.dir, 'patient.json');
  writeFileSync(path, imported);
  const clerk = house.desk('ctl');
  await clerk.signIn('practitioner');
  const { id } = await clerk.call('imports.choose', { paths: [path] });
  await clerk.call('imports.start', { importId: id });
  const report = await clerk.call('imports.wait', { importId: id });
  assert.deepEqual(report.refusals, []);
  const { hits } = await clerk.call('patients.search', { text: 'oldfield' });
  assert.ok(hits[0]);
  const who = { patientId: hits[0].id };
  const before = await clerk.call('patients.demographics', who);
  assert.equal(before.imported, true);
  const jsonOf = async () => (await clerk.call('chart.source', { id: who.patientId })).row.json;

  await clerk.call('patients.update', { ...who, version: 1, demographics: before.demographics });
  assert.equal(await jsonOf(), imported, 'nothing changed, nothing rewritten');
  const moved = { ...before.demographics, phone: '999', address: { ...before.demographics.address, city: 'Kiel' } };
  await clerk.call('patients.update', { ...who, version: 2, demographics: moved });
  assert.equal(
    await clerk.refusal('patients.update', { ...who, version: 2, demographics: moved }),
    'changed-meanwhile',
  );
  const expected = JSON.parse(imported);
  expected.telecom[0].value = '999';
  expected.address[0].city = 'Kiel';
  assert.deepEqual(JSON.parse(await jsonOf()), expected);
  assert.ok((await jsonOf()).includes('"valueDecimal":1.50'));

  const renamed = {
    ...moved,
    family: 'Newfield',
    birthDate: '1950-04-03',
    identifiers: [{ system: 'urn:x', value: '77', label: 'Chart' }],
  };
  await clerk.call('patients.update', { ...who, version: 3, demographics: renamed });
  const now = JSON.parse(await jsonOf());
  assert.deepEqual(now.name[0], { use: 'official', family: 'Newfield', given: ['Anna Maria', 'B.'] });
  assert.deepEqual(now.name.slice(1), expected.name.slice(1));
  assert.deepEqual([now.birthDate, now._birthDate], ['1950-04-03', undefined]);
  assert.deepEqual(now.identifier[0].type, { coding: expected.identifier[0].type.coding, text: 'Chart' });
  assert.deepEqual(now.identifier[0].period, { start: '2001' });
  assert.ok(validateResource(await jsonOf()).ok);
  const found = await clerk.call('patients.search', { text: 'newf' });
  assert.equal(found.hits[0]?.id, who.patientId);
  assert.equal((await clerk.call('patients.search', { text: 'oldf' })).hits.length, 0);
  house.core.disconnected(clerk.connection);
});

test('likely duplicates are named before a person is added twice', async () => {
  const desk = house.desk('ctl');
  await desk.signIn('reception');
  const add = (family: string, given: string, birthDate: string | null, notADuplicate = false) =>
    desk.refusal('patients.create', { demographics: person(family, given, birthDate), notADuplicate });
  assert.equal(await add('Särkkä', 'Aino', '1984-06-12'), 'accepted');
  for (const [family, given, born] of [
    ['Sarkka', 'Aino', '1984-06-12'],
    ['Aino', 'Särkkä', '1984-06-12'],
    ['Särkkä', 'Aino', '1984-06-13'],
    ['Särkkä', 'Aino', '1984-12-06'],
    ['Särkä', 'Aino', '1984-06-12'],
    ['Särkkä', 'Aino', null],
  ] as const) {
    assert.equal(await add(family, given, born), 'likely-duplicate', `${family} ${given} ${born}`);
  }
  assert.equal(await add('Särkkä', 'Aino', '1951-01-30'), 'accepted');
  assert.equal(await add('Sarkka', 'Aino', '1984-06-12', true), 'accepted');
  house.core.disconnected(desk.connection);
});
