/**
 * Somebody writes to the profile: the journal, the packages, the metadata that vouch for them, each or all. What is not
 * the signers' own for this workstation is never vouched for; the honest package always is.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isVouched, type Vouching } from '../../../src-main/update/vouched.ts';
import type { StagedPackage } from '../../../src-shared/updates/journal.ts';
import { custom, roles, sha512, signedBy, TestRepository, testKey } from '../../unit/update/repository.ts';
import { memorySource } from '../../unit/update/workstation.ts';
import { hold } from '../kind.ts';
import type { Scene } from './scene.ts';

type Forgery = {
  readonly name: string;
  /** What somebody does to the profile. @returns the package that they want installed */
  readonly forge: (scene: Scene, honest: StagedPackage, lay: (name: string, bytes: Buffer) => void) => StagedPackage;
  /** It comes as the one to go back to. */
  readonly back?: true;
};

const forged = Buffer.from('#!/bin/sh\n# not ours\n');
const ours = (honest: StagedPackage): StagedPackage => ({ ...honest, sha512: sha512(forged), length: forged.length });

/** A repository of theirs that names the forged package as it names its own. */
function theirs({ version, file }: StagedPackage): TestRepository {
  const other = new TestRepository();
  other.add(custom(version), forged, file);
  other.publish();
  return other;
}

export const forgeries: readonly Forgery[] = [
  { name: 'a journal that names another package', forge: (_scene, honest) => ours(honest) },
  {
    name: 'the package to go back to exchanged',
    forge: (_scene, honest) => ({ ...ours(honest), version: '1.0.0' }),
    back: true,
  },
  {
    name: 'an older version of the signers as the one to go back to',
    forge: ({ repo }, _honest, lay) => {
      const bytes = Buffer.from('of old');
      repo.add(custom('0.5.0'), bytes);
      repo.publish();
      lay('targets.json', repo.file(repo.pathOf('targets')));
      return {
        version: '0.5.0',
        file: 'carekeep_0.5.0.deb',
        sha512: sha512(bytes),
        length: bytes.length,
        package: 'deb',
      };
    },
    back: true,
  },
  { name: 'a higher version on an honest package', forge: (_scene, honest) => ({ ...honest, version: '9.0.0' }) },
  {
    name: 'targets of somebody else',
    forge: (_scene, honest, lay) => {
      const other = theirs(honest);
      lay('targets.json', other.file(other.pathOf('targets')));
      return ours(honest);
    },
  },
  {
    name: 'targets and root of somebody else',
    forge: ({ repo }, honest, lay) => {
      const other = theirs(honest);
      lay('targets.json', other.file(other.pathOf('targets')));
      lay('root.json', other.anchor);
      for (let version = 2; version <= repo.rootVersion; version += 1) lay(`${version}.root.json`, other.anchor);
      return ours(honest);
    },
  },
  {
    name: 'a next root that nobody of before signed',
    forge: ({ repo }, honest, lay) => {
      const key = testKey();
      const next = repo.signedRoot(repo.rootVersion + 1, {
        keys: { [key.id]: key.tuf },
        roles: Object.fromEntries(roles.map((role) => [role, { keyids: [key.id], threshold: 1 }])),
      });
      lay(`${repo.rootVersion}.root.json`, repo.file(repo.pathOf('root')));
      lay('root.json', signedBy(next, [key]));
      const fork = repo.fork();
      fork.add(custom(honest.version), forged, honest.file);
      fork.publish({ signers: { targets: [key] } });
      lay('targets.json', fork.file(fork.pathOf('targets')));
      return ours(honest);
    },
  },
  {
    name: 'targets with one signature too few',
    forge: ({ repo }, honest, lay) => {
      const fork = repo.fork();
      fork.add(custom(honest.version), forged, honest.file);
      fork.publish({ signers: { targets: repo.trusted.targets.keys.slice(0, 1) } });
      lay('targets.json', fork.file(fork.pathOf('targets')));
      return ours(honest);
    },
  },
  {
    name: 'targets changed under their signatures',
    forge: ({ station }, honest, lay) => {
      const text = readFileSync(join(station.metadata, 'targets.json'), 'utf8');
      lay('targets.json', Buffer.from(text.replaceAll(honest.sha512, sha512(forged))));
      return { ...honest, sha512: sha512(forged) };
    },
  },
  {
    name: 'earlier targets, which list what was withdrawn',
    forge: ({ earlier }, honest, lay) => {
      lay('targets.json', earlier.file(earlier.pathOf('targets')));
      return honest;
    },
  },
  {
    name: 'an earlier root',
    forge: ({ beforeRoot }, honest, lay) => {
      lay('root.json', beforeRoot.file(beforeRoot.pathOf('root')));
      return honest;
    },
  },
];

export async function playForgery({ forge, back }: Forgery, scene: Scene): Promise<void> {
  const { station, repo, random } = scene;
  const bytes = random.bytes(random.between(1, 2000));
  repo.add(custom('1.3.0'), bytes);
  repo.publish();
  await station.accept(memorySource(repo));
  const honest: StagedPackage = {
    version: '1.3.0',
    file: 'carekeep_1.3.0.deb',
    sha512: sha512(bytes),
    length: bytes.length,
    package: 'deb',
  };
  const vouching: Vouching = {
    metadata: station.metadata,
    anchor: { bytes: station.anchor, from: 'package' },
    trust: station.trust,
    platform: 'linux',
    arch: 'x64',
    kind: 'deb',
    version: back === true ? '1.3.0' : '1.0.0',
  };
  const channel = back === true ? null : 'stable';
  const asked = back === true ? { ...honest } : honest;
  if (back !== true) hold(await isVouched(asked, vouching, channel), 'the honest package is not vouched for');
  const kept = new Map<string, Buffer | null>();
  const lay = (name: string, put: Buffer): void => {
    const path = join(station.metadata, name);
    try {
      kept.set(path, readFileSync(path));
    } catch {
      kept.set(path, null);
    }
    writeFileSync(path, put);
  };
  const wanted = forge(scene, honest, lay);
  hold(!(await isVouched(wanted, vouching, channel)), 'a forged profile was believed');
  for (const [path, before] of kept) {
    if (before === null) rmSync(path);
    else writeFileSync(path, before);
  }
  if (back !== true)
    hold(await isVouched(honest, vouching, channel), 'the honest package is not vouched for afterwards');
}
