/** The published repository in one file, for a stick or a share. Needs no key: whoever has a copy of the repository can make one. */
import { createWriteStream, existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import type { TargetCustom } from '../../src-shared/updates/target.ts';
import { ReleaseError } from './failure.ts';
import { listOf, metadataFile, readRepository } from './repository.ts';
import { storedPath } from './target-path.ts';

/**
 * Writes a ZIP without compression (docs/protocols/update.md, "Bundle"); the same repository gives the same bytes.
 * @returns the target paths in it
 */
export async function bundle(options: {
  readonly folder: string;
  readonly to: string;
  readonly platform?: TargetCustom['platform'];
  readonly arch?: TargetCustom['arch'];
  readonly channel?: TargetCustom['channel'];
}): Promise<readonly string[]> {
  const { folder, to, platform, arch, channel } = options;
  const { published } = readRepository(folder);
  if (published?.chain === null || published === null) throw new ReleaseError('Nothing is published yet.');
  const { targets, snapshot } = published.chain;
  const zip = new ZipFile();
  // A date of the format's own first day: no machine's clock or zone gets in.
  const plain = { compress: false, mode: 0o100644, mtime: new Date(1980, 0, 1), forceDosTimestamp: true };
  const names = [
    ...published.roots.map((root) => `${root.signed.version}.root.json`),
    `${targets.signed.version}.targets.json`,
    `${snapshot.signed.version}.snapshot.json`,
    'timestamp.json',
  ];
  for (const name of names) zip.addBuffer(readFileSync(metadataFile(folder, name)), `metadata/${name}`, plain);
  const chosen = Object.entries(listOf(targets)).filter(
    ([, { custom }]) =>
      (platform === undefined || custom.platform === platform) &&
      (arch === undefined || custom.arch === arch) &&
      (channel === undefined || custom.channel === channel),
  );
  for (const [path, { sha512 }] of chosen) {
    const stored = storedPath(path, sha512);
    const file = join(folder, 'targets', stored);
    if (!existsSync(file)) throw new ReleaseError(`The package ${path} is listed, and its file is not here.`);
    zip.addFile(file, `targets/${stored}`, plain);
  }
  zip.end();
  const part = join(dirname(to), `.${basename(to)}.part`);
  try {
    await pipeline(zip.outputStream, createWriteStream(part, { flush: true }));
    renameSync(part, to);
  } finally {
    rmSync(part, { force: true });
  }
  return chosen.map(([path]) => path);
}
