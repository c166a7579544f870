/** Folders that lead out of themselves, and bundles that are none. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSource } from '../../../src-main/update/open-source.ts';
import { Refused } from '../../../src-main/update/refusals.ts';
import type { UpdateRefusal } from '../../../src-shared/updates/state.ts';
import { type Files, writeBundle, writeFolder } from '../../unit/update/repository.ts';
import { hold } from '../kind.ts';
import { demandRefused, type Scene } from './scene.ts';

export type PlaceLie = {
  readonly name: string;
  readonly refusal: UpdateRefusal;
  /** Makes the place. @returns its path */
  readonly make: (files: Files, folder: string, scene: Scene) => string | Promise<string>;
};

const stamp = 'metadata/timestamp.json';

function folderWith(change: (feed: string, outside: string) => void): PlaceLie['make'] {
  return (files, folder) => {
    const feed = join(folder, 'feed');
    const outside = join(folder, 'outside');
    mkdirSync(outside, { recursive: true });
    writeFolder(files, feed);
    change(feed, outside);
    return feed;
  };
}

const folders: readonly PlaceLie[] = [
  {
    name: 'a file that is a link to outside',
    refusal: 'redirected',
    make: folderWith((feed, outside) => {
      renameSync(join(feed, stamp), join(outside, 'timestamp.json'));
      symlinkSync(join(outside, 'timestamp.json'), join(feed, stamp));
    }),
  },
  {
    name: 'a folder that is a link to outside',
    refusal: 'redirected',
    make: folderWith((feed, outside) => {
      renameSync(join(feed, 'metadata'), join(outside, 'metadata'));
      symlinkSync(join(outside, 'metadata'), join(feed, 'metadata'));
    }),
  },
  {
    name: 'a link to itself',
    refusal: 'unreachable',
    make: folderWith((feed) => {
      rmSync(join(feed, stamp));
      symlinkSync(join(feed, stamp), join(feed, stamp));
    }),
  },
  {
    name: 'a folder in the place of a file',
    refusal: 'redirected',
    make: folderWith((feed) => {
      rmSync(join(feed, stamp));
      mkdirSync(join(feed, stamp));
    }),
  },
  {
    name: 'a pipe in the place of a file',
    refusal: 'redirected',
    make: folderWith((feed) => {
      rmSync(join(feed, stamp));
      execFileSync('mkfifo', [join(feed, stamp)]);
    }),
  },
  {
    name: 'a link to what never ends',
    refusal: 'redirected',
    make: folderWith((feed) => {
      rmSync(join(feed, stamp));
      symlinkSync('/dev/zero', join(feed, stamp));
    }),
  },
  { name: 'a folder that is not there', refusal: 'unreachable', make: (_files, folder) => join(folder, 'nowhere') },
  {
    name: 'an empty folder',
    refusal: 'missing',
    make: (_files, folder) => {
      mkdirSync(join(folder, 'feed'));
      return join(folder, 'feed');
    },
  },
];

type Record = { readonly name: string; readonly at: number };

/** The entries of a ZIP's directory. */
function entriesOf(zip: Buffer): Record[] {
  const entries: Record[] = [];
  for (
    let at = zip.indexOf('PK\u0001\u0002', 0, 'latin1');
    at >= 0;
    at = zip.indexOf('PK\u0001\u0002', at + 4, 'latin1')
  ) {
    entries.push({ name: zip.toString('latin1', at + 46, at + 46 + zip.readUInt16LE(at + 28)), at });
  }
  return entries;
}

const recordOf = (zip: Buffer, name: string): number => {
  const found = entriesOf(zip).find((entry) => entry.name === name);
  hold(found !== undefined, `the bundle has no ${name}`);
  return found.at;
};

function bundleWith(change: (zip: Buffer, scene: Scene) => Buffer): PlaceLie['make'] {
  return async (files, folder, scene) => {
    const path = join(folder, 'feed.carekeep');
    await writeBundle(files, path);
    writeFileSync(path, change(readFileSync(path), scene));
    return path;
  };
}

/** A name in the directory changed to another of the same length. */
const renamed = (to: string) =>
  bundleWith((zip) => {
    const from = stamp;
    const at = recordOf(zip, from);
    zip.write(to.padEnd(from.length, 'x').slice(0, from.length), at + 46, 'latin1');
    return zip;
  });

const bundles: readonly PlaceLie[] = [
  {
    name: 'a compressed bundle',
    refusal: 'bundle-unreadable',
    make: async (files, folder) => {
      await writeBundle(files, join(folder, 'feed.carekeep'), true);
      return join(folder, 'feed.carekeep');
    },
  },
  {
    name: 'a bomb in a bundle',
    refusal: 'bundle-unreadable',
    make: async (files, folder) => {
      await writeBundle(new Map([...files, [stamp, Buffer.alloc(20_000_000)]]), join(folder, 'feed.carekeep'), true);
      return join(folder, 'feed.carekeep');
    },
  },
  {
    name: 'an entry twice',
    refusal: 'bundle-unreadable',
    make: bundleWith((zip) => {
      const [first, second] = entriesOf(zip).filter(({ name }) => /^metadata\/\d\.root\.json$/.test(name));
      hold(first !== undefined && second !== undefined, 'two roots');
      zip.write(first.name, second.at + 46, 'latin1');
      return zip;
    }),
  },
  {
    name: 'a name that only letters tell apart',
    refusal: 'bundle-unreadable',
    make: bundleWith((zip) => {
      const [first, second] = entriesOf(zip).filter(({ name }) => /^metadata\/\d\.root\.json$/.test(name));
      hold(first !== undefined && second !== undefined, 'two roots');
      zip.write(first.name.replace('root', 'ROOT'), second.at + 46, 'latin1');
      return zip;
    }),
  },
  { name: 'an entry that climbs', refusal: 'bundle-unreadable', make: renamed('../../../etc/cron.d/ca') },
  { name: 'an entry from the root of the disk', refusal: 'bundle-unreadable', make: renamed('/etc/cron.d/carekeep/x') },
  { name: 'an entry on a disk', refusal: 'bundle-unreadable', make: renamed('C:/Windows/System32/xx') },
  { name: 'an entry with backslashes', refusal: 'bundle-unreadable', make: renamed('metadata\\timestamp.jso') },
  { name: 'an entry beside the two folders', refusal: 'bundle-unreadable', make: renamed('autorun/x') },
  { name: 'an entry with a NUL', refusal: 'bundle-unreadable', make: renamed('metadata/time\u0000stamp.j') },
  {
    name: 'an entry that is a link',
    refusal: 'bundle-unreadable',
    make: bundleWith((zip) => {
      zip.writeUInt32LE(0o120777 * 0x10000, recordOf(zip, stamp) + 38);
      return zip;
    }),
  },
  {
    name: 'an entry under a password',
    refusal: 'bundle-unreadable',
    make: bundleWith((zip) => {
      const at = recordOf(zip, stamp) + 8;
      zip.writeUInt16LE(zip.readUInt16LE(at) | 1, at);
      return zip;
    }),
  },
  {
    name: 'two entries over the same bytes',
    refusal: 'bundle-unreadable',
    make: bundleWith((zip) => {
      const [first, second] = entriesOf(zip);
      hold(first !== undefined && second !== undefined, 'two entries');
      zip.writeUInt32LE(zip.readUInt32LE(first.at + 42), second.at + 42);
      return zip;
    }),
  },
  {
    name: 'an entry past the end',
    refusal: 'bundle-unreadable',
    make: bundleWith((zip) => {
      const at = recordOf(zip, stamp);
      zip.writeUInt32LE(0x7fff_ffff, at + 20);
      zip.writeUInt32LE(0x7fff_ffff, at + 24);
      return zip;
    }),
  },
  {
    name: 'half a bundle',
    refusal: 'bundle-unreadable',
    make: bundleWith((zip, { random }) => zip.subarray(0, random.between(1, zip.length - 23))),
  },
  { name: 'an empty bundle', refusal: 'bundle-unreadable', make: bundleWith(() => Buffer.alloc(0)) },
  {
    name: 'noise in place of a bundle',
    refusal: 'bundle-unreadable',
    make: bundleWith((_zip, { random }) => random.bytes(5000)),
  },
  {
    name: 'a bundle without its timestamp',
    refusal: 'missing',
    make: async (files, folder) => {
      const path = join(folder, 'feed.carekeep');
      await writeBundle(new Map([...files].filter(([name]) => name !== stamp)), path);
      return path;
    },
  },
  {
    name: 'a pipe in place of a bundle',
    refusal: 'bundle-unreadable',
    make: (_files, folder) => {
      execFileSync('mkfifo', [join(folder, 'feed.carekeep')]);
      return join(folder, 'feed.carekeep');
    },
  },
];

export const placeLies: readonly PlaceLie[] = [...folders, ...bundles];

/** Plays one; whether the place is refused when it is opened or when it is read is one. */
export async function playPlaceLie({ make, refusal }: PlaceLie, scene: Scene): Promise<void> {
  const feed = scene.repo.fork();
  feed.publish();
  const folder = join(scene.folder, `place-${scene.random.next()}`);
  mkdirSync(folder, { recursive: true });
  const before = scene.station.state();
  try {
    const place = await make(feed.files, folder, scene);
    const source = await openSource(place, { proxy: 'none' });
    try {
      await demandRefused(scene, source, refusal);
    } finally {
      await source.close();
    }
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    hold(error.refusal === refusal, `refused as ${error.refusal}, not as ${refusal}`);
    hold(scene.station.state() === before, 'opening changed something');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
