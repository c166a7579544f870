/** The list of packages that will be signed next: the pending one, or what is published with the next number. */

import type { Ring } from '../../src-shared/updates/target.ts';
import { type Disk, realDisk } from './disk.ts';
import { ReleaseError } from './failure.ts';
import { bytesOf, newTargets, type TargetList } from './metadata.ts';
import { listOf, pendingFile, pendingFolder, type Repository, readRepository } from './repository.ts';

export type Draft = { readonly list: TargetList; readonly version: number };

export function draftOf({ published, pending }: Repository): Draft {
  const version = (published?.chain?.targets.signed.version ?? 0) + 1;
  return { list: listOf(pending.targets ?? published?.chain?.targets ?? null), version };
}

/** Writes the list anew, unsigned: signatures under an older draft do not count any more. */
export function writeDraft(folder: string, list: TargetList, now: number, disk: Disk = realDisk): void {
  const { version } = draftOf(readRepository(folder));
  disk.write(pendingFile(folder, 'targets'), bytesOf(newTargets(list, version, now)), { aside: pendingFolder(folder) });
}

function listed(list: TargetList, path: string) {
  const target = list[path];
  if (target === undefined) throw new ReleaseError(`${path} is not listed. "status" names what is.`);
  return target;
}

/** Changes how many workstations are offered a package. */
export function setRings(options: {
  readonly folder: string;
  readonly path: string;
  readonly rings: Partial<Readonly<Record<Ring, number>>>;
  readonly now: number;
  readonly disk?: Disk;
}): void {
  const { folder, path, rings, now, disk } = options;
  const { list } = draftOf(readRepository(folder));
  const target = listed(list, path);
  const all = { ...target.custom.rings, ...rings };
  for (const share of Object.values(all)) {
    if (!Number.isSafeInteger(share) || share < 0 || share > 100)
      throw new ReleaseError('A share is a whole number from 0 to 100.');
  }
  writeDraft(folder, { ...list, [path]: { ...target, custom: { ...target.custom, rings: all } } }, now, disk);
}

/** Takes a package out of the list. Where it is installed, it stays. */
export function withdrawTarget(options: {
  readonly folder: string;
  readonly path: string;
  readonly now: number;
  readonly disk?: Disk;
}): void {
  const { folder, path, now, disk } = options;
  const { list } = draftOf(readRepository(folder));
  listed(list, path);
  writeDraft(folder, Object.fromEntries(Object.entries(list).filter(([other]) => other !== path)), now, disk);
}

/** The same list with a new date, for when only the signatures grow old. */
export function renewTargets(options: { readonly folder: string; readonly now: number; readonly disk?: Disk }): void {
  const { list } = draftOf(readRepository(options.folder));
  writeDraft(options.folder, list, options.now, options.disk);
}
