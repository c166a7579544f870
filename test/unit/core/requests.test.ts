import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { verifyStore } from '../../../src-main/core/audit/verify.ts';
import { makeVerifier } from '../../../src-main/core/people/pin.ts';
import { readPinVerifier, writePinVerifier } from '../../../src-main/core/people/state.ts';
import { drain } from '../../../src-main/core/store/slices.ts';
import { withTransaction } from '../../../src-main/core/store/transaction.ts';
import { authorityOf } from '../../../src-main/core/sync/incoming/authority.ts';
import { readStoreOps } from '../../../src-main/core/sync/outgoing/store-op.ts';
import { requestLife } from '../../../src-main/core/vault/request.ts';
import { signedRequest } from '../../../src-main/core/vault/roster-entry.ts';
import type { EraseOp } from '../../../src-shared/sync-protocol/ops.ts';
import { type Place, startPlace } from './clinic.ts';
import { type Desk, type House, passwords, person, startHouse } from './house.ts';

const second = { userName: 'ida.berg', displayName: 'Ida Berg', password: 'neun helle tassen am 7. regal' };
const third = { userName: 'otto.kern', displayName: 'Otto Kern', password: 'drei lange leitern im 2. hof' };
const forgotten = 'ganz neue Brücke über dem Fluss';

describe('what one admin alone may not do', () => {
  let place: Place;
  let house: House;
  let lena: Desk;
  let ida: Desk;
  let idaId: string;
  let ottoId: string;
  let doctorId: string;
  const ask = async (desk: Desk, subject: Parameters<typeof desk.call<'requests.ask'>>[1]['subject']) => {
    const { id } = await desk.call('requests.ask', { subject });
    assert.ok(id !== null);
    return id;
  };
  const events = (from: number) => house.entries(from).map(({ type }) => type);
  const stateOf = async (id: string) =>
    (await lena.call('requests.list', {})).requests.find((request) => request.id === id)?.state;

  before(async () => {
    place = await startPlace();
    house = await startHouse(join(place.dir, 'profile'), ['practitioner']);
    lena = house.desk();
    await lena.signIn('admin');
    const { users } = await lena.call('users.list', {});
    doctorId = users.find(({ userName }) => userName === 'the.practitioner')?.id ?? '';
    idaId = await house.hire(lena, { ...newcomer(second), roles: ['practitioner'] }, second.password);
    ottoId = await house.hire(lena, { ...newcomer(third), roles: ['reception'] }, third.password);
  });
  after(async () => {
    try {
      await house.core.close();
    } finally {
      await place.stop();
    }
  });
  const newcomer = ({ userName, displayName }: typeof second) => ({ userName, displayName });

  it('needs nobody else while there is one admin', async () => {
    assert.deepEqual(await lena.call('requests.ask', { subject: { kind: 'export-all' } }), { needed: false, id: null });
    const subject = { kind: 'roles' as const, userId: idaId, roles: ['admin' as const, 'practitioner' as const] };
    assert.deepEqual(await lena.call('requests.ask', { subject }), { needed: false, id: null });
    await lena.call('users.setRoles', { userId: idaId, roles: ['admin', 'practitioner'] });
    ida = house.desk('ctl');
    await ida.call('sessions.signIn', { userName: second.userName, password: second.password });
  });

  it('refuses one admin the admin role for a third, and asks', async () => {
    const roles = ['admin' as const];
    assert.equal(await lena.refusal('users.setRoles', { userId: ottoId, roles }), 'second-admin-needed');
    const from = house.size();
    const id = await ask(lena, { kind: 'roles', userId: ottoId, roles });
    assert.deepEqual(events(from), ['request.asked']);
    assert.equal(
      await lena.refusal('requests.ask', { subject: { kind: 'roles', userId: ottoId, roles } }),
      'request-pending',
    );
    assert.deepEqual(await ida.call('requests.count', {}), { waiting: 1 });
    assert.deepEqual(await lena.call('requests.count', {}), { waiting: 0 });

    assert.equal(await lena.refusal('requests.agree', { id, password: passwords.admin }), 'own-request');
    assert.equal(await ida.refusal('requests.agree', { id, password: 'not the password' }), 'wrong-password');
    assert.equal(await stateOf(id), 'open');
    assert.deepEqual(await ida.call('requests.agree', { id, password: second.password }), { carriedOut: true });
    assert.equal(await stateOf(id), 'done');
    assert.ok(events(from).includes('request.agreed') && events(from).includes('request.carried-out'));
    const { users } = house.core.vault.rosterState();
    assert.deepEqual(users.get(ottoId)?.roles, ['admin']);
    const last = house.core.vault.roster().at(-1);
    assert.ok(last?.body.version === 2 && last.body.request?.body.id === id);
    assert.equal(await ida.refusal('requests.agree', { id, password: second.password }), 'request-over');
  });

  it('shows who agrees the bytes that are signed, whatever the row says', async () => {
    const id = await ask(lena, { kind: 'status', userId: ottoId, status: 'suspended' });
    // The row may lie about its subject: what is shown comes from the signed body.
    house.store.db.prepare('drop trigger request_stays_ended').run();
    house.store.db.prepare('update request set subject = ? where id = ?').run('{"kind":"export-all"}', id);
    const { requests } = await ida.call('requests.list', {});
    const shown = requests.find((request) => request.id === id);
    assert.deepEqual(shown?.subject, { kind: 'status', userId: ottoId, status: 'suspended' });
    assert.equal(shown?.user, third.displayName);

    // And another body under the same signature counts for nothing.
    const row = house.store.db
      .prepare<[string], { request: string }>('select request from request where id = ?')
      .get(id);
    assert.ok(row !== undefined);
    const forged = row.request.replaceAll(ottoId, doctorId);
    house.store.db.prepare('update request set request = ? where id = ?').run(forged, id);
    assert.equal(await ida.refusal('requests.agree', { id, password: second.password }), 'request-needed');
    assert.equal(house.core.vault.rosterState().users.get(doctorId)?.status, 'active');
    await lena.call('requests.withdraw', { id });
    assert.equal(await stateOf(id), 'withdrawn');
  });

  it('is declined, withdrawn, and over after seven days', async () => {
    const declined = await ask(lena, { kind: 'export-all' });
    assert.equal(await lena.refusal('requests.decline', { id: declined }), 'own-request');
    assert.equal(await ida.refusal('requests.withdraw', { id: declined }), 'forbidden');
    await ida.call('requests.decline', { id: declined });
    assert.equal(await ida.refusal('requests.agree', { id: declined, password: second.password }), 'request-over');

    const late = await ask(lena, { kind: 'export-all' });
    house.ahead.wall = requestLife + 1000;
    assert.equal(await stateOf(late), 'expired');
    assert.equal(await ida.refusal('requests.agree', { id: late, password: second.password }), 'request-over');
    assert.equal(await lena.refusal('requests.withdraw', { id: late }), 'request-over');
    house.ahead.wall = 0;
    await lena.call('requests.withdraw', { id: late });
  });

  it('takes the whole record out once, with both signatures', async () => {
    await ida.call('patients.create', { demographics: person('Sommer', 'Ada', '1971-03-14'), notADuplicate: true });
    const dir = join(place.dir, 'out');
    const path = join(dir, 'carekeep-export.ndjson');
    assert.equal(await ida.refusal('exports.all', { requestId: null, path }), 'request-needed');
    const id = await ask(lena, { kind: 'export-all' });
    assert.equal(await ida.refusal('exports.all', { requestId: id, path }), 'request-needed');
    assert.deepEqual(await ida.call('requests.agree', { id, password: second.password }), { carriedOut: false });
    assert.equal(await ida.refusal('exports.all', { requestId: id, path }), 'not-writable');
    assert.equal(await stateOf(id), 'agreed');

    const there = join(place.dir, 'carekeep-export.ndjson');
    const stopped = ida.refusal('exports.all', { requestId: id, path: there });
    assert.equal(await ida.refusal('exports.all', { requestId: id, path: there }), 'busy');
    await ida.call('exports.cancelAll', {});
    assert.equal(await stopped, 'cancelled');
    assert.deepEqual(
      (await readdir(place.dir)).filter((name) => name.startsWith('carekeep-export')),
      [],
    );
    assert.equal(await stateOf(id), 'agreed');
    const from = house.size();
    const answer = await ida.call('exports.all', { requestId: id, path: there });
    assert.ok(answer.saved && answer.resources === 1);
    const text = readFileSync(there, 'utf8');
    assert.equal(text.length > 0 && text.trimEnd().split('\n').length, 1);
    assert.match(text, /Sommer/);
    assert.equal(statSync(there).mode & 0o777, 0o600);
    assert.deepEqual(
      (await readdir(place.dir)).filter((name) => name.endsWith('.part')),
      [],
    );
    const [begun, written] = house.entries(from);
    assert.deepEqual([begun?.type, begun?.detail['step'], begun?.entity], ['export.all', 'begun', [id]]);
    assert.deepEqual([written?.detail['step'], written?.detail['resources']], ['written', 1]);
    assert.equal(await stateOf(id), 'done');
    assert.equal(await ida.refusal('exports.all', { requestId: id, path: there }), 'request-over');
  });

  it('erases a patient whom two admins agreed about, and not while a legal hold stands', async () => {
    const born = { demographics: person('Winter', 'Rosa', '1980-05-06'), notADuplicate: false };
    const { patientId } = await ida.call('patients.create', born);
    const file = join(place.dir, 'rosa.json');
    writeFileSync(file, JSON.stringify({ resourceType: 'Patient', id: patientId, name: [{ family: 'Winter' }] }));
    const subject = { kind: 'erase-patient' as const, patientId };
    const { id: hold } = await lena.call('retention.hold', { patientId, reason: 'a court asks' });
    assert.equal(await lena.refusal('requests.ask', { subject }), 'patient-on-hold');
    await lena.call('retention.liftHold', { id: hold });
    const id = await ask(lena, subject);
    assert.equal((await lena.call('requests.list', {})).requests.find((one) => one.id === id)?.user, 'Winter, Rosa');
    const erase = (requestId: string | null) => ida.refusal('patients.erase', { patientId, requestId });
    assert.equal(await erase(id), 'request-needed');
    assert.deepEqual(await ida.call('requests.agree', { id, password: second.password }), { carriedOut: false });
    assert.equal(await erase(null), 'request-needed');
    const { id: late } = await lena.call('retention.hold', { patientId, reason: 'another court' });
    assert.equal(await erase(id), 'patient-on-hold');
    await lena.call('retention.liftHold', { id: late });
    const from = house.size();
    assert.equal(await erase(id), 'accepted');
    const [entry] = house.entries(from);
    assert.deepEqual([entry?.type, entry?.patient, entry?.entity], ['patient.erased', null, [patientId, id]]);
    // What goes to the other workstations holds up there, and nothing that somebody made of it.
    const ops = house.store
      .sql<[number], { ops: string }>('select ops from audit_entry where seq >= ? and ops is not null')
      .get(from)?.ops;
    const op = readStoreOps(ops ?? '[]')[0];
    assert.ok(op?.kind === 'erase');
    const { vault } = house.core;
    const authority = authorityOf(() => vault.rosterHistory(), vault.ids().clinicId);
    const told: EraseOp = { k: 'erase', v: op.op, at: 0, patient: patientId, request: op.request, roster: op.roster };
    const { body, signatures } = signedRequest.parse(JSON.parse(op.request));
    const signedBy = (...some: typeof signatures) => JSON.stringify({ body, signatures: some });
    const [first, other] = signatures;
    assert.ok(first && other);
    const lies: EraseOp[] = [
      { ...told, patient: '00000000-0000-4000-8000-000000000001' },
      { ...told, roster: 0 },
      { ...told, roster: vault.audit.rosterSize() + 1 },
      { ...told, request: 'no JSON' },
      { ...told, request: signedBy(first) },
      { ...told, request: signedBy(first, first) },
      { ...told, request: signedBy(first, { ...other, by: doctorId }) },
      { ...told, request: JSON.stringify({ body: { ...body, at: body.at + 1 }, signatures }) },
    ];
    assert.equal(authority.mayErase(told), true);
    for (const lie of lies) assert.equal(authority.mayErase(lie), false, JSON.stringify(lie));
    const may = (user: string | undefined) => authority.mayDecide(user ?? '', vault.audit.rosterSize());
    assert.deepEqual([ida.connection.session?.userId, doctorId, 'nobody'].map(may), [true, false, false]);
    assert.equal(await stateOf(id), 'done');
    assert.equal(await erase(id), 'request-over');
    assert.equal(await ida.refusal('patients.demographics', { patientId }), 'not-found');
    assert.deepEqual((await ida.call('patients.search', { text: 'winter' })).hits, []);
    const { problem } = drain(verifyStore(house.store, { now: Date.now, pages: true }));
    assert.equal(problem, null);
    // A file of ours from before does not bring the patient back.
    const { id: importId } = await ida.call('imports.choose', { paths: [file] });
    await ida.call('imports.start', { importId });
    await ida.call('imports.wait', { importId });
    const report = await ida.call('imports.report', { importId });
    assert.deepEqual(
      report.refusals.map(({ reason }) => reason),
      ['erased'],
    );
  });

  it('gives somebody who forgot the password a new one, with the kit and two admins', async () => {
    const kit = house.words.join(' ');
    const restore = (requestId: string | null, words = kit) => ({
      userId: doctorId,
      requestId,
      words,
      password: forgotten,
    });
    assert.equal(await lena.refusal('recovery.restoreAccess', restore(null)), 'request-needed');
    const id = await ask(lena, { kind: 'restore-access', userId: doctorId });
    assert.equal(await lena.refusal('recovery.restoreAccess', restore(id)), 'request-needed');
    await ida.call('requests.agree', { id, password: second.password });
    assert.equal(await lena.refusal('recovery.restoreAccess', { ...restore(id), userId: ottoId }), 'request-needed');
    const wrong = house.words.toReversed().join(' ');
    assert.equal(await lena.refusal('recovery.restoreAccess', restore(id, wrong)), 'kit-words-wrong');
    const before = house.core.vault.rosterState().users.get(doctorId);
    const pin = await makeVerifier('358914');
    withTransaction(house.store, (tx) => writePinVerifier(tx, doctorId, pin));
    await lena.call('recovery.restoreAccess', restore(id));
    assert.equal(readPinVerifier(house.store, doctorId), null);
    const after = house.core.vault.rosterState().users.get(doctorId);
    assert.equal(after?.x25519, before?.x25519);
    assert.deepEqual(after?.retired, [...(before?.retired ?? []), before?.ed25519]);
    const last = house.core.vault.roster().at(-1);
    assert.deepEqual(last?.signatures.map(({ by }) => by).sort(), ['clinic', lena.connection.session?.userId].sort());
    const desk = house.desk('ctl');
    const userName = 'the.practitioner';
    assert.equal(
      await desk.refusal('sessions.signIn', { userName, password: passwords.practitioner }),
      'wrong-password',
    );
    await desk.call('sessions.signIn', { userName, password: forgotten });
    assert.equal(await lena.refusal('recovery.restoreAccess', restore(id)), 'request-over');
    assert.equal(await stateOf(id), 'done');
  });

  it('drills the kit by three of its words, one answer to each question', async () => {
    const kit = await lena.call('recovery.kit', {});
    assert.ok(kit.form === 'code' && !kit.drillDue && kit.lastDrill?.passed);
    house.ahead.wall = 366 * 24 * 60 * 60 * 1000;
    assert.equal((await lena.call('recovery.kit', {})).drillDue, true);
    house.ahead.wall = 0;
    const { ask: asked } = await lena.call('recovery.startDrill', {});
    const right = asked.map((at) => ({ ...at, word: (house.words[at.position - 1] ?? '').slice(0, 4) }));
    const [first] = right;
    assert.ok(first !== undefined);
    const wrong = [{ ...first, word: first.word.startsWith('zo') ? 'abandon' : 'zoo' }, ...right.slice(1)];
    assert.deepEqual(await lena.call('recovery.answerDrill', { words: wrong }), { passed: false });
    assert.equal((await lena.call('recovery.kit', {})).drillDue, true);
    assert.equal(await lena.refusal('recovery.answerDrill', { words: right }), 'drill-not-begun');
    assert.deepEqual(await lena.call('recovery.answerDrill', { kit: house.words.join(' ') }), { passed: true });
    const again = await lena.call('recovery.startDrill', {});
    const words = again.ask.map((at) => ({ ...at, word: house.words[at.position - 1] ?? '' }));
    assert.deepEqual(await lena.call('recovery.answerDrill', { words }), { passed: true });
  });

  it('makes three sheets of the code, of which any two open what the code did', async () => {
    const made = await lena.call('recovery.remake', { words: house.words.join(' '), form: 'shares' });
    assert.equal(made.words.length, 87);
    assert.equal((await lena.call('recovery.kit', {})).form, 'code');
    const back = made.ask.map((position) => ({ position, word: made.words[position - 1] ?? '' }));
    assert.equal(
      await lena.refusal('recovery.confirmRemade', { words: back.map((one) => ({ ...one, word: 'zebra' })) }),
      'kit-words-wrong',
    );
    await lena.call('recovery.confirmRemade', { words: back });
    assert.equal((await lena.call('recovery.kit', {})).form, 'shares');
    const sheets = [made.words.slice(0, 29), made.words.slice(29, 58), made.words.slice(58)];
    const typed = (one: number, other: number) => [...(sheets[one] ?? []), ...(sheets[other] ?? [])].join(' ');
    await house.core.vault.proveKit(typed(2, 0));
    await house.core.vault.proveKit(typed(1, 2));
    assert.equal(await lena.refusal('recovery.remake', { words: typed(1, 1), form: 'code' }), 'kit-sheet-twice');
    const others = await lena.call('recovery.remake', { words: typed(0, 1), form: 'shares' });
    const mixed = [...(sheets[0] ?? []), ...others.words.slice(29, 58)].join(' ');
    assert.equal(await lena.refusal('recovery.remake', { words: mixed, form: 'code' }), 'kit-sheets-differ');

    const { ask: asked } = await lena.call('recovery.startDrill', {});
    assert.deepEqual(
      asked.map(({ sheet }) => sheet),
      [1, 2, 3],
    );
    const words = asked.map((at) => ({ ...at, word: sheets[at.sheet - 1]?.[at.position - 1] ?? '' }));
    assert.deepEqual(await lena.call('recovery.answerDrill', { words }), { passed: true });

    const code = await lena.call('recovery.remake', { words: typed(2, 1), form: 'code' });
    assert.deepEqual(code.words, house.words);
  });

  it('takes the role from one of the last two only with both of them', async () => {
    const demote = await ask(lena, { kind: 'roles', userId: ottoId, roles: ['reception'] });
    await ida.call('requests.agree', { id: demote, password: second.password });
    const id = await ask(lena, { kind: 'status', userId: idaId, status: 'removed' });
    await ida.call('requests.agree', { id, password: second.password });
    assert.equal(house.core.vault.rosterState().users.get(idaId)?.status, 'removed');
    assert.equal(ida.connection.session, null);
    assert.equal(await lena.refusal('requests.ask', { subject: { kind: 'export-all' } }), 'accepted');
    assert.equal((await lena.call('requests.list', {})).otherAdmins, 0);
    await house.restart();
    assert.equal(house.core.vault.state, 'locked');
  });

  it('restores by the kit without changing a password, and says where it changed one past other admins', async () => {
    await house.core.close();
    await house.start();
    const desk = house.desk();
    const kit = house.words.join(' ');
    assert.deepEqual(await desk.call('recovery.restore', { words: kit }), { restored: true });
    await desk.signIn('admin');
    const subject = { kind: 'roles' as const, userId: ottoId, roles: ['admin' as const] };
    assert.equal((await desk.call('requests.ask', { subject })).needed, false);
    await desk.call('users.setRoles', { userId: ottoId, roles: ['admin'] });
    assert.equal(
      (await desk.call('reviews.list', { state: 'open', before: null, limit: 10 })).items.filter(
        ({ kind }) => kind === 'recovery-alone',
      ).length,
      0,
    );

    await house.restart();
    const next = house.desk();
    await next.call('recovery.restore', { words: kit, admin: { userName: third.userName, password: forgotten } });
    for (const _time of [1, 2]) {
      await next.signIn('admin');
      const { items } = await next.call('reviews.list', { state: 'open', before: null, limit: 10 });
      const found = items.filter(({ kind }) => kind === 'recovery-alone');
      assert.deepEqual(
        found.map(({ userId }) => userId),
        [ottoId],
      );
    }
  });
});
