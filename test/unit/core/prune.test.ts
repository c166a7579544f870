/** Retention, legal holds and pruning: what goes, what stays, who must agree, and that every proof holds afterwards. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { head, rootAt } from '../../../src-main/core/audit/log.ts';
import { KeptSet } from '../../../src-main/core/audit/prune/kept.ts';
import { demandPrunesSigned, type Prune, pruneHolds, prunesOf } from '../../../src-main/core/audit/prune/pruned.ts';
import { verifyStore } from '../../../src-main/core/audit/verify.ts';
import { drain } from '../../../src-main/core/store/slices.ts';
import type { PrunePlan } from '../../../src-shared/contract/retention.ts';
import { defaultReviewRules } from '../../../src-shared/contract/reviews.ts';
import { type Place, startPlace } from './clinic.ts';
import { type Desk, type House, noteOf, passwords, person, startHouse } from './house.ts';

const yearMs = 365.25 * 24 * 60 * 60 * 1000;
const second = { userName: 'ida.berg', displayName: 'Ida Berg', password: 'neun helle tassen am 7. regal' };

describe('pruning the audit log', () => {
  let place: Place;
  let house: House;
  let lena: Desk;
  let ida: Desk;
  let doctor: Desk;
  let ada: string;
  let jo: string;
  let note: string;

  const rows = (sql: string) => house.store.db.prepare<[], Record<string, unknown>>(sql).all();
  const there = (seq: number) =>
    house.store.db.prepare('select 1 from audit_entry where seq = ?').get(seq) !== undefined;
  const verdict = () => {
    const trust = { clinicId: house.core.vault.ids().clinicId, book: house.core.vault.rosterHistory() };
    return drain(verifyStore(house.store, { pages: false, trust })).problem;
  };
  /** What verification says while something is other than it should be; put back afterwards. */
  const problemWhile = (change: () => void) => {
    const { db } = house.store;
    db.exec('savepoint tampering');
    try {
      for (const name of ['prune_only_goes_on', 'prune_is_not_deleted', 'entry_is_pruned_only', 'entry_stays'])
        db.exec(`drop trigger ${name}`);
      change();
      return verdict()?.code;
    } finally {
      db.exec('rollback to tampering');
      db.exec('release tampering');
    }
  };
  const subjectOf = ({ before: older, below, kept, keptDigest }: PrunePlan) => ({
    kind: 'audit-prune' as const,
    deviceId: house.store.device,
    before: older,
    below,
    kept,
    keptDigest,
  });
  const everybodyIn = async () => {
    lena = house.desk();
    await lena.signIn('admin');
    ida = house.desk('ctl');
    await ida.call('sessions.signIn', { userName: second.userName, password: second.password });
    doctor = house.desk('ctl');
    await doctor.signIn('practitioner');
  };
  const looks = async (patientId: string, times: number) => {
    for (let at = 0; at < times; at += 1) await doctor.call('chart.open', { patientId });
  };
  const agreed = async (plan: PrunePlan) => {
    const { id } = await lena.call('requests.ask', { subject: subjectOf(plan) });
    assert.ok(id !== null);
    await ida.call('requests.agree', { id, password: second.password });
    return id;
  };

  before(async () => {
    place = await startPlace();
    house = await startHouse(place.dir, ['practitioner', 'it']);
    lena = house.desk();
    await lena.signIn('admin');
    // Evidence of an open review stays, and what is evidence would depend on the hour at which this runs.
    await lena.call('reviews.setRules', {
      ...defaultReviewRules,
      manyCharts: { on: false, charts: 30 },
      outsideHours: { ...defaultReviewRules.outsideHours, on: false },
      sameName: { on: false },
    });
    doctor = house.desk('ctl');
    await doctor.signIn('practitioner');
    const make = async (family: string) =>
      (await doctor.call('patients.create', { demographics: person(family, 'Ada'), notADuplicate: true })).patientId;
    ada = await make('Sommer');
    jo = await make('Winter');
    const draft = { draftId: null, patientId: ada, encounterId: null, amends: null };
    const content = noteOf('text', { text: 'All well.' });
    const { draftId } = await doctor.call('notes.saveDraft', { ...draft, content });
    ({ noteId: note } = await doctor.call('notes.sign', { draftId, password: passwords.practitioner }));
    await looks(ada, 200);
    await looks(jo, 150);
  });
  after(async () => {
    try {
      await house.core.close();
    } finally {
      await place.stop();
    }
  });

  it('keeps what is usual in the country, never less than three years, and says so to whoever may know', async () => {
    const first = await lena.call('retention.get', {});
    assert.deepEqual(
      [first.country, first.usual, first.years, first.chosen],
      ['DE', { years: 10, source: '§ 630f Abs. 3 BGB' }, 10, false],
    );
    assert.equal(await lena.refusal('retention.set', { years: 2 }), 'invalid-input');
    assert.equal(await doctor.refusal('retention.set', { years: 20 }), 'forbidden');
    const from = house.size();
    await lena.call('retention.set', { years: 5 });
    const [entry] = house.entries(from);
    assert.deepEqual([entry?.type, entry?.detail['after']], ['settings.changed', 'years 5']);
    assert.equal((await lena.call('retention.get', {})).years, 5);
    // IT has no seal of the database: what is usual here is all it can be told.
    const staff = house.desk('ctl');
    await staff.signIn('it');
    const told = await staff.call('retention.get', {});
    assert.deepEqual([told.usual.years, told.years], [10, null]);
    assert.equal(await staff.refusal('retention.holds', {}), 'forbidden');
  });

  it('lets nothing go that is young', async () => {
    const plan = await lena.call('retention.preview', {});
    assert.deepEqual([plan.below, plan.going, plan.stoppedBy], [0, 0, 'age']);
    assert.equal(await lena.refusal('requests.ask', { subject: { ...subjectOf(plan), below: 256 } }), 'prune-changed');
  });

  it('lets the only admin prune with the password, and opens a review', async () => {
    house.ahead.wall += 6 * yearMs;
    await house.restart();
    lena = house.desk();
    await lena.signIn('admin');
    doctor = house.desk('ctl');
    await doctor.signIn('practitioner');
    const size = house.size();
    const held = await lena.call('retention.hold', { patientId: null, reason: 'A court asked.' });
    const plan = await lena.call('retention.preview', {});
    assert.ok(plan.onHold && plan.below === 256 && plan.going > 200);
    const input = { password: passwords.admin, keptDigest: plan.keptDigest };
    assert.equal(await lena.refusal('retention.prune', input), 'on-hold');
    await lena.call('retention.liftHold', { id: held.id });
    const again = await lena.call('retention.preview', {});
    assert.equal(await lena.refusal('retention.prune', { ...input, password: 'not the password' }), 'wrong-password');
    const known = { ...head(house.store), old: rootAt(house.store, 300)?.toString('hex') };
    const { deleted } = await lena.call('retention.prune', { ...input, keptDigest: again.keptDigest });
    assert.equal(deleted, again.going);
    assert.equal(rootAt(house.store, known.size)?.toString('hex'), known.root);
    assert.equal(rootAt(house.store, 300)?.toString('hex'), known.old);
    assert.equal(rows(`select count(*) n from audit_entry where seq < ${size}`)[0]?.['n'], size - deleted);
    assert.equal(verdict(), null);
    const { items } = await lena.call('reviews.list', { state: 'open', before: null, limit: 50 });
    assert.equal(items.filter(({ kind }) => kind === 'prune-alone').length, 1);
  });

  it('reads charts, signatures, restrictions and the viewer as before', async () => {
    assert.equal((await doctor.call('chart.source', { id: note })).signature, 'holds');
    await doctor.call('chart.open', { patientId: ada });
    const page = await lena.call('audit.page', {
      filter: { userId: null, patientId: null, kind: null, outcome: null, from: null, to: null },
      before: 300,
      limit: 200,
    });
    assert.ok(page.entries.length > 44 && page.entries.length < 256);
  });

  it('takes two admins where there are two, and refuses what changed meanwhile', async () => {
    const admin = house.desk();
    await admin.signIn('admin');
    await house.hire(
      admin,
      { userName: second.userName, displayName: second.displayName, roles: ['admin'] },
      second.password,
    );
    await everybodyIn();
    await looks(jo, 300);
    house.ahead.wall += 6 * yearMs;
    await house.restart();
    await everybodyIn();
    const plan = await lena.call('retention.preview', {});
    assert.ok(plan.below >= 512 && plan.because.vouching > 0 && plan.because.log > 0);
    const alone = { password: passwords.admin, keptDigest: plan.keptDigest };
    assert.equal(await lena.refusal('retention.prune', alone), 'request-needed');
    const { id } = await lena.call('requests.ask', { subject: subjectOf(plan) });
    assert.ok(id !== null);
    assert.equal(await lena.refusal('requests.ask', { subject: subjectOf(plan) }), 'request-pending');
    assert.equal(await lena.refusal('retention.prune', { requestId: id }), 'request-needed');
    await ida.call('requests.agree', { id, password: second.password });

    // A hold on a patient keeps that patient's entries: what was agreed to is something else now.
    const hold = await ida.call('retention.hold', { patientId: jo, reason: 'Complaint of 12 May.' });
    const [entry] = house.entries(house.size() - 1);
    assert.deepEqual([entry?.type, entry?.entity, entry?.patient === null], ['audit.hold-set', [hold.id], false]);
    assert.ok(!JSON.stringify(house.entries(house.size() - 3)).includes('Complaint'));
    assert.equal(await lena.refusal('retention.prune', { requestId: id }), 'prune-changed');
    await lena.call('requests.withdraw', { id });
    const less = await lena.call('retention.preview', {});
    assert.ok(less.because.held > 100 && less.going < plan.going);
    // Who can write the database and takes the row away lifts nothing: the log says that it stands.
    const { db } = house.store;
    db.exec(`create table kept_aside as select * from audit_hold; drop trigger hold_is_not_deleted;
      delete from audit_hold where id = '${hold.id}'`);
    assert.deepEqual(await lena.call('retention.preview', {}), less);
    db.exec('delete from audit_hold; insert into audit_hold select * from kept_aside; drop table kept_aside');
    const request = await agreed(less);
    // A verification that began while the log was read would miss what goes.
    const { core } = house;
    let asked = 0;
    Object.defineProperty(core.verification, 'running', { configurable: true, get: () => asked++ > 0 });
    assert.equal(await ida.refusal('retention.prune', { requestId: request }), 'busy');
    Reflect.deleteProperty(core.verification, 'running');
    const { deleted } = await ida.call('retention.prune', { requestId: request });
    assert.equal(deleted, less.going);
    assert.equal(verdict(), null);
    const { prunes } = await lena.call('retention.prunes', {});
    assert.deepEqual(
      prunes.map(({ by, agreedBy, state }) => [by, agreedBy, state]),
      [
        ['Ida Berg', ['Lena Hof'], 'done'],
        ['Lena Hof', [], 'done'],
      ],
    );
    await lena.call('retention.liftHold', { id: hold.id });
    assert.equal(await lena.refusal('retention.liftHold', { id: hold.id }), 'not-found');
    const { holds } = await lena.call('retention.holds', {});
    assert.deepEqual(
      holds.map(({ patient, reason, lifted }) => [patient, reason, lifted?.by]),
      [
        ['Winter, Ada', 'Complaint of 12 May.', 'Lena Hof'],
        [null, 'A court asked.', 'Lena Hof'],
      ],
    );
  });

  it('goes on after a kill between two slices', async () => {
    const plan = await lena.call('retention.preview', {});
    assert.ok(plan.going > 100 && plan.below > 256);
    const id = await agreed(plan);
    const { store } = house;
    // The disk fails in the middle of the second slice: what the first let go stays gone, the rest stands.
    store.db.exec(`create trigger broken before update on audit_prune when new.done_to > 256
      begin select raise(abort, 'broken'); end`);
    assert.equal(await lena.refusal('retention.prune', { requestId: id }), 'internal');
    const half = () => prunesOf(house.store).find((prune) => prune.id === id);
    assert.equal(half()?.doneTo, 256);
    assert.equal(verdict(), null);
    assert.equal(await lena.refusal('retention.prune', { requestId: id }), 'busy');
    assert.equal(await lena.refusal('retention.hold', { patientId: null, reason: 'Too late.' }), 'busy');
    store.db.exec('drop trigger broken');
    await house.restart();
    await everybodyIn();
    for (let turns = 0; half()?.doneTo !== plan.below && turns < 2000; turns += 1) await setImmediate();
    assert.equal(half()?.doneTo, plan.below);
    assert.equal(rows(`select count(*) n from audit_entry where seq < ${plan.below}`)[0]?.['n'], plan.kept);
    assert.equal(verdict(), null);
  });

  it('names prunes that nobody agreed to', () => {
    const last = prunesOf(house.store).at(-1);
    assert.ok(last !== undefined);
    const kept = [...last.keptSet.numbers()][0] ?? 0;
    const { db } = house.store;
    assert.equal(
      problemWhile(() => db.exec(`delete from audit_entry where seq = ${kept}`)),
      'entry-missing',
    );
    assert.equal(
      problemWhile(() => db.exec(`update audit_prune set request = json_set(request, '$.signatures', json('[]'))`)),
      'prune-differs',
    );
    assert.equal(
      problemWhile(() =>
        db.exec(`update audit_prune set request = json_remove(request, '$.signatures[1]') where id = '${last.id}'`),
      ),
      'prune-differs',
    );
    assert.equal(
      problemWhile(() => db.exec(`update audit_prune set below = below + 256 where id = '${last.id}'`)),
      'prune-differs',
    );
    assert.equal(
      problemWhile(() => db.exec(`insert into audit_prune values ('made-up', '{}', 256, x'00', ${last.seq}, 256)`)),
      'prune-differs',
    );
    assert.equal(
      problemWhile(() => db.exec(`delete from audit_prune where id = '${last.id}'`)),
      'entry-missing',
    );
    assert.equal(
      problemWhile(() => db.exec(`delete from audit_entry where seq = ${last.below}`)),
      'entry-missing',
    );
    assert.ok(there(kept));

    const { clinicId } = house.core.vault.ids();
    const book = house.core.vault.rosterHistory();
    const holds = (change: Partial<Prune>, device = house.store.device, clinic = clinicId) =>
      pruneHolds({ ...last, ...change }, device, clinic, book);
    const { executed } = last;
    assert.ok(executed !== null);
    assert.ok(holds({}));
    assert.ok(!holds({}, crypto.randomUUID()));
    assert.ok(!holds({}, house.store.device, crypto.randomUUID()));
    assert.ok(!holds({ executed: null }));
    // Years before the entries were old enough, after the request was over, by somebody who did not sign.
    assert.ok(!holds({ executed: { ...executed, at: executed.at - 8 * yearMs } }));
    assert.ok(!holds({ executed: { ...executed, at: executed.at + 8 * 24 * 60 * 60 * 1000 } }));
    assert.ok(!holds({ executed: { ...executed, user: doctor.connection.session?.userId ?? '' } }));
    const bits = Buffer.from(last.keptSet.bits);
    bits.writeUInt8(bits.readUInt8(0) ^ 1, 0);
    assert.ok(!holds({ keptSet: new KeptSet(last.below, bits) }));
    // Who signed for it knew a roster with two admins: no older one can be claimed.
    demandPrunesSigned(house.store, [last]);
    const claim = { ...last, executed: { ...executed, roster: 1 } };
    assert.throws(() => demandPrunesSigned(house.store, [claim]), /prune-differs/);
    assert.equal(verdict(), null);
  });
});
