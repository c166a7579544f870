/**
 * electron-updater's own classes, one per kind of package, with what they would do on their own taken from them: they ask
 * no server, start no PowerShell, and install nothing when the application quits.
 */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import electronUpdater, { type AppUpdater, type ResolvedUpdateFileInfo } from 'electron-updater';
import type { ProviderRuntimeOptions } from 'electron-updater/out/providers/Provider.js';
import type { StagedPackage } from '../../src-shared/updates/journal.ts';
import { syncFolder, updateFolder } from './journal.ts';
import { isPackageSync } from './package-file.ts';
import { Refused } from './refusals.ts';

const { AppImageUpdater, DebUpdater, MacUpdater, NsisUpdater, Provider } = electronUpdater;

type UpdaterArguments = ConstructorParameters<typeof AppImageUpdater>;
type UpdateInfo = Parameters<AppUpdater['isUpdateSupported']>[0];

/** Runs a program without a shell and waits for its end. @returns its exit code; null where it could not be started */
export type Run = (program: string, args: readonly string[]) => number | null;

/** What electron-updater asks of the application. */
export type InstalledApp = {
  readonly profile: string;
  readonly version: string;
  /** Starts the application again once this process has ended; `path`: another binary than the running one. */
  readonly relaunch: (path?: string) => void;
  readonly quit: () => void;
  /** Instead of the system's own way to run a package's installer. */
  readonly run?: Run;
};

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A new file takes the place of the running one in one step: an end at any moment leaves one or the other whole. */
function swapAppImage(running: string, fresh: string, staged: StagedPackage): void {
  const beside = `${running}.new`;
  rmSync(beside, { force: true });
  copyFileSync(fresh, beside, constants.COPYFILE_EXCL);
  // Of what was copied, not of what it was copied from: that may have been exchanged meanwhile.
  if (!isPackageSync(beside, staged)) {
    rmSync(beside, { force: true });
    throw new Refused('wrong-bytes');
  }
  chmodSync(beside, 0o755);
  const file = openSync(beside, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(beside, running);
  syncFolder(dirname(running));
}

/** electron-updater's own removes the running file before the new one is there, and starts it before this one has ended. */
class WholeAppImageUpdater extends AppImageUpdater {
  readonly staged: StagedPackage;
  readonly relaunchInto: (path: string) => void;

  constructor(staged: StagedPackage, relaunchInto: (path: string) => void, ...rest: UpdaterArguments) {
    super(...rest);
    this.staged = staged;
    this.relaunchInto = relaunchInto;
  }

  protected override doInstall(): boolean {
    const running = process.env['APPIMAGE'];
    if (running === undefined) return false;
    const fresh = this.downloadedUpdateHelper?.file ?? null;
    if (fresh === null) return false;
    swapAppImage(running, fresh, this.staged);
    this.relaunchInto(running);
    return true;
  }
}

/**
 * The administrator's half: takes the package where nobody else can write, looks at it there, and only then installs it.
 * Its arguments are data; a folder may be named as it likes.
 */
const installDeb = `set -eu
export DEBIAN_FRONTEND=noninteractive
folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
cp -- "$1" "$folder/carekeep.deb"
echo "$2  $folder/carekeep.deb" | sha512sum --check --status
dpkg --install "$folder/carekeep.deb" || apt-get install --fix-broken --yes
`;

const runAndWait: Run = (program, args) => {
  // What the person's own settings say of programs is nothing to an administrator.
  const env = { ...process.env, PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };
  return spawnSync(program, [...args], { stdio: 'ignore', shell: false, env }).status;
};

/** electron-updater's own puts the path into a line for a shell that an administrator runs. */
class QuotedDebUpdater extends DebUpdater {
  readonly #staged: StagedPackage;
  readonly #run: Run;

  constructor(staged: StagedPackage, run: Run, ...rest: UpdaterArguments) {
    super(...rest);
    this.#staged = staged;
    this.#run = run;
  }

  protected override doInstall({ isForceRunAfter }: { readonly isForceRunAfter: boolean }): boolean {
    const path = this.downloadedUpdateHelper?.file ?? null;
    if (path === null) return false;
    const script = ['/bin/sh', '-c', installDeb, 'carekeep', path, this.#staged.sha512];
    const asked = process.getuid?.() === 0 ? script : ['/usr/bin/pkexec', '--disable-internal-agent', ...script];
    const [program = '', ...args] = asked;
    if (this.#run(program, args) !== 0) return false;
    if (isForceRunAfter) this.app.relaunch();
    return true;
  }
}

function updateInfo(staged: StagedPackage): UpdateInfo {
  const { version, file, length } = staged;
  const sha512 = Buffer.from(staged.sha512, 'hex').toString('base64');
  // Installed for the whole machine: Windows asks for an administrator by this, and not by PowerShell.
  const elevated = staged.package === 'nsis' && existsSync(join(process.resourcesPath ?? '', 'elevate.exe'));
  const files = [{ url: file, sha512, size: length, ...(elevated && { isAdminRightsRequired: true }) }];
  return { version, files, path: file, sha512, releaseDate: '' };
}

/** Tells electron-updater of the one package that was chosen. */
function providerOf(staged: StagedPackage, from: string) {
  return class extends Provider<UpdateInfo> {
    constructor(_options: unknown, _updater: unknown, runtime: ProviderRuntimeOptions) {
      super(runtime);
    }
    async getLatestVersion(): Promise<UpdateInfo> {
      return updateInfo(staged);
    }
    resolveFiles(info: UpdateInfo): ResolvedUpdateFileInfo[] {
      return info.files.map((file) => ({ url: pathToFileURL(join(from, file.url)), info: file }));
    }
  };
}

function bareUpdater(staged: StagedPackage, app: InstalledApp): AppUpdater {
  const adapter = {
    version: app.version,
    name: 'carekeep',
    isPackaged: true,
    appUpdateConfigPath: join(updateFolder(app.profile), 'app-update.yml'),
    userDataPath: updateFolder(app.profile),
    baseCachePath: updateFolder(app.profile),
    whenReady: async () => undefined,
    relaunch: () => app.relaunch(),
    quit: () => app.quit(),
    onQuit: () => undefined,
  };
  switch (staged.package) {
    case 'nsis': {
      const updater = new NsisUpdater(undefined, adapter);
      updater.verifyUpdateCodeSignature = async () => null;
      return updater;
    }
    case 'deb':
      return new QuotedDebUpdater(staged, app.run ?? runAndWait, undefined, adapter);
    case 'appimage':
      return new WholeAppImageUpdater(staged, app.relaunch, undefined, adapter);
    case 'zip':
      return new MacUpdater(undefined, adapter);
  }
}

/** Writes a file's bytes to a place of electron-updater's. */
export type Place = (destination: string) => Promise<void>;

/** electron-updater for one package and nothing else. */
export function updaterFor(staged: StagedPackage, folder: string, app: InstalledApp, place: Place): AppUpdater {
  const updater = bareUpdater(staged, app);
  updater.logger = quiet;
  updater.autoDownload = false;
  updater.autoInstallOnAppQuit = false;
  updater.disableDifferentialDownload = true;
  updater.disableWebInstaller = true;
  // Only ever the version that ran before, and only from a failed trial (docs/protocols/update.md, "Back").
  updater.allowDowngrade = true;
  // Its own executor is Electron's network; ours is the verified source.
  Reflect.set(updater, 'httpExecutor', { download: (_url: URL, destination: string) => place(destination) });
  updater.setFeedURL({ provider: 'custom', updateProvider: providerOf(staged, folder) });
  return updater;
}
