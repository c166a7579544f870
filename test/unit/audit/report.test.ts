/** The report on accesses: grouping, words, borders of the span, and what is left when a patient's key is gone. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { followLog } from '../../../src-main/core/audit/indexer.ts';
import { append, head, type NewEntry } from '../../../src-main/core/audit/log.ts';
import { activityOf } from '../../../src-main/core/audit/report/activity.ts';
import { entriesAbout } from '../../../src-main/core/audit/report/entries-about.ts';
import { gatherAccesses } from '../../../src-main/core/audit/report/gather.ts';
import { type Access, apart, Groups, Sums } from '../../../src-main/core/audit/report/grouping.ts';
import { heldData } from '../../../src-main/core/audit/report/held-data.ts';
import { spanOf } from '../../../src-main/core/audit/report/span.ts';
import { eventWords, purposeWords, reportWords, roleWords } from '../../../src-main/core/audit/report/wording.ts';
import { forgetDetailKeys } from '../../../src-main/core/audit/sealed-detail.ts';
import type { Store } from '../../../src-main/core/store/open.ts';
import { patientRef } from '../../../src-main/core/store/patient.ts';
import { drain } from '../../../src-main/core/store/slices.ts';
import { withTransaction } from '../../../src-main/core/store/transaction.ts';
import { breakGlassReasons } from '../../../src-shared/contract/access.ts';
import { activities, dataCategories } from '../../../src-shared/contract/access-report.ts';
import { type AuditCode, auditCodes, auditEvents } from '../../../src-shared/contract/audit-events.ts';
import { roles } from '../../../src-shared/contract/permissions.ts';
import { language } from '../../../src-shared/contract/primitives.ts';
import { addObservation, addPatient, fresh, type Place, place, someone } from '../store/clinic.ts';

let at: Place;
let store: Store;
before(() => {
  at = place();
  store = fresh(at);
});
after(() => {
  store.db.close();
  at.remove();
});

const access = (seq: number, when: number, more: Partial<Access> = {}): Access => ({
  seq,
  at: when,
  person: 'user-1',
  session: 'session-1',
  activity: 'read',
  event: 'chart.read',
  outcome: 'success',
  purpose: 'TREAT',
  roles: ['practitioner'],
  name: null,
  where: 'Room 1',
  whole: true,
  categories: ['personal'],
  origins: ['here'],
  reason: null,
  ...more,
});

function groupAccesses(accesses: readonly Access[]) {
  const groups = new Groups();
  for (const each of accesses) groups.add(each);
  return groups.lines();
}

test('what one session does again within minutes is one line; everything else is its own', () => {
  const minute = 60_000;
  const lines = groupAccesses([
    access(0, 0),
    access(1, 5 * minute, { event: 'chart.added', activity: 'written', whole: false }),
    access(2, 10 * minute, { categories: ['notes'], origins: ['imported'] }),
    access(3, 10 * minute, { session: 'session-2' }),
    access(4, 10 * minute, { person: 'user-2', session: 'session-3' }),
    access(5, 11 * minute, { purpose: 'BTG' }),
    access(6, 10 * minute + apart),
    access(7, 10 * minute + 2 * apart + 1),
    access(8, 12 * minute, { outcome: 'denied', activity: 'refused' }),
  ]);
  const told = lines.map(({ from, to, count }) => [from / minute, to / minute, count]);
  assert.deepEqual(told, [
    [40 + 1 / minute, 40 + 1 / minute, 1],
    [12, 12, 1],
    [11, 11, 1],
    [10, 10, 1],
    [10, 10, 1],
    [5, 5, 1],
    [0, 25, 3],
  ]);
  assert.deepEqual(lines.at(-1)?.categories, ['personal', 'notes']);
  assert.deepEqual(lines.at(-1)?.origins, ['here', 'imported']);
});

test('a clock that was put back makes no line that ends before it begins', () => {
  const [line, ...rest] = groupAccesses([access(0, 600_000), access(1, 300_000)]);
  assert.deepEqual([line?.from, line?.to, line?.count, rest.length], [300_000, 600_000, 2, 0]);
});

test('the summary counts entries, people, roles together as held, what was taken out and refused', () => {
  const sums = new Sums();
  for (const each of [
    access(0, 0),
    access(1, 1, { person: 'user-2', roles: ['practitioner', 'admin'], activity: 'printed', event: 'export.pdf' }),
    access(2, 2, { person: null, roles: [], activity: 'exported', event: 'export.all' }),
    access(3, 3, { activity: 'emergency', event: 'break-glass.opened' }),
    access(4, 4, { activity: 'refused', event: 'break-glass.refused', outcome: 'failure' }),
  ])
    sums.add(each);
  const summary = sums.summary();
  assert.equal(summary.accesses, 5);
  assert.equal(summary.people, 2);
  assert.deepEqual(summary.byRole[0], { roles: ['practitioner'], count: 3 });
  assert.deepEqual([summary.emergencies, summary.takenOut, summary.refused], [1, 2, 1]);
});

/** Codes of other kinds that can be about a patient all the same. */
const beside: readonly AuditCode[] = [
  'import.completed',
  'export.bundle',
  'export.summary',
  'export.pdf',
  'export.import',
  'export.all',
  'audit.read',
  'audit.hold-set',
  'audit.hold-lifted',
  'review.opened',
  'review.read',
  'review.closed',
  'break-glass.reason-read',
  'access.denied',
  'access-report.made',
];

test('every code that can be about a record has words in four languages, and so has all that goes with it', () => {
  const needed = [...auditCodes.filter((code) => auditEvents[code].kind === 'record'), ...beside];
  for (const each of language.options) {
    const words = reportWords(each);
    for (const code of needed) assert.ok(eventWords(words, code), `${each} ${code}`);
    for (const role of roles) assert.ok(Object.hasOwn(words.role, role), `${each} ${role}`);
    for (const purpose of ['TREAT', 'HOPERAT', 'BTG', 'PATRQT']) assert.notEqual(purposeWords(words, purpose), purpose);
    assert.deepEqual(Object.keys(words.activity).sort(), [...activities].sort());
    assert.deepEqual(Object.keys(words.reason).sort(), [...breakGlassReasons].sort());
    assert.deepEqual(Object.keys(words.category).sort(), [...dataCategories].sort());
  }
  assert.equal(roleWords(reportWords('en'), ['constructor', '__proto__']), 'constructor, __proto__');
  assert.equal(purposeWords(reportWords('en'), 'toString'), 'toString');
});

test('refused and failed come before what was tried', () => {
  assert.equal(activityOf({ type: 'chart.read', action: 'R', outcome: 4 }), 'refused');
  assert.equal(activityOf({ type: 'chart.read', action: 'R', outcome: 8 }), 'failed');
  assert.equal(activityOf({ type: 'break-glass.refused', action: 'E', outcome: 8 }), 'refused');
  assert.equal(activityOf({ type: 'export.pdf', action: 'R', outcome: 0 }), 'printed');
});

test('a span is whole days by the calendar here, and three years reach back to the same day', () => {
  const now = new Date(2026, 10, 22, 15, 30).getTime();
  assert.deepEqual(spanOf('three-years', now), { from: new Date(2023, 10, 22).getTime(), to: now });
  const day = spanOf({ from: '2026-03-29', to: '2026-03-29' }, now);
  assert.equal(new Date(day.from).getHours(), 0);
  assert.equal(day.to + 1, new Date(2026, 2, 30).getTime());
  assert.equal(spanOf('all', now).from, 0);
});

function entry(type: AuditCode, patientId: string, when: number, more: Partial<NewEntry> = {}): void {
  const patient = patientRef(store, patientId);
  withTransaction(store, (tx) => void append(tx, { ...someone, type, patient, ...more }), when);
}

const about = (patientId: string, from: number, to: number) =>
  drain(entriesAbout(store, { patientId, held: heldData(store, patientId) }, { from, to }, head(store).size)).map(
    ({ type, recorded }) => [type, recorded],
  );

test('both borders are in, what is a millisecond past them is not, from the index and before it alike', () => {
  const one = addPatient(store, { family: 'One' });
  const other = addPatient(store, { family: 'Other' });
  for (const when of [999, 1000, 2000, 2001]) {
    entry('chart.read', one, when);
    entry('chart.read', other, when);
  }
  const expected = [
    ['chart.read', 1000],
    ['chart.read', 2000],
  ];
  assert.deepEqual(about(one, 1000, 2000), expected);
  drain(followLog(store));
  assert.deepEqual(about(one, 1000, 2000), expected);
  // One entry more, behind what the index has reached.
  entry('chart.source-read', one, 1500);
  assert.deepEqual(about(one, 1000, 2000), [...expected, ['chart.source-read', 1500]]);
});

test('an export of everything is an access only where it was written, and the record was there', () => {
  const all = (step: string) =>
    withTransaction(store, (tx) => void append(tx, { ...someone, type: 'export.all', detail: { step } }), 5000);
  all('written');
  const late = addPatient(store, { family: 'Late' });
  assert.deepEqual(about(late, 5000, 5000), []);
  all('begun');
  all('written');
  assert.deepEqual(about(late, 5000, 5000), [['export.all', 5000]]);
});

const unnamed = { person: () => null, role: (id: string) => id, device: (id: string) => id };

test('with the key gone the accesses are told all the same, and that something stays shut', () => {
  const gone = addPatient(store, { family: 'Gone' });
  addObservation(store, gone, '70.0');
  entry('chart.read', gone, 7000, { detail: { rows: 2 } });
  const gather = () => drain(gatherAccesses(store, gone, { from: 7000, to: 7000 }, head(store).size, unnamed));
  const before = gather();
  assert.deepEqual([before.shut, before.gathered[0]?.detail], [0, { rows: 2 }]);
  assert.deepEqual(before.lines[0]?.categories, ['personal', 'measurements']);
  store.sql<[string]>('delete from patient_key where patient_id = ?').run(gone);
  forgetDetailKeys(store, patientRef(store, gone));
  const after = gather();
  assert.deepEqual([after.shut, after.gathered[0]?.detail, after.lines.length], [1, {}, 1]);
});
