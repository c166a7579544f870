/** Which kind of package this installation came from: it decides what can replace it. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, sep } from 'node:path';
import type { PackageKind } from '../../src-shared/updates/target.ts';

export type Installation = {
  readonly platform: string;
  /** The running binary. */
  readonly execPath: string;
  /** The package's own resources. */
  readonly resources: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
};

function firstLine(path: string): string {
  try {
    return readFileSync(path, 'utf8').split('\n')[0]?.trim() ?? '';
  } catch {
    return '';
  }
}

/** Null: replaced by whoever installed it (MSI, a distribution's own package). */
export function packageKind({ platform, execPath, resources, environment }: Installation): PackageKind | null {
  switch (platform) {
    case 'win32':
      // The MSI leaves no uninstaller beside the program: Windows has it.
      return existsSync(join(dirname(execPath), 'Uninstall Carekeep.exe')) ? 'nsis' : null;
    case 'darwin':
      return 'zip';
    case 'linux': {
      // Programs that an AppImage starts inherit its variables: it is ours only where we lie in what it mounted.
      const { APPIMAGE: image = '', APPDIR: mounted = '' } = environment;
      if (isAbsolute(image) && isAbsolute(mounted) && resources.startsWith(join(mounted, sep))) return 'appimage';
      return firstLine(join(resources, 'package-type')) === 'deb' ? 'deb' : null;
    }
    default:
      return null;
  }
}
