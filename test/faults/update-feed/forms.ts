/** Feeds whose files have no form, too much of it, or name packages that are none of ours. */
import type { TargetCustom } from '../../../src-shared/updates/target.ts';
import { custom, type Json, sha512 } from '../../unit/update/repository.ts';
import { below, type Lie, lying, replace } from './lie.ts';
import type { Scene } from './scene.ts';

const text = (bytes: Buffer): string => bytes.toString();

/** What becomes of a file, whatever role it has. */
const shapes: readonly (readonly [name: string, change: (bytes: Buffer, scene: Scene) => Buffer])[] = [
  ['nothing', () => Buffer.alloc(0)],
  ['a page of a login', () => Buffer.from('<!doctype html><title>Sign in to the guest network</title>')],
  ['noise', (_bytes, { random }) => random.bytes(300)],
  ['half a file', (bytes, { random }) => bytes.subarray(0, random.between(1, bytes.length - 1))],
  ['something behind the end', (bytes) => Buffer.concat([bytes, Buffer.from('{}')])],
  ['a byte order mark', (bytes) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes])],
  ['UTF-16', (bytes) => Buffer.from(text(bytes), 'utf16le')],
  ['bytes that are no UTF-8', (bytes) => Buffer.from(text(bytes).replace('"signed"', '"sign\u00ff"'), 'latin1')],
  ['a list', (bytes) => Buffer.from(`[${text(bytes)}]`)],
  ['null', () => Buffer.from('null')],
  ['no signatures', (bytes) => Buffer.from(text(bytes).replace('"signatures"', '"signaturen"'))],
  ['a key twice', (bytes) => Buffer.from(text(bytes).replace('"signed":', '"signed":{},"signed":'))],
  ['__proto__', (bytes) => Buffer.from(text(bytes).replace('"signed":{', '"signed":{"__proto__":{"version":9},'))],
  [
    'depth',
    (bytes) =>
      Buffer.from(
        text(bytes)
          .replace('"signed":{', `"signed":{"x":${'['.repeat(9000)}${']'.repeat(9000)},`)
          .slice(0, 16_000),
      ),
  ],
  ['a huge number', (bytes) => Buffer.from(text(bytes).replace(/"version":\d+/, '"version":1e400'))],
  ['a version of half', (bytes) => Buffer.from(text(bytes).replace(/"version":\d+/, '"version":1.5'))],
  ['a version of nothing', (bytes) => Buffer.from(text(bytes).replace(/"version":\d+/, '"version":0'))],
  ['a version as text', (bytes) => Buffer.from(text(bytes).replace(/"version":(\d+)/, '"version":"$1"'))],
  ['no day', (bytes) => Buffer.from(text(bytes).replace(/"expires":"[^"]+"/, '"expires":"never"'))],
  ['a form of the future', (bytes) => Buffer.from(text(bytes).replace('"spec_version":"1.', '"spec_version":"2.'))],
];

const shapeless: readonly Lie[] = shapes.map(([name, change]) => ({
  name: `${name} as metadata`,
  refusal: 'not-metadata',
  feed: lying((feed, scene) => {
    const role = scene.random.pick(below);
    feed.publish();
    if (scene.random.chance(0.25)) {
      feed.files.set(`metadata/${feed.rootVersion + 1}.root.json`, change(feed.file(feed.pathOf('root')), scene));
    } else replace(feed, role, (bytes) => change(bytes, scene));
  }),
}));

const limits = { timestamp: 16_384, snapshot: 2_000_000, targets: 5_000_000 };

const endless: readonly Lie[] = [
  ...below.map(
    (role): Lie => ({
      name: `too much ${role}`,
      refusal: 'too-large',
      feed: lying((feed, { random }) => {
        feed.publish();
        replace(feed, role, (bytes) =>
          Buffer.concat([bytes, Buffer.alloc(limits[role] - bytes.length + random.between(1, 999), 0x20)]),
        );
      }),
    }),
  ),
  {
    name: 'too much root',
    refusal: 'too-large',
    feed: lying((feed) => feed.files.set(`metadata/${feed.rootVersion + 1}.root.json`, Buffer.alloc(512_001, 0x20))),
  },
];

const delegated: Json = {
  keys: {},
  roles: [{ name: 'other', keyids: [], threshold: 1, terminating: false, paths: ['*'] }],
};

const extras: readonly Lie[] = [
  {
    name: 'somebody else allowed to sign',
    refusal: 'not-metadata',
    feed: lying((feed) => feed.publish({ change: { targets: (signed) => ({ ...signed, delegations: delegated }) } })),
  },
  {
    name: 'more files in the snapshot',
    refusal: 'not-metadata',
    feed: lying((feed) =>
      feed.publish({
        change: {
          snapshot: (signed) => ({
            ...signed,
            meta: {
              ...Object(signed['meta']),
              'other.json': { version: 1, length: 1, hashes: { sha256: '0'.repeat(64) } },
            },
          }),
        },
      }),
    ),
  },
  {
    name: 'a snapshot that names no hash',
    refusal: 'not-metadata',
    feed: lying((feed) =>
      feed.publish({
        change: { snapshot: (signed) => ({ ...signed, meta: { 'targets.json': { version: feed.version.targets } } }) },
      }),
    ),
  },
  {
    name: 'a weak hash',
    refusal: 'not-metadata',
    feed: lying((feed) =>
      feed.publish({
        change: {
          timestamp: (signed) => ({
            ...signed,
            meta: { 'snapshot.json': { version: feed.version.snapshot, length: 9, hashes: { md5: '0'.repeat(32) } } },
          }),
        },
      }),
    ),
  },
  {
    name: 'a package without SHA-512',
    refusal: 'not-metadata',
    feed: lying((feed) => {
      feed.add(custom('1.3.0'), Buffer.from('x'), undefined, { hashes: { sha256: '0'.repeat(64) } });
      feed.publish();
    }),
  },
];

/** What a target says of itself: signed, and yet not ours. */
const wrong: readonly (readonly [name: string, said: (fine: TargetCustom, scene: Scene) => unknown])[] = [
  ['nothing', () => undefined],
  ['another product', (fine) => ({ ...fine, product: 'carekeeper' })],
  ['another platform than its path', (fine) => ({ ...fine, platform: 'win32' })],
  ['another architecture than its path', (fine) => ({ ...fine, arch: 'arm64' })],
  ['another channel than its path', (fine) => ({ ...fine, channel: 'beta' })],
  ['another kind of package than its name', (fine) => ({ ...fine, package: 'nsis' })],
  ['a platform that there is not', (fine) => ({ ...fine, platform: 'freebsd' })],
  ['a ring that there is not', (fine) => ({ ...fine, rings: { ...fine.rings, nobody: 100 } })],
  ['a share of 101', (fine) => ({ ...fine, rings: { pilot: 101, everyone: 0 } })],
  ['no version', (fine) => ({ ...fine, version: 'latest' })],
  ['a version with a leading zero', (fine) => ({ ...fine, version: '1.2.0-01' })],
  ['a minimum above itself', (fine) => ({ ...fine, minimumVersion: '99.0.0' })],
  ['no notes in French', (fine) => ({ ...fine, notes: { en: '', de: '', es: '' } })],
  ['more than is known', (fine) => ({ ...fine, command: 'rm -rf /' })],
  ['a form that is none', (fine) => ({ ...fine, format: 0 })],
  ['lists for words', (fine) => ({ ...fine, product: ['carekeep'] })],
];

const software: readonly Lie[] = wrong.map(([name, said]) => ({
  name: `a package that says ${name}`,
  refusal: 'not-for-carekeep',
  feed: lying((feed, scene) => {
    const bytes = scene.random.bytes(40);
    feed.list('stable/linux/x64/carekeep_1.3.0.deb', bytes, {});
    feed.targets['stable/linux/x64/carekeep_1.3.0.deb'] = {
      length: bytes.length,
      hashes: { sha512: sha512(bytes) },
      ...(said(custom('1.3.0'), scene) !== undefined && { custom: said(custom('1.3.0'), scene) }),
    };
    feed.publish();
  }),
}));

/** Paths of targets that mean something to a disk, a shell or a browser. */
const paths: readonly string[] = [
  '../../../etc/cron.d/carekeep.deb',
  'stable/linux/x64/../../../carekeep.deb',
  '/etc/cron.d/carekeep.deb',
  'C:/Windows/carekeep.deb',
  'stable\\linux\\x64\\carekeep.deb',
  'stable/linux/x64/..\\..\\carekeep.deb',
  '\\\\evil\\share\\carekeep.deb',
  'stable/linux/x64/carekeep.deb\u0000.txt.deb',
  'stable/linux/x64/%2e%2e%2fcarekeep.deb',
  'stable/linux/x64/%2e%2e/carekeep.deb',
  'stable/linux/x64/con.deb',
  'stable/linux/x64/NUL.deb',
  'stable/linux/x64/com1.x.deb',
  'stable/linux/x64/carekeep".deb',
  "stable/linux/x64/carekeep'; rm -rf ~ #.deb",
  'stable/linux/x64/$(reboot).deb',
  'stable/linux/x64/`reboot`.deb',
  'stable/linux/x64/a&b|c.deb',
  'stable/linux/x64/-oProxyCommand.deb',
  'stable/linux/x64/.hidden.deb',
  'stable/linux/x64/carekeep.deb.',
  'stable/linux/x64/carekeep.deb ',
  'stable/linux/x64/carekeep.deb:stream',
  'stable/linux/x64/carekeep\u202Ebed.deb',
  'stable/linux/x64/car\u0435keep.deb',
  'stable/linux/x64/care keep.deb',
  'stable/linux/x64/care\nkeep.deb',
  'stable/linux/x64//carekeep.deb',
  'stable/linux/x64/./carekeep.deb',
  'stable/linux/x64/sub/carekeep.deb',
  'stable/linux/carekeep.deb',
  'carekeep.deb',
  '',
  'stable/linux/x64/',
  'stable/linux/x64/.deb',
  'constructor',
  `stable/linux/x64/${'a'.repeat(200)}.deb`,
  'stable/linux/x64/carekeep.deb?x=.deb',
  'stable/linux/x64/carekeep#.deb',
  'https://evil.invalid/carekeep.deb',
];

const tricks: readonly Lie[] = paths.map((path, at) => ({
  name: `a package at a path of tricks, ${at + 1}`,
  refusal: 'not-for-carekeep',
  feed: lying((feed) => {
    const bytes = Buffer.from('x');
    feed.targets[path] = { length: bytes.length, hashes: { sha512: sha512(bytes) }, custom: custom('1.3.0') };
    feed.publish();
  }),
}));

const sizes: readonly Lie[] = [0, 2 ** 31 + 1, Number.MAX_SAFE_INTEGER].map((length) => ({
  name: `a package of ${length} bytes`,
  refusal: 'not-for-carekeep',
  feed: lying((feed) => {
    feed.add(custom('1.3.0'), Buffer.from('x'), undefined, { length });
    feed.publish();
  }),
}));

export const forms: readonly Lie[] = [...shapeless, ...endless, ...extras, ...software, ...sizes, ...tricks];
