/** A clinic's day through the contract: what a person does on the screens, without a screen. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  adminPassword,
  type Clinic,
  doctorPassword,
  ipsBundles,
  type Place,
  startClinic,
  startPlace,
} from './clinic.ts';

let place: Place;
let clinic: Clinic;
before(async () => {
  place = await startPlace();
  clinic = await startClinic(join(place.dir, 'profile'));
});
after(async () => {
  await clinic.close();
  await place.stop();
});

const refused = (code: string) => (error: unknown) => error instanceof Error && error.message === code;

test('a day: import, find, read, write, sign, amend, see, take out', async () => {
  await clinic.restart();
  await clinic.signIn('ana.ruiz', doctorPassword);

  const chosen = await clinic.call('imports.choose', { paths: [...ipsBundles] });
  assert.equal(chosen.refusalCount, 0);
  await clinic.call('imports.start', { importId: chosen.id });
  const report = await clinic.call('imports.wait', { importId: chosen.id });
  assert.deepEqual(report.refusals, []);
  assert.equal(report.state, 'done');
  assert.ok(report.files.every(({ verdict }) => verdict === 'accepted'));

  const again = await clinic.call('imports.choose', { paths: [...ipsBundles] });
  await clinic.call('imports.start', { importId: again.id });
  const twice = await clinic.call('imports.wait', { importId: again.id });
  assert.equal(twice.accepted, 0);
  assert.ok(twice.files.every(({ verdict }) => verdict === 'duplicate'));

  const { hits, total } = await clinic.call('patients.search', { text: '' });
  assert.equal(hits.length, 0);
  assert.ok(total >= 1);
  const { patients } = await clinic.call('patients.recent', {});
  const [first] = patients;
  assert.ok(first);
  const found = await clinic.call('patients.search', { text: first.family.slice(0, 3) });
  assert.ok(found.hits.some(({ id }) => id === first.id));
  await clinic.call('patients.endSearch', { opened: first.id });

  const chart = await clinic.call('chart.open', { patientId: first.id });
  assert.ok(chart.rows.length > 3);

  const { patientId } = await clinic.call('patients.create', {
    demographics: {
      family: 'Müller',
      given: 'Marta Elena',
      former: 'Keller',
      birthDate: '1971-03-14',
      gender: 'female',
      identifiers: [{ system: '', value: 'SIP 4471 0098 21', label: 'SIP' }],
      phone: '+49 40 123456',
      email: '',
      address: { line: 'Hafenstr. 1', postalCode: '20359', city: 'Hamburg', country: 'DE' },
    },
    notADuplicate: false,
  });
  const problem = await clinic.call('chart.addProblem', {
    patientId,
    text: 'Type 2 diabetes',
    code: '',
    system: '',
    onset: '2014',
    note: '',
  });
  await clinic.call('chart.addAllergy', {
    kind: 'allergy',
    patientId,
    text: 'Penicillin',
    code: '',
    system: '',
    category: 'medication',
    criticality: 'high',
    reaction: 'anaphylaxis',
    onset: '2009',
  });
  const medication = await clinic.call('chart.addMedication', {
    patientId,
    text: 'Metformin 850 mg',
    code: '',
    system: '',
    dosage: '1-0-1',
    start: '2014-05',
    note: '',
  });
  await clinic.call('chart.end', { id: medication.id, version: 1, as: 'ended', date: null });
  await clinic.call('chart.end', { id: problem.id, version: 1, as: 'entered-in-error', date: null });
  await assert.rejects(
    clinic.call('chart.end', { id: problem.id, version: 1, as: 'ended', date: null }),
    refused('changed-meanwhile'),
  );
  await clinic.call('chart.recordVitals', {
    patientId,
    at: Date.now(),
    values: [
      { vital: 'blood-pressure', value: { systolic: '148', diastolic: '88' }, unit: 'mm[Hg]' },
      { vital: 'weight', value: '74.20', unit: 'kg' },
    ],
  });

  const content = {
    format: 'soap' as const,
    title: 'Consultation',
    encounterClass: 'AMB' as const,
    subjective: 'Tired <b>in the afternoon</b>',
    objective: 'BP 148/88',
    assessment: '',
    plan: 'Control in 4 weeks',
    text: '',
  };
  const { draftId } = await clinic.call('notes.saveDraft', {
    draftId: null,
    patientId,
    encounterId: null,
    amends: null,
    content,
  });
  await clinic.restart();
  await clinic.signIn('ana.ruiz', doctorPassword);
  const kept = await clinic.call('chart.open', { patientId });
  assert.equal(kept.drafts[0]?.content.subjective, content.subjective);
  await assert.rejects(
    clinic.call('notes.sign', { draftId, password: 'something else entirely' }),
    refused('wrong-password'),
  );
  const signed = await clinic.call('notes.sign', { draftId, password: doctorPassword });
  const amendment = await clinic.call('notes.saveDraft', {
    draftId: null,
    patientId,
    encounterId: null,
    amends: signed.noteId,
    content: { ...content, format: 'text', text: 'Foot check: callus left heel.' },
  });
  await clinic.call('notes.sign', { draftId: amendment.draftId, password: doctorPassword });
  const read = await clinic.call('chart.open', { patientId });
  assert.equal(read.rows.filter(({ type, signed: isSigned }) => type === 'Composition' && isSigned).length, 2);
  assert.ok(read.rows.some(({ json }) => json.includes('"value":74.20')));
  assert.deepEqual(read.drafts, []);

  const bundle = join(place.dir, 'bundle.json');
  const pdf = join(place.dir, 'record.pdf');
  const summary = join(place.dir, 'summary.json');
  assert.ok((await clinic.call('exports.bundle', { patientId: first.id, path: bundle })).saved);
  assert.ok((await clinic.call('exports.summary', { patientId, path: summary, language: 'de' })).saved);
  assert.ok((await clinic.call('exports.pdf', { patientId: first.id, path: pdf, language: 'en' })).saved);
  assert.equal(JSON.parse(await readFile(bundle, 'utf8')).type, 'collection');
  assert.equal(JSON.parse(await readFile(summary, 'utf8')).type, 'document');
  assert.equal((await readFile(pdf)).subarray(0, 5).toString(), '%PDF-');

  await assert.rejects(clinic.call('users.list', {}), refused('forbidden'));
  await clinic.restart();
  await clinic.signIn('lena.hof', adminPassword);
  const log = await clinic.call('audit.page', {
    filter: { userId: null, patientId: null, kind: null, outcome: null, from: null, to: null },
    before: null,
    limit: 200,
  });
  const events = new Set(log.entries.map(({ event }) => event));
  for (const event of [
    'note.signed',
    'note.sign-refused',
    'import.completed',
    'chart.read',
    'access.denied',
    'export.pdf',
    'user.signed-in',
  ] as const) {
    assert.ok(events.has(event), event);
  }
  await clinic.call('audit.verify', {});
  const { verdict } = await clinic.call('audit.verdict', {});
  assert.equal(verdict?.problem, null);
  assert.equal(verdict?.ok, true);
});
