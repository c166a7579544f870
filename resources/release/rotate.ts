/** A new root: other keys, other thresholds, or only a later end. Signed by those of the old root and those of the new one. */
import { type Disk, realDisk } from './disk.ts';
import { renewTargets } from './draft.ts';
import { ReleaseError } from './failure.ts';
import { checkTrusted } from './init.ts';
import { bytesOf, newRoot, type RootFile, standingOf, type Trusted, trustedOf } from './metadata.ts';
import { pendingFile, pendingFolder, readRepository } from './repository.ts';

/**
 * Writes `pending/root.json` with the next number; roles that are not named stay as they are. When the published list of
 * packages does not hold under the new keys, it is put forward for signing too.
 */
export function rotateRoot(options: {
  readonly folder: string;
  readonly change: Partial<Trusted>;
  readonly now: number;
  readonly disk?: Disk;
}): RootFile {
  const { folder, change, now, disk = realDisk } = options;
  const { published, pending } = readRepository(folder);
  if (published === null)
    throw new ReleaseError('The first root is not published yet: begin anew with "init" instead.');
  const unfinished = pending.root !== null && bytesOf(pending.root).equals(bytesOf(published.root));
  if (unfinished) throw new ReleaseError('A publish was cut: run "publish" again first.');
  const trusted = { ...trustedOf(pending.root ?? published.root), ...change };
  checkTrusted(trusted);
  const root = newRoot(trusted, published.root.signed.version + 1, now);
  disk.write(pendingFile(folder, 'root'), bytesOf(root), { aside: pendingFolder(folder) });
  const listed = published.chain?.targets;
  if (pending.targets === null && listed !== undefined && !standingOf(root, 'targets', listed).met) {
    renewTargets({ folder, now, disk });
  }
  return root;
}
