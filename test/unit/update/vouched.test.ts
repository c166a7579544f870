/** Whoever writes to the profile writes the journal, the packages and the metadata: none of it is believed by itself. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { beginUpdates } from '../../../src-main/update/at-start.ts';
import {
  emptyJournal,
  metadataFolder,
  packagePathOf,
  packagesFolder,
  readJournal,
  writeJournal,
} from '../../../src-main/update/journal.ts';
import { UpdateOffice } from '../../../src-main/update/office.ts';
import { isVouched, type Vouching } from '../../../src-main/update/vouched.ts';
import type { Installing, StagedPackage } from '../../../src-shared/updates/journal.ts';
import type { UpdateTrust } from '../../../src-shared/updates/state.ts';
import type { ShellToCore } from '../../../src-shared/wire.ts';
import { custom, sha512, signedBy, TestRepository, testKey } from './repository.ts';
import { memorySource, Workstation } from './workstation.ts';

const arch = process.arch === 'arm64' ? 'arm64' : 'x64';
const bytesOf = (version: string): Buffer => Buffer.from(`package ${version}`);
const stagedOf = (version: string, bytes = bytesOf(version)): StagedPackage => ({
  version,
  file: `carekeep_${version}.deb`,
  sha512: sha512(bytes),
  length: bytes.length,
  package: 'deb',
});

describe('a package that is handed over', () => {
  const repository = new TestRepository();
  let station: Workstation;
  let vouching: Vouching;
  const metadata = (name: string): string => join(metadataFolder(station.folder), name);
  const newer = (staged: StagedPackage, more: Partial<Vouching> = {}) =>
    isVouched(staged, { ...vouching, ...more }, 'stable');
  const older = (staged: StagedPackage, more: Partial<Vouching> = {}) =>
    isVouched(staged, { ...vouching, ...more }, null);

  before(() => {
    for (const version of ['0.9.0', '1.0.0', '1.1.0']) repository.add(custom(version, { arch }), bytesOf(version));
    repository.add(custom('1.2.0', { arch, channel: 'beta' }), bytesOf('1.2.0'));
    repository.add(custom('1.3.0', { arch, package: 'appimage' }), bytesOf('1.3.0'), 'carekeep_1.3.0.AppImage');
    repository.add(custom('1.4.0', { arch, platform: 'darwin', package: 'zip' }), bytesOf('1.4.0'), 'c.zip');
    repository.rotate('root');
    repository.rotate('targets');
    repository.publish();
  });
  beforeEach(async () => {
    station = new Workstation(repository.anchor);
    const folder = metadataFolder(station.folder);
    mkdirSync(packagesFolder(station.folder), { recursive: true });
    Object.defineProperty(station, 'metadata', { value: folder });
    station.here = { ...station.here, arch };
    await station.accept(memorySource(repository));
    vouching = {
      metadata: folder,
      anchor: { bytes: repository.anchor, from: 'package' },
      trust: station.trust,
      platform: 'linux',
      arch,
      kind: 'deb',
      version: '1.0.0',
    };
  });
  afterEach(() => station.remove());

  const trustOf = (): UpdateTrust => {
    assert.ok(station.trust !== null);
    return station.trust;
  };

  it('is one that the signers name for this workstation, and of the right version', async () => {
    assert.equal(await newer(stagedOf('1.1.0')), true);
    assert.equal(await newer(stagedOf('1.0.0')), false, 'the running one');
    assert.equal(await newer(stagedOf('0.9.0')), false, 'an older one');
    assert.equal(await newer(stagedOf('1.2.0')), false, 'of another channel');
    const image = { ...stagedOf('1.3.0'), file: 'carekeep_1.3.0.AppImage', package: 'appimage' } as const;
    assert.equal(await newer(image), false, 'of another kind');
    const zip = { ...stagedOf('1.4.0'), file: 'c.zip', package: 'zip' } as const;
    assert.equal(await newer(zip, { kind: 'zip' }), false, 'of another system');
    assert.equal(await newer(stagedOf('1.1.0'), { arch: 'arm' }), false, 'of another processor');
    assert.equal(await newer(stagedOf('1.1.0', Buffer.from('forged'))), false, 'with other bytes');
    assert.equal(await newer({ ...stagedOf('1.1.0'), version: '1.9.0' }), false, 'that names itself otherwise');
    assert.equal(await newer({ ...stagedOf('1.1.0'), length: 3 }), false);
    const remembered = { ...trustOf(), application: '1.1.1' };
    assert.equal(await newer(stagedOf('1.1.0'), { trust: remembered }), false, 'below what was here');
  });

  it('comes back only as the version that the keychain remembers', async () => {
    const on = { version: '1.1.0' };
    assert.equal(await older(stagedOf('1.0.0'), on), true);
    assert.equal(await older(stagedOf('0.9.0'), on), false, 'older than what was found well here');
    assert.equal(await older(stagedOf('1.1.0'), on), false);
    assert.equal(await older(stagedOf('1.0.0'), { ...on, trust: { ...trustOf(), application: '1.1.0' } }), false);
    assert.equal(await older(stagedOf('1.0.0', Buffer.from('forged')), on), false);
    assert.equal(await older(stagedOf('1.0.0', Buffer.from('forged')), { ...on, trust: null }), false);
  });

  it('is not vouched for by metadata that somebody put there', async () => {
    const forged = Buffer.from('forged');
    const other = new TestRepository();
    other.add(custom('1.1.0', { arch }), forged);
    other.publish();
    const lay = (files: Readonly<Record<string, Buffer>>): void => {
      for (const [name, bytes] of Object.entries(files)) writeFileSync(metadata(name), bytes);
    };
    const honest = readFileSync(metadata('targets.json'));
    lay({ 'targets.json': other.file(other.pathOf('targets')) });
    assert.equal(await newer(stagedOf('1.1.0', forged)), false, 'targets of others');
    lay({ 'root.json': other.anchor });
    assert.equal(await newer(stagedOf('1.1.0', forged)), false, 'with their root');
    assert.equal(await newer(stagedOf('1.1.0', forged), { trust: null }), false, 'with nothing remembered');
    // Their root as the next of ours, signed by themselves alone.
    lay({
      'root.json': repository.file('metadata/3.root.json'),
      '3.root.json': repository.file('metadata/3.root.json'),
    });
    const usurper = testKey();
    const four = { ...repository.signedRoot(4), keys: { [usurper.id]: usurper.tuf } };
    const roles = Object.fromEntries(
      ['root', 'targets', 'snapshot', 'timestamp'].map((role) => [role, { keyids: [usurper.id], threshold: 1 }]),
    );
    lay({ 'root.json': signedBy({ ...four, roles }, [usurper]) });
    const reign = repository.fork();
    reign.add(custom('1.1.0', { arch }), forged);
    reign.publish({ signers: { targets: [usurper] } });
    lay({ 'targets.json': reign.file(reign.pathOf('targets')) });
    assert.equal(await newer(stagedOf('1.1.0', forged)), false, 'a root that follows nobody');
    // Targets one signature short.
    lay({ 'root.json': repository.file('metadata/3.root.json') });
    const fork = repository.fork();
    fork.add(custom('1.1.0', { arch }), forged);
    fork.publish({ signers: { targets: repository.trusted.targets.keys.slice(0, 1) } });
    lay({ 'targets.json': fork.file(fork.pathOf('targets')) });
    assert.equal(await newer(stagedOf('1.1.0', forged)), false, 'below the threshold');
    lay({ 'targets.json': honest });
    assert.equal(await newer(stagedOf('1.1.0')), true);
  });

  it('is not vouched for by keys that were taken away, whatever lies in the profile', async () => {
    // The targets keys of before are stolen; the root that took them away is hidden.
    rmSync(metadata('3.root.json'));
    writeFileSync(metadata('root.json'), repository.file('metadata/2.root.json'));
    assert.equal(await newer(stagedOf('1.1.0')), false, 'an older root than the keychain’s');
    writeFileSync(metadata('root.json'), repository.file('metadata/3.root.json'));
    assert.equal(await newer(stagedOf('1.1.0')), true, 'the last one is read under its plain name');
    rmSync(metadata('2.root.json'));
    assert.equal(await newer(stagedOf('1.1.0')), false, 'a gap in the way');
    await station.accept(memorySource(repository));
    assert.ok(existsSync(metadata('2.root.json')), 'and the next check brings it again');
    assert.equal(await newer(stagedOf('1.1.0')), true);
  });

  it('is not one that the signers withdrew', async () => {
    const fork = repository.fork();
    delete fork.targets[`stable/linux/${arch}/carekeep_1.1.0.deb`];
    const old = readFileSync(metadata('targets.json'));
    fork.publish();
    await station.accept(memorySource(fork));
    assert.equal(await newer(stagedOf('1.1.0'), { trust: trustOf() }), false);
    writeFileSync(metadata('targets.json'), old);
    assert.equal(await newer(stagedOf('1.1.0'), { trust: trustOf() }), false, 'nor by the list of before');
  });

  describe('from a journal that somebody forged', () => {
    const offer = {
      version: '1.1.0',
      size: 9,
      required: false,
      notes: { en: '', de: '', fr: '', es: '' },
      released: 1,
    };
    const forged = Buffer.from('forged');
    const install = (more: Partial<Installing>): Installing => ({
      state: 'staged',
      from: '1.0.0',
      to: '1.1.0',
      offer,
      package: stagedOf('1.1.0'),
      back: stagedOf('1.0.0'),
      starts: 0,
      tries: 0,
      reason: null,
      at: Date.now(),
      ...more,
    });

    /** A start of `version` with this journal and these packages in place. @returns what was run, and what core was told */
    async function started(version: string, one: Installing, packages: readonly StagedPackage[], answers = true) {
      const profile = station.folder;
      writeJournal(profile, { ...emptyJournal, install: one });
      for (const staged of packages) {
        const known = [forged, bytesOf(staged.version)].find((bytes) => sha512(bytes) === staged.sha512);
        writeFileSync(packagePathOf(profile, staged), known ?? forged);
      }
      const run: string[] = [];
      const told: ShellToCore[] = [];
      const anchor = join(profile, 'anchor.json');
      writeFileSync(anchor, repository.anchor);
      const office = new UpdateOffice({
        app: {
          profile,
          version,
          relaunch: () => undefined,
          quit: () => run.push('quit'),
          run: (_program, args) => {
            run.push(args.at(-1) ?? '');
            return 0;
          },
        },
        start: await beginUpdates(profile, version, Date.now()),
        policy: { updateRoot: anchor },
        resources: profile,
        kind: 'deb',
        resolveProxy: async () => 'DIRECT',
        send: (message) => {
          told.push(message);
          if (answers && message.kind === 'update-prepare') office.heard({ kind: 'update-prepared', failure: null });
        },
        leave: async () => undefined,
        freshCore: () => run.push('fresh core'),
      });
      return { office, run, told };
    }
    const trusting = (application = '1.0.0') => ({
      kind: 'update-trust' as const,
      trust: { ...trustOf(), anchorFrom: 'policy' as const, application },
      deviceId: 'd',
      readable: true,
    });
    const until = async (done: () => boolean): Promise<void> => {
      for (let left = 400; left > 0 && !done(); left -= 1) await pause(20);
      assert.ok(done());
    };

    it('nothing is installed by a click', async () => {
      for (const bad of [stagedOf('1.1.0', forged), { ...stagedOf('0.9.0'), version: '1.1.0' }]) {
        const { office, run } = await started('1.0.0', install({ package: bad }), [bad]);
        office.heard(trusting());
        office.heard({ kind: 'update-install', version: '1.1.0' });
        await until(() => readJournal(station.folder).refusal === 'signature');
        assert.equal(readJournal(station.folder).install, null);
        assert.equal(run.length, 0);
        office.close();
      }
    });

    it('the honest one is', async () => {
      const { office, run } = await started('1.0.0', install({}), [stagedOf('1.1.0')]);
      office.heard(trusting());
      office.heard({ kind: 'update-install', version: '1.1.0' });
      await until(() => run.includes('quit'));
      assert.deepEqual(run, [stagedOf('1.1.0').sha512, 'quit']);
      office.close();
    });

    it('a core that is locked away while it copies ends the update, and it can be asked for again', async () => {
      const { office, run, told } = await started('1.0.0', install({}), [stagedOf('1.1.0')], false);
      office.heard(trusting());
      office.heard({ kind: 'update-install', version: '1.1.0' });
      await until(() => told.some(({ kind }) => kind === 'update-prepare'));
      office.heard(trusting());
      await until(() => run.includes('fresh core'));
      assert.equal(readJournal(station.folder).install?.state, 'staged');
      const last = told.findLast((message) => message.kind === 'update-state');
      assert.equal(last?.kind === 'update-state' && last.state.phase, 'ready');
      office.heard({ kind: 'update-prepared', failure: null });
      await pause(50);
      assert.deepEqual(run, ['fresh core']);
      office.heard({ kind: 'update-install', version: '1.1.0' });
      await until(() => told.filter(({ kind }) => kind === 'update-prepare').length === 2);
      office.close();
    });

    it('nothing comes back at a start: other bytes, or a version from before what is remembered', async () => {
      const failed = { state: 'failed', reason: 'starts' } as const;
      const cases = [
        { back: stagedOf('1.0.0', forged), from: '1.0.0', application: '1.0.0' },
        { back: stagedOf('0.9.0'), from: '0.9.0', application: '1.1.0' },
        { back: stagedOf('0.9.0'), from: '0.9.0', application: '1.0.0' },
      ];
      for (const { back, from, application } of cases) {
        const { office, run } = await started('1.1.0', install({ ...failed, from, back }), [back]);
        office.heard(trusting(application));
        await until(() => readJournal(station.folder).refusal === 'signature');
        assert.equal(readJournal(station.folder).install?.back, null);
        assert.equal(run.length, 0);
        office.close();
      }
    });

    it('and nothing before the keychain was asked', async () => {
      const one = install({ state: 'failed', reason: 'starts' });
      const { office, run } = await started('1.1.0', one, [stagedOf('1.0.0')]);
      await pause(100);
      assert.equal(run.length, 0);
      office.heard(trusting());
      await until(() => run.includes('quit'));
      assert.deepEqual(run, [stagedOf('1.0.0').sha512, 'quit']);
      office.close();
    });

    it('where there is nothing to go back to, the screen says that core is gone', async () => {
      const { office, run } = await started('1.1.0', install({ state: 'installing', back: null }), []);
      assert.equal(office.coreLost(), false);
      await until(() => readJournal(station.folder).install?.state === 'failed');
      assert.equal(run.length, 0);
      office.close();
    });

    it('a core that cannot be kept alive is not waited for', async () => {
      const one = install({ state: 'failed', reason: 'starts' });
      const { office, run } = await started('1.1.0', one, [stagedOf('1.0.0')]);
      assert.equal(office.coreLost(), true);
      await until(() => run.includes('quit'));
      assert.deepEqual(run, [stagedOf('1.0.0').sha512, 'quit']);
      office.close();
    });
  });
});
