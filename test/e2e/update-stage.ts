/**
 * A workstation that is "installed" from a stand-in package: a small shell script that names the built bundles of its
 * version. electron-updater's own code swaps it; whoever starts the workstation starts what the script names.
 */
import assert from 'node:assert/strict';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ErrorCode } from '../../src-shared/contract/errors.ts';
import type { CallInput, Output, ProcedureName } from '../../src-shared/contract/index.ts';
import { type UpdateJournal, updateJournal } from '../../src-shared/updates/journal.ts';
import { startKeyring } from '../host/keyring.ts';
import { custom, TestRepository } from '../unit/update/repository.ts';
import { type AppUnderTest, launchApp } from './launch.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const ownVersion = '1.0.0';
export const ana = { userName: 'ana.ruiz', password: 'harbour lantern seven' };

/** What is done to a version's built files, so that it does not work. */
export type Spoil = { readonly find: string; readonly put: string };

/** Known answer of Argon2id, changed: the unattended half fails. */
export const spoiltPrimitive: Spoil = { find: '0d640df58d78766c', put: '0d640df58d78766d' };
/** The last step of the second half asks something that SQLite does not answer. */
export const spoiltPages: Spoil = { find: 'quick_check', put: 'quick_chekc' };

function jsFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js'))
    .map((name) => join(folder, name));
}

export class UpdateStage {
  readonly folder: string;
  readonly profile: string;
  /** The "installed" package. */
  readonly installed: string;
  readonly repository = new TestRepository();
  readonly #keyring: Awaited<ReturnType<typeof startKeyring>>;
  readonly #policies: string;
  /** Each version's own built files. */
  readonly #folders = new Map<string, string>([[ownVersion, root]]);
  #app: AppUnderTest | null = null;

  private constructor(folder: string, keyring: Awaited<ReturnType<typeof startKeyring>>) {
    this.folder = folder;
    this.profile = join(folder, 'profile');
    this.installed = join(folder, 'Carekeep.AppImage');
    this.#policies = join(folder, 'policies.json');
    this.#keyring = keyring;
  }

  /** With our own version installed. */
  static async start(): Promise<UpdateStage> {
    const folder = mkdtempSync(join(tmpdir(), 'carekeep-update-'));
    const stage = new UpdateStage(folder, await startKeyring({ dir: folder, password: 'keyring of a test' }));
    mkdirSync(join(folder, 'resources', 'update'), { recursive: true });
    writeFileSync(join(folder, 'resources', 'update', 'root.json'), stage.repository.anchor);
    writeFileSync(stage.installed, stage.package(ownVersion, root));
    chmodSync(stage.installed, 0o755);
    stage.policy({});
    return stage;
  }

  policy(policy: Record<string, unknown>): void {
    writeFileSync(this.#policies, JSON.stringify(policy), { mode: 0o600 });
  }

  /** The stand-in package of a version. */
  package(version: string, folder: string): Buffer {
    return Buffer.from(`#!/bin/sh\n# Carekeep ${version}\n# ${'x'.repeat(200_000)}\nbundle='${folder}'\n`);
  }

  /** Builds a version from our own built files and puts its package into the repository. */
  offer(version: string, spoil?: Spoil): void {
    const folder = join(this.folder, 'versions', version);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    cpSync(join(root, 'out'), join(folder, 'out'), { recursive: true });
    for (const name of ['node_modules', 'resources', 'test', 'build'])
      symlinkSync(join(root, name), join(folder, name));
    const manifest = readFileSync(join(root, 'package.json'), 'utf8');
    writeFileSync(
      join(folder, 'package.json'),
      manifest.replace(`"version": "${ownVersion}"`, `"version": "${version}"`),
    );
    let versions = 0;
    let spoilt = 0;
    for (const file of jsFiles(join(folder, 'out', 'main'))) {
      const text = readFileSync(file, 'utf8');
      const renamed = text.replaceAll(/\bversion( = |: )"1\.0\.0"/g, (_all, sign: string) => {
        versions += 1;
        return `version${sign}"${version}"`;
      });
      const pieces = spoil === undefined ? [renamed] : renamed.split(spoil.find);
      spoilt += pieces.length - 1;
      const changed = pieces.join(spoil?.put ?? '');
      if (changed !== text) writeFileSync(file, changed);
    }
    assert.ok(versions > 0, 'the built files name their version');
    assert.ok(spoil === undefined || spoilt > 0, 'there was something to spoil');
    this.#publish(version, folder);
  }

  #publish(version: string, folder: string): void {
    const about = { platform: 'linux', arch: process.arch === 'arm64' ? 'arm64' : 'x64', package: 'appimage' } as const;
    this.#folders.set(version, folder);
    for (const [one, from] of this.#folders) {
      this.repository.add(custom(one, about), this.package(one, from), `Carekeep-${one}.AppImage`);
    }
    this.repository.publish();
  }

  /** The version whose package lies where the application is installed. */
  version(): string {
    return /^# Carekeep (\S+)$/m.exec(readFileSync(this.installed, 'utf8'))?.[1] ?? 'none';
  }

  /** Starts what is installed. */
  async open(): Promise<AppUnderTest> {
    const bundle = /^bundle='(.*)'$/m.exec(readFileSync(this.installed, 'utf8'))?.[1];
    assert.ok(bundle !== undefined, 'something is installed');
    const args = ['--policies', this.#policies, `--stand-in-package=${join(this.folder, 'resources')}`];
    this.#app = await launchApp({
      profile: this.profile,
      bundle: join(bundle, 'out'),
      args,
      env: { ...this.#keyring.env, APPIMAGE: this.installed, APPDIR: this.folder },
    });
    return this.#app;
  }

  get app(): AppUnderTest {
    assert.ok(this.#app !== null);
    return this.#app;
  }

  /** Waits for the application to end by itself, and starts what is installed then. */
  async again(): Promise<AppUnderTest> {
    await this.app.exit;
    await this.app.close();
    return this.open();
  }

  async call<N extends ProcedureName>(name: N, input: CallInput<N>): Promise<Output<N>> {
    const answer = await this.tell(name, input);
    assert.ok(answer.ok, `${name}: ${answer.ok ? '' : answer.error.code}\n${this.app.log()}`);
    return answer.value;
  }

  async tell<N extends ProcedureName>(
    name: N,
    input: CallInput<N>,
  ): Promise<{ ok: true; value: Output<N> } | { ok: false; error: { code: ErrorCode } }> {
    const page = await this.app.page();
    return page.evaluate(([called, given]) => window.carekeep.call(called as never, given as never), [
      name,
      input,
    ] as const) as never;
  }

  /** A clinic with one admin who is practitioner and IT too, and a patient. */
  async setUp(): Promise<void> {
    const kit = await this.call('setup.create', {
      language: 'en',
      clinicName: 'Praxis am Hafen',
      country: 'DE',
      workstationName: 'Consulting room 2',
      admin: { userName: ana.userName, displayName: 'Dr. Ana Ruiz', roles: ['practitioner', 'it'] },
      password: ana.password,
    });
    const words = kit.ask.map((position) => ({ position, word: kit.words[position - 1] ?? '' }));
    await this.call('setup.confirmKit', { words });
    await this.signIn();
    await this.call('patients.create', {
      notADuplicate: false,
      demographics: {
        family: 'Steinbach',
        given: 'Ottilie',
        former: '',
        birthDate: '1971-03-14',
        gender: null,
        identifiers: [],
        phone: '',
        email: '',
        address: { line: '', postalCode: '', city: '', country: '' },
      },
    });
  }

  async signIn(): Promise<void> {
    await this.call('sessions.signIn', ana);
  }

  /** The code with which a sign-in is refused; empty where it is not. */
  async signInAnswer(): Promise<string> {
    const answer = await this.tell('sessions.signIn', ana);
    return answer.ok ? '' : answer.error.code;
  }

  /** How many patients a search finds: the record is there. */
  async patients(): Promise<number> {
    return (await this.call('patients.search', { text: 'steinbach' })).hits.length;
  }

  /** Codes of the last entries of the log about the system. */
  async logged(): Promise<readonly string[]> {
    const filter = { userId: null, patientId: null, kind: 'system' as const, outcome: null, from: null, to: null };
    const { entries } = await this.call('audit.page', { filter, before: null, limit: 100 });
    return entries.map(({ event }) => event);
  }

  /** Waits for a phase. */
  async phase(...wanted: readonly string[]): Promise<Output<'updates.status'>> {
    const end = Date.now() + 30_000;
    for (;;) {
      const status = await this.call('updates.status', {});
      if (wanted.includes(status.state.phase)) return status;
      assert.ok(
        Date.now() < end,
        `phase ${status.state.phase} (${status.state.off}, ${status.state.refusal})\n${this.app.log()}`,
      );
      await pause(50);
    }
  }

  journal(): UpdateJournal {
    return updateJournal.parse(JSON.parse(readFileSync(join(this.profile, 'update', 'journal.json'), 'utf8')));
  }

  async stop(): Promise<void> {
    await this.#app?.close();
    await this.#keyring.stop();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
