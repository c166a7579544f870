/** Who does not see identifiers and telephone numbers does not see them anywhere: every procedure is asked. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { z } from 'zod';
import { type ProcedureName, procedures } from '../../../src-shared/contract/index.ts';
import { type Permission, permissions } from '../../../src-shared/contract/permissions.ts';
import { type Place, startPlace } from './clinic.ts';
import { type Desk, type House, noteOf, person, startHouse } from './house.ts';

const identifier = 'KX-48291735-M';
const phone = '+34 655 104 927';
const email = 'ines.marked@example.org';
const earlierPhone = '+34 600 777 888';
const relativesPhone = '+34 699 321 654';
const secrets = [identifier, phone, email, earlierPhone, relativesPhone];
const letters = (text: string) => text.toLowerCase().replace(/[^a-z0-9@]+/g, '');

const bundle = {
  resourceType: 'Bundle',
  type: 'collection',
  entry: [
    {
      fullUrl: 'urn:uuid:6d1c8f1e-0c1e-4f3e-9a54-000000000001',
      resource: {
        resourceType: 'Patient',
        id: 'imported',
        text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${identifier} ${phone}</div>` },
        extension: [{ url: 'http://example.org/id', valueString: identifier }],
        identifier: [{ system: 'http://example.org/mrn', value: identifier }],
        name: [{ family: 'Marked', given: ['Ines'] }],
        birthDate: '1961-05-04',
        telecom: [
          { system: 'phone', value: phone },
          { system: 'email', value: email },
        ],
        contact: [{ telecom: [{ system: 'phone', value: relativesPhone }] }],
      },
    },
    {
      fullUrl: 'urn:uuid:6d1c8f1e-0c1e-4f3e-9a54-000000000002',
      resource: {
        resourceType: 'Observation',
        status: 'final',
        code: { text: 'Blood pressure', coding: [{ system: 'http://loinc.org', code: '85354-9' }] },
        subject: {
          reference: 'urn:uuid:6d1c8f1e-0c1e-4f3e-9a54-000000000001',
          identifier: { system: 'http://example.org/mrn', value: identifier },
        },
        effectiveDateTime: '2024-03-04T10:00:00Z',
        valueQuantity: { value: 1.5, unit: 'mmol/L' },
        note: [{ text: `Rang her at 0034655104927 and 34-655-104-927, file ${identifier.toLowerCase()}.` }],
      },
    },
    {
      fullUrl: 'urn:uuid:6d1c8f1e-0c1e-4f3e-9a54-000000000003',
      resource: {
        resourceType: 'DocumentReference',
        status: 'current',
        subject: { reference: 'urn:uuid:6d1c8f1e-0c1e-4f3e-9a54-000000000001' },
        content: [
          { attachment: { contentType: 'text/plain', data: Buffer.from(`Letter to ${email}`).toString('base64') } },
        ],
      },
    },
  ],
};

let place: Place;
let house: House;
let desk: Desk;
let doctor: Desk;
let typed: string;
let imported: string;

/** The session goes on with these permissions: what an own role of the clinic would give it. */
function hold(at: Desk, held: readonly Permission[]): void {
  const { session } = at.connection;
  assert.ok(session);
  at.connection.session = { ...session, permissions: new Set(held) };
}
const allBut = (...left: Permission[]) => permissions.filter((one) => !left.includes(one));

before(async () => {
  place = await startPlace();
  house = await startHouse(join(place.dir, 'profile'), ['practitioner']);
  doctor = house.desk('ctl');
  await doctor.signIn('practitioner');
  const ines = {
    ...person('Marked', 'Inesita', '1984-03-02'),
    identifiers: [{ system: '', value: identifier, label: 'MRN' }],
    phone: earlierPhone,
    email,
  };
  typed = (await doctor.call('patients.create', { demographics: ines, notADuplicate: true })).patientId;
  await doctor.call('patients.update', { patientId: typed, version: 1, demographics: { ...ines, phone } });
  const words = { subjective: `Call ${phone} or ${earlierPhone}` };
  const content = noteOf('soap', words);
  const note = { draftId: null, patientId: typed, encounterId: null, amends: null, content };
  const { draftId } = await doctor.call('notes.saveDraft', note);
  await doctor.call('notes.sign', { draftId, password: 'tres molinos junto al río lento' });
  const file = join(place.dir, `${identifier}.json`);
  writeFileSync(file, JSON.stringify(bundle));
  const { id, refusals } = await doctor.call('imports.choose', { paths: [file] });
  assert.deepEqual(refusals, []);
  await doctor.call('imports.start', { importId: id });
  assert.equal((await doctor.call('imports.wait', { importId: id })).state, 'done');
  const { hits } = await doctor.call('patients.search', { text: identifier });
  assert.equal(hits.length, 2);
  imported = hits.find(({ given }) => given === 'Ines')?.id ?? '';
  await doctor.call('patients.endSearch', { opened: null });
  desk = house.desk('ctl');
  await desk.signIn('practitioner');
  hold(desk, allBut('patient:identifiers', 'patient:phone'));
});
after(async () => {
  await house.core.close();
  await place.stop();
});

function mustNotTell(answer: unknown, what: string): void {
  const said = letters(JSON.stringify(answer) ?? '');
  for (const secret of secrets) assert.ok(!said.includes(letters(secret)), `${what} tells ${secret}`);
}

/** An input that the schema takes, about this patient wherever it asks for one. */
function inputFor(schema: z.ZodType, patientId: string): unknown {
  const made = (json: z.core.JSONSchema._JSONSchema, name: string): unknown => {
    if (typeof json === 'boolean') return null;
    if (json.const !== undefined) return json.const;
    const [choice] = json.enum ?? [];
    if (choice !== undefined) return choice;
    const [option] = json.anyOf ?? json.oneOf ?? [];
    if (option !== undefined) return made(option, name);
    const [inner] = json.allOf ?? [];
    if (inner !== undefined) return made(inner, name);
    if (json.type === 'object') {
      return Object.fromEntries(Object.entries(json.properties ?? {}).map(([key, value]) => [key, made(value, key)]));
    }
    if (json.type === 'array') return [];
    if (json.type === 'boolean') return true;
    if (json.type === 'integer' || json.type === 'number') return Math.max(1, json.minimum ?? 1);
    if (json.type === 'string') return /^(id|.*Id)$/.test(name) ? patientId : name === 'text' ? 'marked' : '1984-03-02';
    return null;
  };
  return made(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }), '');
}

/** Asked otherwise than by their schema. */
const overrides: { readonly [N in ProcedureName]?: unknown } = {
  'patients.similar': { family: 'Marked', given: 'Ines', birthDate: '1961-05-04' },
  'reviews.weeks': { before: null, limit: 10 },
  'reviews.week': { week: '2026-W40' },
  'audit.page': {
    filter: { userId: null, patientId: null, kind: null, outcome: null, from: null, to: null },
    before: null,
    limit: 200,
  },
  'audit.counts': {
    filter: { userId: null, patientId: null, kind: null, outcome: null, from: null, to: null },
    by: 'time',
  },
};
const overrideOf = (name: string): unknown => Object.entries(overrides).find(([known]) => known === name)?.[1];

test('no procedure tells a masked session a number', async () => {
  const importFile = join(place.dir, 'out.json');
  let answered = 0;
  for (const patientId of [typed, imported]) {
    for (const [name, { kind, needs, input }] of procedures) {
      const touches = [needs].flat().some((one) => /^(patient|chart|note|break-glass|review):/.test(one));
      if (needs === 'public' || (kind === 'task' && !touches) || name === 'sessions.lock') continue;
      if (name.startsWith('imports.')) continue; // file names as the person who imports chose them
      const asked = overrideOf(name) ?? inputFor(input, patientId);
      if (kind === 'query') assert.ok(input.safeParse(asked).success, `say how to ask ${name}`);
      const about = {
        ...(typeof asked === 'object' ? asked : {}),
        ...('path' in Object(asked) && { path: importFile }),
      };
      const reply = await desk.ask(name, about);
      mustNotTell(reply, name);
      if (reply.ok) answered += 1;
    }
  }
  assert.ok(answered > 20, 'most of them answered');
});

test('a chart keeps all that is not a number of the person', async () => {
  const { rows, masked } = await desk.call('chart.open', { patientId: imported });
  assert.deepEqual(masked, ['identifiers', 'phone']);
  const json = (type: string) => rows.find((row) => row.type === type)?.json ?? '';
  const shown: unknown = JSON.parse(json('Patient'));
  assert.deepEqual(shown, {
    resourceType: 'Patient',
    id: 'imported',
    identifier: [{ system: 'http://example.org/mrn', value: '•••••-M' }],
    name: [{ family: 'Marked', given: ['Ines'] }],
    telecom: [
      { system: 'phone', value: '•••••27' },
      { system: 'email', value: '•••••rg' },
    ],
    birthDate: '1961-05-04',
  });
  const observation = json('Observation');
  assert.ok(observation.includes('"value":1.5,'));
  assert.ok(observation.includes('2024-03-04T10:00:00Z') && observation.includes('85354-9'));
  const full = await doctor.call('chart.open', { patientId: imported });
  assert.deepEqual(full.masked, []);
  assert.ok(JSON.stringify(full.rows).includes(identifier));
  const source = await desk.call('chart.source', { id: rows.find(({ type }) => type === 'Observation')?.id ?? '' });
  assert.equal(source.row.json, observation);
});

test('the source of a person is refused to who sees a field masked, and what leaves as a file too', async () => {
  hold(desk, allBut('patient:phone'));
  assert.equal(await desk.refusal('chart.source', { id: typed }), 'source-masked');
  const target = { patientId: typed, path: join(place.dir, 'out.json') };
  for (const name of ['exports.bundle', 'exports.summary', 'exports.pdf'] as const) {
    const from = house.size();
    assert.equal(
      await desk.refusal(name, name === 'exports.bundle' ? target : { ...target, language: 'en' }),
      'forbidden',
    );
    assert.deepEqual(
      house.entries(from).map(({ type, detail }) => [type, detail['procedure']]),
      [['access.denied', name]],
    );
  }
  const { demographics, masked } = await desk.call('patients.demographics', { patientId: typed });
  assert.deepEqual(
    [masked, demographics.identifiers[0]?.value, demographics.phone, demographics.email],
    [['phone'], identifier, '•••••27', '•••••rg'],
  );
  hold(desk, allBut('patient:identifiers', 'patient:phone'));
});

test('search and comparison do not answer whether a guessed number is right', async () => {
  for (const text of [identifier, 'kx48291735', '48291735', 'kx-', phone, '655', '0034', `marked ${identifier}`]) {
    const { hits, matches } = await desk.call('patients.search', { text });
    assert.deepEqual([hits, matches], [[], 0], text);
  }
  for (const text of ['mark', 'ines mar', '2.3.1984', '1984', 'marked 1984-03']) {
    const asked = await desk.call('patients.search', { text });
    const open = await doctor.call('patients.search', { text });
    assert.deepEqual(
      asked.hits.map(({ id }) => id),
      open.hits.map(({ id }) => id),
      text,
    );
    assert.ok(asked.matches > 0 && asked.matches === open.matches, text);
    assert.deepEqual([asked.hits[0]?.identifier, asked.hits[0]?.masked], ['•••••-M', ['identifiers', 'phone']]);
  }
  hold(desk, allBut('patient:identifiers'));
  assert.equal((await desk.call('patients.search', { text: phone })).matches, 2);
  assert.equal((await desk.call('patients.search', { text: identifier })).matches, 0);
  hold(desk, allBut('patient:identifiers', 'patient:phone'));
  const other = {
    ...person('Other', 'Olga', '1990-01-01'),
    identifiers: [{ system: '', value: identifier, label: '' }],
  };
  const asked = { demographics: other, notADuplicate: false };
  assert.equal(await doctor.refusal('patients.create', asked), 'likely-duplicate');
  assert.equal(await desk.refusal('patients.create', asked), 'accepted');
});

test('who saves what they see masked changes nothing of it', async () => {
  const { version, demographics } = await desk.call('patients.demographics', { patientId: typed });
  const next = { ...demographics, given: 'Inés', identifiers: [], phone: '1' };
  await desk.call('patients.update', { patientId: typed, version, demographics: next });
  const { demographics: now } = await doctor.call('patients.demographics', { patientId: typed });
  assert.deepEqual(now, {
    ...demographics,
    given: 'Inés',
    identifiers: [{ system: '', value: identifier, label: 'MRN' }],
    phone,
    email,
  });
  const { hits } = await doctor.call('patients.search', { text: phone });
  assert.ok(hits.some(({ id }) => id === typed));
});
