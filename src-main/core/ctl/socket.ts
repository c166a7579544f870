/** Where the command line finds the running core of a profile: a private socket in the profile folder. */
import { join } from 'node:path';
import { sha256 } from '../crypto/hash.ts';

/** A Unix socket beside the key file, or a named pipe where the system has no such sockets. */
export function ctlAddress(profile: string, platform: NodeJS.Platform = process.platform): string {
  if (platform === 'win32') return `\\\\.\\pipe\\carekeep-${sha256(profile).toString('hex').slice(0, 24)}`;
  const path = join(profile, 'ctl.sock');
  // sun_path holds 108 bytes (104 on macOS): a deep profile gets its socket by a short name in the runtime folder.
  if (Buffer.byteLength(path) < 100) return path;
  const folder = process.env['XDG_RUNTIME_DIR'] ?? '/tmp';
  return join(folder, `carekeep-${sha256(profile).toString('hex').slice(0, 24)}.sock`);
}
