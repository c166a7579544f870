/** Which of the packages that targets name is for this workstation (docs/protocols/update.md, "Which one is offered"). */
import semver from 'semver';
import {
  largestPackage,
  packageExtensions,
  type TargetCustom,
  targetCustom,
  targetFileName,
} from '../../src-shared/updates/target.ts';
import { sha256 } from '../core/crypto/hash.ts';
import type { TargetEntry } from './parse.ts';
import { Refused } from './refusals.ts';
import type { Found, Here } from './seam.ts';

export type Candidate = {
  readonly path: string;
  readonly file: string;
  readonly sha512: string;
  readonly length: number;
  readonly custom: TargetCustom;
};

/** A target of a form later than ours: for workstations that know it. */
function isLater(custom: unknown): boolean {
  if (typeof custom !== 'object' || custom === null || !('format' in custom)) return false;
  return typeof custom.format === 'number' && Number.isSafeInteger(custom.format) && custom.format > 1;
}

function candidate(path: string, { length, hashes, custom: said }: TargetEntry): Candidate {
  const parsed = targetCustom.safeParse(said);
  if (!parsed.success) throw new Refused('not-for-carekeep');
  const custom = parsed.data;
  const file = path.split('/').at(-1) ?? '';
  const fits =
    path === `${custom.channel}/${custom.platform}/${custom.arch}/${file}` &&
    targetFileName.test(file) &&
    file.endsWith(packageExtensions[custom.package]) &&
    length > 0 &&
    length <= largestPackage &&
    semver.valid(custom.version) === custom.version &&
    semver.valid(custom.minimumVersion) === custom.minimumVersion &&
    semver.lte(custom.minimumVersion, custom.version);
  if (!fits) throw new Refused('not-for-carekeep');
  return { path, file, sha512: hashes.sha512, length, custom };
}

/** @throws Refused not-for-carekeep: one that contradicts itself makes the others doubtful too */
export function candidates(targets: Readonly<Record<string, TargetEntry>>): readonly Candidate[] {
  return Object.entries(targets)
    .filter(([, { custom }]) => !isLater(custom))
    .map(([path, entry]) => candidate(path, entry));
}

/** Is the workstation among the first `share` per cent for this version? */
export function takenIn(version: string, deviceId: string, share: number): boolean {
  if (share >= 100) return true;
  if (deviceId === '') return false;
  const drawn = sha256('carekeep update share v1', Buffer.of(0), version, Buffer.of(0), deviceId).readUInt32BE(0);
  return (drawn / 2 ** 32) * 100 < share;
}

function foundOf({ path, file, sha512, length, custom }: Candidate, here: Here): Found {
  const { version, notes, released, minimumVersion } = custom;
  const required = semver.lt(here.version, minimumVersion);
  return {
    offer: { version, size: length, required, notes, released },
    path,
    file,
    sha512,
    length,
    package: custom.package,
  };
}

export type Choice = { readonly found: Found | null; readonly running: Found | null };

/**
 * The highest version that is offered here, and the package of the running one.
 * @param highest the highest version ever found well here: nothing below it is offered
 */
export function choose(all: readonly Candidate[], here: Here, highest: string): Choice {
  const ours = all
    .filter(
      ({ custom }) =>
        custom.platform === here.platform &&
        custom.arch === here.arch &&
        custom.channel === here.channel &&
        custom.package === here.package,
    )
    // Of two with one version the paths decide, so that all workstations take the same.
    .sort(
      (left, right) => semver.rcompare(left.custom.version, right.custom.version) || (left.path < right.path ? -1 : 1),
    );
  const offered = ours.find(
    ({ custom: { version, rings } }) =>
      semver.gt(version, here.version) &&
      semver.gte(version, highest) &&
      !here.failed.includes(version) &&
      takenIn(version, here.deviceId, here.ring === 'pilot' ? Math.max(rings.pilot, rings.everyone) : rings.everyone),
  );
  const running = ours.find(({ custom }) => custom.version === here.version);
  return {
    found: offered === undefined ? null : foundOf(offered, here),
    running: running === undefined ? null : foundOf(running, here),
  };
}
