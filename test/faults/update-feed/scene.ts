/** What a hostile feed finds: a repository with a past, and a workstation that has believed the honest one. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Source } from '../../../src-main/update/check.ts';
import { openSource } from '../../../src-main/update/open-source.ts';
import type { Pace } from '../../../src-main/update/pace.ts';
import type { UpdateRefusal } from '../../../src-shared/updates/state.ts';
import {
  custom,
  type Files,
  TestRepository,
  testKeys,
  writeBundle,
  writeFolder,
} from '../../unit/update/repository.ts';
import { clinicCa, Mirror } from '../../unit/update/server.ts';
import { memorySource, Workstation } from '../../unit/update/workstation.ts';
import { hold } from '../kind.ts';
import type { Prng } from '../prng.ts';

export type Scene = {
  readonly random: Prng;
  readonly folder: string;
  /** As the workstation knows it; lies begin with a fork of it. */
  readonly repo: TestRepository;
  /** As it was one publication before, when the workstation believed it too. */
  readonly earlier: TestRepository;
  /** As it was before its newest root. */
  readonly beforeRoot: TestRepository;
  readonly station: Workstation;
};

/** Keys cost more than everything else of a scene; a repository may begin with those of another. */
const firstKeys = testKeys();

export async function makeScene(random: Prng, folder: string): Promise<Scene> {
  const repo = new TestRepository(firstKeys);
  const station = new Workstation(repo.anchor, folder);
  repo.add(custom('1.0.0'), random.bytes(200));
  for (let count = random.below(3); count > 0; count -= 1) repo.publish();
  const beforeRoot = repo.fork();
  repo.rotate('root');
  repo.publish();
  await station.accept(memorySource(repo));
  const earlier = repo.fork();
  repo.add(custom('1.1.0'), random.bytes(random.between(1, 3000)));
  repo.publish();
  for (let count = random.below(3); count > 0; count -= 1) repo.stamp();
  await station.accept(memorySource(repo));
  return { random, folder, repo, earlier, beforeRoot, station };
}

/** The workstation lost its files; what the keychain says stays. */
export function loseFiles({ station }: Scene): void {
  rmSync(station.metadata, { recursive: true, force: true });
}

export type Transport = 'memory' | 'https' | 'folder' | 'bundle';

/** The files over one of the ways, while `work` goes on. */
export async function over(
  transport: Transport,
  files: Files,
  folder: string,
  work: (source: Source) => Promise<void>,
  pace?: Pace,
): Promise<void> {
  if (transport === 'memory') return work(memorySource({ files }));
  const mirror = transport === 'https' ? await Mirror.start(files) : undefined;
  const place = join(folder, transport === 'bundle' ? 'feed.carekeep' : 'feed');
  if (transport === 'folder') writeFolder(files, place);
  if (transport === 'bundle') await writeBundle(files, place);
  const options = { ca: clinicCa, proxy: 'none' as const, ...(pace !== undefined && { pace }) };
  const source = await openSource(mirror?.address ?? place, options);
  try {
    await work(source);
  } finally {
    await source.close();
    await mirror?.stop();
    rmSync(place, { recursive: true, force: true });
  }
}

/** A check that must be refused for this reason and leave everything as it was. */
export async function demandRefused(scene: Scene, source: Source, refusal: UpdateRefusal): Promise<void> {
  const before = scene.station.state();
  const outcome = await scene.station.check(source);
  hold(!outcome.ok, 'the feed was believed');
  hold(outcome.refusal === refusal, `refused as ${outcome.refusal}, not as ${refusal}`);
  hold(scene.station.state() === before, 'the refused feed changed something');
}

/** The honest feed is believed afterwards as if nothing had been. */
export async function demandHonest({ repo, station }: Scene): Promise<void> {
  const honest = repo.fork();
  honest.add(custom('1.2.0'), Buffer.from('honest'));
  honest.publish();
  const outcome = await station.check(memorySource(honest));
  hold(outcome.ok, () => `the honest feed was refused afterwards as ${outcome.ok ? '' : outcome.refusal}`);
  hold(outcome.found?.offer.version === '1.2.0', 'the honest feed offers something else');
  await outcome.commit();
}
