/** app: the life of the process. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { App, RelaunchOptions } from 'electron';
import { closeBrowser, theBrowser } from './chromium.ts';
import { controlled, obey, report } from './control.ts';
import { refuseUnknown } from './refuse.ts';
import { settings } from './settings.ts';
import { stopUtilityProcesses } from './utility.ts';

/** Of the bundle that runs (`out/main/index.js`), which may be another version's; else our own. */
const ofBundle = join(dirname(process.argv[1] ?? ''), '..', '..', 'package.json');
const packageFile = existsSync(ofBundle) ? ofBundle : fileURLToPath(new URL('../../package.json', import.meta.url));
const { productName, version }: { productName: string; version: string } = JSON.parse(
  readFileSync(packageFile, 'utf8'),
);

class HostApp
  extends EventEmitter
  implements
    Pick<
      App,
      | 'isPackaged'
      | 'whenReady'
      | 'getVersion'
      | 'getName'
      | 'getPath'
      | 'setPath'
      | 'relaunch'
      | 'quit'
      | 'exit'
      | 'enableSandbox'
    >
{
  readonly isPackaged = false;
  private readonly paths = new Map<string, string>([
    ['userData', join(process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), productName)],
    ['temp', tmpdir()],
    ['home', homedir()],
  ]);
  private ending = false;
  private lockFile: string | undefined;
  readonly commandLine = refuseUnknown('commandLine', {
    hasSwitch: (name: string) =>
      process.argv.some((argument) => argument === `--${name}` || argument.startsWith(`--${name}=`)),
    appendSwitch: (name: string, value?: string) =>
      void settings.switches.push(value === undefined ? name : `${name}=${value}`),
  });

  async whenReady(): Promise<void> {
    await theBrowser();
    console.warn('[Chromium host] for development, tests and demonstrations; not the application as it ships');
  }
  getVersion(): string {
    return version;
  }
  getName(): string {
    return productName;
  }
  getPath(name: string): string {
    // Electron's default lies below the profile, wherever that is
    const path = name === 'crashDumps' ? join(this.getPath('userData'), 'Crashpad') : this.paths.get(name);
    if (path === undefined) throw new Error(`the Chromium host has no path ${name}`);
    return path;
  }
  setPath(name: string, path: string): void {
    this.paths.set(name, path);
  }
  enableSandbox(): void {
    settings.sandboxed = true;
  }

  /** One instance a userData folder: a file with our process id; a dead or foreign one is taken over. */
  requestSingleInstanceLock(): boolean {
    const key = createHash('sha256').update(this.getPath('userData')).digest('hex').slice(0, 24);
    const file = join(tmpdir(), `carekeep-host-${key}.lock`);
    mkdirSync(dirname(file), { recursive: true });
    for (let tries = 0; tries < 2; tries += 1) {
      try {
        writeFileSync(file, String(process.pid), { flag: 'wx', mode: 0o600 });
        this.lockFile = file;
        process.on('SIGUSR2', () => this.emit('second-instance'));
        return true;
      } catch {
        // somebody has it: alive, or a leftover of a killed host
        const owner = Number(readFileSync(file, 'utf8'));
        if (isHost(owner)) {
          process.kill(owner, 'SIGUSR2');
          return false;
        }
        rmSync(file, { force: true });
      }
    }
    return false;
  }

  /** After the end; under control whoever started this starts the next one too. */
  relaunch({ execPath }: RelaunchOptions = {}): void {
    report({ kind: 'relaunch', path: execPath ?? null });
    if (controlled) return;
    const [node = process.execPath, main = '', ...more] = process.argv;
    process.on('exit', () => {
      const [program, given] = execPath === undefined ? [node, [...process.execArgv, main]] : [execPath, []];
      spawn(program, [...given, ...more], { detached: true, stdio: 'ignore' }).unref();
    });
  }

  quit(): void {
    let prevented = false;
    this.emit('before-quit', { preventDefault: () => (prevented = true) });
    if (!prevented) this.exit(0);
  }

  exit(code = 0): void {
    if (this.ending) return;
    this.ending = true;
    if (this.lockFile !== undefined) rmSync(this.lockFile, { force: true });
    stopUtilityProcesses();
    const end = (): never => process.exit(code);
    // Chromium may hang; the application must not
    setTimeout(end, 3000).unref();
    closeBrowser().then(end, end);
  }
}

function isHost(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('test/host/register');
  } catch {
    return false; // no such process
  }
}

const host = new HostApp();
export const app = refuseUnknown('app', host);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => host.quit());
if (controlled) process.on('disconnect', () => host.exit(0));
obey({
  quit: () => host.quit(),
  /** Asks as Chromium would. `answered` is what came back; an event nobody prevents means what Electron does by itself. */
  'ask-app': ({ event }) => {
    settings.events = host.eventNames().map(String);
    let prevented = false;
    let answered: readonly unknown[] | undefined;
    const asked = { preventDefault: () => (prevented = true) };
    const answer = (...values: unknown[]): void => {
      answered = values;
    };
    if (event === 'certificate-error') host.emit(event, asked, null, 'https://x.invalid/', 'ERR', {}, answer, true);
    else if (event === 'login') host.emit(event, asked, null, {}, {}, answer);
    else host.emit(event, asked, null, 'https://x.invalid/', [{}], answer);
    return { prevented, answered };
  },
});
