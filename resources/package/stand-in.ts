/**
 * A folder that electron-builder takes for an unpacked Electron, made of small files: for machines where Electron cannot
 * be had. It has the layout, the languages and the fuse wire of the real one, and starts nothing.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { FuseState, FuseV1Options } from '@electron/fuses';
import plist from 'simple-plist';
import type { Platform } from './contents.ts';

/** What Electron's binary has before its fuses. */
const sentinel = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
const locales = ['am', 'de', 'en-GB', 'en-US', 'es', 'es-419', 'fr', 'it', 'ja', 'pt-BR', 'zh-CN'];
const macLocales = ['am', 'de', 'en', 'en_GB', 'es', 'es_419', 'fr', 'it', 'ja', 'pt_BR', 'zh_CN'];
const helpers = ['', ' (GPU)', ' (Plugin)', ' (Renderer)'];

/** Version 1, one byte for each fuse, about as Electron ships them. */
function fuseWire(): Buffer {
  const count = Object.values(FuseV1Options).filter((value) => typeof value === 'number').length;
  const states = Array.from({ length: count }, (_, fuse) =>
    fuse === FuseV1Options.RunAsNode || fuse === FuseV1Options.GrantFileProtocolExtraPrivileges
      ? FuseState.ENABLE
      : FuseState.DISABLE,
  );
  return Buffer.concat([Buffer.from(`stand-in for Electron\n${sentinel}`), Buffer.from([1, count, ...states])]);
}

/** A Windows program without code, with the version information that electron-builder looks for, and the fuses behind. */
function windowsProgram(): Buffer {
  const require = createRequire(createRequire(import.meta.url).resolve('app-builder-lib/package.json'));
  const resedit: typeof import('resedit') = require('resedit');
  const program = resedit.NtExecutable.createEmpty(false, false);
  const resources = resedit.NtExecutableResource.from(program);
  const version = resedit.Resource.VersionInfo.createEmpty();
  version.setStringValues({ lang: 1033, codepage: 1200 }, { ProductName: 'Electron' });
  version.outputToResourceEntries(resources.entries);
  resources.outputResource(program);
  const fuses = new Uint8Array(fuseWire());
  program.setExtraData(fuses.buffer);
  return Buffer.from(program.generate());
}

/** Makes the folder anew. */
export function makeStandIn(folder: string, platform: Platform, version: string): void {
  rmSync(folder, { recursive: true, force: true });
  const put = (file: string, content: string | Buffer = `stands in for ${file}\n`, mode = 0o644): void => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), content, { mode });
  };
  put('LICENSE');
  put('LICENSES.chromium.html');
  put('version', version);
  if (platform === 'darwin') {
    putMac(put, version);
    return;
  }
  for (const file of ['icudtl.dat', 'resources.pak', 'v8_context_snapshot.bin', 'snapshot_blob.bin']) put(file);
  for (const locale of locales) put(`locales/${locale}.pak`);
  put('resources/default_app.asar');
  if (platform === 'win32') {
    put('electron.exe', windowsProgram());
    put('ffmpeg.dll');
    return;
  }
  put('electron', fuseWire(), 0o755);
  for (const file of ['chrome-sandbox', 'chrome_crashpad_handler', 'libffmpeg.so']) put(file, undefined, 0o755);
}

function putMac(put: (file: string, content?: string | Buffer, mode?: number) => void, version: string): void {
  const contents = 'Electron.app/Contents';
  const info = (name: string): string =>
    plist.stringify({ CFBundleExecutable: name, CFBundleName: name, CFBundleVersion: version });
  put(`${contents}/Info.plist`, info('Electron'));
  put(`${contents}/MacOS/Electron`, undefined, 0o755);
  put(`${contents}/Resources/default_app.asar`);
  put(`${contents}/Resources/electron.icns`);
  const framework = `${contents}/Frameworks/Electron Framework.framework`;
  // the real one is a link into Versions
  put(`${framework}/Electron Framework`, fuseWire(), 0o755);
  for (const locale of macLocales) {
    put(`${contents}/Resources/${locale}.lproj/locale.strings`);
    put(`${framework}/Versions/A/Resources/${locale}.lproj/locale.pak`);
  }
  for (const helper of helpers) {
    const name = `Electron Helper${helper}`;
    put(`${contents}/Frameworks/${name}.app/Contents/Info.plist`, info(name));
    put(`${contents}/Frameworks/${name}.app/Contents/MacOS/${name}`, undefined, 0o755);
  }
}
