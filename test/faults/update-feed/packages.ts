/** Packages that are not what targets say, connections that break while one comes, and disks that take none. */
import { execFileSync, fork } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FetchOptions, fetchPackage, partialOf } from '../../../src-main/update/fetch-package.ts';
import { openSource } from '../../../src-main/update/open-source.ts';
import { usualPace } from '../../../src-main/update/pace.ts';
import { Refused } from '../../../src-main/update/refusals.ts';
import type { UpdateRefusal } from '../../../src-shared/updates/state.ts';
import { custom, sha512, TestRepository, testKeys, writeFolder } from '../../unit/update/repository.ts';
import { clinicCa, Mirror } from '../../unit/update/server.ts';
import { CannotPlay, hold } from '../kind.ts';
import type { Prng } from '../prng.ts';
import type { PackageLie } from './package-lies.ts';

/** One repository for all packages of a process. */
const keys = testKeys();

export type Offered = { readonly repo: TestRepository; readonly bytes: Buffer; readonly found: FetchOptions['found'] };

export function offered(random: Prng, size: number): Offered {
  const repo = new TestRepository(keys);
  const bytes = random.bytes(size);
  const path = repo.add(custom('1.1.0'), bytes);
  return { repo, bytes, found: { path, sha512: sha512(bytes), length: size } };
}

const signal = new AbortController().signal;

/** What `fetchPackage` ended with. */
async function endOf(work: Promise<void>): Promise<UpdateRefusal | 'well'> {
  try {
    await work;
    return 'well';
  } catch (error) {
    if (error instanceof Refused) return error.refusal;
    throw error;
  }
}

/** At most the file beside the place is left; in the place lies the package or nothing. */
function demandLeft(to: string, bytes: Buffer, well: boolean): void {
  hold(existsSync(to) === well, well ? 'no package in its place' : 'a refused package lies in its place');
  if (well) hold(readFileSync(to).equals(bytes), 'other bytes lie in its place');
  if (well) hold(!existsSync(partialOf(to)), 'a part is left beside the package');
}

export async function playPackageLie(lie: PackageLie, random: Prng, scratch: string): Promise<void> {
  const { repo, bytes, found } = offered(random, random.between(1000, 200_000));
  const folder = join(scratch, `package-${random.next()}`);
  const to = join(folder, 'packages', 'carekeep_1.1.0.deb');
  mkdirSync(join(folder, 'packages'), { recursive: true });
  if (lie.partial !== undefined) writeFileSync(partialOf(to), lie.partial(bytes, random));
  lie.place?.(to);
  const mirror = await Mirror.start(repo.files);
  let times = 0;
  mirror.answer = (request, response, path) => {
    if (!path.endsWith('carekeep_1.1.0.deb')) return false;
    times += 1;
    return lie.answer?.(response, bytes, request, times) ?? false;
  };
  const source = await openSource(mirror.address, { ca: clinicCa, proxy: 'none', pace: lie.pace ?? usualPace });
  try {
    const free = lie.free === undefined ? {} : { free: lie.free };
    const ends = await endOf(fetchPackage({ source, found, to, signal, progress: () => undefined, ...free }));
    hold(ends === lie.ends, `ended as ${ends}, not as ${lie.ends}`);
    demandLeft(to, bytes, ends === 'well');
  } finally {
    await source.close();
    await mirror.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Kills the process that fetches at a random step; the next one must end well with what is left. */
export async function playKill(random: Prng, scratch: string): Promise<void> {
  const size = random.between(500_000, 4_000_000);
  const { repo, bytes, found } = offered(random, size);
  const folder = join(scratch, `kill-${random.next()}`);
  const to = join(folder, 'packages', 'carekeep_1.1.0.deb');
  writeFolder(repo.files, join(folder, 'feed'));
  const args = [join(folder, 'feed'), '', found.path, found.sha512, String(size), to];
  for (let kills = random.between(1, 2); kills > 0; kills -= 1) {
    const from = existsSync(partialOf(to)) ? readFileSync(partialOf(to)).length : 0;
    const stopAt = random.between(from, size);
    const child = fork(join(import.meta.dirname, 'fetch-child.ts'), args, {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const early = random.chance(0.1);
    child.on('message', (message) => {
      if (early || (typeof message === 'number' && message >= stopAt)) child.kill('SIGKILL');
    });
    await new Promise((resolve) => child.once('exit', resolve));
    if (existsSync(to)) hold(readFileSync(to).equals(bytes), 'killed, and other bytes lie in its place');
  }
  const source = await openSource(join(folder, 'feed'), { proxy: 'none' });
  const ends = await endOf(fetchPackage({ source, found, to, signal, progress: () => undefined }));
  hold(ends === 'well', `after being killed it ends as ${ends}`);
  demandLeft(to, bytes, true);
  rmSync(folder, { recursive: true, force: true });
}

/** A disk of two megabytes, where this machine lets us have one. */
export async function withSmallDisk(
  folder: string,
  options: string,
  work: (disk: string) => Promise<void>,
): Promise<void> {
  const disk = join(folder, 'disk');
  mkdirSync(disk, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk], { stdio: 'ignore' });
  } catch {
    throw new CannotPlay('no disk of our own can be mounted here');
  }
  try {
    mkdirSync(join(disk, 'packages'));
    if (options !== '') execFileSync('mount', ['-o', `remount,${options}`, disk], { stdio: 'ignore' });
    await work(disk);
  } finally {
    execFileSync('umount', [disk], { stdio: 'ignore' });
  }
}

/** The disk says it has room and has none, or takes nothing at all. */
export async function playDisk(readOnly: boolean, random: Prng, scratch: string): Promise<void> {
  const { repo, bytes, found } = offered(random, random.between(2_200_000, 3_000_000));
  const folder = join(scratch, `disk-${random.next()}`);
  writeFolder(repo.files, join(folder, 'feed'));
  await withSmallDisk(folder, readOnly ? 'ro' : '', async (disk) => {
    const source = await openSource(join(folder, 'feed'), { proxy: 'none' });
    const to = join(disk, 'packages', 'carekeep_1.1.0.deb');
    const free = async () => Number.POSITIVE_INFINITY;
    const ends = await endOf(fetchPackage({ source, found, to, signal, progress: () => undefined, free }));
    hold(ends === (readOnly ? 'not-writable' : 'disk-full'), `ended as ${ends}`);
    demandLeft(to, bytes, false);
    hold(!existsSync(partialOf(to)), 'half a package keeps the disk full');
  });
  rmSync(folder, { recursive: true, force: true });
}
