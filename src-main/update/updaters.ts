/**
 * electron-updater's own classes, one per kind of package, with what they would do on their own taken from them: they ask
 * no server, start no PowerShell, and install nothing when the application quits.
 */
import { chmodSync, closeSync, copyFileSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import electronUpdater, { type AppUpdater, type ResolvedUpdateFileInfo } from 'electron-updater';
import type { ProviderRuntimeOptions } from 'electron-updater/out/providers/Provider.js';
import type { StagedPackage } from '../../src-shared/updates/journal.ts';
import { syncFolder, updateFolder } from './journal.ts';

const { AppImageUpdater, DebUpdater, MacUpdater, NsisUpdater, Provider } = electronUpdater;

type UpdateInfo = Parameters<AppUpdater['isUpdateSupported']>[0];

/** What electron-updater asks of the application. */
export type InstalledApp = {
  readonly profile: string;
  readonly version: string;
  /** Starts the application again once this process has ended; `path`: another binary than the running one. */
  readonly relaunch: (path?: string) => void;
  readonly quit: () => void;
};

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A new file takes the place of the running one in one step: an end at any moment leaves one or the other whole. */
function swapAppImage(running: string, fresh: string): void {
  const beside = `${running}.new`;
  rmSync(beside, { force: true });
  copyFileSync(fresh, beside);
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
  protected override doInstall(): boolean {
    const running = process.env['APPIMAGE'];
    const { installerPath } = this;
    if (running === undefined || installerPath === null) return false;
    swapAppImage(running, installerPath);
    this.relaunchInto(running);
    return true;
  }
  relaunchInto: (path: string) => void = () => undefined;
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
      // It would choose another package manager by this.
      delete process.env['ELECTRON_BUILDER_LINUX_PACKAGE_MANAGER'];
      return new DebUpdater(undefined, adapter);
    case 'appimage': {
      const updater = new WholeAppImageUpdater(undefined, adapter);
      updater.relaunchInto = app.relaunch;
      return updater;
    }
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
