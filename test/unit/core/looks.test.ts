/** What one entry covers and what it does not: searches, autosaves, looks into the log. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writeMeta } from '../../../src-main/core/store/meta.ts';
import { type AuditFilter, auditFilter } from '../../../src-shared/contract/audit.ts';
import { type Place, startPlace } from './clinic.ts';
import { type Desk, type House, noteOf, person, startHouse } from './house.ts';

let place: Place;
let house: House;
let doctor: Desk;
before(async () => {
  place = await startPlace();
  house = await startHouse(join(place.dir, 'profile'), ['practitioner', 'auditor']);
  doctor = house.desk();
  await doctor.signIn('practitioner');
});
after(async () => {
  await house.core.close();
  await place.stop();
});

/** Codes and phases of the entries that `work` leaves. */
async function left(work: () => Promise<unknown>): Promise<unknown[]> {
  const from = house.size();
  await work();
  return house
    .entries(from)
    .map(({ type, detail }) => (detail['phase'] === undefined ? type : [type, detail['phase']]));
}

const month = { kind: 'last', name: 'month' } as const;
const any: AuditFilter = auditFilter.parse({
  userId: null,
  patientId: null,
  kind: null,
  outcome: null,
  from: null,
  to: null,
});

test('a search is one entry before its first result and one at its end', async () => {
  const { patientId } = await doctor.call('patients.create', {
    demographics: person('Suchbar', 'Ina'),
    notADuplicate: false,
  });
  const type = async (): Promise<void> => {
    for (const text of ['s', 'su', 'suc']) await doctor.call('patients.search', { text });
  };
  assert.deepEqual(await left(type), [['patient.searched', 'begin']]);
  assert.deepEqual(await left(() => doctor.call('patients.endSearch', { opened: patientId })), [
    ['patient.searched', 'end'],
  ]);
  const end = house.entries().at(-1);
  assert.deepEqual(end?.detail, { phase: 'end', queries: 3, hits: 1 });
  assert.ok(end?.patient);
  assert.deepEqual(await left(() => doctor.call('patients.endSearch', { opened: null })), [], 'nothing was open');

  await doctor.call('patients.search', { text: 'ina' });
  assert.deepEqual(await left(() => doctor.signIn('practitioner')), [['patient.searched', 'end'], 'user.signed-in']);
  await doctor.call('patients.search', { text: 'ina' });
  const from = house.size();
  await house.core.flush();
  assert.deepEqual(
    house.entries(from).map(({ detail }) => detail['phase']),
    ['end'],
    'a lock ends it too',
  );
});

test('autosaves of a draft are covered by the first, in one session', async () => {
  const { hits } = await doctor.call('patients.search', { text: 'suchbar' });
  assert.ok(hits[0]);
  const patientId = hits[0].id;
  const save = (draftId: string | null, text: string) =>
    doctor.ask('notes.saveDraft', {
      draftId,
      patientId,
      encounterId: null,
      amends: null,
      content: noteOf('text', { text }),
    });
  const first = await save(null, 'a');
  assert.ok(first.ok);
  const { draftId } = first.value as { draftId: string };
  assert.deepEqual(await left(() => save(draftId, 'ab')), []);
  assert.deepEqual(await left(() => save('no-such-draft', 'ab')), ['note.draft-saved'], 'a failure is never covered');
  await doctor.call('patients.endSearch', { opened: null });
  await doctor.signIn('practitioner');
  assert.deepEqual(await left(() => save(draftId, 'abc')), ['note.draft-saved']);
});

test('a look into the log is an entry, however it begins', async () => {
  const page = (filter: AuditFilter, before: number | null) => doctor.call('audit.page', { filter, before, limit: 3 });
  await doctor.signIn('practitioner');
  assert.deepEqual(await left(() => page(any, 5)), ['audit.read'], 'scrolling on is no way in');
  assert.deepEqual(await left(() => page(any, 4)), []);
  assert.deepEqual(
    await left(() => page({ ...any, kind: 'record' }, 9)),
    ['audit.read'],
    'another filter is another look',
  );
  assert.deepEqual(await left(() => page(any, null)), ['audit.read']);
  assert.deepEqual(await left(() => doctor.call('audit.overview', {})), []);
  assert.deepEqual(
    await left(() => doctor.call('audit.counts', { filter: any, by: 'time' })),
    [],
    'the plot beside the page',
  );
  assert.deepEqual(
    await left(() => doctor.call('audit.counts', { filter: { ...any, kind: 'users' }, by: 'time' })),
    ['audit.read'],
    'another filter counted is another look',
  );
  await doctor.signIn('practitioner');
  assert.deepEqual(await left(() => doctor.call('audit.overview', {})), ['audit.read']);
});

test('saved filters are their owner’s alone, and keeping one is an entry', async () => {
  await doctor.signIn('practitioner');
  const { hits } = await doctor.call('patients.search', { text: 'suchbar' });
  await doctor.call('patients.endSearch', { opened: null });
  const patientId = hits[0]?.id ?? '';
  const chosen = { userId: null, patientId, kind: null, outcome: 'denied' as const, text: 'Zettel', range: month };
  const from = house.size();
  const { id } = await doctor.call('audit.saveFilter', { name: ' Refused ', filter: chosen });
  const [entry] = house.entries(from);
  assert.deepEqual([entry?.type, entry?.entity], ['user.preferences-changed', [id]]);
  assert.ok(entry?.patient !== null && !JSON.stringify(entry).includes('Zettel'));
  const again = await doctor.call('audit.saveFilter', { name: 'Refused', filter: { ...chosen, outcome: null } });
  assert.equal(again.id, id);
  const { filters } = await doctor.call('audit.overview', {});
  assert.deepEqual(
    filters.map(({ name, patient, filter }) => [name, patient, filter.outcome, filter.text]),
    [['Refused', 'Suchbar, Ina', null, 'Zettel']],
  );
  const desk = house.desk('screen');
  await desk.signIn('admin');
  assert.deepEqual((await desk.call('audit.overview', {})).filters, []);
  assert.equal(await desk.refusal('audit.deleteFilter', { id }), 'not-found');
  house.core.disconnected(desk.connection);
  await doctor.call('audit.deleteFilter', { id });
  assert.deepEqual((await doctor.call('audit.overview', {})).filters, []);
});

test('each sees of the log what is theirs to see', async () => {
  const { session } = await doctor.call('sessions.current', {});
  const other = house.entries().find(({ agent }) => agent.user !== null && agent.user !== session?.userId)?.agent.user;
  assert.ok(other);
  const own = await doctor.call('audit.page', { filter: { ...any, userId: other }, before: null, limit: 200 });
  assert.deepEqual([...new Set(own.entries.map(({ user }) => user))], ['The practitioner']);
  const asked = { ...any, userId: other };
  const people = await doctor.call('audit.counts', { filter: asked, by: 'people' });
  assert.ok(people.by === 'people');
  assert.deepEqual([people.people.map(({ id }) => id), people.nobody], [[session?.userId], 0], 'nor in the counts');
  const times = await doctor.call('audit.counts', { filter: asked, by: 'time' });
  assert.ok(times.by === 'time');
  assert.deepEqual([times.total, times.times.at(-1)?.count], [people.total, people.total], 'all of it today');
  const verdict = {
    ok: false,
    entries: 9,
    rows: 3,
    root: '',
    finishedAt: 1,
    problem: { code: 'row-differs', at: 'Patient/7' },
  };
  writeMeta(house.store.db, 'last_verdict', Buffer.from(JSON.stringify(verdict)));
  const { people: listed, verified } = await doctor.call('audit.overview', {});
  assert.deepEqual(
    [listed.map(({ id }) => id), verified],
    [[session?.userId], null],
    'where the log is wrong is not theirs',
  );
  const named = async (role: 'admin' | 'auditor') => {
    const desk = house.desk('ctl');
    await desk.signIn(role);
    const { entries } = await desk.call('audit.page', { filter: { ...any, kind: 'record' }, before: null, limit: 200 });
    assert.equal((await desk.call('audit.overview', {})).verified?.problem?.at, 'Patient/7');
    house.core.disconnected(desk.connection);
    return entries.some(({ patient }) => patient === 'Suchbar, Ina');
  };
  assert.deepEqual([await named('admin'), await named('auditor')], [true, false]);
});
