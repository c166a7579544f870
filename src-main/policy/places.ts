/** Where each system keeps what its administrators set. */
import { posix, win32 } from 'node:path';
import { pathArgument } from '../path-argument.ts';

/** The application's preferences domain on macOS: its package's id (resources/package/config.ts; a test compares). */
export const bundleId = 'org.carekeep.desktop';
const registryKey = 'HKLM\\SOFTWARE\\Policies\\Carekeep';
const everyWindows = 'HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion';

export type RegistryQuery = {
  readonly program: string;
  readonly parameters: readonly string[];
  /** Asks for a value that every Windows has: whoever does not get it may not read at all. */
  readonly proof: readonly string[];
};
/** A property list's bytes as values. @throws for anything else */
export type ParsePlist = (bytes: Buffer) => unknown;

export type PolicyPlaces = {
  readonly registry: RegistryQuery | null;
  readonly profile: { readonly path: string; readonly parse: ParsePlist } | null;
  readonly file: string;
  /** Who may own the file and the folders above it; null where the system has no such numbers. */
  readonly owners: readonly number[] | null;
};

// No other system has property lists: nothing is loaded for them there.
const plist = process.platform === 'darwin' ? (await import('./plist.ts')).parsePlist : null;

/** @param program the application's own executable */
export function placesOf(
  platform: NodeJS.Platform,
  program: string,
  environment: Readonly<Record<string, string | undefined>>,
  parse: ParsePlist | null = plist,
): PolicyPlaces {
  if (platform === 'win32') {
    return {
      registry: {
        program: win32.join(systemRoot(environment), 'System32', 'reg.exe'),
        // `|` can be in no Windows path; the usual separator, the two signs `\0`, can.
        parameters: ['query', registryKey, '/se', '|', '/reg:64'],
        proof: ['query', everyWindows, '/v', 'SystemRoot', '/reg:64'],
      },
      profile: null,
      // Beside the program's folder and as well protected as it: any user could make a folder in ProgramData.
      file: win32.join(win32.dirname(win32.dirname(program)), 'Carekeep Policies', 'policies.json'),
      owners: null,
    };
  }
  if (platform === 'darwin') {
    const path = posix.join('/Library/Managed Preferences', `${bundleId}.plist`);
    return {
      registry: null,
      profile: parse === null ? null : { path, parse },
      file: '/Library/Application Support/Carekeep/policies.json',
      owners: [0],
    };
  }
  return { registry: null, profile: null, file: '/etc/carekeep/policies.json', owners: [0] };
}

function systemRoot(environment: Readonly<Record<string, string | undefined>>): string {
  const [, named] = Object.entries(environment).find(([name]) => name.toUpperCase() === 'SYSTEMROOT') ?? [];
  return named !== undefined && /^[A-Za-z]:\\[^"<>|?*/:]+$/.test(named) ? named : 'C:\\Windows';
}

/** The file after `--policies`. The packaged application never asks for it. */
export const policiesArgument = (argv: readonly string[]): string | undefined => pathArgument('--policies', argv);
