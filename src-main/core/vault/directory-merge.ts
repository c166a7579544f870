/**
 * What this workstation knows and what another one says become one (docs/protocols/keys.md, "Directory"). The roster
 * decides who there is; of two records of a user the later one counts, if its keys are the roster's.
 */
import { CallError } from '../../../src-shared/contract/errors.ts';
import { canonicalBytes } from '../crypto/canonical.ts';
import type { DirectoryContent, ReadDirectory } from './directory.ts';
import { type KeyFilePayload, opensDatabase, type UserRecord } from './key-file-payload.ts';
import { lostAccess } from './people.ts';
import { rosterEntryHash, verifyRoster } from './roster.ts';
import { checkClinicKeys } from './roster-check.ts';
import type { RosterEntry } from './roster-entry.ts';
import { RosterError, type RosterState, type RosterUser } from './roster-state.ts';
import { fromBase64 } from './wrapped.ts';

type Chain = readonly RosterEntry[];

/** How two chains stand to each other. */
export function relationOf(ours: Chain, theirs: Chain): 'same' | 'ours-ahead' | 'theirs-ahead' | 'fork' {
  const shorter = Math.min(ours.length, theirs.length);
  const [left, right] = [ours[shorter - 1], theirs[shorter - 1]];
  // Each entry names the hash of the one before: equal at the shorter one's end is equal from the beginning.
  if (left === undefined || right === undefined || !rosterEntryHash(left.body).equals(rosterEntryHash(right.body)))
    return 'fork';
  if (ours.length === theirs.length) return 'same';
  return ours.length > theirs.length ? 'ours-ahead' : 'theirs-ahead';
}

/** The later of two; of two made at once, the same one everywhere. */
function later<T extends { readonly changedAt: number }>(one: T, other: T): T {
  if (one.changedAt !== other.changedAt) return one.changedAt > other.changedAt ? one : other;
  return Buffer.compare(canonicalBytes(one), canonicalBytes(other)) >= 0 ? one : other;
}

const isOf = (record: UserRecord | undefined, user: RosterUser): record is UserRecord =>
  record !== undefined && record.ed25519.public === user.ed25519 && record.x25519.public === user.x25519;

/** A record says what the roster says; only wraps, times and demands are its own. */
function mirrored(record: UserRecord, { userName, displayName, roles, status }: RosterUser): UserRecord {
  if (status === 'removed') throw new Error('a removed user has no record');
  return { ...record, userName, displayName, roles: [...roles], status };
}

/** A record from further ahead than any honest clock stands would win for ever. */
const aheadAtMost = 24 * 3_600_000;

function mergedUsers(
  state: RosterState,
  ours: readonly UserRecord[],
  theirs: readonly UserRecord[],
  now: number,
): UserRecord[] {
  const here = new Map(ours.map((user) => [user.id, user]));
  const there = new Map(
    theirs.filter(({ changedAt }) => changedAt <= now + aheadAtMost).map((user) => [user.id, user]),
  );
  return [...state.users.values()]
    .filter(({ status }) => status !== 'removed')
    .map((user) => {
      const candidates = [here.get(user.userId), there.get(user.userId)].flatMap((record) =>
        isOf(record, user) ? [mirrored(record, user)] : [],
      );
      const [first, ...more] = candidates;
      if (first === undefined) throw new CallError('directory-refused');
      return more.reduce(later, first);
    });
}

type ClinicKeys = KeyFilePayload['clinicKeys'];

/**
 * Every epoch that either has, all of them named by the roster. What this workstation has itself, sealed to somebody's
 * key of now, stays: a device that is not what it seems could send a seal that nobody opens.
 */
function mergedEpochs(ours: ClinicKeys, theirs: ClinicKeys, users: readonly UserRecord[]): ClinicKeys {
  const readers = users.filter(opensDatabase);
  const here = new Map(ours.map((item) => [item.epoch, item]));
  const there = new Map(theirs.map((item) => [item.epoch, item]));
  return [...new Set([...here.keys(), ...there.keys()])]
    .sort((left, right) => left - right)
    .flatMap((epoch) => {
      const items = [here.get(epoch), there.get(epoch)].flatMap((item) => item ?? []);
      const seals = readers.flatMap((user) => {
        const all = items.flatMap((item) => item.seals.filter(({ userId }) => userId === user.id));
        return all.find(({ to }) => to === user.x25519.public) ?? all[0] ?? [];
      });
      const [first] = items;
      return first === undefined ? [] : [{ ...first, seals }];
    });
}

/** The kit that the roster names; of two records of it, the one with the later drill. */
function mergedRecovery(
  state: RosterState,
  ours: DirectoryContent['recovery'],
  theirs: DirectoryContent['recovery'],
): DirectoryContent['recovery'] {
  if (theirs.public !== state.recovery) return ours;
  if (ours.public !== state.recovery) return theirs;
  return (theirs.lastDrill?.at ?? 0) > (ours.lastDrill?.at ?? 0) ? theirs : ours;
}

export type Merged = {
  readonly payload: KeyFilePayload;
  /** Users who have no session any more: suspended, removed, other roles or other keys. */
  readonly ended: readonly string[];
  /** The roster says that this workstation is out. */
  readonly removedHere: boolean;
};

function verified(content: DirectoryContent, payload: KeyFilePayload): RosterState {
  try {
    const state = verifyRoster(content.roster, payload.clinic.id, fromBase64(payload.clinicIdentity.public));
    checkClinicKeys(state, content.clinicKeys);
    return state;
  } catch (error) {
    if (error instanceof RosterError) throw new CallError('directory-refused');
    throw error;
  }
}

/**
 * What the key file says after a meeting.
 * @param now milliseconds since the epoch
 * @throws CallError directory-refused (not signed by a workstation of the clinic, or a chain that does not hold),
 * directory-forked, directory-rolled-back (shorter than it was at the last meeting)
 */
export function merged(payload: KeyFilePayload, read: ReadDirectory, now: number): Merged {
  const { content } = read;
  if (content.clinicIdentity.public !== payload.clinicIdentity.public) throw new CallError('directory-refused');
  const theirs = verified(content, payload);
  const seen = payload.directorySeen;
  if (seen !== null) {
    const then = content.roster[seen.size - 1];
    if (then === undefined) throw new CallError('directory-rolled-back');
    if (rosterEntryHash(then.body).toString('base64') !== seen.head) throw new CallError('directory-forked');
  }
  const relation = relationOf(payload.roster, content.roster);
  if (relation === 'fork') throw new CallError('directory-forked');
  const roster = relation === 'theirs-ahead' ? content.roster : payload.roster;
  const state =
    relation === 'theirs-ahead' || relation === 'same'
      ? theirs
      : verifyRoster(payload.roster, payload.clinic.id, fromBase64(payload.clinicIdentity.public));
  const writer = state.devices.get(read.deviceId);
  if (writer?.status !== 'active' || !read.signedWith(fromBase64(writer.ed25519)))
    throw new CallError('directory-refused');

  const users = mergedUsers(state, payload.users, content.users, now);
  const before = new Map(payload.users.map((user) => [user.id, user]));
  const newKeys = users.filter((user) => before.get(user.id)?.x25519.public !== user.x25519.public);
  const readers = new Set(users.filter(opensDatabase).map(({ id }) => id));
  const readersBefore = payload.users.filter(opensDatabase).map(({ id }) => id);
  const lost = lostAccess(payload.users, users);
  const { previous } = payload.databaseKey;
  const clinicKeys = mergedEpochs(payload.clinicKeys, content.clinicKeys, users);
  const incoming = [...newKeys.map(({ id }) => id), ...readers].filter(
    (id) => readers.has(id) && (!readersBefore.includes(id) || newKeys.some((user) => user.id === id)),
  );
  const unsealed = [...new Set([...payload.unsealed, ...incoming])].filter((id) => readers.has(id)).sort();
  const recovery = mergedRecovery(state, payload.recovery, content.recovery);
  return {
    payload: {
      ...payload,
      users,
      clinicKeys,
      roster: [...roster],
      recovery: { ...recovery, pending: null },
      databaseKey: {
        ...payload.databaseKey,
        // A seal to keys that are no longer somebody's stays until the next open session here makes the new one.
        seals: payload.databaseKey.seals.filter(({ userId }) => readers.has(userId)),
        previous: previous && { ...previous, seals: previous.seals.filter(({ userId }) => !lost.includes(userId)) },
      },
      unsealed,
      due: {
        databaseKey: payload.due.databaseKey || lost.length > 0,
        clinicKey: payload.due.clinicKey,
      },
      directorySeen: { size: state.size, head: state.head.toString('base64') },
    },
    ended: payload.users
      .filter((user) => {
        const now = users.find(({ id }) => id === user.id);
        return (
          now === undefined ||
          now.status !== user.status ||
          now.roles.join() !== user.roles.join() ||
          now.ed25519.public !== user.ed25519.public
        );
      })
      .map(({ id }) => id),
    removedHere: state.devices.get(payload.deviceId)?.status === 'removed',
  };
}
