/** Walks a repository as a workstation does that has never seen it: tuf-js, a root to begin with, nothing else. */
import { createReadStream, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Fetcher, Updater } from 'tuf-js';
import { DownloadHTTPError, DownloadLengthMismatchError } from 'tuf-js/dist/error.js';
import { ReleaseError } from './failure.ts';
import { parseRoot, parseSnapshot, parseTargets, parseTimestamp } from './metadata.ts';
import { listOf, metadataFile } from './repository.ts';
import { storedPath } from './target-path.ts';

/** tuf-js asks by address; this answers from a folder. A file that is missing is what a server calls 404. */
function folderFetcher(): Fetcher {
  const found = (url: string, limit: number): string => {
    const file = fileURLToPath(url);
    const size = statSync(file, { throwIfNoEntry: false })?.size;
    if (size === undefined) throw new DownloadHTTPError(`${file} is not there`, 404);
    if (size > limit) throw new DownloadLengthMismatchError(`${file} is longer than ${limit} bytes`);
    return file;
  };
  return {
    downloadBytes: async (url, limit) => readFileSync(found(url, limit)),
    downloadFile: async (url, limit, handler) => handler(found(url, limit)),
  };
}

export type Verified = {
  readonly root: number;
  readonly timestamp: number;
  readonly snapshot: number;
  readonly targets: number;
  /** Target paths whose file was read and fits. */
  readonly packages: readonly string[];
};

/**
 * Verifies everything from `anchor` (else the repository's own first root) to the bytes of each package.
 * @throws ReleaseError with the reason of tuf-js
 */
export async function verifyAsClient(options: {
  readonly folder: string;
  readonly anchor?: Uint8Array;
  /** false: the lists only, not the bytes of the packages. */
  readonly packages?: boolean;
}): Promise<Verified> {
  const { folder, packages: wanted = true } = options;
  const scratch = mkdtempSync(join(tmpdir(), 'carekeep-verify-'));
  const local = (name: string) => readFileSync(join(scratch, `${name}.json`));
  try {
    writeFileSync(join(scratch, 'root.json'), options.anchor ?? readFileSync(metadataFile(folder, '1.root.json')));
    const base = pathToFileURL(join(folder, 'metadata')).toString();
    const updater = new Updater({ metadataDir: scratch, metadataBaseUrl: base, fetcher: folderFetcher() });
    await updater.refresh();
    const list = listOf(parseTargets(local('targets'), 'targets.json'));
    const packages = wanted ? Object.keys(list) : [];
    for (const path of packages) {
      const target = await updater.getTargetInfo(path);
      const stored = storedPath(path, target?.hashes['sha512'] ?? '');
      await target?.verify(createReadStream(join(folder, 'targets', stored)));
    }
    return {
      root: parseRoot(local('root'), 'root.json').signed.version,
      timestamp: parseTimestamp(local('timestamp'), 'timestamp.json').signed.version,
      snapshot: parseSnapshot(local('snapshot'), 'snapshot.json').signed.version,
      targets: parseTargets(local('targets'), 'targets.json').signed.version,
      packages,
    };
  } catch (error) {
    if (error instanceof ReleaseError) throw error;
    throw new ReleaseError(
      `A workstation would refuse this repository: ${error instanceof Error ? error.message : 'unknown'}`,
    );
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
