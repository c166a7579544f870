/** Weeks through the door: drawn once, signed when everything is looked at, and what was altered afterwards is named. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { weekOf } from '../../../src-main/core/review/iso-week.ts';
import { drawWeek } from '../../../src-main/core/review/sample.ts';
import { addReview } from '../../../src-main/core/store/review.ts';
import { withTransaction } from '../../../src-main/core/store/transaction.ts';
import { defaultReviewRules } from '../../../src-shared/contract/reviews.ts';
import { type Place, startPlace } from './clinic.ts';
import { type Desk, type House, passwords, person, startHouse } from './house.ts';

const day = 86_400_000;
let place: Place;
let house: House;
let admin: Desk;
let auditor: Desk;
let doctor: Desk;
const ids: Record<string, string> = {};
let first: string;

const weeks = async (desk = admin) => (await desk.call('reviews.weeks', { before: null, limit: 12 })).weeks;

before(async () => {
  place = await startPlace();
  house = await startHouse(join(place.dir, 'profile'), ['practitioner', 'auditor']);
  // A Monday, so that the days of this test stay in one week.
  const now = new Date(house.core.clock());
  house.ahead.wall += weekOf(now.getTime()).to + 10 * 3_600_000 - now.getTime();
  admin = house.desk();
  await admin.signIn('admin');
  const rules = { ...defaultReviewRules, outsideHours: { ...defaultReviewRules.outsideHours, on: false } };
  await admin.call('reviews.setRules', rules);
  auditor = house.desk('ctl');
  await auditor.signIn('auditor');
  doctor = house.desk('ctl');
  await doctor.signIn('practitioner');
  for (const user of (await admin.call('users.list', {})).users) ids[user.userName] = user.id;
});
after(async () => {
  await house.core.close();
  await place.stop();
});

test('the clinic’s first days, before any week with accesses was over', async () => {
  first = weekOf(house.core.clock()).week;
  await house.core.weeks.look();
  // The week of the set-up is over: nobody opened a chart in it.
  const [before] = await weeks();
  assert.deepEqual([before?.accesses, before?.samples, before?.state], [0, 0, 'ready']);
  const from = house.size();
  await auditor.call('reviews.signWeek', { week: before?.week ?? '', password: passwords.auditor });
  assert.equal((await weeks()).find(({ week }) => week === before?.week)?.signed?.holds, 'holds');
  const { detail, type } = house.entries(from).find((entry) => entry.type === 'review.week-signed') ?? {};
  assert.equal(type, 'review.week-signed');
  assert.match(String(detail?.['statement']), /^[\w+/]{43}=$/);
});

test('a week is drawn once it is over, once and only once, whatever is killed between', async () => {
  for (let n = 0; n < 8; n += 1) {
    const demographics = person(`Person${n}`, 'Ada');
    const { patientId } = await doctor.call('patients.create', { demographics, notADuplicate: true });
    await doctor.call('chart.open', { patientId });
  }
  await house.core.weeks.look();
  assert.ok((await weeks()).every(({ week }) => week < first));
  withTransaction(house.store, (tx) =>
    addReview(
      { ...tx, now: house.core.clock() },
      { kind: 'denials', userId: ids['the.practitioner'] ?? '', patientId: null, at: 1, entries: [], detail: {} },
    ),
  );
  house.ahead.wall += 7 * day;
  // Killed before the draw is on the disk: nothing of it is there.
  const killed = drawWeek(house.store, house.core.clock);
  assert.throws(() => killed.throw(new Error('killed')), /killed/);
  assert.ok((await weeks()).every(({ week }) => week < first));
  const from = house.size();
  await house.core.weeks.look();
  await house.core.weeks.look();
  await house.restart();
  admin = house.desk();
  await admin.signIn('admin');
  auditor = house.desk('ctl');
  await auditor.signIn('auditor');
  doctor = house.desk('ctl');
  await doctor.signIn('practitioner');
  await house.core.weeks.look();
  const drawn = house.entries(from).filter(({ type }) => type === 'review.week-drawn');
  assert.equal(drawn.length, 1);
  assert.deepEqual(drawn[0]?.detail, { accesses: 8, samples: 5, week: first });
  const sheet = await admin.call('reviews.week', { week: first });
  const samples = sheet.items.filter(({ kind }) => kind === 'random-sample');
  assert.deepEqual([...(drawn[0]?.entity ?? [])].sort(), samples.map(({ id }) => id).sort());
  assert.equal(samples.length, 5);
  assert.equal(new Set(samples.map(({ patientRef }) => patientRef)).size, 5);
  assert.deepEqual([sheet.findings, sheet.closed, sheet.state], [1, 0, 'open']);
  const { evidence } = await admin.call('reviews.get', { id: samples[0]?.id ?? '' });
  assert.deepEqual(
    evidence.map(({ event }) => event),
    ['chart.read'],
  );
});

test('no week is signed while something waits, by whom it concerns, or with a wrong password', async () => {
  const sheet = await admin.call('reviews.week', { week: first });
  const sign = { week: first, password: passwords.admin };
  assert.equal(await admin.refusal('reviews.signWeek', sign), 'week-open');
  assert.equal(await doctor.refusal('reviews.signWeek', { ...sign, password: passwords.practitioner }), 'forbidden');
  assert.equal(await doctor.refusal('reviews.weeks', { before: null, limit: 5 }), 'forbidden');
  for (const { id } of sheet.items) await auditor.call('reviews.close', { id, verdict: 'justified', comment: '' });
  assert.equal((await admin.call('reviews.week', { week: first })).state, 'ready');
  assert.equal(await admin.refusal('reviews.signWeek', { ...sign, password: 'not this one' }), 'wrong-password');
  await admin.call('reviews.signWeek', sign);
  assert.equal(await admin.refusal('reviews.signWeek', sign), 'week-signed');
  assert.equal(await admin.refusal('reviews.signWeek', { ...sign, week: '1999-W01' }), 'not-found');
  const line = (await weeks()).find(({ week }) => week === first);
  assert.deepEqual([line?.state, line?.signed?.by, line?.signed?.holds], ['signed', 'Lena Hof', 'holds']);
  assert.equal((await admin.call('reviews.week', { week: first })).maySign, false);
});

test('own accesses are closed by others', async () => {
  const userId = ids['lena.hof'] ?? '';
  const id = withTransaction(house.store, (tx) =>
    addReview(tx, { kind: 'random-sample', userId, patientId: null, at: 1, entries: [], detail: {}, same: first }),
  );
  const verdict = { id, verdict: 'justified', comment: '' };
  assert.equal(await admin.refusal('reviews.close', verdict), 'own-review');
  assert.equal(await auditor.refusal('reviews.close', verdict), 'accepted');
});

test('verdict, sheet, statement and signature altered behind the application are named', async () => {
  const { db } = house.store;
  db.exec('drop trigger review_stays_closed; drop trigger review_week_stays; drop trigger item_stays_in_its_week');
  const holds = async () => (await weeks()).find(({ week }) => week === first)?.signed?.holds;
  const undone = async (change: string, back: string): Promise<string | undefined> => {
    db.exec(change);
    const found = await holds();
    db.exec(back);
    assert.equal(await holds(), 'holds', back);
    return found;
  };
  const item = "kind = 'denials'";
  assert.equal(
    await undone(
      `update review_item set verdict = 'not-justified' where ${item}`,
      `update review_item set verdict = 'justified' where ${item}`,
    ),
    'items-differ',
  );
  const moved = `item = (select id from review_item where ${item})`;
  assert.equal(
    await undone(
      `update review_of_week set week = '1999-W01' where ${moved}`,
      `update review_of_week set week = '${first}' where ${moved}`,
    ),
    'items-differ',
  );
  const { body, signature } = Object(db.prepare('select body, signature from review_week where week = ?').get(first));
  const put = db.prepare('update review_week set body = ?, signature = ? where week = ?');
  put.run(String(body).replace('"accesses":8', '"accesses":9'), signature, first);
  assert.equal(await holds(), 'signature-broken');
  const other = Buffer.from(signature);
  other[3] = (other[3] ?? 0) ^ 1;
  put.run(body, other, first);
  assert.equal(await holds(), 'signature-broken');
  // Another week's statement, as it was signed.
  const elsewhere = Object(db.prepare('select body, signature from review_week where week < ?').get(first));
  put.run(elsewhere.body, elsewhere.signature, first);
  assert.equal(await holds(), 'signature-broken');
  put.run(body, signature, first);
  assert.equal(await holds(), 'holds');
});

test('accesses are on one sheet and no more, wherever the clock was; a week unsigned for long is overdue', async () => {
  const { patientId } = await doctor.call('patients.create', {
    demographics: person('Later', 'Ada'),
    notADuplicate: true,
  });
  house.ahead.wall += 400 * day;
  await doctor.call('chart.open', { patientId });
  await house.core.weeks.look();
  house.ahead.wall -= 400 * day;
  await doctor.call('chart.open', { patientId });
  house.ahead.wall += 7 * day;
  await house.core.weeks.look();
  const drawn = house.entries(0).filter(({ type }) => type === 'review.week-drawn');
  assert.equal(
    drawn.reduce((sum, { detail }) => sum + Number(detail['accesses']), 0),
    10,
  );
  const spans = house.store.sql<[], { firstSeq: number; endSeq: number }>(
    'select first_seq firstSeq, end_seq endSeq from review_sheet order by first_seq, end_seq',
  );
  spans.all().reduce((end, { firstSeq, endSeq }) => {
    assert.ok(firstSeq >= end);
    return endSeq;
  }, 0);
  house.ahead.wall += 30 * day;
  assert.ok((await weeks()).some(({ state }) => state === 'overdue'));
});
