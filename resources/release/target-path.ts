/** Where a package lies in the repository, and whether what is said of it holds together. */
import semver from 'semver';
import {
  largestPackage,
  type PackageKind,
  packageExtensions,
  type TargetCustom,
  targetCustom,
  targetFileName,
  updateArchs,
  updateChannels,
  updatePlatforms,
} from '../../src-shared/updates/target.ts';
import { ReleaseError } from './failure.ts';
import type { Target } from './metadata.ts';

const platformOf = { nsis: 'win32', deb: 'linux', appimage: 'linux', zip: 'darwin' } as const;

/** The kind of package that an extension means. @throws ReleaseError */
export function kindOf(fileName: string): PackageKind {
  if (!targetFileName.test(fileName)) {
    throw new ReleaseError(
      `"${fileName}" cannot be a package's name: letters, digits, dot, dash and underscore only, at most 100, beginning with a letter or digit.`,
    );
  }
  if (fileName.endsWith(packageExtensions.nsis)) return 'nsis';
  if (fileName.endsWith(packageExtensions.deb)) return 'deb';
  if (fileName.endsWith(packageExtensions.appimage)) return 'appimage';
  if (fileName.endsWith(packageExtensions.zip)) return 'zip';
  throw new ReleaseError(
    `"${fileName}" is no package that can update itself: .exe, .deb, .AppImage or .zip (macOS). An MSI is brought out by IT's own tools.`,
  );
}

export const platformFor = (kind: PackageKind): TargetCustom['platform'] => platformOf[kind];

/** `<channel>/<platform>/<arch>/<file name>`. */
export function targetPath(custom: TargetCustom, fileName: string): string {
  return `${custom.channel}/${custom.platform}/${custom.arch}/${fileName}`;
}

/** The file in `targets/`: the name prefixed with its hash, because snapshots are consistent. */
export function storedPath(path: string, sha512: string): string {
  const cut = path.lastIndexOf('/') + 1;
  return `${path.slice(0, cut)}${sha512}.${path.slice(cut)}`;
}

/** @throws ReleaseError when a target is not exactly what the protocol allows */
export function checkTarget(path: string, target: Target): Target {
  const wrong = (what: string) => new ReleaseError(`The package ${JSON.stringify(path)} is not acceptable: ${what}.`);
  const custom = targetCustom.safeParse(target.custom);
  if (!custom.success) {
    const at = custom.error.issues[0]?.path.join('.') ?? '';
    throw wrong(at === '' ? 'what is said of it has members that do not belong there' : `its "${at}" does not fit`);
  }
  const [channel, platform, arch, fileName, ...more] = path.split('/');
  const { data } = custom;
  if (fileName === undefined || more.length > 0) throw wrong('the path has not four parts');
  if (channel !== data.channel || platform !== data.platform || arch !== data.arch) {
    throw wrong('channel, platform or processor are not those of its path');
  }
  if (kindOf(fileName) !== data.package) throw wrong('its extension is of another kind of package');
  if (platformFor(data.package) !== data.platform) throw wrong('that kind of package is for another system');
  if (!/^[0-9a-f]{128}$/.test(target.sha512)) throw wrong('its SHA-512 is none');
  if (!Number.isSafeInteger(target.length) || target.length < 1) throw wrong('it is empty');
  if (target.length > largestPackage) throw wrong('it is larger than 2 GiB');
  if (semver.gt(data.minimumVersion, data.version)) throw wrong('the minimum version is above its own');
  return { length: target.length, sha512: target.sha512, custom: data };
}

export const channels = updateChannels;
export const platforms = updatePlatforms;
export const archs = updateArchs;
