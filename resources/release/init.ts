/** The beginning of a repository: a root that names everybody's keys, and an empty list of packages. No private key is needed here. */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Disk, realDisk } from './disk.ts';
import { ReleaseError } from './failure.ts';
import type { PublicKey } from './key.ts';
import { bytesOf, newRoot, newTargets, type Trusted } from './metadata.ts';
import { pendingFile, pendingFolder } from './repository.ts';
import { type RoleName, roles, usualThreshold } from './roles.ts';

/** @throws ReleaseError when somebody would hold two votes, or fewer keys are there than must sign */
export function checkTrusted(trusted: Trusted): void {
  const seen = new Map<string, RoleName>();
  for (const role of roles) {
    const { keys, threshold } = trusted[role];
    for (const key of keys) {
      if (key.role !== role) {
        throw new ReleaseError(
          `The key ${key.keyId.slice(0, 8)} of ${key.owner} was made for ${key.role}, not for ${role}.`,
        );
      }
      if (seen.has(key.keyId)) {
        throw new ReleaseError(
          `The key ${key.keyId.slice(0, 8)} of ${key.owner} is named twice: each role has keys of its own.`,
        );
      }
      seen.set(key.keyId, role);
    }
    if (!Number.isSafeInteger(threshold) || threshold < 1 || threshold > keys.length) {
      throw new ReleaseError(`For ${role}, ${threshold} of ${keys.length} keys would have to sign: that cannot be.`);
    }
    if ((role === 'root' || role === 'targets') && threshold < 2) {
      throw new ReleaseError(`For ${role}, one key alone would decide what is installed: at least two must sign.`);
    }
  }
}

/** Writes `pending/root.json` (version 1) and `pending/targets.json`, both unsigned. */
export function initRepository(options: {
  readonly folder: string;
  readonly keys: Readonly<Record<RoleName, readonly PublicKey[]>>;
  readonly thresholds?: Readonly<Record<RoleName, number>>;
  readonly now: number;
  readonly disk?: Disk;
}): void {
  const { folder, keys, thresholds = usualThreshold, now, disk = realDisk } = options;
  const of = (role: RoleName) => ({ keys: keys[role], threshold: thresholds[role] });
  const trusted = { root: of('root'), targets: of('targets'), snapshot: of('snapshot'), timestamp: of('timestamp') };
  checkTrusted(trusted);
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new ReleaseError(`${folder} is not empty: a repository begins in a folder of its own.`);
  }
  mkdirSync(join(folder, 'metadata'), { recursive: true });
  mkdirSync(join(folder, 'targets'), { recursive: true });
  const aside = pendingFolder(folder);
  disk.write(pendingFile(folder, 'root'), bytesOf(newRoot(trusted, 1, now)), { aside });
  disk.write(pendingFile(folder, 'targets'), bytesOf(newTargets({}, 1, now)), { aside });
}
