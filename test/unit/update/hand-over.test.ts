import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { installPackage } from '../../../src-main/update/hand-over.ts';
import { packagePathOf, packagesFolder } from '../../../src-main/update/journal.ts';
import type { InstalledApp } from '../../../src-main/update/updaters.ts';
import type { StagedPackage } from '../../../src-shared/updates/journal.ts';
import { sha512 } from './repository.ts';

const bytes = Buffer.from('!<arch>\na package\n');
const others = Buffer.from('!<arch>\nnot ours!\n');
const package_ = (kind: 'deb' | 'appimage'): StagedPackage => ({
  version: '1.1.0',
  file: kind === 'deb' ? 'carekeep_1.1.0.deb' : 'Carekeep-1.1.0.AppImage',
  sha512: sha512(bytes),
  length: bytes.length,
  package: kind,
});
const yes = async (): Promise<boolean> => true;

/** What an operating system's user may be called, or put into a folder's name. */
const names = [
  'Ana Ruiz',
  "O'Hara",
  '$(touch pwned)',
  '`touch pwned`',
  "x'; touch pwned; '",
  '"; touch pwned; "',
  'a & touch pwned &',
  'a|touch pwned',
  '-i',
  'ünïcode ☃',
  'back\\slash',
  "'$(touch pwned)'",
];

describe('handing a package over', () => {
  let root: string;
  before(() => {
    root = mkdtempSync(join(tmpdir(), 'ck-hand-'));
    const bin = join(root, 'bin');
    mkdirSync(bin);
    // Copies what it is told to install, and says by its exit code that it did.
    writeFileSync(join(bin, 'dpkg'), `#!/bin/sh\ncp "$2" '${root}/installed'\n`);
    chmodSync(join(bin, 'dpkg'), 0o755);
  });
  after(() => rmSync(root, { recursive: true, force: true }));

  const profileIn = (name: string, kind: 'deb' | 'appimage'): string => {
    const profile = join(root, name, 'profile');
    mkdirSync(packagesFolder(profile), { recursive: true });
    writeFileSync(packagePathOf(profile, package_(kind)), bytes);
    return profile;
  };
  const appIn = (profile: string, more: Partial<InstalledApp> = {}): InstalledApp => ({
    profile,
    version: '1.0.0',
    relaunch: () => undefined,
    quit: () => undefined,
    // The administrator's half as it is, with a stand-in for the system's installer.
    run: (program, args) => {
      const at = args.indexOf('-c');
      assert.ok(program === '/bin/sh' ? at === 0 : program === '/usr/bin/pkexec' && args[at - 1] === '/bin/sh');
      const env = { PATH: `${join(root, 'bin')}:/usr/bin:/bin`, TMPDIR: root };
      return spawnSync('/bin/sh', args.slice(at), { cwd: root, env, stdio: 'ignore' }).status;
    },
    ...more,
  });

  it('no name of a folder is read by a shell', async () => {
    for (const name of names) {
      const installed = join(root, 'installed');
      rmSync(installed, { force: true });
      assert.equal(await installPackage(package_('deb'), appIn(profileIn(name, 'deb')), yes), true, name);
      assert.deepEqual(readFileSync(installed), bytes, name);
      assert.ok(!existsSync(join(root, 'pwned')), name);
    }
  });

  it('an administrator installs nothing that was exchanged after it was looked at', async () => {
    const profile = profileIn('exchanged', 'deb');
    const app = appIn(profile);
    rmSync(join(root, 'installed'), { force: true });
    const run = (program: string, args: readonly string[]): number | null => {
      writeFileSync(args.at(-2) ?? '', others);
      return app.run?.(program, args) ?? null;
    };
    assert.equal(await installPackage(package_('deb'), { ...app, run }, yes), false);
    assert.ok(!existsSync(join(root, 'installed')));
  });

  it('an AppImage that was exchanged between the look and the copy does not take the place of the running one', async () => {
    const profile = profileIn('swap', 'appimage');
    const running = join(root, 'Carekeep.AppImage');
    writeFileSync(running, 'the running one');
    const before = process.env['APPIMAGE'];
    process.env['APPIMAGE'] = running;
    try {
      const exchange = async (): Promise<boolean> => {
        const pending = join(packagesFolder(profile), 'pending', package_('appimage').file);
        rmSync(pending);
        writeFileSync(pending, others);
        return true;
      };
      assert.equal(await installPackage(package_('appimage'), appIn(profile), exchange), false);
      assert.equal(readFileSync(running, 'utf8'), 'the running one');
      assert.ok(!existsSync(`${running}.new`));
      writeFileSync(packagePathOf(profile, package_('appimage')), bytes);
      assert.equal(await installPackage(package_('appimage'), appIn(profile), yes), true);
      assert.deepEqual(readFileSync(running), bytes);
    } finally {
      if (before === undefined) delete process.env['APPIMAGE'];
      else process.env['APPIMAGE'] = before;
    }
  });

  it('what an earlier download wrote down about itself leads nowhere', async () => {
    const profile = profileIn('noted', 'deb');
    const pending = join(packagesFolder(profile), 'pending');
    const elsewhere = join(root, 'elsewhere', 'carekeep_1.1.0.deb');
    mkdirSync(pending);
    mkdirSync(dirname(elsewhere));
    writeFileSync(elsewhere, bytes);
    const note = {
      fileName: '../../../../../elsewhere/carekeep_1.1.0.deb',
      sha512: Buffer.from(sha512(bytes), 'hex').toString('base64'),
      isAdminRightsRequired: false,
    };
    writeFileSync(join(pending, 'update-info.json'), JSON.stringify(note));
    let path = '';
    const app = appIn(profile, {
      run: (_program, args) => {
        path = args.at(-2) ?? '';
        return 0;
      },
    });
    assert.equal(await installPackage(package_('deb'), app, yes), true);
    assert.equal(path, join(pending, 'carekeep_1.1.0.deb'));
  });

  it('nothing is begun for which nobody vouches, or that has other bytes', async () => {
    const profile = profileIn('nobody', 'deb');
    const begun: string[] = [];
    const app = appIn(profile, { run: (program) => begun.push(program) });
    await assert.rejects(
      installPackage(package_('deb'), app, async () => false),
      { refusal: 'signature' },
    );
    writeFileSync(packagePathOf(profile, package_('deb')), others);
    await assert.rejects(installPackage(package_('deb'), app, yes), { refusal: 'wrong-bytes' });
    assert.deepEqual(begun, []);
  });
});
