/** Feeds that lie in what they say, whatever way they come: TUF's list of attacks, and mistakes that look like one. */
import type { UpdateRefusal } from '../../../src-shared/updates/state.ts';
import {
  day,
  type Files,
  type Json,
  type Role,
  signedBy,
  type TestKey,
  type TestRepository,
  testKey,
} from '../../unit/update/repository.ts';
import { loseFiles, type Scene } from './scene.ts';

export type Lie = {
  readonly name: string;
  readonly refusal: UpdateRefusal;
  /** Before the state of the workstation is noted. */
  readonly prepare?: (scene: Scene) => void;
  readonly feed: (scene: Scene) => Files;
};

const below = ['timestamp', 'snapshot', 'targets'] as const;

/** A fork with something done to it. */
function lying(work: (feed: TestRepository, scene: Scene) => void): (scene: Scene) => Files {
  return (scene) => {
    const feed = scene.repo.fork();
    work(feed, scene);
    return feed.files;
  };
}

type Envelope = { signatures: { keyid: string; sig: string }[]; signed: Json };
const read = (bytes: Buffer): Envelope => JSON.parse(bytes.toString());

/** Puts other bytes in the place of a role's file; the files above it agree. */
function replace(feed: TestRepository, role: (typeof below)[number], change: (bytes: Buffer) => Buffer): void {
  feed.files.set(feed.pathOf(role), change(feed.file(feed.pathOf(role))));
  if (role === 'targets') feed.republish();
  if (role === 'snapshot') feed.stamp();
}

const resigned = (change: (envelope: Envelope) => Envelope) => (bytes: Buffer) =>
  Buffer.from(JSON.stringify(change(read(bytes))));

/** The next root, with something about it changed. */
const nextRoot = (change: (signed: Json, scene: Scene) => Json, signers?: (scene: Scene) => readonly TestKey[]) =>
  lying((feed, scene) =>
    feed.root({
      change: { root: (signed) => change(signed, scene) },
      ...(signers && { signers: { root: signers(scene) } }),
    }),
  );

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

const oldKeys = (role: Role) => (scene: Scene) => scene.repo.trusted[role].keys;

const signatures: readonly Lie[] = [
  {
    name: 'targets below their threshold',
    refusal: 'signature',
    feed: lying((feed, { repo, random }) =>
      feed.publish({ signers: { targets: [random.pick(repo.trusted.targets.keys)] } }),
    ),
  },
  ...below.map(
    (role): Lie => ({
      name: `${role} signed by nobody`,
      refusal: 'signature',
      feed: lying((feed) => feed.publish({ signers: { [role]: [] } })),
    }),
  ),
  ...below.map(
    (role): Lie => ({
      name: `${role} signed by unknown keys`,
      refusal: 'signature',
      feed: lying((feed) => feed.publish({ signers: { [role]: [testKey(), testKey()] } })),
    }),
  ),
  ...below.map(
    (role): Lie => ({
      name: `${role} signed by revoked keys`,
      refusal: 'signature',
      feed: lying((feed, scene) => {
        feed.rotate(role);
        feed.publish({ signers: { [role]: oldKeys(role)(scene) } });
      }),
    }),
  ),
  {
    name: 'targets signed by the keys of the online roles',
    refusal: 'signature',
    feed: lying((feed, { repo: { trusted } }) => {
      feed.publish({ signers: { targets: [...trusted.snapshot.keys, ...trusted.timestamp.keys] } });
    }),
  },
  {
    name: 'a signature twice',
    refusal: 'signature',
    feed: lying((feed, { repo }) => {
      const [first] = repo.trusted.targets.keys;
      feed.publish({ signers: { targets: first === undefined ? [] : [first, first] } });
    }),
  },
  {
    name: "a signature twice, once under another key's name",
    refusal: 'signature',
    feed: lying((feed, { repo }) => {
      const [first, second] = repo.trusted.targets.keys;
      feed.publish({ signers: { targets: first === undefined ? [] : [first] } });
      const twice = ({ signatures: [one], signed }: Envelope): Envelope => ({
        signatures: [
          { keyid: one?.keyid ?? '', sig: one?.sig ?? '' },
          { keyid: second?.id ?? '', sig: one?.sig ?? '' },
        ],
        signed,
      });
      replace(feed, 'targets', resigned(twice));
    }),
  },
  {
    name: 'signed words changed',
    refusal: 'signature',
    feed: lying((feed, { random }) => {
      const role = random.pick(below);
      feed.publish();
      replace(
        feed,
        role,
        resigned(({ signatures: all, signed }) => ({ signatures: all, signed: { ...signed, 'x-more': 1 } })),
      );
    }),
  },
  {
    name: 'a root signed by its own keys only',
    refusal: 'signature',
    feed: lying((feed) => {
      feed.trusted = { ...feed.trusted, root: { keys: [testKey(), testKey()], threshold: 2 } };
      feed.root({ signers: { root: feed.trusted.root.keys } });
    }),
  },
  {
    name: 'a root signed by the old keys only',
    refusal: 'signature',
    feed: lying((feed, scene) => {
      feed.trusted = { ...feed.trusted, root: { keys: [testKey(), testKey()], threshold: 2 } };
      feed.root({ signers: { root: oldKeys('root')(scene) } });
    }),
  },
  {
    name: 'a root below the threshold',
    refusal: 'signature',
    feed: nextRoot(
      (signed) => signed,
      ({ repo, random }) => [random.pick(repo.trusted.root.keys)],
    ),
  },
  {
    name: 'a repository of somebody else',
    refusal: 'signature',
    feed: ({ repo }) => {
      const other = repo.fork();
      other.trusted = { ...repo.trusted, timestamp: { keys: [testKey()], threshold: 1 } };
      other.publish();
      return other.files;
    },
  },
];

const roots: readonly Lie[] = [
  {
    name: 'one key under two names',
    refusal: 'not-metadata',
    feed: nextRoot((signed) => {
      const [first] = Object.values(Object(signed['keys']));
      return { ...signed, keys: { ...Object(signed['keys']), ['0'.repeat(64)]: first } };
    }),
  },
  {
    name: 'a key of another kind',
    refusal: 'not-metadata',
    feed: nextRoot((signed) => ({
      ...signed,
      keys: {
        ...Object(signed['keys']),
        ['0'.repeat(64)]: { keytype: 'rsa', scheme: 'rsassa-pss-sha256', keyval: { public: 'x' } },
      },
    })),
  },
  {
    name: 'a root without consistent snapshots',
    refusal: 'not-metadata',
    feed: nextRoot((signed) => ({ ...signed, consistent_snapshot: false })),
  },
  {
    name: 'a threshold of nobody',
    refusal: 'not-metadata',
    feed: nextRoot((signed) => {
      const all: Record<string, Json> = Object(signed['roles']);
      return { ...signed, roles: { ...all, targets: { ...all['targets'], threshold: 0 } } };
    }),
  },
  {
    name: 'a thousand keys',
    refusal: 'not-metadata',
    feed: nextRoot((signed) => {
      const one = { keytype: 'ed25519', scheme: 'ed25519' };
      const many = Array.from({ length: 1000 }, (_, at) => {
        const name = at.toString(16).padStart(64, '0');
        return [name, { ...one, keyval: { public: name } }] as const;
      });
      return { ...signed, keys: { ...Object(signed['keys']), ...Object.fromEntries(many) } };
    }),
  },
  {
    name: 'roots without end',
    refusal: 'too-many-roots',
    feed: lying((feed) => {
      for (let count = 0; count < 65; count += 1) feed.root();
    }),
  },
];

export const lies: readonly Lie[] = [...rollbacks, ...freezes, ...mixtures, ...signatures, ...roots];
/** For lies about packages. */
export { below, lying, replace, signedBy };
