/** What IT set for the machine, held in core: whoever asks, on whatever channel. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type ProcedureName, procedures } from '../../../../src-shared/contract/index.ts';
import { noPolicy, type Policy, type ReadPolicy, strictPolicy } from '../../../../src-shared/policy/policy.ts';
import { type Place, startPlace } from '../clinic.ts';
import { type Desk, type House, passwords, person, startHouse } from '../house.ts';

let place: Place;
let house: House;
let patientId = '';
before(async () => {
  place = await startPlace();
  house = await startHouse(join(place.dir, 'profile'), ['practitioner', 'it']);
  const desk = house.desk('ctl');
  await desk.signIn('practitioner');
  const made = await desk.call('patients.create', { demographics: person('Amsel', 'Ida'), notADuplicate: true });
  patientId = made.patientId;
});
after(async () => {
  await house.core.close();
  await place.stop();
});

const under = (policy: Policy): ReadPolicy => ({ policy, source: 'file', problems: [] });
async function startUnder(policy: ReadPolicy): Promise<void> {
  house.policy = policy;
  await house.restart();
}
type Told = Readonly<Record<string, string | number>>;
const deniedSince = (size: number): Told[] =>
  house
    .entries(size)
    .flatMap(({ type, outcome, detail }) => (type === 'access.denied' ? [{ outcome, ...detail }] : []));

async function setPin(desk: Desk): Promise<string> {
  return desk.refusal('sessions.setPin', { pin: '482913', password: passwords.practitioner });
}

test('nothing leaves where exports are forbidden, and each try is a denied entry', async () => {
  await startUnder(under({ exportAllowed: false }));
  const admin = house.desk('ctl');
  await admin.signIn('admin');
  const desk = house.desk();
  await desk.signIn('practitioner');
  const path = join(place.dir, 'leaves');
  const inputs: { readonly [N in ProcedureName]?: unknown } = {
    'exports.bundle': { patientId, path },
    'exports.summary': { patientId, path, language: 'en' },
    'exports.pdf': { patientId, path, language: 'en' },
    'exports.import': { importId: '00000000-0000-4000-8000-000000000000', path },
    'exports.all': { requestId: null, path },
    'accessReports.make': { patientId, form: 'pdf', path },
    'auditEventExport.save': { from: null, to: null, path },
    'auditBundle.save': { from: null, to: null, path },
    'logServer.set': { host: 'log.example', port: 6514, serverName: null, authorities: 'x', from: 'beginning' },
  };
  const forbidden = [...procedures].filter(([, { takesOut }]) => takesOut === true);
  for (const [name, { needs }] of forbidden) {
    const admins: readonly unknown[] = ['patient:export-all', 'audit:export', 'settings:write'];
    const who = admins.includes(needs) ? admin : desk;
    const size = house.size();
    const input = Object.entries(inputs).find(([other]) => other === name)?.[1];
    assert.equal(await who.refusal(name, input), 'policy-forbids', name);
    assert.deepEqual(deniedSince(size), [{ outcome: 4, procedure: name, reason: 'policy' }], name);
  }
  assert.equal(existsSync(path), false);
  // whoever lacks the permission learns nothing of a policy
  assert.equal(await admin.refusal('exports.bundle', { patientId, path }), 'forbidden');
  // what only shows is not forbidden
  await desk.call('accessReports.preview', { patientId });

  await startUnder(noPolicy);
  const later = house.desk('ctl');
  await later.signIn('practitioner');
  await later.call('exports.bundle', { patientId, path });
  assert.ok(existsSync(path));
});

test('the idle time of a policy counts, and no admin changes it', async () => {
  await startUnder(under({ idleMinutes: 2 }));
  const admin = house.desk('ctl');
  await admin.signIn('admin');
  const settings = await admin.call('settings.get', {});
  assert.equal(settings.idleMinutes, 2);
  assert.deepEqual(settings.managed, ['idleMinutes']);
  const size = house.size();
  assert.equal(await admin.refusal('settings.set', { idleMinutes: 60, veilMinutes: 3 }), 'policy-forbids');
  assert.deepEqual(deniedSince(size), [{ outcome: 4, procedure: 'settings.set', reason: 'policy' }]);
  await admin.call('settings.set', { veilMinutes: 3 });
  assert.equal((await admin.call('settings.get', {})).veilMinutes, 3);

  // IT opens no database, where an admin's settings are
  const desk = house.desk();
  await desk.signIn('it');
  assert.equal((await desk.call('sessions.current', {})).session?.idleMinutes, 2);
  // the idle timer looks once a second
  house.ahead.monotonic += 121_000;
  const { locks } = house;
  const before = locks.length;
  for (let tries = 0; tries < 40 && locks.length === before; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.ok(['idle', 'suspend'].includes(locks.at(-1) ?? ''));
});

test('no PIN where a policy forbids it: none is set, and one set before brings nobody back', async () => {
  await startUnder(noPolicy);
  const before = house.desk();
  await before.signIn('practitioner');
  assert.equal(await setPin(before), 'accepted');
  await startUnder(under({ pinAllowed: false }));
  const desk = house.desk();
  await desk.signIn('practitioner');
  assert.equal((await desk.call('sessions.current', {})).session?.quickReturn.allowed, false);
  assert.equal(await desk.refusal('sessions.veil', {}), 'policy-forbids');
  assert.equal(house.core.presence.veil.parked(), null);
  assert.equal(await setPin(desk), 'policy-forbids');
  const admin = house.desk('ctl');
  await admin.signIn('admin');
  const settings = await admin.call('settings.get', {});
  assert.deepEqual([settings.pinAllowed, settings.managed], [false, ['pinAllowed']]);
  assert.equal(await admin.refusal('settings.set', { pinAllowed: true }), 'policy-forbids');
  // one that is not needed any more can be taken away
  await desk.call('sessions.removePin', { password: passwords.practitioner });
});

test('a policy that allows PINs leaves them to the admin', async () => {
  await startUnder(under({ pinAllowed: true }));
  const admin = house.desk('ctl');
  await admin.signIn('admin');
  await admin.call('settings.set', { pinAllowed: false });
  assert.deepEqual((await admin.call('settings.get', {})).managed, []);
  const desk = house.desk();
  await desk.signIn('practitioner');
  assert.equal(await setPin(desk), 'pin-not-allowed');
  await admin.call('settings.set', { pinAllowed: true });
});

test('the clinic connects to the backend that the policy names, and to no other', async () => {
  const ca = 'AB'.repeat(32);
  await startUnder(under({ backendAddress: 'https://127.0.0.1:1/', backendCa: ca.toLowerCase() }));
  const admin = house.desk('ctl');
  await admin.signIn('admin');
  const fingerprint = (ca.match(/../g) ?? []).join(':');
  const size = house.size();
  const token = 'token';
  assert.equal(await admin.refusal('backend.probe', { address: 'other.example' }), 'policy-forbids');
  assert.equal(await admin.refusal('backend.probe', { address: '127.0.0.1' }), 'policy-forbids');
  assert.equal(
    await admin.refusal('backend.connect', { address: 'other.example', fingerprint, token }),
    'policy-forbids',
  );
  const foreign = fingerprint.replace('AB', 'CD');
  const elsewhere = { address: '127.0.0.1:1', fingerprint: foreign, token };
  assert.equal(await admin.refusal('backend.connect', elsewhere), 'policy-forbids');
  assert.deepEqual(
    deniedSince(size).map((denied) => [denied['outcome'], denied['procedure'], denied['reason']]),
    ['backend.probe', 'backend.probe', 'backend.connect', 'backend.connect'].map((name) => [4, name, 'policy']),
  );
  assert.equal(await admin.refusal('backend.connect', { ...elsewhere, fingerprint }), 'backend-unreachable');
  const shown = await admin.call('policies.get', {});
  assert.deepEqual(shown.problems, []);
  assert.equal(shown.backendAddress, 'https://127.0.0.1:1/');
});

test('a workstation that joins does so over the backend that the policy names', async () => {
  const other = await startPlace();
  try {
    const { createCore } = await import('../../../../src-main/core/core.ts');
    const { askHere } = await import('../../../../src-main/core/connection/enrol-here.ts');
    const { noDialogs } = await import('../../../../src-main/core/dialogs.ts');
    const core = await createCore({
      profile: join(other.dir, 'fresh'),
      dialogs: noDialogs,
      lock: () => undefined,
      veil: () => undefined,
      broadcast: () => undefined,
      policy: under({ backendAddress: 'https://backend.example' }),
    });
    const asked = askHere(core, { address: 'backend.example:443', code: 'x', name: 'W' }, AbortSignal.timeout(1000));
    await assert.rejects(asked, { message: 'policy-forbids' });
    await core.close();
  } finally {
    await other.stop();
  }
});

test('the help page is opened by main, and only where a policy names one', async () => {
  await startUnder(noPolicy);
  const stranger = house.desk();
  assert.equal((await stranger.call('app.status', {})).help, false);
  assert.equal(await stranger.refusal('app.openHelp', {}), 'not-found');
  assert.deepEqual(
    house.toShell.filter(({ kind }) => kind === 'open-help'),
    [],
  );
  await startUnder(under({ helpAddress: 'https://help.example/' }));
  const desk = house.desk();
  assert.equal((await desk.call('app.status', {})).help, true);
  await desk.call('app.openHelp', {});
  assert.deepEqual(
    house.toShell.filter(({ kind }) => kind === 'open-help'),
    [{ kind: 'open-help' }],
  );
});

test('everybody signed in reads the policies, as a person reads them, also who has no key to the database', async () => {
  const root = '{"signed":{}}';
  await startUnder(
    under({
      idleMinutes: 4,
      exportAllowed: false,
      backupTargets: ['/srv/a', '/srv/b'],
      updateRoot: root,
      updateCa: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
    }),
  );
  const desk = house.desk();
  assert.equal(await desk.refusal('policies.get', {}), 'not-signed-in');
  await desk.signIn('it');
  const { entries, ...rest } = await desk.call('policies.get', {});
  assert.deepEqual(rest, {
    source: 'file',
    problems: [],
    exportAllowed: false,
    pinAllowed: true,
    idleMinutes: 4,
    backendAddress: null,
    helpAddress: null,
  });
  assert.deepEqual(
    entries.map(({ name }) => name),
    ['idleMinutes', 'exportAllowed', 'backupTargets', 'updateRoot', 'updateCa'],
  );
  const value = (wanted: string) => entries.find(({ name }) => name === wanted)?.value ?? '';
  assert.equal(value('exportAllowed'), 'false');
  assert.equal(value('backupTargets'), '/srv/a\n/srv/b');
  assert.match(value('updateRoot'), /^SHA-256 [0-9a-f]{64}$/);
  assert.match(value('updateCa'), /^SHA-256 [0-9A-Fa-f:]{64,95}$/);
});

test('the log says once which policies counted, and again when they are others or gone', async () => {
  await startUnder(noPolicy);
  const sign = async () => {
    const desk = house.desk('ctl');
    await desk.signIn('admin');
  };
  await sign();
  const size = house.size();
  const applied = (): Told[] =>
    house
      .entries(size)
      .flatMap(({ type, outcome, origin, detail }) =>
        type === 'policy.applied' ? [{ outcome, origin, ...detail }] : [],
      );
  await startUnder(under({ idleMinutes: 9, helpAddress: 'https://help.example/' }));
  await sign();
  await house.restart();
  await sign();
  const [first, ...more] = applied();
  assert.deepEqual(more, []);
  assert.equal(first?.['source'], 'file');
  assert.equal(first?.['names'], 'idleMinutes helpAddress');
  assert.match(String(first?.['hash']), /^[0-9a-f]{64}$/);
  assert.equal(JSON.stringify(first).includes('help.example'), false);
  await startUnder({ policy: strictPolicy, source: 'file', problems: [{ name: 'idleMinutes', code: 'policy-type' }] });
  await sign();
  await startUnder(noPolicy);
  await sign();
  assert.deepEqual(
    applied().map((told) => [told['outcome'], told['source'], told['problems']]),
    [
      [0, 'file', undefined],
      [8, 'file', 'idleMinutes:policy-type'],
      [0, 'none', undefined],
    ],
  );
});
