/** The weekly scrub in a clinic at work: due once a week, stopped by locks and taken up again, what it finds is told. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { followLog } from '../../../src-main/core/audit/indexer.ts';
import { newRecordState } from '../../../src-main/core/audit/record-state.ts';
import { verifyRecord } from '../../../src-main/core/audit/verifyrecord.ts';
import { readScrub, writeScrub } from '../../../src-main/core/scrub/scrub-state.ts';
import { drain } from '../../../src-main/core/store/slices.ts';
import { type Place, startPlace } from './clinic.ts';
import { type Desk, type House, person, startHouse } from './house.ts';

const day = 86_400_000;
let place: Place;
let house: House;
let admin: Desk;
const patients: string[] = [];

before(async () => {
  place = await startPlace();
  house = await startHouse(join(place.dir, 'profile'), ['practitioner']);
  await comeIn();
  const doctor = house.desk('ctl');
  await doctor.signIn('practitioner');
  for (const family of ['Ahlers', 'Brandt', 'Claus']) {
    const demographics = person(family, 'Jo');
    patients.push((await doctor.call('patients.create', { demographics, notADuplicate: true })).patientId);
  }
});
after(async () => {
  await house.core.close();
  await place.stop();
});

async function comeIn(): Promise<void> {
  admin = house.desk();
  await admin.signIn('admin');
}

/** As the timer would, once the first minute is over. */
async function look(): Promise<void> {
  await house.core.scrub.look();
  house.ahead.monotonic += 61_000;
  await house.core.scrub.look();
}

const scrubs = (from: number) =>
  house
    .entries(from)
    .filter(({ type }) => type === 'audit.scrubbed')
    .map(({ detail, outcome, agent }) => [detail['phase'], detail['ok'] ?? null, outcome, agent.user]);

test('begins a day after set-up, says begin and end, and comes again after a week', async () => {
  const from = house.size();
  await look();
  assert.deepEqual(scrubs(from), []);
  house.ahead.wall += day;
  await house.core.scrub.look();
  assert.deepEqual(scrubs(from), [
    ['begin', null, 0, null],
    ['end', 1, 0, null],
  ]);
  const { last, running, due } = await admin.call('audit.scrub', {});
  assert.equal(last?.ok, true);
  assert.ok((last?.rows ?? 0) >= 3);
  assert.equal(running, null);
  assert.equal(due, (last?.finishedAt ?? 0) + 7 * day);
  const again = house.size();
  house.ahead.wall += 6 * day;
  await house.core.scrub.look();
  assert.deepEqual(scrubs(again), []);
  house.ahead.wall += day;
  await house.core.scrub.look();
  assert.equal(scrubs(again).length, 2);
});

test('goes on after a restart from where it was, and finds what was altered since', async () => {
  drain(followLog(house.store));
  // A session that ended in the middle of the charts.
  const record = newRecordState(house.size());
  const work = verifyRecord(house.store, record, { sliceMs: 0 });
  while (record.stage !== 'charts' || record.done < 1) work.next();
  const { last } = readScrub(house.store);
  const round = { startedAt: house.core.clock(), root: 'as it was', actions: null, record };
  writeScrub(house.store, { last, round });
  assert.equal((await admin.call('audit.scrub', {})).running?.stage, 'charts');
  await house.restart();
  await comeIn();
  const from = house.size();
  const beyond = [...patients].sort().at(-1) ?? '';
  assert.ok(beyond > record.after);
  house.store.db.prepare("update resource set json = replace(json, 'Jo', 'Jan') where patient_id = ?").run(beyond);
  await look();
  assert.deepEqual(scrubs(from), [['end', 0, 8, null]]);
  const { last: now } = await admin.call('audit.scrub', {});
  assert.deepEqual(now?.problem, { code: 'chart-damaged', at: beyond });
  assert.equal(now?.root, 'as it was');
});

test('what it found waits for a verdict, once, and alarms those who review', async () => {
  const { items } = await admin.call('reviews.list', { state: 'open', before: null, limit: 20 });
  const found = items.filter(({ kind }) => kind === 'record-differs');
  assert.equal(found.length, 1);
  assert.equal(found[0]?.detail['problem'], 'chart-damaged');
  assert.equal(found[0]?.user, '');
  assert.deepEqual(
    admin.heard.filter(({ event }) => event === 'alarm').map(({ data }) => Object(data).kind),
    ['record-differs'],
  );
  const log = JSON.stringify(house.entries(0));
  assert.equal(log.includes('Ahlers') || log.includes('Claus'), false);
  // The same a week later is the same item.
  house.ahead.wall += 7 * day;
  await house.core.scrub.look();
  const later = await admin.call('reviews.list', { state: 'open', before: null, limit: 20 });
  assert.equal(later.items.filter(({ kind }) => kind === 'record-differs').length, 1);
});
