/** What electron-builder is told. Everything is said here: it finds no configuration file and asks nobody. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AfterPackContext, Configuration } from 'electron-builder';
import plist from 'simple-plist';
import type { Platform, Target } from './contents.ts';
import { setFuses } from './fuses.ts';
import type { Signing } from './notarisation.ts';
import { settleTimes } from './times.ts';

export const appId = 'org.carekeep.desktop';
export const languages = ['en', 'de', 'fr', 'es'];

/** Kinds of packages; the first ones are those that update themselves (docs/protocols/update.md). */
export const kinds: Readonly<Record<Platform, readonly string[]>> = {
  win32: ['nsis', 'msi'],
  darwin: ['zip', 'dmg'],
  linux: ['deb', 'appimage'],
};

export type Packing = {
  readonly root: string;
  readonly target: Target;
  /** The staged application, and where results go. */
  readonly app: string;
  readonly out: string;
  /** Folders with what lies beside the archive. */
  readonly beside: string;
  /** An unpacked Electron; without it the ordinary one is downloaded, or taken from ELECTRON_MIRROR. */
  readonly electronDist: string | undefined;
  readonly electronVersion: string;
  readonly seconds: number;
  readonly signing: Signing;
  /** For the Debian package, which demands both. */
  readonly maintainer: string | undefined;
  readonly homepage: string | undefined;
};

/** Where the executable is: the .app folder on macOS. */
export function executableOf({ platform }: Target, folder: string): string {
  return join(folder, { linux: 'carekeep', win32: 'Carekeep.exe', darwin: 'Carekeep.app' }[platform]);
}

/** electron-builder opens the whole network for an updater of its own, which needs this machine only. */
function closeTransport(app: string): void {
  const file = join(app, 'Contents/Info.plist');
  const info: unknown = plist.parse(readFileSync(file), file);
  if (typeof info !== 'object' || info === null) throw new Error(`${file} is no property list`);
  writeFileSync(file, plist.stringify({ ...info, NSAppTransportSecurity: { NSAllowsLocalNetworking: true } }));
}

export function configuration(packing: Packing): Configuration {
  const { root, target, signing, electronDist, maintainer, homepage } = packing;
  const icons = join(root, 'resources/icons');
  return {
    appId,
    productName: 'Carekeep',
    copyright: 'The Carekeep authors. Apache-2.0.',
    electronVersion: packing.electronVersion,
    ...(electronDist !== undefined && { electronDist }),
    electronLanguages: languages,
    directories: { app: packing.app, output: packing.out, buildResources: icons },
    // the staged folder is the list; its node_modules are ours, so nothing is searched or rebuilt
    files: ['**/*', { from: 'node_modules', to: 'node_modules' }],
    beforeBuild: () => Promise.resolve(false),
    asar: { smartUnpack: false },
    asarUnpack: ['**/*.node'],
    extraResources: [{ from: packing.beside, to: '.' }],
    compression: 'maximum',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: electron-builder fills these in
    artifactName: 'carekeep-${version}-${os}-${arch}.${ext}',
    publish: null, // nothing is uploaded, no feed of electron-builder's is written: updates come by TUF
    ...(homepage !== undefined && { extraMetadata: { homepage } }),
    // electron-builder removes it only from what it downloaded itself
    afterExtract: ({ appOutDir }: AfterPackContext) => {
      const mac = join(appOutDir, 'Electron.app/Contents/Resources');
      for (const folder of [join(appOutDir, 'resources'), mac])
        rmSync(join(folder, 'default_app.asar'), { force: true });
      return Promise.resolve();
    },
    afterPack: async (context: AfterPackContext) => {
      const executable = executableOf(target, context.appOutDir);
      if (target.platform === 'darwin') closeTransport(executable);
      await setFuses(executable, target.platform === 'darwin' && process.platform === 'darwin' && !signing.sign);
      settleTimes(context.appOutDir, packing.seconds);
    },
    win: {
      icon: join(icons, 'icon.ico'),
      legalTrademarks: '',
      requestedExecutionLevel: 'asInvoker',
    },
    nsis: {
      // for everybody on the workstation, with an administrator's consent; no page to choose, so that /S does the same
      oneClick: true,
      perMachine: true,
      allowElevation: true,
      runAfterFinish: false,
      deleteAppDataOnUninstall: false,
      differentialPackage: false,
      createDesktopShortcut: true,
      shortcutName: 'Carekeep',
      uninstallDisplayName: 'Carekeep',
    },
    msi: { oneClick: true, perMachine: true, runAfterFinish: false, createDesktopShortcut: true },
    mac: {
      icon: join(icons, 'icon.icns'),
      category: 'public.app-category.medical',
      hardenedRuntime: true,
      gatekeeperAssess: false,
      entitlements: join(root, 'resources/package/entitlements.mac.plist'),
      entitlementsInherit: join(root, 'resources/package/entitlements.mac.plist'),
      minimumSystemVersion: '13.0',
      notarize: signing.notarise,
      ...(signing.sign ? {} : { identity: null }),
      extendInfo: { NSSupportsAutomaticGraphicsSwitching: true },
    },
    dmg: { sign: false, writeUpdateInfo: false },
    linux: {
      icon: join(icons, 'linux'),
      executableName: 'carekeep',
      category: 'MedicalSoftware',
      synopsis: 'Clinical records for clinics that keep their own',
      ...(maintainer !== undefined && { maintainer }),
    },
    deb: { recommends: ['gnome-keyring | kwalletmanager'] },
  };
}
