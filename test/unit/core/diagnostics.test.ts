/** The diagnostics file: nothing of a clinic full of marked texts is in it, and what was read is what is saved. */
import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, mock, test } from 'node:test';
import { sha256 } from '../../../src-main/core/crypto/hash.ts';
import { closeLog, logFolder, openLog } from '../../../src-main/logs/log.ts';
import { diagnosticParts } from '../../../src-shared/contract/diagnostics.ts';
import { isProcedureName } from '../../../src-shared/contract/index.ts';
import { type Marker, Scanner } from '../../faults/plaintext/scan.ts';
import { type Place, startPlace } from './clinic.ts';
import { type Desk, type House, nameOf, noteOf, passwords, person, startHouse } from './house.ts';

let place: Place;
let house: House;
let it: Desk;
const marks: Marker[] = [];
const { error } = console;
const mark = (name: string): string => {
  const text = `Zqvx${marks.length}${name.replaceAll(' ', '')}Weiß`;
  marks.push({ name, text });
  return text;
};
const textOf = (parts: readonly { readonly text: string }[]): string => parts.map(({ text }) => text).join('');
const foundIn = (bytes: Buffer) =>
  new Scanner(marks).find(bytes, 'the file').map(({ marker, spelling }) => `${marker} ${spelling}`);

before(async () => {
  place = await startPlace();
  console.error = () => undefined; // what is provoked here need not be read
  house = await startHouse(join(place.dir, 'house'), ['practitioner', 'it']);
  openLog({ folder: logFolder(house.profile), part: 'core', words: { procedures: isProcedureName } });
  it = house.desk();
});
after(async () => {
  await house.core.close();
  closeLog();
  console.error = error;
  await place.stop();
});

/** Everything a day may leave behind, with a mark in each text, and each kind of failure. */
async function day(): Promise<void> {
  const desk = house.desk();
  await desk.signIn('practitioner');
  const demographics = {
    ...person(mark('family'), mark('given'), '1917-03-29'),
    phone: mark('phone'),
    identifiers: [{ system: mark('system'), value: mark('identifier'), label: 'Kasse' }],
  };
  const { patientId: id } = await desk.call('patients.create', { demographics, notADuplicate: true });
  marks.push({ name: 'patient id', text: id });
  const content = noteOf('text', { text: mark('note') });
  const draft = { draftId: null, patientId: id, encounterId: null, amends: null };
  const saved = await desk.call('notes.saveDraft', { ...draft, content });
  marks.push({ name: 'draft id', text: saved.draftId });
  await desk.call('notes.sign', { draftId: saved.draftId, password: passwords.practitioner });
  await desk.call('patients.search', { text: mark('search') });
  // bad files, whose names hold a patient's name
  const admin = house.desk();
  await admin.signIn('admin');
  const folder = join(place.dir, mark('folder'));
  mkdirSync(folder);
  for (const [name, text] of [
    ['json', `{"resourceType": "Patient", "name": [{"family": "${mark('in a file')}" `],
    ['ndjson', `${mark('a line')}\n{"resourceType":"${mark('type')}"}\n`],
    ['xml', `<Patient xmlns="http://hl7.org/fhir"><name value="${mark('in xml')}"`],
  ] as const) {
    const path = join(folder, `${mark('file name')}.${name}`);
    writeFileSync(path, text);
    house.chosen = [path];
    await admin.ask('imports.choose', {});
  }
  await admin.ask('imports.choose', { paths: [join(folder, mark('not there'))] });
  // calls that are none, sign-ins that fail, errors that quote
  await desk.ask(mark('procedure'), { text: mark('input') });
  await desk.ask('patients.search', { text: 7, [mark('key')]: mark('value') });
  await house.desk().ask('sessions.signIn', { userName: mark('user name'), password: mark('password') });
  for (const where of ['import', 'sync', 'patients.create'] as const) {
    const quoting = Object.assign(new Error(`${mark('message')} at ${folder}/x.ts:1:1`), { code: mark('code') });
    quoting.name = mark('name');
    quoting.stack = `${quoting.name}: ${quoting.message}\n    at ${mark('frame')} (file://${folder}/${mark('place')}.ts:1:1)`;
    house.core.report(where, quoting);
  }
  const fault = {
    kind: 'exception',
    name: 'TypeError',
    code: null,
    at: { file: `${mark('asset').replace('ß', 's')}.js`, line: 1, column: 1 },
  } as const;
  marks.push({ name: 'asset as sent', text: fault.at.file });
  assert.notEqual((await desk.call('app.reportFault', fault)).reference, null);
}

/** Somebody else wrote in the profile. */
function tamper(): void {
  const logs = logFolder(house.profile);
  const own = readdirSync(logs).find((name) => name.startsWith('core-')) ?? '';
  appendFileSync(join(logs, own), `${mark('foreign line')}\n{"time":"${mark('time')}","event":"fault"}\n`);
  appendFileSync(
    join(logs, own),
    `{"time":"2026-01-01T00:00:00.000Z","event":"fault","where":"${mark('where')}","x":"${mark('x')}"}\n`,
  );
  writeFileSync(
    join(logs, 'crash-0000-0000.json'),
    JSON.stringify({ part: 'core', name: mark('crash name'), at: mark('crash place') }),
  );
  writeFileSync(join(house.profile, mark('file in the profile')), 'x');
  writeFileSync(join(house.profile, 'db', mark('file beside the database')), 'x');
}

test('a clinic full of marked texts: none of them in the file, open or locked', async () => {
  await day();
  const logs = logFolder(house.profile);
  const raw = readdirSync(logs).map((name) => readFileSync(join(logs, name)));
  assert.deepEqual(foundIn(Buffer.concat(raw)), []);
  assert.ok(raw.length > 1);
  tamper();
  await it.signIn('it');
  const open = await it.call('diagnostics.preview', {});
  const text = textOf(open.parts);
  assert.deepEqual(foundIn(Buffer.from(text)), []);
  assert.ok(marks.length >= 25, `${marks.length} marks`);
  const spelled = foundIn(Buffer.from(marks.map((one) => one.text).join()));
  assert.ok(
    spelled.length >= new Set(marks.map(({ name }) => name)).size,
    'the same search finds every mark where it is written down',
  );
  for (const name of [
    'Hof',
    nameOf('it'),
    nameOf('practitioner'),
    'Praxis',
    'Hafen',
    'Consulting',
    place.dir,
    'lena',
  ]) {
    assert.ok(!text.includes(name), name);
  }
  // and it says what support asks for first
  for (const line of [
    /^version: \d+\.\d+\.\d+$/m,
    /^state: locked$/m,
    /^cipher: sqlcipher$/m,
    /^journal_mode: wal$/m,
    /^db\/carekeep-1\.db: 1 files, \d+ bytes$/m,
    /^kind: Secret Service$/m,
    /^connected: false$/m,
    /"event":"fault","pid":\d+,"where":"sync","name":"other","code":"other","at":""/,
    /"part":"screen","kind":"exception","name":"TypeError"/,
    /\(a line that is not of this log\)/,
  ]) {
    assert.match(text, line);
  }
  assert.deepEqual(
    open.parts.map(({ part }) => part),
    [...diagnosticParts],
  );
});

test('what was read is saved byte for byte; anything else is refused', async () => {
  const { parts, sha256: shown, size } = await it.call('diagnostics.preview', {});
  const bytes = Buffer.from(textOf(parts), 'utf8');
  assert.equal(sha256(bytes).toString('hex'), shown);
  assert.equal(bytes.length, size);
  const path = join(place.dir, 'diagnostics.txt');
  house.chosen = [path];
  assert.equal(await it.refusal('diagnostics.save', {}), 'invalid-input');
  assert.equal(await it.refusal('diagnostics.save', { sha256: '0'.repeat(64) }), 'changed-meanwhile');
  assert.equal(await it.refusal('diagnostics.save', { sha256: shown, path }), 'not-here');
  const other = house.desk();
  await other.signIn('it');
  assert.equal(await other.refusal('diagnostics.save', { sha256: shown }), 'changed-meanwhile');
  house.core.report('sync', new Error('the log goes on, the file stays as it was read'));
  assert.deepEqual(await it.call('diagnostics.save', { sha256: shown }), { saved: true, sha256: shown });
  assert.deepEqual(readFileSync(path), bytes);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  house.chosen = [];
  assert.equal((await it.call('diagnostics.save', { sha256: shown })).saved, false);
  const ctl = house.desk('ctl');
  await ctl.signIn('it');
  const elsewhere = join(place.dir, 'by-ctl.txt');
  const made = await ctl.call('diagnostics.save', { path: elsewhere });
  assert.equal(sha256(readFileSync(elsewhere)).toString('hex'), made.sha256);
});

test('IT makes it while the database is closed; who may not, does not; each leaves an entry', async () => {
  const practitioner = house.desk();
  await practitioner.signIn('practitioner');
  assert.equal(await practitioner.refusal('diagnostics.preview', {}), 'forbidden');
  const admin = house.desk();
  await admin.signIn('admin');
  const before = house.size();
  const { sha256: shown } = await admin.call('diagnostics.preview', {});
  assert.deepEqual(
    house.entries(before).map(({ type }) => type),
    ['diagnostics.made'],
  );
  assert.equal(await admin.refusal('diagnostics.save', { sha256: shown }), 'forbidden');

  await house.restart();
  it = house.desk();
  await it.signIn('it');
  assert.equal(house.core.opened(), null);
  const locked = await it.call('diagnostics.preview', {});
  assert.match(textOf(locked.parts), /^open: false$/m);
  assert.deepEqual(foundIn(Buffer.from(textOf(locked.parts))), []);
  house.chosen = [join(place.dir, 'locked.txt')];
  assert.ok((await it.call('diagnostics.save', { sha256: locked.sha256 })).saved);
  await house.desk().signIn('admin');
  const made = house.entries(before + 1).filter(({ type }) => type === 'diagnostics.made');
  assert.equal(made.length, 2, 'the journal was taken over');
});

test('a page that reports for ever writes five; what it says is told nobody again', async () => {
  const desk = house.desk();
  const fault = { kind: 'drawing', name: 'RangeError', code: null, at: null } as const;
  const references = await Promise.all(Array.from({ length: 12 }, () => desk.call('app.reportFault', fault)));
  assert.ok(references.filter(({ reference }) => reference !== null).length <= 5);
  house.ahead.monotonic += 61_000;
  assert.notEqual((await desk.call('app.reportFault', fault)).reference, null);
  assert.deepEqual(await desk.call('app.lastStop', {}), { stop: null });
});

test('a page that asks for another look without end gets one look at a time', async () => {
  const look = mock.method(house.core, 'look');
  try {
    const desk = house.desk();
    const answers = await Promise.all(Array.from({ length: 200 }, () => desk.call('app.retry', {})));
    assert.deepEqual(new Set(answers.map(({ state }) => state)), new Set(['locked']));
    assert.equal(look.mock.callCount(), 1);
    await desk.call('app.retry', {});
    assert.equal(look.mock.callCount(), 2);
  } finally {
    look.mock.restore();
  }
});
