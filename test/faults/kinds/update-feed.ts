/**
 * Feeds and packages of somebody who has the server, the mirror, the stick, or a key of the machine that publishes: TUF's
 * list of attacks over https, folder and bundle, mirrors that misbehave while they answer, packages that are others,
 * downloads that are killed, profiles that somebody else wrote to. Each is refused for its reason, nothing of the last good state changes, and the honest feed
 * is believed right after.
 */
import { rmSync } from 'node:fs';
import type { Kind, Run } from '../kind.ts';
import { caseOf, type Prng } from '../prng.ts';
import { forms } from '../update-feed/forms.ts';
import type { Lie } from '../update-feed/lie.ts';
import { lies } from '../update-feed/lies.ts';
import { packageLies } from '../update-feed/package-lies.ts';
import { playDisk, playKill, playPackageLie } from '../update-feed/packages.ts';
import { placeLies, playPlaceLie } from '../update-feed/places.ts';
import { forgeries, playForgery } from '../update-feed/profiles.ts';
import { playRecovery, recoveries } from '../update-feed/recoveries.ts';
import { demandHonest, demandRefused, makeScene, over, type Scene, type Transport } from '../update-feed/scene.ts';
import { playWireLie, wireLies } from '../update-feed/wire.ts';

type Played = { readonly family: string; readonly play: (random: Prng, scratch: string) => Promise<void> };

const transports: readonly Transport[] = ['https', 'folder', 'bundle'];

async function withScene(random: Prng, scratch: string, work: (scene: Scene) => Promise<void>): Promise<void> {
  const scene = await makeScene(random, scratch);
  try {
    await work(scene);
  } finally {
    scene.station.remove();
    rmSync(scene.station.metadata, { recursive: true, force: true });
  }
}

async function playLie({ prepare, feed, refusal }: Lie, scene: Scene): Promise<void> {
  prepare?.(scene);
  const files = feed(scene);
  await over(scene.random.pick(transports), files, scene.folder, (source) => demandRefused(scene, source, refusal));
  scene.station.now = Date.now;
  scene.station.lastGood = null;
  await demandHonest(scene);
}

const inScene = (family: string, play: (scene: Scene) => Promise<void>): Played => ({
  family,
  play: (random, scratch) => withScene(random, scratch, play),
});

const cases: readonly Played[] = [
  ...lies.map((lie) => inScene('feeds that lie', (scene) => playLie(lie, scene))),
  ...forms.map((lie) => inScene('feeds without form or for others', (scene) => playLie(lie, scene))),
  ...wireLies.map((lie) =>
    inScene('mirrors that misbehave', async (scene) => {
      await playWireLie(lie, scene);
      await demandHonest(scene);
    }),
  ),
  ...placeLies.map((lie) =>
    inScene('folders and bundles', async (scene) => {
      await playPlaceLie(lie, scene);
      await demandHonest(scene);
    }),
  ),
  ...recoveries.map((one) =>
    inScene('what must end well', (scene) => playRecovery(one, scene, scene.random.pick(transports))),
  ),
  ...forgeries.map((forgery) => inScene('profiles that were forged', (scene) => playForgery(forgery, scene))),
  ...packageLies.map((lie) => ({
    family: 'packages',
    play: (random: Prng, scratch: string) => playPackageLie(lie, random, scratch),
  })),
  // Each at a moment of its own.
  ...Array.from({ length: 12 }, () => ({ family: 'downloads killed', play: playKill })),
  { family: 'full disks', play: (random, scratch) => playDisk(false, random, scratch) },
  { family: 'full disks', play: (random, scratch) => playDisk(true, random, scratch) },
];

async function run({ seeds, scratch, trial, note }: Run): Promise<void> {
  const tally = new Map<string, number>();
  for (const seed of seeds) {
    const played = cases[caseOf(seed, cases.length)];
    if (played === undefined) throw new RangeError('no such case');
    await trial(seed, async (random) => {
      await played.play(random, scratch);
      tally.set(played.family, (tally.get(played.family) ?? 0) + 1);
    });
  }
  note(
    `${cases.length} kinds of feeds and packages; ${[...tally].map(([family, count]) => `${family} ${count}`).join(', ')}`,
  );
}

const kind: Kind = { name: 'update-feed', full: 2000, run };
export default kind;
