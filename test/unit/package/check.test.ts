/** What reading a package back must notice: each fault alone, in a small application made for it. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import {
  appendFileSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { createPackageWithOptions } from '@electron/asar';
import { billName, licencesName } from '../../../resources/package/bill.ts';
import { budgets } from '../../../resources/package/budget.ts';
import { check } from '../../../resources/package/check.ts';
import { executableOf } from '../../../resources/package/config.ts';
import { nativeBinaries, type Target } from '../../../resources/package/contents.ts';
import { setFuses } from '../../../resources/package/fuses.ts';
import { makeStandIn } from '../../../resources/package/stand-in.ts';
import { TestRepository, testKeys } from '../update/repository.ts';

const target: Target = { platform: 'linux', arch: 'x64' };
const needed = [
  'LICENSE',
  'out/main/index.js',
  'out/main/core.js',
  'out/main/ctl.js',
  'out/main/validator.js',
  'out/preload/index.cjs',
  'out/renderer/index.html',
  'resources/pdf/Inter-Regular.ttf',
  'resources/verify/carekeep-verify.mjs',
  ...nativeBinaries(target),
];
let folder: string;
let sound: string;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'carekeep-check-'));
  sound = join(folder, 'sound');
  makeStandIn(sound, 'linux', '45.4.1');
  copyFileSync(join(sound, 'electron'), executableOf(target, sound));
  for (const file of ['electron', 'resources/default_app.asar']) rmSync(join(sound, file));
  for (const name of ['am', 'it', 'ja', 'pt-BR', 'zh-CN']) rmSync(join(sound, 'locales', `${name}.pak`));
  for (const name of [billName, licencesName]) writeFileSync(join(sound, 'resources', name), '{}');
  await setFuses(executableOf(target, sound), false);
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** The faults of the sound application with these files in its archive as well, and then changed. */
async function faultsOf(more: Readonly<Record<string, string>>, change?: (app: string) => void): Promise<string> {
  const [app, source] = [mkdtempSync(join(folder, 'app-')), mkdtempSync(join(folder, 'source-'))];
  cpSync(sound, app, { recursive: true });
  const files = { 'package.json': '{}', ...Object.fromEntries(needed.map((file) => [file, 'x'])), ...more };
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(source, file)), { recursive: true });
    writeFileSync(join(source, file), text);
  }
  await createPackageWithOptions(source, join(app, 'resources/app.asar'), { unpack: '**/*.node' });
  change?.(app);
  return (await check(target, app)).faults.join('\n');
}

test('a sound package has no fault', async () => {
  assert.equal(await faultsOf({}), '');
});

test('what does not belong in an archive is named', async () => {
  const faults = await faultsOf({
    'test/unit/a.js': '',
    'out/main/index.js.map': '{}',
    'out/main/b.ts': '',
    'src-main/c.js': '',
    'node_modules/argon2/argon2.cpp': '',
    'node_modules/playwright/index.js': '',
    'out/main/core.js': 'process.env.CAREKEEP_HOST_CORE',
    'out/renderer/assets/d.js': '//# sourceMappingURL=d.js.map',
    'package.json': '{"devDependencies":{}}',
    'resources/.env': 'SECRET=1',
  });
  for (const fault of [
    'test/unit/a.js is a test',
    'index.js.map is a source map',
    'out/main/b.ts is a source',
    'src-main/c.js is a source',
    'argon2.cpp is what a build leaves behind',
    'playwright/index.js belongs to a package that is not used',
    'out/main/core.js knows of "CAREKEEP_HOST_CORE"',
    'd.js names a source map',
    'package.json has devDependencies',
    'resources/.env is a hidden file',
  ]) {
    assert.ok(faults.includes(fault), `${fault}\n${faults}`);
  }
});

test('what is missing, added beside, or too large is named', async () => {
  const faults = await faultsOf({ 'out/preload/index.cjs': 'x'.repeat(budgets.preload + 1) }, (app) => {
    rmSync(join(app, 'resources', licencesName));
    writeFileSync(join(app, 'resources/app.asar.unpacked/more.node'), '');
    writeFileSync(join(app, 'locales/ja.pak'), '');
    writeFileSync(join(app, 'resources/default_app.asar'), '');
  });
  for (const fault of [
    `${licencesName} is missing`,
    'unpacked are more.node',
    'languages nobody chose: ja',
    "default_app.asar is Electron's own",
    `preload: ${budgets.preload + 1} bytes`,
  ]) {
    assert.ok(faults.includes(fault), `${fault}\n${faults}`);
  }
});

test('a private key, a link, and what lies beside the program are named', async () => {
  const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const faults = await faultsOf(
    { 'out/main/core.js': `const k = ${JSON.stringify(key)};`, 'resources/pdf/root.key': 'x', 'out/main/x.mts': '' },
    (app) => {
      writeFileSync(join(app, 'resources/notes.json'), '{ "format": "carekeep-release-key" }');
      mkdirSync(join(app, 'test'));
      writeFileSync(join(app, 'test/a.js'), '');
      writeFileSync(join(app, 'carekeep.map'), '');
      symlinkSync('/etc/passwd', join(app, 'resources/licence'));
    },
  );
  for (const fault of [
    'out/main/core.js holds a private key',
    'resources/pdf/root.key is a key',
    'out/main/x.mts is a source',
    'resources/notes.json holds a private key',
    'test/a.js is a test',
    'carekeep.map is a source map',
    'resources/licence is a link',
  ]) {
    assert.ok(faults.includes(fault), `${fault}\n${faults}`);
  }
  const names = `throw new Error('-----BEGIN PRIVATE KEY-----'); // "-----BEGIN EC PRIVATE KEY-----\\n"`;
  assert.equal(await faultsOf({ 'out/main/core.js': names }), '', 'naming a heading is no key');
});

test('updates begin at a root that its keys have signed, and not at what one key decides', async () => {
  const withAnchor = (bytes: Buffer | string) =>
    faultsOf({}, (app) => {
      mkdirSync(join(app, 'resources/update'));
      writeFileSync(join(app, 'resources/update/root.json'), bytes);
    });
  const repository = new TestRepository();
  assert.equal(await withAnchor(repository.anchor), '');
  const keys = testKeys();
  const alone = { ...keys, targets: { keys: keys.targets.keys, threshold: 1 } };
  assert.match(await withAnchor(new TestRepository(alone).anchor), /one key alone decides/);
  const unsigned = { ...JSON.parse(repository.anchor.toString('utf8')), signatures: [] };
  const stranger = {
    ...unsigned,
    ...JSON.parse(new TestRepository().anchor.toString('utf8')),
    signed: unsigned.signed,
  };
  for (const wrong of ['{}', 'x', JSON.stringify(unsigned), JSON.stringify(stranger)]) {
    assert.match(await withAnchor(wrong), /no root that its own keys have signed/);
  }
});

test('a fuse set otherwise, and one that nobody named, are faults', async () => {
  const shipped = await faultsOf({}, (app) => {
    makeStandIn(join(folder, 'shipped'), 'linux', '45.4.1');
    copyFileSync(join(folder, 'shipped/electron'), executableOf(target, app));
  });
  for (const name of ['RunAsNode', 'OnlyLoadAppFromAsar', 'GrantFileProtocolExtraPrivileges']) {
    assert.ok(shipped.includes(`the fuse ${name} is not set as wanted`), shipped);
  }
  // the wire of a newer Electron: ten fuses, the last of them on
  const newer = Buffer.concat([
    Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'),
    Buffer.from([1, 10, ...Array<number>(10).fill(0x31)]),
  ]);
  const binary = join(folder, 'newer');
  writeFileSync(binary, '');
  appendFileSync(binary, newer);
  await assert.rejects(setFuses(binary, false), /strictlyRequireAllFuses/);
});
