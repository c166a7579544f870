/**
 * What IT staff set for this machine. One source counts as a whole, never a mixture: what the system's own management
 * hands out (registry, profile) before a file, so that a leftover file cannot undo a group policy.
 */
import { noPolicy, type PolicySource, type ReadPolicy } from '../../src-shared/policy/policy.ts';
import { readJsonPolicy } from './json-file.ts';
import { type Given, judge, refuse } from './judge.ts';
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
  if (file !== undefined) return sourceOr(noPolicy, 'file', () => readJsonPolicy(file, ownAndRoot()));
  const where = places ?? placesOf(process.platform, process.execPath, process.env);
  const fromFile = (): ReadPolicy => sourceOr(noPolicy, 'file', () => readJsonPolicy(where.file, where.owners));
  if (where.registry !== null) {
    const query = where.registry;
    const found = sourceOr(null, 'registry', () => readRegistry(queryRegistry(query)));
    return found ?? fromFile();
  }
  if (where.profile !== null) {
    const { path, parse } = where.profile;
    const found = sourceOr(null, 'profile', () => readProfile(path, where.owners, parse));
    return found ?? fromFile();
  }
  return fromFile();
}

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
