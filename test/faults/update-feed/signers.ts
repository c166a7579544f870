/** Feeds signed by too few, by the wrong ones, or under a root that says too much. */
import { type Json, type Role, testKey } from '../../unit/update/repository.ts';
import { below, type Envelope, type Lie, lying, nextRoot, replace, resigned } from './lie.ts';
import type { Scene } from './scene.ts';

const oldKeys = (role: Role) => (scene: Scene) => scene.repo.trusted[role].keys;

export const signatures: readonly Lie[] = [
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

export const roots: readonly Lie[] = [
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
