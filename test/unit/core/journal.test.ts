/** What happens while the database is closed, told once afterwards; kills, a lost keychain, a file from yesterday. */
import assert from 'node:assert/strict';
import { copyFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type CoreProcess, startCore } from '../../faults/core/process.ts';
import { startKeyring } from '../../host/keyring.ts';
import { type Place, startPlace } from './clinic.ts';
import { House, noteOf, passwords, person, startHouse } from './house.ts';

let place: Place;
let profile: string;
let words: string;
before(async () => {
  place = await startPlace();
  profile = join(place.dir, 'profile');
  const house = await startHouse(profile, ['practitioner']);
  words = house.words.join(' ');
  await house.core.close();
});
after(() => place.stop());

const environment = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );

async function withCore(work: (core: CoreProcess) => Promise<void>): Promise<void> {
  const core = await startCore(profile, environment());
  try {
    await work(core);
  } finally {
    await core.kill();
  }
}

const doctor = { userName: 'the.practitioner', password: passwords.practitioner };

test('failed sign-ins and drafts survive kills, and each is told once', async () => {
  let draftId = '';
  await withCore(async (core) => {
    for (const userName of ['the.practitioner', 'no.such.person']) {
      const failed = await core.call('sessions.signIn', { userName, password: 'wrong pass phrase 12' });
      assert.ok(!failed.ok);
    }
  });
  await withCore(async (core) => {
    await core.demand('sessions.signIn', doctor);
    const { patientId } = await core.demand('patients.create', {
      demographics: person('Kill', 'Bill'),
      notADuplicate: false,
    });
    const content = noteOf('text', { text: 'still here' });
    const draft = { draftId: null, patientId, encounterId: null, amends: null, content };
    ({ draftId } = await core.demand('notes.saveDraft', draft));
  });
  const house = new House(profile);
  await house.start();
  const desk = house.desk();
  await desk.signIn('practitioner');
  const { drafts } = await desk.call('notes.drafts', {});
  assert.deepEqual(
    drafts.map(({ draft }) => [draft.id, draft.content.text]),
    [[draftId, 'still here']],
  );
  const failed = house.entries().filter(({ type }) => type === 'user.sign-in-failed');
  assert.deepEqual(
    failed.map(({ outcome, detail, agent }) => [outcome, detail['error'], agent.user === null]),
    [
      [8, 'wrong-password', false],
      [8, 'wrong-password', true],
    ],
  );
  const text = JSON.stringify(house.entries());
  assert.ok(!text.includes('no.such.person') && !text.includes('wrong pass phrase'));
  await house.core.close();
});

test('being told to wait fills no journal', async () => {
  const house = new House(profile);
  await house.start();
  const desk = house.desk();
  const guess = { userName: 'somebody.else', password: 'wrong pass phrase 12' };
  // The fifth waits for two seconds, so that nothing here depends on how fast this runs.
  for (let i = 0; i < 3; i += 1) await desk.refusal('sessions.signIn', guess);
  house.ahead.monotonic += 1000;
  await desk.refusal('sessions.signIn', guess);
  house.ahead.monotonic += 2000;
  await desk.refusal('sessions.signIn', guess);
  const before = statSync(join(profile, 'journal')).size;
  for (let i = 0; i < 200; i += 1) assert.equal(await desk.refusal('sessions.signIn', guess), 'wait-before-retry');
  const grown = statSync(join(profile, 'journal')).size - before;
  assert.ok(grown < 2000, String(grown));
  await house.core.close();
});

test('a database from yesterday is noticed, and going on with it is an entry', async () => {
  const house = new House(profile);
  const folder = join(profile, 'db');
  const [name] = readdirSync(folder).filter((one) => one.endsWith('.db'));
  assert.ok(name);
  const yesterday = join(place.dir, 'yesterday.db');
  copyFileSync(join(folder, name), yesterday);
  await house.start();
  await house.desk().signIn('practitioner');
  await house.core.close();
  copyFileSync(yesterday, join(folder, name));

  await house.start();
  const desk = house.desk();
  const input = { userName: doctor.userName, password: doctor.password };
  assert.equal(await desk.refusal('sessions.signIn', input), 'database-rolled-back');
  assert.equal((await desk.call('app.status', {})).state, 'database-rolled-back');
  const wrong = words.split(' ').toReversed().join(' ');
  assert.equal(await desk.refusal('recovery.acknowledgeRollback', { words: wrong }), 'kit-words-wrong');
  assert.equal(await desk.refusal('sessions.signIn', input), 'database-rolled-back');
  await desk.call('recovery.acknowledgeRollback', { words });
  await desk.signIn('practitioner');
  const said = house.entries().findLast(({ type }) => type === 'recovery.used');
  assert.equal(said?.detail['reason'], 'rollback-acknowledged');
  await house.core.close();
  await house.start();
  await house.desk().signIn('practitioner');
  await house.core.close();
});

test('the kit opens the same database after the keychain is lost', async () => {
  const keyring = await startKeyring({ dir: join(place.dir, 'another'), password: 'another keyring' });
  try {
    await withLostKeychain(keyring.env);
  } finally {
    await keyring.stop();
  }
});

/** In a process of its own: one process keeps the first keyring it saw. */
async function withLostKeychain(env: Readonly<Record<string, string>>): Promise<void> {
  const core = await startCore(profile, { ...environment(), ...env });
  try {
    assert.equal((await core.demand('app.status', {})).state, 'device-secret-missing');
    const refused = await core.call('sessions.signIn', doctor);
    assert.ok(!refused.ok && refused.error.code === 'device-secret-missing');
    const password = 'ganz neue Brücke über dem Fluss';
    await core.demand('recovery.restore', { words, admin: { userName: 'lena.hof', password } });
    await core.demand('sessions.signIn', doctor);
    const { hits } = await core.demand('patients.search', { text: 'kill' });
    assert.equal(hits.length, 1);
    await core.demand('sessions.signIn', { userName: 'lena.hof', password });
    const filter = { userId: null, patientId: null, kind: 'system' as const, outcome: null, from: null, to: null };
    const { entries } = await core.demand('audit.page', { filter, before: null, limit: 50 });
    assert.ok(entries.some(({ event, detail }) => event === 'recovery.used' && detail['reason'] === 'restore-admin'));
    assert.equal(core.complaint, '');
    await core.close();
  } finally {
    await core.kill();
  }
}
