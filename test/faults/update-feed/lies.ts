/** Feeds that lie in what they say, whatever way they come: rollback, freeze, mix-and-match, and somebody else's signatures. */
import { day } from '../../unit/update/repository.ts';
import { below, type Lie, lying, nextRoot } from './lie.ts';
import { loseFiles, type Scene } from './scene.ts';
import { roots, signatures } from './signers.ts';

const rollbacks: readonly Lie[] = [
  { name: 'the whole of an earlier feed', refusal: 'rolled-back', feed: ({ earlier }) => earlier.files },
  {
    name: 'the whole of an earlier feed, files lost',
    refusal: 'rolled-back',
    prepare: loseFiles,
    feed: ({ earlier }) => earlier.files,
  },
  {
    name: 'an earlier timestamp',
    refusal: 'rolled-back',
    feed: lying((feed, { earlier }) =>
      feed.files.set('metadata/timestamp.json', earlier.file('metadata/timestamp.json')),
    ),
  },
  {
    name: 'an earlier snapshot under a new timestamp',
    refusal: 'rolled-back',
    feed: lying((feed, { earlier }) => {
      feed.version.snapshot = earlier.version.snapshot;
      feed.stamp();
    }),
  },
  {
    name: 'an earlier snapshot under a new timestamp, files lost',
    refusal: 'rolled-back',
    prepare: loseFiles,
    feed: lying((feed, { earlier }) => {
      feed.version.snapshot = earlier.version.snapshot;
      feed.stamp();
    }),
  },
  {
    name: 'earlier targets under a new snapshot',
    refusal: 'rolled-back',
    feed: lying((feed, { earlier }) => {
      feed.version.targets = earlier.version.targets;
      feed.republish();
    }),
  },
  {
    name: 'earlier targets under a new snapshot, files lost',
    refusal: 'rolled-back',
    prepare: loseFiles,
    feed: lying((feed, { earlier }) => {
      feed.version.targets = earlier.version.targets;
      feed.republish();
    }),
  },
  {
    name: 'the newest root withheld, files lost',
    refusal: 'rolled-back',
    prepare: loseFiles,
    feed: lying((feed) => feed.files.delete(feed.pathOf('root'))),
  },
  {
    name: 'the last root again as the next',
    refusal: 'rolled-back',
    feed: lying((feed) => feed.files.set(`metadata/${feed.rootVersion + 1}.root.json`, feed.file(feed.pathOf('root')))),
  },
  {
    name: 'a root that leaves one out',
    refusal: 'rolled-back',
    feed: nextRoot((signed, { repo }) => ({ ...signed, version: repo.rootVersion + 2 })),
  },
  {
    name: 'another root of the same version, files lost',
    refusal: 'mixed',
    prepare: loseFiles,
    feed: ({ beforeRoot, repo }) => {
      const other = beforeRoot.fork();
      other.trusted = repo.trusted;
      other.root({ change: { root: (signed) => ({ ...signed, 'x-other': true }) } });
      return new Map([...repo.files, [other.pathOf('root'), other.file(other.pathOf('root'))]]);
    },
  },
];

const past = (scene: Scene): number => Date.now() - scene.random.between(2, 3000) * 1000;

const freezes: readonly Lie[] = [
  ...below.map(
    (role): Lie => ({
      name: `expired ${role}`,
      refusal: 'expired',
      feed: lying((feed, scene) => feed.publish({ expires: { [role]: past(scene) } })),
    }),
  ),
  {
    name: 'expired root',
    refusal: 'expired',
    feed: lying((feed, scene) => feed.root({ expires: { root: past(scene) } })),
  },
  {
    name: 'the same feed, days later',
    refusal: 'expired',
    prepare: ({ station, random }) => {
      const later = random.between(4, 400) * day;
      station.now = () => Date.now() + later;
    },
    feed: ({ repo }) => repo.files,
  },
  {
    name: 'a clock before what was believed',
    refusal: 'clock',
    prepare: ({ station, random }) => {
      station.lastGood = Date.now() + random.between(2, 4000) * day;
    },
    feed: ({ repo }) => repo.files,
  },
  {
    name: 'a package from the future',
    refusal: 'clock',
    feed: lying((feed, { random }) => {
      const path = Object.keys(feed.targets)[0] ?? '';
      const listed = feed.targets[path];
      const custom = { ...Object(listed?.['custom']), released: Date.now() + random.between(2, 4000) * day };
      feed.targets[path] = { ...listed, custom };
      feed.publish();
    }),
  },
];

const mixtures: readonly Lie[] = [
  {
    name: 'the snapshot of another feed',
    refusal: 'mixed',
    feed: lying((feed, { earlier }) => {
      feed.republish();
      feed.files.set(feed.pathOf('snapshot'), earlier.file(earlier.pathOf('snapshot')));
    }),
  },
  {
    name: 'the targets of another feed',
    refusal: 'mixed',
    feed: lying((feed, { earlier }) => {
      feed.publish();
      feed.files.set(feed.pathOf('targets'), earlier.file(earlier.pathOf('targets')));
    }),
  },
  {
    name: 'earlier targets counted forward by stolen online keys',
    refusal: 'mixed',
    feed: lying((feed, { earlier }) => {
      feed.version.targets = 2 ** 40;
      feed.files.set(feed.pathOf('targets'), earlier.file(earlier.pathOf('targets')));
      feed.republish();
    }),
  },
  {
    name: 'a snapshot counted forward',
    refusal: 'mixed',
    feed: lying((feed) => {
      const bytes = feed.file(feed.pathOf('snapshot'));
      feed.version.snapshot += 5;
      feed.files.set(feed.pathOf('snapshot'), bytes);
      feed.stamp();
    }),
  },
  ...below.map(
    (role): Lie => ({
      name: `no ${role}`,
      refusal: 'missing',
      feed: lying((feed) => {
        feed.publish();
        feed.files.delete(feed.pathOf(role));
      }),
    }),
  ),
  ...below.map(
    (role): Lie => ({
      name: `another role's file as ${role}`,
      refusal: 'not-metadata',
      feed: lying((feed, { random }) => {
        feed.publish();
        const other = random.pick([...below, 'root' as const].filter((one) => one !== role));
        const bytes = feed.file(feed.pathOf(other));
        feed.files.set(feed.pathOf(role), bytes);
      }),
    }),
  ),
];

export const lies: readonly Lie[] = [...rollbacks, ...freezes, ...mixtures, ...signatures, ...roots];
