/** The watch over a real log in a real encrypted file: what it finds, however the log is cut and whenever it is killed. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import fc from 'fast-check';
import { followLog } from '../../../src-main/core/audit/indexer.ts';
import { append, readEntry } from '../../../src-main/core/audit/log.ts';
import { windowMs } from '../../../src-main/core/review/access.ts';
import type { Person } from '../../../src-main/core/review/names.ts';
import { readRules, writeRules } from '../../../src-main/core/review/rules.ts';
import { watchOver } from '../../../src-main/core/review/watch.ts';
import { readCount } from '../../../src-main/core/store/meta.ts';
import { closeStore, type Store } from '../../../src-main/core/store/open.ts';
import { insertPatient, patientRef } from '../../../src-main/core/store/patient.ts';
import { closeReview, countReviews, type ReviewRow, readReviews } from '../../../src-main/core/store/review.ts';
import { drain } from '../../../src-main/core/store/slices.ts';
import { withTransaction } from '../../../src-main/core/store/transaction.ts';
import type { AuditCode } from '../../../src-shared/contract/audit-events.ts';
import { defaultReviewRules, type ReviewRules } from '../../../src-shared/contract/reviews.ts';
import { again, audited, fresh, type Place, place } from '../store/clinic.ts';

/** A Monday, ten in the morning, local time. */
const monday = new Date(2026, 10, 16, 10).getTime();
const day = 86_400_000;
const off: ReviewRules = {
  manyCharts: { on: false, charts: 30 },
  outsideHours: { ...defaultReviewRules.outsideHours, on: false },
  sameName: { on: false },
  sameAddress: { on: false },
  denials: { on: false, count: 5 },
};

let at: Place;
let store: Store;
const patients: string[] = [];
let people: Person[] = [];
let run = 0;
/** Findings of one test are those about its own users. */
let me = '';

function addPatient(resource: object): string {
  const json = JSON.stringify({ resourceType: 'Patient', ...resource });
  return audited(store, 'patient.created', (tx) => insertPatient(tx, { json, authorUser: 'x', source: null }).id);
}

before(() => {
  at = place();
  store = fresh(at);
  for (let n = 0; n < 40; n += 1) patients.push(addPatient({ name: [{ family: `Somebody${n}`, given: ['Ana'] }] }));
});
after(() => {
  closeStore(store);
  at.remove();
});
beforeEach(() => {
  run += 1;
  me = `user-${run}`;
  people = [];
  look(Date.now() + 365 * day);
});

/** One entry of the log. */
function happens(
  user: string,
  type: AuditCode,
  when: number,
  patientId: string | null,
  outcome: 0 | 4 | 8 = 0,
): number {
  return withTransaction(
    store,
    (tx) =>
      append(tx, {
        type,
        outcome,
        agent: { user, roles: ['practitioner'], session: 's' },
        purpose: 'TREAT',
        patient: patientId === null ? null : patientRef(store, patientId),
        origin: 'screen',
        detail: {},
      }),
    when,
  );
}
const opens = (when: number, patient = patients[0] ?? '', user = me) => happens(user, 'chart.read', when, patient);

function rules(next: Partial<ReviewRules>): void {
  writeRules(store, { ...off, ...next });
}

/** Index and watch to the end. */
function look(now: number, rows?: number): void {
  drain(followLog(store));
  drain(watchOver(store, { people: () => people, now: () => now, ...(rows !== undefined && { rows }) })());
}

function findings(user = me): ReviewRow[] {
  const all = [...readReviews(store, 'open', null, 1000), ...readReviews(store, 'closed', null, 1000)];
  return all.filter(({ userId }) => userId === user).sort((left, right) => left.lastSeq - right.lastSeq);
}
const detailOf = (row: ReviewRow | undefined): unknown => JSON.parse(row?.detail ?? 'null');

describe('many charts', () => {
  it('31 patients in ten minutes are one finding that goes on growing; 30 are none', () => {
    rules({ manyCharts: { on: true, charts: 30 } });
    for (let n = 0; n < 30; n += 1) opens(monday + n * 1000, patients[n]);
    look(monday + day);
    assert.equal(findings().length, 0);
    const last = opens(monday + 31_000, patients[30]);
    look(monday + day);
    assert.equal(findings().length, 1);
    assert.deepEqual(detailOf(findings()[0]), { charts: 31, accesses: 31 });
    for (let n = 31; n < 35; n += 1) opens(monday + n * 1000 + 5000, patients[n]);
    look(monday + day);
    const [found, ...more] = findings();
    assert.deepEqual(more, []);
    assert.deepEqual(detailOf(found), { charts: 35, accesses: 35 });
    assert.equal(found?.at, monday);
    assert.equal(found?.until, monday + 39_000);
    const entry = readEntry(store, last + 1);
    assert.equal(entry?.type, 'review.opened');
    assert.deepEqual(entry?.detail, { kind: 'many-charts', concerns: me });
    assert.deepEqual(entry?.entity, [found?.id]);
    assert.deepEqual(entry?.agent, { user: null, roles: [], session: null });
  });

  it('what was closed is not reopened by what it covers, only by as many again', () => {
    rules({ manyCharts: { on: true, charts: 3 } });
    for (let n = 0; n < 4; n += 1) opens(monday + n, patients[n]);
    look(monday + day);
    const id = findings()[0]?.id ?? '';
    audited(store, 'review.closed', (tx) => closeReview(tx, id, { by: 'other', verdict: 'justified', comment: '' }));
    for (let n = 4; n < 7; n += 1) opens(monday + n, patients[n]);
    look(monday + day);
    assert.equal(findings().length, 1);
    opens(monday + 7, patients[7]);
    look(monday + day);
    assert.equal(findings().length, 2);
    assert.deepEqual(detailOf(findings()[1]), { charts: 4, accesses: 4 });
  });

  it('one finding per burst, none without, however the log is cut and the core killed between', () => {
    rules({ manyCharts: { on: true, charts: 3 }, denials: { on: true, count: 3 } });
    const event = fc.record({
      user: fc.integer({ min: 0, max: 1 }),
      patient: fc.integer({ min: 0, max: 7 }),
      wait: fc.oneof(fc.integer({ min: 0, max: windowMs / 4 }), fc.integer({ min: 0, max: 2 * windowMs })),
      denied: fc.boolean(),
      /** Look now, with a watch that remembers nothing but what is written down. */
      cut: fc.boolean(),
    });
    let round = 0;
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), fc.integer({ min: 1, max: 9 }), (events, rows) => {
        round += 1;
        let now = monday;
        const seen = new Map<string, { at: number; ref: string; denied: boolean }[]>();
        const expected: string[] = [];
        const lastOver = new Map<string, number>();
        for (const { user, patient, wait, denied, cut } of events) {
          now += wait;
          const name = `${me}-${round}-${user}`;
          const id = patients[patient] ?? '';
          if (denied) happens(name, 'access.denied', now, null, 4);
          else opens(now, id, name);
          const all = seen.get(name) ?? [];
          all.push({ at: now, ref: id, denied });
          seen.set(name, all);
          const recent = all.filter((one) => now - one.at < windowMs && one.denied === denied);
          const over = denied ? recent.length >= 3 : new Set(recent.map(({ ref }) => ref)).size > 3;
          const key = `${name}/${denied ? 'denials' : 'many-charts'}`;
          if (over) {
            const last = lastOver.get(key);
            if (last === undefined || now - last >= windowMs) expected.push(key);
            lastOver.set(key, now);
          }
          if (cut) look(now, rows);
        }
        look(now, rows);
        const found = [0, 1].flatMap((user) => findings(`${me}-${round}-${user}`));
        assert.deepEqual(found.map(({ userId, kind }) => `${userId}/${kind}`).sort(), expected.sort());
        for (const { userId, kind, until } of found) assert.ok(until <= (lastOver.get(`${userId}/${kind}`) ?? 0));
      }),
      { numRuns: 40 },
    );
  });
});

describe('outside hours', () => {
  const hours = { outsideHours: { on: true, days: [1, 2, 3, 4, 5, 6], from: '06:00', to: '21:00' } };
  it('is one finding a person and night', () => {
    rules(hours);
    opens(monday + 10 * 3_600_000);
    look(monday + 2 * day);
    assert.equal(findings().length, 0);
    opens(monday + 12 * 3_600_000, patients[1]); // 22:00
    opens(monday + 17 * 3_600_000, patients[2]); // 03:00
    opens(monday + 17 * 3_600_000, patients[2]);
    opens(monday + 36 * 3_600_000, patients[2]); // 22:00 the next day
    opens(monday + 12 * 3_600_000, patients[1], `${me}-b`);
    look(monday + 2 * day);
    assert.deepEqual(findings().map(detailOf), [
      { charts: 2, accesses: 3 },
      { charts: 1, accesses: 1 },
    ]);
    assert.equal(findings(`${me}-b`).length, 1);
  });

  it('a closed night stays closed; what comes after it is looked at anew', () => {
    rules(hours);
    opens(monday + 12 * 3_600_000);
    look(monday + 2 * day);
    const id = findings()[0]?.id ?? '';
    audited(store, 'review.closed', (tx) => closeReview(tx, id, { by: 'other', verdict: 'justified', comment: '' }));
    opens(monday + 13 * 3_600_000);
    opens(monday + 14 * 3_600_000);
    look(monday + 2 * day);
    assert.deepEqual(findings().map(detailOf), [
      { charts: 1, accesses: 1 },
      { charts: 1, accesses: 2 },
    ]);
  });
});

describe('relatives and colleagues', () => {
  it('a name is one finding for a person and patient in 30 days', () => {
    rules({ sameName: { on: true } });
    const other = `${me}-b`;
    people = [
      { id: me, displayName: 'Dr. Nina Ortenburg' },
      { id: other, displayName: 'Otto Kern' },
    ];
    const patient = addPatient({ name: [{ family: 'ORTENBURG', given: ['Karl'] }] });
    opens(monday, patient);
    opens(monday + 29 * day, patient);
    opens(monday, patient, other);
    opens(monday, patients[0]);
    look(monday + 29 * day);
    assert.deepEqual(findings().map(detailOf), [{ whose: 'own', name: 'family' }]);
    assert.equal(findings()[0]?.patientId, patient);
    assert.deepEqual(findings(other).map(detailOf), [{ whose: 'colleague', name: 'family', colleague: me }]);
    opens(monday + 31 * day, patient);
    look(monday + 31 * day);
    assert.equal(findings().length, 2);
  });

  it('an address or telephone shared with somebody’s own record is found; the record itself is not its own relative', () => {
    rules({ sameAddress: { on: true } });
    people = [{ id: me, displayName: 'Dr. Ida Wendel' }];
    const home = { address: [{ line: ['Lindenstraße 7'], postalCode: '20095' }] };
    const phone = { telecom: [{ system: 'phone', value: '+49 40 555777' }] };
    const own = addPatient({ name: [{ family: 'Wendel', given: ['Ida', 'Rosa'] }], ...home, ...phone });
    const partner = addPatient({
      name: [{ family: 'Brandt', given: ['Max'] }],
      address: [{ line: ['Lindenstr. 7'], postalCode: '20095' }],
    });
    const mother = addPatient({
      name: [{ family: 'Alt', given: ['Eva'] }],
      telecom: [{ system: 'phone', value: '040555777' }],
    });
    for (const patient of [own, partner, mother, patients[3] ?? '', partner]) opens(monday, patient);
    opens(monday, partner, `${me}-b`);
    look(monday + day);
    assert.deepEqual(
      findings().map((row) => [row.patientId, detailOf(row)]),
      [
        [partner, { whose: 'own', by: 'address' }],
        [mother, { whose: 'own', by: 'phone' }],
      ],
    );
    assert.deepEqual(findings(`${me}-b`).map(detailOf), [{ whose: 'colleague', by: 'address', colleague: me }]);
    const entry = readEntry(store, Number(findings()[0]?.lastSeq) + 7);
    assert.equal(JSON.stringify(entry).includes('Brandt'), false);
  });
});

describe('somebody’s own record', () => {
  it('is known as soon as it is there, to a watch that already runs', () => {
    rules({ sameAddress: { on: true } });
    const staff = [{ id: me, displayName: 'Vera Lindqvist' }];
    const watch = watchOver(store, { people: () => staff, now: () => monday + day });
    const home = { address: [{ line: ['Kai 3'], postalCode: '20457' }] };
    const brother = addPatient({ name: [{ family: 'Anders', given: ['Nils'] }], ...home });
    opens(monday, brother);
    drain(followLog(store));
    drain(watch());
    assert.equal(findings().length, 0);
    addPatient({ name: [{ family: 'Lindqvist', given: ['Vera'] }], ...home });
    opens(monday + 1, brother);
    drain(followLog(store));
    drain(watch());
    assert.deepEqual(findings().map(detailOf), [{ whose: 'own', by: 'address' }]);
  });
});

describe('the watch', () => {
  it('goes on after a kill in the middle of the log as if nothing had been', () => {
    rules({ manyCharts: { on: true, charts: 30 } });
    for (let n = 0; n < 40; n += 1) opens(monday + n * 1000, patients[n]);
    drain(followLog(store));
    const from = readCount(store.db, 'review_position');
    const work = watchOver(store, { people: () => [], now: () => monday + day, rows: 7 })();
    for (let slice = 0; slice < 5; slice += 1) work.next();
    const reached = readCount(store.db, 'review_position');
    assert.ok(reached > from && reached < from + 40);
    // Nothing is told to the one that was killed: the file as it stands is opened anew.
    closeStore(store);
    store = again(at);
    look(monday + day, 7);
    assert.deepEqual(findings().map(detailOf), [{ charts: 40, accesses: 40 }]);
    const before = countReviews(store, 'open');
    look(monday + day);
    assert.equal(countReviews(store, 'open'), before);
  });

  it('a slice that fails leaves neither finding nor position', () => {
    rules({ outsideHours: { on: true, days: [], from: '06:00', to: '21:00' }, sameName: { on: true } });
    opens(monday);
    drain(followLog(store));
    const from = readCount(store.db, 'review_position');
    store.db.exec("create temp trigger full before insert on audit_entry begin select raise(abort, 'full'); end");
    assert.throws(() => look(monday + day), /full/);
    store.db.exec('drop trigger full');
    assert.equal(findings().length, 0);
    assert.equal(readCount(store.db, 'review_position'), from);
    look(monday + day);
    assert.equal(findings().length, 1);
  });

  it('looks back 30 days and no further, and comes to the end of a long log in short slices', () => {
    rules({ outsideHours: { on: true, days: [], from: '06:00', to: '21:00' } });
    withTransaction(
      store,
      (tx) => {
        for (let n = 0; n < 3000; n += 1) {
          append(tx, {
            type: 'chart.read',
            outcome: 0,
            agent: { user: me, roles: [], session: 's' },
            purpose: 'TREAT',
            patient: patientRef(store, patients[0] ?? ''),
            origin: 'screen',
          });
        }
      },
      monday,
    );
    opens(monday + 31 * day, patients[1]);
    drain(followLog(store));
    let longest = 0;
    const work = watchOver(store, { people: () => [], now: () => monday + 31 * day })();
    for (;;) {
      const begun = performance.now();
      if (work.next().done) break;
      longest = Math.max(longest, performance.now() - begun);
    }
    assert.ok(longest < 500, `${longest} ms`);
    assert.deepEqual(findings().map(detailOf), [{ charts: 1, accesses: 1 }]);
  });

  it('falls back to nothing stranger than its rules', () => {
    rules(defaultReviewRules);
    assert.deepEqual(readRules(store), defaultReviewRules);
  });
});
