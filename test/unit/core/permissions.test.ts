/** Every role against every procedure, before sign-in and after, and the entry each call leaves. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type ProcedureName, procedures } from '../../../src-shared/contract/index.ts';
import { permissionsOf, type Role } from '../../../src-shared/contract/permissions.ts';
import type { Needs } from '../../../src-shared/contract/procedure.ts';
import { defaultReviewRules } from '../../../src-shared/contract/reviews.ts';
import { type Place, startPlace } from './clinic.ts';
import { type Desk, type House, nameOf, noteOf, passwords, person, startHouse } from './house.ts';

let place: Place;
let house: House;
before(async () => {
  place = await startPlace();
  house = await startHouse(join(place.dir, 'profile'), ['practitioner', 'assistant', 'reception', 'auditor', 'it']);
});
after(async () => {
  await house.core.close();
  await place.stop();
});

const nobody = 'nobody-at-all';
const noId = '00000000-0000-4000-8000-000000000000';
const target = { patientId: nobody, path: '/nonexistent/record' };
const concept = { patientId: nobody, text: 'x', code: '', system: '', note: '' };

const logTarget = { host: 'logs.example', port: 6514, serverName: null, authorities: 'no certificate' };

/** Input that every schema takes and that does as little as the procedure can. */
const sample: { readonly [N in ProcedureName]?: unknown } = {
  'settings.get': {},
  'policies.get': {},
  'app.copied': {},
  'diagnostics.preview': {},
  'diagnostics.save': { path: '/nonexistent/diagnostics' },
  'updates.check': {},
  'updates.openBundle': { path: '/nonexistent/bundle' },
  'updates.install': { version: '9.9.9' },
  'sync.status': {},
  'sync.now': {},
  'sync.quarantined': {},
  'sync.decide': { id: 'no-such-item', decision: 'drop' },
  'settings.set': { idleMinutes: 5 },
  'retention.get': {},
  'retention.set': { years: 10 },
  'retention.holds': {},
  'retention.hold': { patientId: nobody, reason: 'x' },
  'retention.liftHold': { id: noId },
  'retention.preview': {},
  'retention.prune': { requestId: noId },
  'retention.prunes': {},
  'logServer.get': {},
  'logServer.set': { ...logTarget, from: 'now' },
  'logServer.switchOff': {},
  'logServer.test': logTarget,
  'logServer.readAuthorities': { text: 'no certificate' },
  'sessions.touch': {},
  'sessions.remember': { page: 'patients', patientId: null, tab: null },
  'sessions.setPreferences': { language: 'en', theme: 'light' },
  'sessions.changePassword': { current: 'not the password at all', next: 'a brand new pass phrase 71' },
  'sessions.finishPassword': { next: 'a brand new pass phrase 71' },
  'sessions.account': {},
  'sessions.beginSecondFactor': { password: 'not the password at all' },
  'sessions.confirmSecondFactor': { code: '000000' },
  'sessions.removeSecondFactor': { password: 'not the password at all', code: '000000' },
  'sessions.setPin': { pin: '111111', password: 'not the password at all' },
  'sessions.removePin': { password: 'not the password at all' },
  'users.list': {},
  'users.create': { userName: nameOf('admin'), displayName: 'New', roles: ['auditor'] },
  'users.setRoles': { userId: nobody, roles: ['auditor'] },
  'users.suspend': { userId: nobody },
  'users.reactivate': { userId: nobody },
  'users.resetPassword': { userId: nobody },
  'users.remove': { userId: nobody },
  'users.clearSecondFactor': { userId: nobody },
  'users.setPolicy': { adminSecondFactor: false },
  'roles.matrix': {},
  'roles.define': { name: 'auditor', permissions: ['patient:read'] },
  'roles.change': { roleId: 'own-0123456789abcdef', name: 'x', permissions: ['patient:read'] },
  'roles.remove': { roleId: 'own-0123456789abcdef' },
  'patients.search': { text: 'zz' },
  'patients.endSearch': { opened: null },
  'patients.recent': {},
  'patients.demographics': { patientId: nobody },
  'patients.similar': { family: 'zz', given: 'zz', birthDate: null },
  'patients.create': { demographics: person('Sample', 'Sam'), notADuplicate: false },
  'patients.update': { patientId: nobody, version: 1, demographics: person('A', 'B') },
  'patients.erase': { patientId: noId, requestId: noId },
  'chart.open': { patientId: nobody },
  'chart.source': { id: nobody },
  'chart.addProblem': { ...concept, onset: null },
  'chart.addAllergy': { kind: 'none-known', patientId: nobody },
  'chart.addMedication': { ...concept, dosage: '', start: null },
  'chart.end': { id: nobody, version: 1, as: 'ended', date: null },
  'chart.recordVitals': { patientId: nobody, at: 1, values: [{ vital: 'weight', value: '70', unit: 'kg' }] },
  'notes.saveDraft': { draftId: null, patientId: nobody, encounterId: null, amends: null, content: noteOf('text') },
  'notes.drafts': {},
  'notes.discardDraft': { draftId: nobody },
  'notes.sign': { draftId: nobody, password: 'not the password at all' },
  'snippets.list': {},
  'snippets.save': { id: 'an id of my own', name: 'x', text: 'x' },
  'snippets.remove': { id: nobody },
  'imports.choose': { paths: ['/nonexistent/file.json'] },
  'imports.start': { importId: nobody },
  'imports.wait': { importId: nobody },
  'imports.cancel': { importId: nobody },
  'imports.report': { importId: nobody },
  'imports.list': {},
  'exports.bundle': target,
  'exports.summary': { ...target, language: 'en' },
  'exports.pdf': { ...target, language: 'en' },
  'exports.import': { importId: nobody, path: '/nonexistent/file' },
  'access.get': { patientId: nobody },
  'access.candidates': {},
  'access.restrict': { patientId: nobody, reason: 'other', users: [nobody] },
  'access.lift': { patientId: nobody },
  'access.breakGlass': { patientId: nobody, reason: 'other', text: 'x', password: 'not the password at all' },
  'access.endBreakGlass': { patientId: nobody },
  'access.reason': { id: nobody },
  'audit.page': {
    filter: { userId: null, patientId: null, kind: null, outcome: null, from: null, to: null },
    before: null,
    limit: 5,
  },
  'audit.counts': {
    filter: { userId: null, patientId: null, kind: 'audit', outcome: null, from: null, to: null },
    by: 'time',
  },
  'audit.overview': {},
  'audit.saveFilter': {
    name: 'Mine',
    filter: {
      userId: null,
      patientId: null,
      kind: null,
      outcome: null,
      text: '',
      range: { kind: 'last', name: 'all' },
    },
  },
  'audit.deleteFilter': { id: nobody },
  'accessReports.preview': { patientId: nobody },
  'accessReports.make': { patientId: nobody, form: 'fhir', path: '/nonexistent/report' },
  'auditEventExport.save': { from: null, to: null, path: '/nonexistent/log' },
  'auditEventExport.cancel': {},
  'auditBundle.save': { from: null, to: null, path: '/nonexistent/log' },
  'auditBundle.cancel': {},
  'audit.verify': {},
  'audit.scrub': {},
  'audit.verdict': {},
  'audit.cancelVerify': {},
  'reviews.list': { state: 'open', before: null, limit: 5 },
  'reviews.get': { id: nobody },
  'reviews.count': {},
  'reviews.close': { id: nobody, verdict: 'justified', comment: '' },
  'reviews.weeks': { before: null, limit: 5 },
  'reviews.week': { week: '2026-W40' },
  'reviews.signWeek': { week: '2026-W40', password: 'x' },
  'reviews.rules': {},
  'reviews.setRules': defaultReviewRules,
  'recovery.kit': {},
  'recovery.startDrill': {},
  'recovery.answerDrill': { kit: 'abandon' },
  'recovery.remake': { words: 'abandon', form: 'code' },
  'recovery.saveRemade': { words: Array(24).fill('abandon'), language: 'en', path: '/nonexistent/kit.pdf' },
  'recovery.confirmRemade': { words: [1, 2].map((position) => ({ position, word: 'abandon' })) },
  'recovery.restoreAccess': {
    requestId: null,
    userId: nobody,
    words: 'abandon',
    password: 'a brand new pass phrase 71',
  },
  'keys.report': {},
  'keys.rotateDeviceSecret': {},
  'keys.rotateClinicKey': {},
  'keys.rotateDatabaseKey': {},
  'keys.cancelRotation': {},
  'keys.rotateOwnKeys': { password: 'not the password at all' },
  'keys.demandNewKeys': { userId: nobody },
  'exports.all': { requestId: noId, path: '/nonexistent/all' },
  'exports.cancelAll': {},
  'requests.ask': { subject: { kind: 'export-all' } },
  'requests.list': {},
  'requests.count': {},
  'requests.agree': { id: noId, password: 'not the password at all' },
  'requests.decline': { id: noId },
  'requests.withdraw': { id: noId },
  'roster.state': { at: null },
  'roster.history': {},
  'conflicts.list': {},
  'conflicts.settle': {
    id: noId,
    field: 'status',
    version: `1.${noId}`,
    choose: 'shown',
    expectedVersion: 1,
  },
  'devices.list': {},
  'devices.remove': { deviceId: noId },
  'devices.words': { path: '/nonexistent/request' },
  'backend.get': {},
  'backend.probe': { address: '127.0.0.1:1' },
  'backend.connect': { address: '127.0.0.1:1', fingerprint: 'AA'.concat(':AA'.repeat(31)), token: 'x' },
  'enrolment.open': {},
  'enrolment.standing': {},
  'enrolment.admit': { words: ['a', 'b', 'c', 'd', 'e', 'f'] },
  'enrolment.cancel': {},
  'devices.admit': { request: '/nonexistent/request', welcome: '/nonexistent/welcome' },
};

/** `sessions.lock` and `sessions.veil` have tests of their own: they end what this one goes on with. */
const ending = ['sessions.lock', 'sessions.veil'];
const guarded = [...procedures].filter(([name, { needs }]) => needs !== 'public' && !ending.includes(name));

function may(role: Role, needs: Needs): boolean {
  if (needs === 'public' || needs === 'session') return true;
  const held = permissionsOf([role]);
  return typeof needs === 'string' ? held.has(needs) : needs.some((one) => held.has(one));
}

const inputOf = (name: string): unknown => Object.entries(sample).find(([known]) => known === name)?.[1];

test('there is a sample for every procedure', () => {
  for (const [name] of guarded) assert.notEqual(inputOf(name), undefined, name);
});

test('before sign-in nothing but the public is answered', async () => {
  for (const channel of ['screen', 'ctl'] as const) {
    const desk = house.desk(channel);
    for (const [name, { channels }] of guarded) {
      const expected = channels === undefined || channels.includes(channel) ? 'not-signed-in' : 'not-here';
      assert.equal(await desk.refusal(name, inputOf(name)), expected, name);
    }
    assert.equal(await desk.refusal('chart.everything', {}), 'unknown-procedure');
    assert.equal(await desk.refusal('__proto__.toString', {}), 'unknown-procedure');
  }
});

/** Codes of a sign-in's own entry that a call may leave instead of its declared one. */
const instead: { readonly [name: string]: string } = {
  'notes.sign': 'note.sign-refused',
  'access.breakGlass': 'break-glass.refused',
};

async function tryAll(desk: Desk, role: Role): Promise<void> {
  for (const [name, { needs, audits }] of guarded) {
    const from = house.size();
    const code = await desk.refusal(name, inputOf(name));
    const left = house.entries(from);
    const what = `${role} ${name} ${code}`;
    if (!may(role, needs)) {
      assert.equal(code, 'forbidden', what);
      assert.deepEqual(
        left.map(({ type, outcome, detail }) => [type, outcome, detail]),
        [['access.denied', 4, { procedure: name }]],
        what,
      );
      continue;
    }
    assert.ok(!['forbidden', 'not-signed-in', 'internal', 'unknown-procedure'].includes(code), what);
    // Input that a schema refuses is refused before anything else happens.
    if (typeof audits !== 'string' || code === 'invalid-input') {
      assert.deepEqual(left, [], what);
      continue;
    }
    if (name === 'audit.overview') continue; // beside a page it is the same look
    if (name === 'requests.ask') continue; // with one admin there is nobody to ask, and nothing is asked
    const expected = code !== 'accepted' ? (instead[name] ?? audits) : audits;
    const own = left.filter(({ detail }) => detail['phase'] !== 'end' || name === 'patients.endSearch');
    assert.deepEqual(
      own.map(({ type }) => type),
      [expected],
      what,
    );
    assert.equal(own[0]?.outcome, code === 'accepted' ? 0 : 8, what);
    if (code !== 'accepted') assert.equal(own[0]?.detail['error'], code, what);
    if (name === 'audit.verify') await house.core.verification.stopped();
  }
}

for (const role of ['admin', 'practitioner', 'assistant', 'reception', 'auditor'] as const) {
  test(`${role}: allowed, forbidden and written down as declared`, async () => {
    const desk = house.desk('ctl');
    house.ahead.monotonic += 3_600_000;
    await desk.signIn(role);
    await tryAll(desk, role);
  });
}

test('IT works without the database, and what it was denied is in the log afterwards', async () => {
  const desk = house.desk();
  house.ahead.monotonic += 3_600_000;
  await house.restart();
  await desk.signIn('it');
  assert.equal(house.core.opened(), null);
  const denied: string[] = [];
  const works = [
    'keys.report',
    'keys.rotateDeviceSecret',
    'roster.state',
    'roster.history',
    'devices.list',
    'backend.get',
    'retention.get',
    'diagnostics.preview',
  ];
  // theirs too, and refused for what they are asked here
  const otherwise: { readonly [name: string]: string } = {
    'diagnostics.save': 'invalid-input',
    'updates.check': 'update-off',
    'updates.openBundle': 'not-here',
  };
  for (const [name, { needs, channels }] of guarded) {
    if (channels !== undefined && !channels.includes('screen')) continue;
    const code = await desk.refusal(name, inputOf(name));
    if (works.includes(name)) assert.equal(code, 'accepted', name);
    else if (otherwise[name] !== undefined) assert.equal(code, otherwise[name], name);
    else if (needs !== 'session') {
      assert.equal(code, 'forbidden', name);
      denied.push(name);
    } else {
      const expected = {
        'sessions.touch': 'accepted',
        'sync.now': 'accepted',
        'sync.status': 'accepted',
        'policies.get': 'accepted',
        'app.copied': 'accepted',
        'updates.install': 'update-off',
        'sessions.changePassword': 'wrong-password',
        'sessions.finishPassword': 'not-found',
        'sessions.account': 'accepted',
        'sessions.beginSecondFactor': 'wrong-password',
        'sessions.confirmSecondFactor': 'second-factor-missing',
        'sessions.removeSecondFactor': 'second-factor-missing',
        'keys.rotateOwnKeys': 'wrong-password',
      }[name];
      assert.equal(code, expected ?? 'no-clinical-access', name);
    }
  }
  const current = await desk.call('sessions.current', {});
  assert.equal(current.session?.place, null);
  const other = house.desk('ctl');
  await other.signIn('auditor');
  const said = house.entries().filter(({ type, origin }) => type === 'access.denied' && origin === 'core');
  assert.deepEqual(
    said.map(({ detail }) => detail['procedure']),
    denied,
  );
  const failed = house.entries().filter(({ type, outcome }) => type === 'user.password-changed' && outcome === 8);
  assert.deepEqual(
    failed.slice(-2).map(({ detail }) => detail['error']),
    ['wrong-password', 'not-found'],
  );
  // The database is open for the auditor now, and closed to IT all the same.
  assert.equal(await desk.refusal('settings.get', {}), 'no-clinical-access');
  house.core.disconnected(other.connection);
});

test('the database closes when IT takes the screen over from who had it open', async () => {
  const desk = house.desk();
  // So many wrong passwords were tried above that the workstation waits.
  house.ahead.monotonic += 3_600_000;
  await house.restart();
  await desk.signIn('reception');
  assert.ok(house.core.opened());
  await desk.signIn('it');
  assert.equal(house.core.opened(), null);
  await desk.signIn('reception');
  assert.ok(house.core.opened());
});

test('what set-up offers before sign-in is over when set-up is', async () => {
  const stranger = house.desk('ctl');
  const { words } = house;
  const create = {
    language: 'en',
    clinicName: 'x',
    country: 'DE',
    workstationName: 'x',
    admin: { userName: 'mallory', displayName: 'M', roles: [] },
    password: 'seven blue horses at noon 9',
  };
  const size = house.size();
  assert.equal(await stranger.refusal('setup.create', create), 'already-set-up');
  assert.equal(
    await stranger.refusal('setup.newKit', { userName: nameOf('admin'), password: passwords.admin }),
    'already-set-up',
  );
  const path = join(place.dir, 'kit.pdf');
  assert.equal(await stranger.refusal('setup.saveKit', { words, language: 'en', path }), 'already-set-up');
  const guess = [1, 2].map((position) => ({ position, word: 'zoo' }));
  assert.equal(await stranger.refusal('setup.confirmKit', { words: guess }), 'already-set-up');
  assert.equal(await stranger.refusal('recovery.setAside', { words: words.join(' ') }), 'busy');
  assert.equal(await stranger.refusal('recovery.acknowledgeRollback', { words: words.join(' ') }), 'busy');
  const long = await stranger.refusal('setup.checkPassword', { password: 'a'.repeat(513), personal: [] });
  assert.equal(long, 'invalid-input');
  const started = performance.now();
  const { acceptable } = await stranger.call('setup.checkPassword', {
    password: 'aA1!'.repeat(128),
    personal: Array.from({ length: 8 }, () => 'x'.repeat(200)),
  });
  assert.equal(acceptable, false);
  assert.ok(performance.now() - started < 2000);
  assert.deepEqual(house.entries(size), []);
});

test('a session ends with its roles, and a lock is written down once', async () => {
  await house.restart();
  const admin = house.desk('ctl');
  const doctor = house.desk();
  await admin.signIn('admin');
  await doctor.signIn('practitioner');
  const { users } = await admin.call('users.list', {});
  const id = users.find(({ userName }) => userName === nameOf('practitioner'))?.id;
  assert.ok(id);
  await admin.call('users.setRoles', { userId: id, roles: ['reception'] });
  assert.equal(await doctor.refusal('chart.open', { patientId: nobody }), 'not-signed-in');
  house.locks.length = 0;
  await house.restart();
  const again = house.desk();
  await again.signIn('admin');
  await again.call('sessions.lock', {});
  await again.call('sessions.lock', {});
  assert.deepEqual(house.locks, ['user']);
  await house.restart();
  await house.desk().signIn('auditor');
  const locked = house.entries().filter(({ type }) => type === 'application.locked');
  assert.equal(locked.filter(({ recorded }) => recorded > Date.now() - 60_000).length >= 1, true);
});
