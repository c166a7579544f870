/** What must end well: rotations in a row, a stolen key that counted everything forward, anchors, rests of a check. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stagingOf } from '../../../src-main/update/staging.ts';
import { custom, type Role, roles, TestRepository } from '../../unit/update/repository.ts';
import { memorySource } from '../../unit/update/workstation.ts';
import { hold } from '../kind.ts';
import { demandHonest, loseFiles, over, type Scene, type Transport } from './scene.ts';

export type Recovery = { readonly name: string; readonly play: (scene: Scene, transport: Transport) => Promise<void> };

async function accepted(scene: Scene, transport: Transport, repo: TestRepository): Promise<void> {
  await over(transport, repo.files, scene.folder, async (source) => {
    const outcome = await scene.station.check(source);
    hold(outcome.ok, () => `refused as ${outcome.ok ? '' : outcome.refusal}`);
    await outcome.commit();
    scene.station.trust = outcome.trust;
  });
}

/** A feed of somebody who stole the online keys and counts as far as numbers go; it holds, and blocks the honest one. */
async function countForward({ repo, station }: Scene, roles: readonly ('timestamp' | 'snapshot')[]): Promise<void> {
  const stolen = repo.fork();
  for (const role of roles) stolen.version[role] = Number.MAX_SAFE_INTEGER - 1;
  if (roles.includes('snapshot')) stolen.republish();
  else stolen.stamp();
  await station.accept(memorySource(stolen));
  // Twice: of two timestamps with one version the first one stays, and that is no going back.
  repo.stamp();
  repo.stamp();
  const outcome = await station.check(memorySource(repo));
  hold(!outcome.ok && outcome.refusal === 'rolled-back', 'what counts backwards was believed');
}

const forward = (
  name: string,
  roles: readonly ('timestamp' | 'snapshot')[],
  rotated: readonly Role[],
  lose: boolean,
): Recovery => ({
  name,
  play: async (scene, transport) => {
    await countForward(scene, roles);
    if (lose) loseFiles(scene);
    scene.repo.rotate(...rotated);
    scene.repo.republish();
    await accepted(scene, transport, scene.repo);
    const { trust } = scene.station;
    hold(trust?.roles.timestamp?.version === scene.repo.version.timestamp, 'the count of the thief stays');
  },
});

const restOf = (name: string, file: string): Recovery => ({
  name,
  play: async (scene, transport) => {
    writeFileSync(join(scene.station.metadata, file), scene.random.bytes(scene.random.below(400)));
    await accepted(scene, transport, scene.repo);
  },
});

/** Killed while the checked files took the place of the last good ones: so many of them did, the keychain knows of none. */
const halfway = (moved: number): Recovery => ({
  name: `killed after ${moved} of the four files were in place`,
  play: async (scene, transport) => {
    const { repo, station, random } = scene;
    if (random.chance(0.5)) repo.rotate('root', 'timestamp');
    repo.publish();
    for (const role of roles.slice(0, moved)) {
      writeFileSync(join(station.metadata, `${role}.json`), repo.file(repo.pathOf(role)));
    }
    await accepted(scene, transport, repo);
  },
});

export const recoveries: readonly Recovery[] = [
  ...[1, 2, 3, 4].map(halfway),
  {
    name: 'five roots in a row',
    play: async (scene, transport) => {
      const { repo, station, random } = scene;
      for (let count = 0; count < 5; count += 1)
        repo.rotate('root', ...random.shuffled(['targets', 'snapshot', 'timestamp'] as const).slice(random.below(4)));
      repo.publish();
      await accepted(scene, transport, repo);
      hold(station.trust?.root.version === repo.rootVersion, 'not at the newest root');
    },
  },
  forward('a timestamp counted forward, its key changed', ['timestamp'], ['timestamp'], false),
  forward('a timestamp counted forward, its key changed, files lost', ['timestamp'], ['timestamp'], true),
  forward('a snapshot counted forward, both keys changed', ['timestamp', 'snapshot'], ['timestamp', 'snapshot'], false),
  forward(
    'a snapshot counted forward, both keys changed, files lost',
    ['timestamp', 'snapshot'],
    ['timestamp', 'snapshot'],
    true,
  ),
  forward('a snapshot alone counted forward, its key changed', ['snapshot'], ['snapshot'], false),
  {
    name: 'all files lost',
    play: async (scene, transport) => {
      loseFiles(scene);
      await accepted(scene, transport, scene.repo);
    },
  },
  restOf('a root of noise among the last good ones', 'root.json'),
  restOf('a timestamp of noise among the last good ones', 'timestamp.json'),
  restOf('a snapshot of noise among the last good ones', 'snapshot.json'),
  restOf('targets of noise among the last good ones', 'targets.json'),
  {
    name: 'the last good ones of an earlier day',
    play: async (scene, transport) => {
      const { repo, earlier, station } = scene;
      for (const role of ['timestamp', 'snapshot', 'targets'] as const) {
        writeFileSync(join(station.metadata, `${role}.json`), earlier.file(earlier.pathOf(role)));
      }
      await accepted(scene, transport, repo);
    },
  },
  {
    name: 'the rest of a check that was killed',
    play: async (scene, transport) => {
      const rest = stagingOf(scene.station.metadata);
      mkdirSync(join(rest, 'timestamp.json', 'x'), { recursive: true });
      writeFileSync(join(rest, 'root.json'), 'x');
      await accepted(scene, transport, scene.repo);
      hold(!existsSync(rest), 'the rest is still there');
    },
  },
  {
    name: 'files written, and no keychain after it',
    play: async (scene, transport) => {
      const { repo, station } = scene;
      repo.rotate('root', 'timestamp', 'snapshot', 'targets');
      repo.publish();
      const before = station.trust;
      await station.accept(memorySource(repo));
      station.trust = before;
      await accepted(scene, transport, repo);
    },
  },
  {
    name: 'another anchor by policy',
    play: async (scene, transport) => {
      const { station } = scene;
      const own = new TestRepository();
      own.add(custom('1.0.5'), Buffer.from('own'));
      own.publish();
      const before = station.anchor;
      station.anchor = own.anchor;
      station.anchorFrom = 'policy';
      await accepted(scene, transport, own);
      hold(station.trust?.root.version === 1, 'not at the new anchor');
      // And back to the package's own, when the policy is gone.
      station.anchor = before;
      station.anchorFrom = 'package';
      await accepted(scene, transport, scene.repo);
    },
  },
  {
    name: 'another package with a newer anchor',
    play: async (scene, transport) => {
      const { repo, station } = scene;
      repo.rotate('root');
      station.anchor = repo.file(repo.pathOf('root'));
      repo.publish();
      if (scene.random.chance(0.5)) loseFiles(scene);
      await accepted(scene, transport, repo);
    },
  },
];

export async function playRecovery(recovery: Recovery, scene: Scene, transport: Transport): Promise<void> {
  await recovery.play(scene, transport);
  await demandHonest(scene);
  const left = readdirSync(scene.station.folder);
  hold(
    left.every((one) => one === 'metadata'),
    'something else than the last good metadata is left',
  );
}
