/** Where the command line finds the running core of a profile: a private socket in the profile folder. */
import { lstatSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '../crypto/hash.ts';

export type SocketSurroundings = {
  readonly platform: NodeJS.Platform;
  /** XDG_RUNTIME_DIR: the system keeps it to its user. */
  readonly runtimeFolder: string | undefined;
  /** Everybody's. */
  readonly temporaryFolder: string;
};

const here = (): SocketSurroundings => ({
  platform: process.platform,
  runtimeFolder: process.env['XDG_RUNTIME_DIR'],
  temporaryFolder: tmpdir(),
});

/**
 * A Unix socket beside the key file, or a named pipe where the system has no such sockets. Passwords travel over it,
 * so it never stands where somebody else could put theirs first.
 * @returns undefined when there is no such place
 */
export function ctlAddress(profile: string, surroundings: SocketSurroundings = here()): string | undefined {
  const { platform, runtimeFolder, temporaryFolder } = surroundings;
  const short = `carekeep-${sha256(profile).toString('hex').slice(0, 24)}`;
  if (platform === 'win32') return `\\\\.\\pipe\\${short}`;
  const path = join(profile, 'ctl.sock');
  // sun_path holds 108 bytes (104 on macOS): a deep profile gets its socket by a short name elsewhere.
  if (Buffer.byteLength(path) < 100) return path;
  const folder = runtimeFolder ?? ownFolder(temporaryFolder);
  return folder === undefined ? undefined : join(folder, `${short}.sock`);
}

/** A folder in everybody's that is this user's alone, or nothing: whoever made it first may be somebody else. */
function ownFolder(everybodys: string): string | undefined {
  const user = process.getuid?.();
  if (user === undefined) return undefined;
  const folder = join(everybodys, `carekeep-${user}`);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch {
    // It is there already, or cannot be: the next look tells which.
  }
  const found = lstatSync(folder, { throwIfNoEntry: false });
  return found?.isDirectory() && found.uid === user && (found.mode & 0o077) === 0 ? folder : undefined;
}
