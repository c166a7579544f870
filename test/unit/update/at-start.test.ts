import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { startHeadless } from '../../../src-main/core/headless.ts';
import { beginUpdates, mostStarts, mostTries } from '../../../src-main/update/at-start.ts';
import { putBack } from '../../../src-main/update/back.ts';
import {
  beforeFolder,
  emptyJournal,
  readJournal,
  updateFolder,
  writeJournal,
} from '../../../src-main/update/journal.ts';
import { packageKind } from '../../../src-main/update/package-kind.ts';
import {
  type Installing,
  type InstallState,
  installStates,
  type StagedPackage,
} from '../../../src-shared/updates/journal.ts';

const day = 86_400_000;
const now = Date.UTC(2026, 10, 22);
const staged = (version: string): StagedPackage => ({
  version,
  file: `Carekeep-${version}.AppImage`,
  sha512: 'ab'.repeat(64),
  length: 10,
  package: 'appimage',
});
const notes = { en: '', de: '', fr: '', es: '' };
const install = (state: InstallState, more: Partial<Installing> = {}): Installing => ({
  state,
  from: '1.0.0',
  to: '1.1.0',
  offer: { version: '1.1.0', size: 10, required: false, notes, released: 1 },
  package: staged('1.1.0'),
  back: staged('1.0.0'),
  starts: 0,
  tries: 0,
  reason: null,
  at: now,
  ...more,
});
const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');

describe('what the journal means for the version that starts', () => {
  let profile: string;
  const begin = (version: string, at = now) => beginUpdates(profile, version, at);
  const write = (one: Installing): void => writeJournal(profile, { ...emptyJournal, install: one });
  const state = () => readJournal(profile).install?.state ?? null;
  /** A copy of these files, as core makes it. */
  function copied(files: Readonly<Record<string, string>>): void {
    const folder = beforeFolder(profile, '1.0.0');
    mkdirSync(join(folder, 'db'), { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const parts = Object.entries(files).map(([name, text]) => ({
      name,
      size: Buffer.byteLength(text),
      sha256: sha256(text),
    }));
    const manifest = { version: 1, from: '1.0.0', to: '1.1.0', at: now, checked: true, files: parts };
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
  }
  const put = (name: string, text: string): void => {
    mkdirSync(join(profile, 'db'), { recursive: true });
    writeFileSync(join(profile, name), text);
  };
  const text = (name: string): string => readFileSync(join(profile, name), 'utf8');
  beforeEach(() => {
    profile = mkdtempSync(join(tmpdir(), 'ck-journal-'));
  });
  afterEach(() => rmSync(profile, { recursive: true, force: true }));

  it('says nothing where there is none, or one that is not ours', async () => {
    assert.deepEqual(await begin('1.0.0'), { journal: emptyJournal, trial: null, fellBackFrom: null });
    mkdirSync(updateFolder(profile));
    for (const junk of [
      '',
      '{',
      '[]',
      '{"version":2}',
      '{"version":1,"failed":["../../etc"]}',
      '\u0000'.repeat(4096),
    ]) {
      writeFileSync(join(updateFolder(profile), 'journal.json'), junk);
      assert.deepEqual((await begin('1.0.0')).journal, emptyJournal);
    }
  });

  it('never names a file outside its folder', () => {
    for (const file of ['../x.AppImage', '/etc/passwd', 'a/b', '', '.hidden', `${'x'.repeat(101)}`]) {
      assert.throws(() => write(install('staged', { package: { ...staged('1.1.0'), file } })), file);
    }
  });

  it('goes on with the old version while the new one is not there', async () => {
    for (const one of ['staged', 'prepared', 'installing'] as const) {
      write(install(one));
      assert.equal((await begin('1.0.0')).trial, null);
      assert.equal(state(), 'staged', one);
    }
    write(install('installing', { tries: mostTries }));
    await begin('1.0.0');
    assert.equal(state(), null, 'an installer that never works is not begun for ever');
  });

  it('tries the new version, a bounded number of times', async () => {
    for (const one of ['prepared', 'installing'] as const) {
      write(install(one));
      assert.deepEqual((await begin('1.1.0')).trial, { from: '1.0.0', to: '1.1.0', failure: null });
      assert.equal(state(), 'trial');
    }
    for (let starts = 2; starts <= mostStarts; starts += 1) assert.equal((await begin('1.1.0')).trial?.failure, null);
    assert.equal((await begin('1.1.0')).trial?.failure, 'starts');
    assert.equal(state(), 'failed');
    assert.equal((await begin('1.1.0')).trial?.failure, 'starts', 'and stays failed');
  });

  it('puts the old files back with the old version, and never offers the new one again', async () => {
    copied({ keyfile: 'old key', 'db/carekeep-1.db': 'old database', journal: 'line 1\n' });
    put('keyfile', 'new key');
    put('db/carekeep-1.db', 'migrated');
    put('db/carekeep-1.db-wal', 'log');
    put('db/carekeep-1.db-shm', 'shared');
    put('db/carekeep-1.db.before-5', 'a copy from years ago');
    put('setup-pending', 'made by the new one');
    put('journal', 'line 1\nline 2\n');
    write(install('failed', { reason: 'migration' }));
    const start = await begin('1.0.0');
    assert.deepEqual([start.fellBackFrom, start.trial], ['1.1.0', null]);
    assert.deepEqual([text('keyfile'), text('db/carekeep-1.db')], ['old key', 'old database']);
    assert.equal(text('journal'), 'line 1\nline 2\n', 'what happened meanwhile stays in the journal');
    assert.deepEqual(readdirSync(join(profile, 'db')).sort(), ['carekeep-1.db', 'carekeep-1.db.before-5']);
    assert.ok(!readdirSync(profile).includes('setup-pending'));
    const { failed, untold } = readJournal(profile);
    assert.deepEqual([failed, untold], [['1.1.0'], { outcome: 'fell-back', from: '1.0.0', to: '1.1.0' }]);
  });

  it('comes to the same end from every half-done one', async () => {
    copied({ keyfile: 'old key', 'db/carekeep-1.db': 'old database' });
    const halves: readonly (() => void)[] = [
      () => put('keyfile', 'new key'),
      () => put('keyfile.back', 'half of the old'),
      () => put('db/carekeep-1.db.back', ''),
      () => rmSync(join(profile, 'db'), { recursive: true }),
      () => rmSync(join(profile, 'keyfile')),
    ];
    for (const half of halves) {
      put('keyfile', 'new key');
      put('db/carekeep-1.db', 'migrated');
      half();
      await putBack(profile, '1.0.0');
      assert.deepEqual([text('keyfile'), text('db/carekeep-1.db')], ['old key', 'old database']);
    }
  });

  it('touches nothing where the copy is damaged, or the workstation was taken out of the clinic', async () => {
    copied({ keyfile: 'old key' });
    put('keyfile', 'new key');
    writeFileSync(join(beforeFolder(profile, '1.0.0'), 'keyfile'), 'old kez');
    await assert.rejects(putBack(profile, '1.0.0'));
    assert.equal(text('keyfile'), 'new key');
    copied({ keyfile: 'old key' });
    rmSync(join(profile, 'keyfile'));
    put('removed', '{}');
    await putBack(profile, '1.0.0');
    assert.ok(!readdirSync(profile).includes('keyfile'), 'its keys do not come back');
  });

  it('puts nothing back that a copy never holds, and through no link', async () => {
    const outside = join(profile, '..', `${basename(profile)}-outside`);
    mkdirSync(outside);
    try {
      for (const name of [
        '../x',
        'db/../../x',
        '/etc/x',
        'db/x',
        'removed',
        'con',
        'update',
        'db\\x',
        'db/carekeep-1.db.exe',
      ]) {
        put('keyfile', 'new key');
        copied({ keyfile: 'old key' });
        const manifest = join(beforeFolder(profile, '1.0.0'), 'manifest.json');
        const said = readFileSync(manifest, 'utf8').replace('"keyfile"', JSON.stringify(name));
        writeFileSync(manifest, said);
        await assert.rejects(putBack(profile, '1.0.0'), { name: 'CopyDamaged' }, name);
        assert.equal(text('keyfile'), 'new key');
      }
      copied({ keyfile: 'old key', 'db/carekeep-1.db': 'old database' });
      // Twice the same, and a file that is a link.
      const manifest = join(beforeFolder(profile, '1.0.0'), 'manifest.json');
      const honest = readFileSync(manifest, 'utf8');
      writeFileSync(manifest, honest.replace('"db/carekeep-1.db"', '"keyfile"'));
      await assert.rejects(putBack(profile, '1.0.0'), { name: 'CopyDamaged' });
      writeFileSync(manifest, honest);
      writeFileSync(join(outside, 'keyfile'), 'old key');
      rmSync(join(beforeFolder(profile, '1.0.0'), 'keyfile'));
      symlinkSync(join(outside, 'keyfile'), join(beforeFolder(profile, '1.0.0'), 'keyfile'));
      await assert.rejects(putBack(profile, '1.0.0'), { name: 'CopyDamaged' });
      // The folder of databases leads elsewhere.
      rmSync(beforeFolder(profile, '1.0.0'), { recursive: true });
      copied({ keyfile: 'old key', 'db/carekeep-1.db': 'old database' });
      rmSync(join(profile, 'db'), { recursive: true, force: true });
      symlinkSync(outside, join(profile, 'db'));
      await assert.rejects(putBack(profile, '1.0.0'), { name: 'CopyDamaged' });
      assert.deepEqual(readdirSync(outside), ['keyfile']);
      assert.equal(text('keyfile'), 'new key', 'the first file waits for the last');
    } finally {
      rmSync(outside, { recursive: true });
    }
  });

  it('knows no update that leads back, or that contradicts itself', async () => {
    const all: readonly Partial<Installing>[] = [
      { from: '1.2.0', back: staged('1.2.0') },
      { package: staged('1.1.1') },
      { back: staged('0.9.0') },
    ];
    mkdirSync(updateFolder(profile));
    for (const more of all) {
      for (const one of installStates) {
        const forged = { ...emptyJournal, install: install(one, more) };
        writeFileSync(join(updateFolder(profile), 'journal.json'), JSON.stringify(forged));
        for (const version of ['1.0.0', '1.1.0', '1.2.0']) {
          assert.deepEqual(await begin(version), { journal: emptyJournal, trial: null, fellBackFrom: null });
        }
      }
    }
  });

  it('keeps the copy for a week after the new version has proved itself', async () => {
    copied({ keyfile: 'old key' });
    write(install('kept'));
    await begin('1.1.0', now + 6 * day);
    assert.equal(state(), 'kept');
    assert.ok(readdirSync(beforeFolder(profile, '1.0.0')).length > 0);
    await begin('1.1.0', now + 8 * day);
    assert.equal(state(), null);
    assert.throws(() => readdirSync(beforeFolder(profile, '1.0.0')));
  });

  it('is not the business of a third version', async () => {
    for (const one of installStates) {
      write(install(one));
      assert.deepEqual((await begin('2.0.0')).trial, null);
      assert.equal(state(), null);
    }
  });

  it('keeps every other core away between two versions', async () => {
    for (const one of ['installing', 'trial', 'failed'] as const) {
      write(install(one));
      await assert.rejects(startHeadless(profile), { message: 'busy' });
    }
  });
});

describe('the kind of package that an installation came from', () => {
  it('is told by what lies beside the program', () => {
    const folder = mkdtempSync(join(tmpdir(), 'ck-kind-'));
    const at = { execPath: join(folder, 'carekeep'), resources: folder, environment: {} };
    assert.equal(packageKind({ ...at, platform: 'win32' }), null);
    writeFileSync(join(folder, 'Uninstall Carekeep.exe'), '');
    assert.equal(packageKind({ ...at, platform: 'win32' }), 'nsis');
    assert.equal(packageKind({ ...at, platform: 'linux' }), null);
    writeFileSync(join(folder, 'package-type'), 'deb\n');
    assert.equal(packageKind({ ...at, platform: 'linux' }), 'deb');
    const started = (environment: Readonly<Record<string, string>>) =>
      packageKind({ ...at, platform: 'linux', environment });
    assert.equal(started({ APPIMAGE: '/x.AppImage', APPDIR: '/tmp/.mount_other' }), 'deb', 'started by another one');
    assert.equal(started({ APPIMAGE: '/x.AppImage', APPDIR: `${folder.slice(0, -1)}` }), 'deb');
    assert.equal(started({ APPIMAGE: '/x.AppImage' }), 'deb');
    assert.equal(started({ APPIMAGE: 'x.AppImage', APPDIR: dirname(folder) }), 'deb');
    assert.equal(started({ APPIMAGE: '/x.AppImage', APPDIR: dirname(folder) }), 'appimage');
    assert.equal(packageKind({ ...at, platform: 'darwin' }), 'zip');
    assert.equal(packageKind({ ...at, platform: 'freebsd' }), null);
    rmSync(folder, { recursive: true });
  });
});
