import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { openKeychain } from '../../../src-main/core/vault/keychain.ts';
import { readKeyFileMark, readUpdateTrust, writeUpdateTrust } from '../../../src-main/core/vault/keychain-items.ts';
import { beginUpdates } from '../../../src-main/update/at-start.ts';
import { putBack } from '../../../src-main/update/back.ts';
import { emptyJournal, writeJournal } from '../../../src-main/update/journal.ts';
import { noPolicy } from '../../../src-shared/policy/policy.ts';
import { copyManifest } from '../../../src-shared/updates/copy.ts';
import type { Installing } from '../../../src-shared/updates/journal.ts';
import type { UpdateState, UpdateTrust } from '../../../src-shared/updates/state.ts';
import type { CoreToShell } from '../../../src-shared/wire.ts';
import { startPlace } from './clinic.ts';
import { type House, nameOf, startHouse } from './house.ts';

const hash = 'ab'.repeat(32);
const trust: UpdateTrust = {
  version: 1,
  anchor: hash,
  anchorFrom: 'package',
  root: { version: 1, sha256: hash },
  roles: {
    timestamp: { version: 3, keys: hash },
    snapshot: { version: 2, keys: hash },
    targets: { version: 1, keys: hash },
  },
  application: '1.0.0',
};
const notes = { en: 'Better.', de: 'Besser.', fr: 'Mieux.', es: 'Mejor.' };
const ready: UpdateState = {
  phase: 'ready',
  off: null,
  offer: { version: '1.1.0', size: 1, required: false, notes, released: 1 },
  done: null,
  lastGood: Date.now(),
  lastTry: Date.now(),
  refusal: null,
  source: 'https',
  channel: 'stable',
  ring: 'everyone',
  fellBackFrom: null,
};
const versions = { from: '1.0.0', to: '1.1.0' };

const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

describe('core and updates', { timeout: 240_000 }, () => {
  let house: House;
  let place: Awaited<ReturnType<typeof startPlace>>;
  const keychain = openKeychain({ timeout: 5000 });
  const copy = () => join(house.profile, 'update', 'before', '1.0.0');
  const profileId = () => house.core.vault.ids().profileId;

  /** What core says to main next of a kind. */
  async function said<K extends CoreToShell['kind']>(kind: K): Promise<CoreToShell & { kind: K }> {
    for (const end = Date.now() + 20_000; Date.now() < end; await pause(10)) {
      const at = house.toShell.findIndex((message) => message.kind === kind);
      const [found] = at < 0 ? [] : house.toShell.splice(at, 1);
      // The index was found by this kind.
      if (found !== undefined) return found as CoreToShell & { kind: K };
    }
    throw new Error(`core never said ${kind}`);
  }

  before(async () => {
    place = await startPlace();
    house = await startHouse(join(place.dir, 'profile'), ['it']);
    house.toShell.length = 0;
  });
  after(async () => {
    await house.core.close();
    await place.stop();
  });

  it('keeps in the keychain what was seen, and tells main what it has', async () => {
    await house.core.updates.tellTrust();
    const { deviceId } = house.core.vault.ids();
    assert.deepEqual(await said('update-trust'), { kind: 'update-trust', trust: null, deviceId, readable: true });
    house.core.updates.heed({ kind: 'update-trusted', trust, anchored: true });
    assert.deepEqual(await said('update-trust'), { kind: 'update-trust', trust, deviceId, readable: true });
    assert.deepEqual(await readUpdateTrust(keychain, profileId()), { state: 'ok', trust });
    assert.deepEqual(
      house.core.vault
        .journal()
        .read()
        .events.map(({ kind }) => kind)
        .slice(-1),
      ['update.anchored'],
    );
  });

  it('takes an item that is not ours for one that cannot be read, never for none', async () => {
    assert.equal(await keychain.write(`${profileId()}/update`, '{"version":1}'), 'ok');
    await house.core.updates.tellTrust();
    assert.deepEqual(await said('update-trust'), { kind: 'update-trust', trust: null, deviceId: '', readable: false });
    assert.equal(await writeUpdateTrust(keychain, profileId(), trust), 'ok');
  });

  it('offers nothing before main has said so, and only what was seen', async () => {
    const stranger = house.desk();
    const before = await stranger.call('updates.status', {});
    assert.deepEqual([before.state.phase, before.state.off, before.unknown], ['off', 'not-packaged', false]);
    const admin = house.desk('ctl');
    await admin.signIn('admin');
    assert.equal(await admin.refusal('updates.install', { version: '1.1.0' }), 'update-off');
    house.core.updates.heed({ kind: 'update-state', state: ready });
    assert.equal(await stranger.refusal('updates.install', { version: '1.1.0' }), 'not-signed-in');
    assert.equal(await admin.refusal('updates.check', {}), 'forbidden');
    assert.equal(await admin.refusal('updates.install', { version: '1.2.0' }), 'update-not-ready');
    const from = house.size();
    await admin.call('updates.install', { version: '1.1.0' });
    assert.deepEqual(await said('update-install'), { kind: 'update-install', version: '1.1.0' });
    const [entry] = house.entries(from).filter(({ type }) => type === 'update.installed');
    assert.equal(entry?.detail['version'], '1.1.0');
  });

  it('warns after 14 days without a check that held', async () => {
    const old = { ...ready, phase: 'idle' as const, lastGood: Date.now() - 15 * 86_400_000 };
    house.core.updates.heed({ kind: 'update-state', state: old });
    assert.equal((await house.desk().call('updates.status', {})).unknown, true);
    house.core.updates.heed({ kind: 'update-state', state: { ...old, lastGood: null } });
    assert.equal((await house.desk().call('updates.status', {})).unknown, true);
    house.core.updates.heed({ kind: 'update-state', state: ready });
    assert.equal((await house.desk().call('updates.status', {})).unknown, false);
  });

  it('signs everybody out and copies the record byte for byte, opened and gone through', async () => {
    const admin = house.desk();
    await admin.signIn('admin');
    house.core.updates.heed({ kind: 'update-prepare', ...versions });
    const { failure } = await said('update-prepared');
    assert.equal(failure, null);
    assert.equal(house.core.presence.sessions().length, 0);
    assert.equal(await admin.refusal('patients.recent', {}), 'maintenance');
    assert.equal(await admin.refusal('sessions.signIn', { userName: nameOf('admin'), password: 'x' }), 'maintenance');
    assert.equal(await admin.refusal('updates.status', {}), 'accepted');
    const manifest = copyManifest.parse(JSON.parse(readFileSync(join(copy(), 'manifest.json'), 'utf8')));
    assert.deepEqual([manifest.from, manifest.to, manifest.checked], ['1.0.0', '1.1.0', true]);
    const names = manifest.files.map(({ name }) => name);
    for (const name of ['keyfile', 'recovery', 'audit-keys', 'db/carekeep-1.db']) assert.ok(names.includes(name), name);
    for (const { name, sha256: known } of manifest.files) {
      assert.equal(sha256(join(copy(), name)), known);
      assert.equal(sha256(join(house.profile, name)), known, name);
    }
    assert.ok(!existsSync(`${copy()}.making`));
    await house.core.close();
  });

  it('on trial lets nobody work before it has proved itself, and gets ahead of nothing', async () => {
    house.trial = true;
    await house.start();
    house.toShell.length = 0;
    const marked = await readKeyFileMark(keychain, profileId());
    const desk = house.desk();
    let signedIn = false;
    // A wrong password changes the key file.
    assert.equal(
      await Promise.race([
        desk.refusal('sessions.signIn', { userName: nameOf('admin'), password: 'x' }),
        pause(300, 'waits'),
      ]),
      'waits',
    );
    house.core.updates.heed({ kind: 'update-trial', ...versions, failure: null });
    assert.deepEqual(await said('self-check'), { kind: 'self-check', half: 'start', failure: null });
    assert.equal(await desk.refusal('recovery.setAside', { words: 'a b' }), 'busy');
    const signing = desk.signIn('admin').then(() => {
      signedIn = true;
    });
    assert.deepEqual(await said('self-check'), { kind: 'self-check', half: 'open', failure: null });
    await pause(200);
    assert.equal(signedIn, false, 'main has not written down that it stays');
    assert.deepEqual(await readKeyFileMark(keychain, profileId()), marked);
    assert.ok(existsSync(join(copy(), 'manifest.json')));
    const head = await house.core.vault.readAuditHead();
    house.core.updates.heed({ kind: 'update-ended', outcome: 'kept', ...versions });
    await signing;
    assert.ok(signedIn);
    assert.equal(head.state, 'ok');
    const { onDisk } = { onDisk: await readKeyFileMark(keychain, profileId()) };
    assert.notDeepEqual(onDisk, marked);
    assert.ok(house.entries(0).some(({ type, detail }) => type === 'update.kept' && detail['reason'] === '1.1.0'));
    await house.core.close();
  });

  it('goes back without an alarm when it fails at the first sign-in', async () => {
    house.trial = false;
    const share = join(place.dir, 'share');
    mkdirSync(share);
    house.policy = { ...noPolicy, policy: { backupTargets: [join(place.dir, 'not there'), share] } };
    mkdirSync(join(copy(), '..', '0.9.0'));
    await house.start();
    await house.desk().signIn('admin');
    house.toShell.length = 0;
    house.core.updates.heed({ kind: 'update-prepare', ...versions });
    assert.equal((await said('update-prepared')).failure, null);
    const elsewhere = join(share, `carekeep-${profileId()}`, 'before-1.0.0', 'db', 'carekeep-1.db');
    assert.equal(
      sha256(elsewhere),
      sha256(join(house.profile, 'db', 'carekeep-1.db')),
      'the clinic’s own folder has it too',
    );
    assert.deepEqual(readdirSync(join(copy(), '..')), ['1.0.0'], 'older copies are gone');
    await house.core.close();
    const before = readdirSync(join(house.profile, 'db')).map((name) => sha256(join(house.profile, 'db', name)));

    house.trial = true;
    await house.start();
    house.core.updates.heed({ kind: 'update-trial', ...versions, failure: null });
    const desk = house.desk();
    for (let tries = 0; tries < 2; tries += 1) {
      assert.equal(
        await desk.refusal('sessions.signIn', { userName: nameOf('admin'), password: 'x' }),
        'wrong-password',
      );
    }
    // As a migration would leave it that ended half way.
    const database = join(house.profile, 'db', 'carekeep-1.db');
    cpSync(join(house.profile, 'keyfile'), database);
    assert.equal(
      await desk.refusal('sessions.signIn', { userName: nameOf('admin'), password: 'sieben blaue Fahrräder am Hafen' }),
      'update-failed',
    );
    house.toShell.splice(
      0,
      house.toShell.findIndex((one) => one.kind === 'self-check' && one.half === 'open'),
    );
    assert.deepEqual(await said('self-check'), { kind: 'self-check', half: 'open', failure: 'migration' });
    assert.equal(await desk.refusal('sessions.signIn', { userName: nameOf('it'), password: 'x' }), 'update-failed');
    await house.core.close();

    await putBack(house.profile, '1.0.0');
    assert.deepEqual(
      readdirSync(join(house.profile, 'db')).map((name) => sha256(join(house.profile, 'db', name))),
      before,
    );
    house.trial = false;
    await house.start();
    assert.equal(house.core.state(), 'locked');
    house.core.updates.heed({ kind: 'update-ended', outcome: 'fell-back', ...versions });
    await house.desk().signIn('admin');
    const failed = house.entries(0).filter(({ type }) => type === 'user.sign-in-failed');
    assert.ok(failed.length >= 2, 'what was tried meanwhile is in the log');
    assert.ok(house.entries(0).some(({ type }) => type === 'update.fell-back'));
  });

  it('clears away what an earlier try left', async () => {
    const making = `${copy()}.making`;
    mkdirSync(making, { recursive: true });
    house.toShell.length = 0;
    house.core.updates.heed({ kind: 'update-prepare', from: '1.0.0', to: '1.2.0' });
    assert.equal((await said('update-prepared')).failure, null);
    assert.ok(!existsSync(making), 'what an earlier try left is gone');
  });

  it('notices a fall-back that somebody made up, to an older copy', async () => {
    house.trial = false;
    await house.core.close();
    await house.start();
    await house.desk().signIn('admin');
    await house.core.close();
    const { profile } = house;
    const whole = join(place.dir, 'whole');
    cpSync(profile, whole, { recursive: true });
    const offer = { version: '1.1.0', size: 1, required: false, notes, released: 1 };
    const staged = { file: 'x.deb', sha512: 'ab'.repeat(64), length: 1, package: 'deb' as const };
    const forged: Installing = {
      state: 'failed',
      ...versions,
      offer,
      package: { ...staged, version: '1.1.0' },
      back: { ...staged, version: '1.0.0' },
      starts: 0,
      tries: 1,
      reason: 'starts',
      at: Date.now(),
    };
    const fallBack = async (): Promise<void> => {
      writeJournal(profile, { ...emptyJournal, install: forged });
      const { fellBackFrom } = await beginUpdates(profile, '1.0.0', Date.now());
      assert.equal(fellBackFrom, '1.1.0');
    };
    const password = 'sieben blaue Fahrräder am Hafen';
    const verdict = async (): Promise<readonly [string, string]> => {
      await house.start();
      const state = house.core.state();
      const told = await house.desk().refusal('sessions.signIn', { userName: nameOf('admin'), password });
      await house.core.close();
      return [state, told];
    };
    // As it was copied: the key file is behind what the keychain remembers.
    await fallBack();
    assert.deepEqual(await verdict(), ['key-file-rolled-back', 'key-file-rolled-back']);
    rmSync(profile, { recursive: true });
    cpSync(whole, profile, { recursive: true });
    // With the key file of today beside the database of then.
    const manifest = copyManifest.parse(JSON.parse(readFileSync(join(copy(), 'manifest.json'), 'utf8')));
    cpSync(join(profile, 'keyfile'), join(copy(), 'keyfile'));
    const files = manifest.files.map((file) =>
      file.name === 'keyfile' ? { ...file, sha256: sha256(join(copy(), 'keyfile')) } : file,
    );
    writeFileSync(join(copy(), 'manifest.json'), JSON.stringify({ ...manifest, files }));
    await fallBack();
    assert.deepEqual(await verdict(), ['locked', 'database-rolled-back']);
    await house.start();
  });
});
