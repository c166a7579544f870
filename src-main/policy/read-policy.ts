/**
 * What IT staff set for this machine. One source counts as a whole, never a mixture: what the system's own management
 * hands out (registry, profile) before a file, so that a leftover file cannot undo a group policy.
 */
import { noPolicy, type PolicySource, type ReadPolicy } from '../../src-shared/policy/policy.ts';
import { readJsonPolicy } from './json-file.ts';
import { type Given, judge, refuse } from './judge.ts';
import { PolicyFileError, readOwnedFile } from './owned-file.ts';
import { type PolicyPlaces, placesOf } from './places.ts';
import { readProfile } from './profile.ts';
import { queryRegistry, readRegistry } from './registry.ts';

export type PolicyOptions = {
  /** This file alone, instead of the machine's own places: only where the application is not packaged, and in tests. */
  readonly file?: string | undefined;
  /** For tests: another system's places. */
  readonly places?: PolicyPlaces;
};

/** Reads and judges the policy of this machine. Never throws: what cannot be read counts as the strict one. */
export function readPolicy({ file, places }: PolicyOptions = {}): ReadPolicy {
  if (file !== undefined) {
    const owners = ownAndRoot();
    return trustedRoot(
      sourceOr(noPolicy, 'file', () => readJsonPolicy(file, owners)),
      owners,
    );
  }
  const where = places ?? placesOf(process.platform, process.execPath, process.env);
  return trustedRoot(fromSystem(where), where.owners);
}

function fromSystem({ registry, profile, file, owners }: PolicyPlaces): ReadPolicy {
  const managed =
    registry !== null
      ? sourceOr(null, 'registry', () => readRegistry(queryRegistry(registry)))
      : profile !== null
        ? sourceOr(null, 'profile', () => readProfile(profile.path, owners, profile.parse))
        : null;
  return managed ?? sourceOr(noPolicy, 'file', () => readJsonPolicy(file, owners));
}

/** Whose signatures count must not stand in a file of anybody's. One that is not there is the updater's to say. */
function trustedRoot(read: ReadPolicy, owners: readonly number[] | null): ReadPolicy {
  const { updateRoot } = read.policy;
  if (owners === null || updateRoot === undefined || updateRoot.trimStart().startsWith('{')) return read;
  try {
    readOwnedFile(updateRoot, { owners, limit: rootLimit });
    return read;
  } catch (error) {
    const code = error instanceof PolicyFileError ? error.code : 'policy-unreadable';
    return refuse(read.source, [{ name: 'updateRoot', code }]);
  }
}

const rootLimit = 512_000;

/** @param none what it is when nothing lies there */
function sourceOr<T>(none: T, source: PolicySource, read: () => Given | null): ReadPolicy | T {
  try {
    const given = read();
    return given === null ? none : judge(source, given);
  } catch {
    // A reader says itself what is wrong; this is what none of them expected.
    return refuse(source, [{ name: '', code: 'policy-unreadable' }]);
  }
}

function ownAndRoot(): readonly number[] | null {
  const own = process.getuid?.();
  return own === undefined ? null : [0, own];
}
