/**
 * Updates from offer to end, played with electron-updater's own code on a stand-in package: from a server, a folder, a
 * bundle; ones that work, and ones that fail at the first start or at the first sign-in; killed at any moment. Afterwards
 * the old version is there or the new one, the record with it, and people work. And starts over what somebody forged.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Spoil, spoiltPages, spoiltPrimitive, UpdateStage } from '../../e2e/update-stage.ts';
import { writeBundle, writeFolder } from '../../unit/update/repository.ts';
import { clinicCa, Mirror } from '../../unit/update/server.ts';
import { CannotPlay, hold, type Kind } from '../kind.ts';
import type { Prng } from '../prng.ts';
import { forgedStarts } from '../update-feed/forged-start.ts';

const built = fileURLToPath(new URL('../../../out/main/index.js', import.meta.url));
const fresh = '1.1.0';
const ways = ['server', 'folder', 'bundle'] as const;
const kinds: readonly { readonly name: string; readonly spoil: Spoil | undefined }[] = [
  { name: 'works', spoil: undefined },
  { name: 'fails at its first start', spoil: spoiltPrimitive },
  { name: 'fails at the first sign-in', spoil: spoiltPages },
];
const moments = ['never', 'download', 'install', 'install', 'trial', 'back'] as const;
type Moment = (typeof moments)[number];
/** Starts in which every update must have come to its end. */
const mostStarts = 10;

class Play {
  readonly stage: UpdateStage;
  readonly random: Prng;
  /** When it is killed; once. */
  moment: Moment;

  constructor(stage: UpdateStage, random: Prng, moment: Moment) {
    this.stage = stage;
    this.random = random;
    this.moment = moment;
  }

  /** The power goes within some milliseconds of now. @returns whether this was the moment */
  async cut(moment: Moment, within: number): Promise<boolean> {
    if (this.moment !== moment) return false;
    this.moment = 'never';
    await pause(this.random.below(within));
    await this.stage.app.kill();
    return true;
  }

  /** Where the application stands; `ended` when it has gone, to come back as another version. */
  async standing(): Promise<string> {
    const settled = ['idle', 'ready', 'kept', 'fell-back', 'trial', 'failed'];
    const gone = this.stage.app.exit.then(() => 'ended');
    const phase = this.stage.phase(...settled).then(({ state }) => state.phase);
    return Promise.race([gone, phase]).catch(async () => {
      await gone;
      return 'ended';
    });
  }

  /** Starts again and again until nothing of the update is left to do. @returns the phase in which it ended */
  async toTheEnd(): Promise<string> {
    const { stage } = this;
    for (let starts = 0; starts < mostStarts; starts += 1) {
      await stage.again();
      if (await this.cut('trial', 2500)) continue;
      const phase = await this.standing();
      if (phase === 'ended') continue;
      if (phase === 'trial') {
        const answer = await stage.signInAnswer().catch(() => 'gone');
        if (answer === '') return (await stage.phase('kept')).state.phase;
        await this.cut('back', 4000);
      } else if (phase === 'failed') await this.cut('back', 4000);
      else return phase;
      await stage.app.exit;
    }
    hold(false, `no end after ${mostStarts} starts`);
    return '';
  }
}

async function bring(play: Play, way: (typeof ways)[number], mirror: Mirror): Promise<void> {
  const { stage } = play;
  const share = join(stage.folder, 'share');
  const bundle = join(stage.folder, 'update.zip');
  writeFolder(stage.repository.files, share);
  if (way === 'bundle') await writeBundle(stage.repository.files, bundle);
  stage.policy(
    { server: { updateSource: mirror.address, updateCa: clinicCa }, folder: { updateSource: share }, bundle: {} }[way],
  );
  await stage.open();
  await stage.setUp();
  await stage.phase(...(way === 'bundle' ? ['off'] : ['idle']));
  for (;;) {
    if (way === 'bundle') {
      await stage.app.answerDialogs([bundle]);
      await stage.call('updates.openBundle', {});
    } else await stage.call('updates.check', {});
    if (!(await play.cut('download', 400))) break;
    await stage.again();
    await stage.signIn();
    const { state } = await stage.phase(...(way === 'bundle' ? ['ready', 'off'] : ['ready', 'idle']));
    if (state.phase === 'ready') return;
  }
  await stage.phase('ready');
}

/** Somebody else wrote the folder of updates before a start. */
async function forgedTrial(random: Prng): Promise<void> {
  const forgery = random.pick(forgedStarts);
  const stage = await UpdateStage.start();
  try {
    // Where nothing of it comes from a source, everything comes from the profile.
    stage.policy({ updateSource: join(stage.folder, 'nothing here') });
    await stage.open();
    await stage.setUp();
    await stage.app.close();
    await forgery.play(stage);
    hold((await stage.patients()) === 1, `${forgery.name}: the record is not there`);
  } finally {
    await stage.stop();
  }
}

async function trial(random: Prng): Promise<void> {
  if (random.below(5) === 0) return forgedTrial(random);

  const way = random.pick(ways);
  const kind = random.pick(kinds);
  const moment = random.pick(moments);
  const stage = await UpdateStage.start();
  const mirror = await Mirror.start(stage.repository.files);
  const told = `${way}, ${kind.name}, killed at ${moment}`;
  try {
    stage.offer(fresh, kind.spoil);
    const play = new Play(stage, random, moment);
    await bring(play, way, mirror);
    await stage.call('updates.install', { version: fresh });
    await play.cut('install', 2000);
    await stage.app.exit;
    const phase = await play.toTheEnd();
    const { version } = await stage.call('updates.status', {});
    hold(version === stage.version(), `${told}: ${version} runs, ${stage.version()} is installed`);
    hold(version === '1.0.0' || version === fresh, `${told}: version ${version}`);
    hold(kind.spoil === undefined || version === '1.0.0', `${told}: the version that does not work stayed`);
    if (moment === 'never')
      hold(phase === (kind.spoil === undefined ? 'kept' : 'fell-back'), `${told}: ended ${phase}`);
    if (phase !== 'kept') await stage.signIn();
    hold((await stage.patients()) === 1, `${told}: the record is not there`);
    await stage.call('audit.verify', {});
    const { verdict } = await stage.call('audit.verdict', {});
    hold(verdict?.ok === true, `${told}: the log does not verify`);
  } finally {
    await mirror.stop();
    await stage.stop();
  }
}

const kind: Kind = {
  name: 'update-install',
  full: 20,
  run: async ({ seeds, trial: play }) => {
    for (const seed of seeds) {
      await play(
        seed,
        async (random) => {
          if (!existsSync(built)) throw new CannotPlay('the application is not built');
          await trial(random);
        },
        { milliseconds: 300_000 },
      );
    }
  },
};
export default kind;
