/** The review queue through the door: what the watch finds in a real day, who may look, who may sign. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { followLog } from '../../../src-main/core/audit/indexer.ts';
import { detailOf } from '../../../src-main/core/audit/sealed-detail.ts';
import { watchOver } from '../../../src-main/core/review/watch.ts';
import { addReview } from '../../../src-main/core/store/review.ts';
import { drain } from '../../../src-main/core/store/slices.ts';
import { withTransaction } from '../../../src-main/core/store/transaction.ts';
import { defaultReviewRules } from '../../../src-shared/contract/reviews.ts';
import { type Place, startPlace } from './clinic.ts';
import { type Desk, type House, person, startHouse } from './house.ts';

let place: Place;
let house: House;
let admin: Desk;
let auditor: Desk;
let practitioner: Desk;
const ids: Record<string, string> = {};

/** Index and watch to the end, as the timer would. */
function look(): void {
  drain(followLog(house.store));
  drain(watchOver(house.store, { people: () => house.core.vault.users() })());
}

const list = (desk: Desk, state: 'open' | 'closed') => desk.call('reviews.list', { state, before: null, limit: 100 });

before(async () => {
  place = await startPlace();
  house = await startHouse(join(place.dir, 'profile'), ['practitioner', 'auditor']);
  admin = house.desk();
  await admin.signIn('admin');
  // Whatever the hour at which this runs: the night has its own tests.
  const rules = { ...defaultReviewRules, outsideHours: { ...defaultReviewRules.outsideHours, on: false } };
  await admin.call('reviews.setRules', rules);
  auditor = house.desk('ctl');
  await auditor.signIn('auditor');
  practitioner = house.desk('ctl');
  await practitioner.signIn('practitioner');
  for (const user of (await admin.call('users.list', {})).users) ids[user.userName] = user.id;
});
after(async () => {
  await house.core.close();
  await place.stop();
});

test('a chart under a colleague’s name and a run of refusals come into the queue, with their evidence', async () => {
  const { patientId } = await practitioner.call('patients.create', {
    demographics: person('Hof', 'Ada'),
    notADuplicate: false,
  });
  await practitioner.call('chart.open', { patientId });
  for (let n = 0; n < 5; n += 1) assert.equal(await practitioner.refusal('users.list', {}), 'forbidden');
  look();
  const { items, total, next } = await list(admin, 'open');
  assert.equal(total, 2);
  assert.equal(next, null);
  const name = items.find(({ kind }) => kind === 'same-name');
  const denials = items.find(({ kind }) => kind === 'denials');
  assert.equal(name?.user, 'The practitioner');
  assert.equal(name?.patient, 'Hof, Ada');
  assert.deepEqual(name?.detail, { whose: 'colleague', name: 'family', colleague: ids['lena.hof'] });
  assert.deepEqual(denials?.detail, { denials: 5 });
  assert.deepEqual(await admin.call('reviews.count', {}), { open: 2 });
  const detail = await admin.call('reviews.get', { id: name?.id ?? '' });
  assert.equal(detail.colleague, 'Lena Hof');
  assert.equal(detail.mayClose, true);
  assert.deepEqual(
    detail.evidence.map(({ event, patient, outcome }) => [event, patient, outcome]),
    [['chart.read', 'Hof, Ada', 'success']],
  );
});

test('an auditor sees the pseudonym and no name', async () => {
  const { items } = await list(auditor, 'open');
  const name = items.find(({ kind }) => kind === 'same-name');
  assert.equal(name?.patient, null);
  assert.match(name?.patientRef ?? '', /^[\w-]{22}$/);
  const { evidence } = await auditor.call('reviews.get', { id: name?.id ?? '' });
  assert.equal(evidence[0]?.patient, null);
  assert.equal(evidence[0]?.patientRef, name?.patientRef);
});

test('looking and closing are entries: ids and codes, no text, and nothing of the comment', async () => {
  const from = house.size();
  const id = (await list(admin, 'open')).items.find(({ kind }) => kind === 'same-name')?.id ?? '';
  await admin.call('reviews.get', { id });
  const comment = 'Asked Ada Hof herself; she is no relative.';
  await admin.call('reviews.close', { id, verdict: 'justified', comment });
  assert.deepEqual(
    house.entries(from).map(({ type, entity, outcome }) => [type, entity, outcome]),
    [
      ['review.read', [], 0],
      ['review.read', [id], 0],
      ['review.closed', [id], 0],
    ],
  );
  const last = house.entries(from).at(-1);
  assert.deepEqual(last && detailOf(house.store, last).detail, { kind: 'same-name', verdict: 'justified' });
  const log = JSON.stringify(house.entries(0));
  for (const said of ['Ada', 'Hof', 'relative']) assert.equal(log.includes(said), false, said);
  const { items } = await list(admin, 'closed');
  assert.equal(items[0]?.closed?.by, 'Lena Hof');
  const closed = await admin.call('reviews.get', { id });
  assert.equal(closed.comment, comment);
  assert.equal(closed.mayClose, false);
});

test('closed stays closed', async () => {
  const id = (await list(admin, 'closed')).items[0]?.id ?? '';
  const again = { id, verdict: 'not-justified', comment: 'x' };
  assert.equal(await admin.refusal('reviews.close', again), 'review-closed');
  assert.equal(await auditor.refusal('reviews.close', again), 'review-closed');
  const detail = await admin.call('reviews.get', { id });
  assert.equal(detail.closed?.verdict, 'justified');
  assert.throws(() => house.store.db.prepare('update review_item set verdict = ? where id = ?').run('follow-up', id));
  assert.throws(() => house.store.db.prepare('delete from review_item where id = ?').run(id));
});

test('nobody closes what concerns themselves; somebody else does', async () => {
  const userId = ids['lena.hof'] ?? '';
  const id = withTransaction(house.store, (tx) =>
    addReview(tx, { kind: 'recovery-alone', userId, patientId: null, at: tx.now, entries: [], detail: {} }),
  );
  const from = house.size();
  const own = { id, verdict: 'justified', comment: '' };
  assert.equal((await admin.call('reviews.get', { id })).mayClose, false);
  assert.equal(await admin.refusal('reviews.close', own), 'own-review');
  const refused = house.entries(from).at(-1);
  assert.deepEqual([refused?.type, refused?.outcome, refused?.detail.error], ['review.closed', 8, 'own-review']);
  await auditor.call('reviews.close', { ...own, verdict: 'follow-up', comment: 'Told the owner.' });
  assert.equal((await admin.call('reviews.get', { id })).closed?.by, 'The auditor');
});

test('an emergency access shows what was done with the chart for the hour it stood open', async () => {
  const { patientId } = await practitioner.call('patients.create', {
    demographics: person('Stein', 'Eva'),
    notADuplicate: false,
  });
  const userId = ids['the.practitioner'] ?? '';
  const seq = house.size() - 1;
  const id = withTransaction(house.store, (tx) => {
    addReview(tx, { kind: 'break-glass', userId, patientId, at: tx.now - 3_600_001, entries: [seq], detail: {} });
    return addReview(tx, { kind: 'break-glass', userId, patientId, at: tx.now - 1, entries: [seq], detail: {} });
  });
  await practitioner.call('chart.open', { patientId });
  look();
  const shown = await admin.call('reviews.get', { id });
  assert.deepEqual(
    shown.evidence.map(({ event, patient }) => [event, patient]),
    [
      ['patient.created', 'Stein, Eva'],
      ['chart.read', 'Stein, Eva'],
    ],
  );
  const earlier = (await list(admin, 'open')).items.filter(({ kind }) => kind === 'break-glass');
  const hourBefore = earlier.find((item) => item.id !== id)?.id ?? '';
  assert.equal((await admin.call('reviews.get', { id: hourBefore })).entryCount, 1);
});

test('who has no business there is refused, and the rules are the admin’s', async () => {
  const asked = { state: 'open', before: null, limit: 5 };
  assert.equal(await practitioner.refusal('reviews.list', asked), 'forbidden');
  assert.equal(
    await practitioner.refusal('reviews.close', { id: 'x', verdict: 'justified', comment: '' }),
    'forbidden',
  );
  assert.equal(await auditor.refusal('reviews.setRules', defaultReviewRules), 'forbidden');
  const days = { ...defaultReviewRules, outsideHours: { ...defaultReviewRules.outsideHours, days: [1, 1] } };
  assert.equal(await admin.refusal('reviews.setRules', days), 'invalid-input');
  const from = house.size();
  const next = { ...(await admin.call('reviews.rules', {})), manyCharts: { on: true, charts: 12 } };
  await admin.call('reviews.setRules', next);
  assert.deepEqual(await auditor.call('reviews.rules', {}), next);
  assert.deepEqual(house.entries(from).at(-1)?.detail, { manyCharts: '12', of: 'reviews' });
});

test('the list comes in pages, newest first', async () => {
  withTransaction(house.store, (tx) => {
    for (let n = 0; n < 7; n += 1) {
      addReview(tx, { kind: 'denials', userId: 'gone', patientId: null, at: n, entries: [], detail: { denials: n } });
    }
  });
  const seen: string[] = [];
  let before: string | null = null;
  do {
    const page: { items: { id: string }[]; next: string | null } = await admin.call('reviews.list', {
      state: 'open',
      before,
      limit: 3,
    });
    seen.push(...page.items.map(({ id }) => id));
    before = page.next;
  } while (before !== null);
  const { open } = await admin.call('reviews.count', {});
  assert.equal(seen.length, open);
  assert.deepEqual(seen, [...new Set(seen)].sort().reverse());
});

test('restarted, the watch finds nothing twice', async () => {
  const { items } = await list(admin, 'open');
  await house.restart();
  admin = house.desk();
  await admin.signIn('admin');
  look();
  look();
  const again = (await list(admin, 'open')).items;
  assert.deepEqual(
    again.map(({ id }) => id),
    items.map(({ id }) => id),
  );
});
