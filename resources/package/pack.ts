/** One packing: stage, bill of materials, electron-builder. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Arch, Platform as BuilderPlatform, build } from 'electron-builder';
import { billName, billOfMaterials, licenceList, licencesName } from './bill.ts';
import { components } from './components.ts';
import { configuration } from './config.ts';
import type { Target } from './contents.ts';
import { signingOf } from './notarisation.ts';
import { readAbout, stage } from './stage.ts';
import { makeStandIn } from './stand-in.ts';
import { settleTimes, sourceSeconds } from './times.ts';

export type Order = {
  readonly root: string;
  readonly target: Target;
  readonly out: string;
  /** Kinds of packages; none: only the unpacked folder. */
  readonly kinds: readonly string[];
  /** The root.json that updates begin from. */
  readonly anchor: string | undefined;
  /** In place of Electron and of native modules of another system. */
  readonly standIn: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
};

export type Packed = {
  /** The unpacked application. */
  readonly folder: string;
  /** The packages. */
  readonly files: readonly string[];
  readonly warnings: readonly string[];
};

const builderPlatforms = {
  linux: BuilderPlatform.LINUX,
  win32: BuilderPlatform.WINDOWS,
  darwin: BuilderPlatform.MAC,
} as const;

/** The name electron-builder gives to the unpacked folder. */
function unpackedFolder(out: string, { platform, arch }: Target): string {
  const name = { linux: 'linux', win32: 'win', darwin: 'mac' }[platform];
  return join(out, `${name}${arch === 'x64' ? '' : `-${arch}`}${platform === 'darwin' ? '' : '-unpacked'}`);
}

function electronVersion(root: string): string {
  const read: { version: string } = JSON.parse(readFileSync(join(root, 'node_modules/electron/package.json'), 'utf8'));
  return read.version;
}

export async function pack(order: Order): Promise<Packed> {
  const { root, target, out, environment } = order;
  const seconds = sourceSeconds(root, environment);
  process.env['SOURCE_DATE_EPOCH'] = String(seconds); // for the tools that make packages
  const about = readAbout(root);
  const work = join(root, 'build/package', `${target.platform}-${target.arch}`);
  const staged = stage(root, target, join(work, 'app'), order.standIn);
  const beside = join(work, 'beside');
  rmSync(beside, { recursive: true, force: true });
  mkdirSync(join(beside, 'update'), { recursive: true });
  if (order.anchor !== undefined) writeFileSync(join(beside, 'update/root.json'), readFileSync(order.anchor));
  // by this an installed Carekeep knows that it came by dpkg; electron-builder writes it only beside a feed of its own.
  // An AppImage made in the same run says what it is by its environment.
  if (order.kinds.includes('deb')) writeFileSync(join(beside, 'package-type'), 'deb');
  const list = components(root, target, order.standIn);
  writeFileSync(join(beside, licencesName), licenceList(list));
  writeFileSync(join(beside, billName), billOfMaterials({ ...about, seconds }, list));

  const version = electronVersion(root);
  const dist = order.standIn ? join(work, 'electron') : environment['CAREKEEP_ELECTRON_DIST'];
  if (order.standIn && dist !== undefined) makeStandIn(dist, target.platform, version);
  const signing = signingOf(target.platform, environment);
  const files = await build({
    projectDir: root,
    publish: 'never',
    targets: builderPlatforms[target.platform].createTarget(
      order.kinds.length === 0 ? 'dir' : [...order.kinds],
      Arch[target.arch],
    ),
    config: configuration({
      root,
      target,
      app: staged.folder,
      out,
      beside,
      electronDist: dist,
      electronVersion: version,
      seconds,
      signing,
      maintainer: environment['CAREKEEP_MAINTAINER'],
      homepage: environment['CAREKEEP_HOMEPAGE'],
    }),
  });
  const folder = unpackedFolder(out, target);
  settleTimes(folder, seconds); // Windows' program is edited once more after the hook that settled the others
  return {
    folder,
    files: files.filter((file) => !file.endsWith('.blockmap')),
    warnings: [
      ...signing.warnings,
      ...(order.anchor === undefined ? ['NO ANCHOR: without --root FILE this package never updates itself.'] : []),
      ...(order.standIn
        ? [`STAND-IN: nothing of this starts; made up: Electron, ${staged.standIns.join(', ') || 'no module'}.`]
        : []),
    ],
  };
}
