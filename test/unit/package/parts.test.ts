import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { packageFolder } from '../../../resources/package/bundled-modules.ts';
import { licenceText, NoLicence } from '../../../resources/package/components.ts';
import { configuration } from '../../../resources/package/config.ts';
import { contents, NotPacked, nativeBinaries, targets } from '../../../resources/package/contents.ts';
import { signingOf } from '../../../resources/package/notarisation.ts';
import { sourceSeconds } from '../../../resources/package/times.ts';

const folder = mkdtempSync(join(tmpdir(), 'carekeep-parts-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('a module is counted to the innermost package it lies in', () => {
  assert.equal(packageFolder('/r/node_modules/a/lib/b.js'), 'node_modules/a');
  assert.equal(packageFolder('/r/node_modules/@s/a/b.js?commonjs'), 'node_modules/@s/a');
  assert.equal(packageFolder('\0/r/node_modules/a/node_modules/@s/b/c.js'), 'node_modules/a/node_modules/@s/b');
  assert.equal(packageFolder('C:\\r\\node_modules\\a\\b.js'), 'node_modules/a');
  assert.equal(packageFolder('/r/src-main/index.ts'), undefined);
});

test('a built file that no line names ends the packing', () => {
  mkdirSync(join(folder, 'out/main'), { recursive: true });
  writeFileSync(join(folder, 'out/main/index.js'), '');
  writeFileSync(join(folder, 'out/main/index.js.map'), '');
  const [target] = targets;
  assert.ok(target);
  assert.throws(() => contents(folder, target, () => undefined), NotPacked);
  rmSync(join(folder, 'out/main/index.js.map'));
  const absent: string[] = [];
  const items = contents(folder, target, (pattern) => absent.push(pattern));
  assert.deepEqual(
    items.map(({ to }) => to),
    ['out/main/index.js'],
  );
  assert.ok(absent.includes('out/preload/index.cjs') && absent.includes('LICENSE'));
});

test('each system gets the binaries of its own and of no other', () => {
  for (const target of targets) {
    const binaries = nativeBinaries(target);
    assert.equal(binaries.length, 3);
    for (const file of binaries) {
      assert.ok(file.includes(target.platform) && file.includes(target.arch), file);
      assert.ok(!file.includes('musl'), file);
    }
  }
});

test('a package without the text of its licence is refused', () => {
  const about = { name: 'somebody', version: '1.0.0', licence: 'MIT', author: 'Ann Other <ann@example.org>' };
  assert.throws(() => licenceText(folder, about), NoLicence);
  assert.match(
    licenceText(folder, { ...about, name: 'dfa' }),
    /^MIT License\n\nCopyright \(c\) Ann Other\n\nPermission/,
  );
  assert.throws(() => licenceText(folder, { ...about, name: 'dfa', licence: 'GPL-3.0' }), NoLicence);
  writeFileSync(join(folder, 'LICENCE.md'), 'Do as you like.\n');
  assert.equal(licenceText(folder, about), 'Do as you like.');
});

test('missing signatures are said, by the names of the variables and no values', () => {
  assert.deepEqual(signingOf('linux', {}).warnings, []);
  assert.match(signingOf('win32', {}).warnings.join('\n'), /NOT SIGNED: set WIN_CSC_LINK/);
  const half = signingOf('darwin', { CSC_NAME: 'x', APPLE_ID: 'ann@example.org' });
  assert.deepEqual([half.sign, half.notarise], [true, false]);
  assert.match(
    half.warnings.join('\n'),
    /NOT NOTARISED: APPLE_APP_SPECIFIC_PASSWORD, APPLE_TEAM_ID not set beside APPLE_ID/,
  );
  assert.ok(!half.warnings.join('\n').includes('ann@example.org'));
  const whole = { CSC_NAME: 'x', APPLE_KEYCHAIN: 'k', APPLE_KEYCHAIN_PROFILE: 'p' };
  assert.deepEqual(signingOf('darwin', whole), { sign: true, notarise: true, warnings: [] });
});

test('the packer is told: per machine, hardened, four languages, nothing published', () => {
  const [target] = targets;
  assert.ok(target);
  const told = configuration({
    root: '/r',
    target,
    app: '/a',
    out: '/o',
    beside: '/b',
    electronDist: undefined,
    electronVersion: '45.4.1',
    seconds: 0,
    signing: signingOf('darwin', {}),
    maintainer: undefined,
    homepage: undefined,
  });
  assert.deepEqual(told.electronLanguages, ['en', 'de', 'fr', 'es']);
  assert.deepEqual(
    [told.nsis?.perMachine, told.msi?.perMachine, told.nsis?.deleteAppDataOnUninstall],
    [true, true, false],
  );
  assert.deepEqual([told.mac?.hardenedRuntime, told.mac?.notarize, told.mac?.identity], [true, false, null]);
  assert.deepEqual([told.publish, told.compression, told.asarUnpack], [null, 'maximum', ['**/*.node']]);
  assert.equal(told.disableAsarIntegrity, undefined);
});

test('time comes from SOURCE_DATE_EPOCH, else from the commit', () => {
  assert.equal(sourceSeconds(folder, { SOURCE_DATE_EPOCH: '1700000000' }), 1_700_000_000);
  assert.throws(() => sourceSeconds(folder, { SOURCE_DATE_EPOCH: 'yesterday' }));
  assert.ok(sourceSeconds(join(import.meta.dirname, '../../..'), {}) > 1_700_000_000);
});
