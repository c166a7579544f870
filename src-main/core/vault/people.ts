/** Changes to users by an admin: each is a new key file content with one more roster entry that the admin signed. */
import { CallError } from '../../../src-shared/contract/errors.ts';
import { opensDatabase, type RoleId } from '../../../src-shared/contract/permissions.ts';
import type { Random } from '../crypto/random.ts';
import { agesOf, clinicKeyId, type SharedKeys, sealSharedKeys } from './clinic-keys.ts';
import { type IdentityKeys, makeUser, type NewUser, newIdentityKeys, wipeIdentity, wrapIdentity } from './identity.ts';
import { foldedName, type KeyFilePayload, type UserRecord } from './key-file-payload.ts';
import { followed, nextEntry, verifyRoster } from './roster.ts';
import type { RosterChange, RosterEntry, SignedRequest } from './roster-entry.ts';
import { RosterError } from './roster-state.ts';
import type { VaultSession } from './session.ts';
import { fromBase64 } from './wrapped.ts';

export type Acting = { readonly session: VaultSession; readonly now: number; readonly random: Random };

/** Rights are the key file's, not what the session remembers. @throws CallError forbidden */
export function demandAdmin(payload: KeyFilePayload, session: VaultSession): void {
  const actor = payload.users.find((user) => user.id === session.userId);
  const allowed = !session.closed && actor?.status === 'active' && actor.roles.includes('admin');
  if (!allowed) throw new CallError('forbidden');
}

export function userOf(payload: KeyFilePayload, userId: string): UserRecord {
  const user = payload.users.find((candidate) => candidate.id === userId);
  if (user === undefined) throw new CallError('not-found', { field: 'userId' });
  return user;
}

function demandAdminLeft(users: readonly UserRecord[]): void {
  if (!users.some((user) => user.status === 'active' && user.roles.includes('admin')))
    throw new CallError('last-admin');
}

/** Of the users before, who knew the shared keys and is gone or opens nothing any more. A suspension can be lifted. */
export function lostAccess(before: readonly UserRecord[], after: readonly UserRecord[]): readonly string[] {
  const still = new Set(after.filter(({ roles }) => opensDatabase(roles)).map(({ id }) => id));
  return before.filter(({ id, roles }) => opensDatabase(roles) && !still.has(id)).map(({ id }) => id);
}

/** What goes with them: the way back to the database before, and soon the keys they knew. */
function afterLoss(payload: KeyFilePayload, users: readonly UserRecord[]): KeyFilePayload {
  const lost = lostAccess(payload.users, users);
  if (lost.length === 0) return payload;
  const { databaseKey } = payload;
  const { previous } = databaseKey;
  const left = previous && { ...previous, seals: previous.seals.filter(({ userId }) => !lost.includes(userId)) };
  return {
    ...payload,
    databaseKey: { ...databaseKey, previous: left },
    due: { databaseKey: true, clinicKey: true },
  };
}

/**
 * New users, sealed keys that follow from them, and the roster entry that says so. Where somebody who opened the
 * database does so no more, the keys they knew are due for replacement.
 * @param request what a second admin agreed to, where one admin's signature is not enough
 * @throws CallError last-admin, no-clinical-access, second-admin-needed
 */
export function changed(
  before: KeyFilePayload,
  acting: Acting,
  users: readonly UserRecord[],
  changes: readonly RosterChange[],
  request?: SignedRequest,
): KeyFilePayload {
  demandAdminLeft(users);
  const payload = afterLoss(before, users);
  const { session, random } = acting;
  if (session.shared === undefined) throw new CallError('no-clinical-access');
  demandAllEpochs(payload, session.shared);
  const place = { clinicId: payload.clinic.id, profileId: payload.profileId };
  const recoveryPublic = fromBase64(payload.recovery.public);
  const { generation } = payload.databaseKey;
  const sealed = sealSharedKeys(place, generation, session.shared, agesOf(payload), users, recoveryPublic, random);
  return withEntry({ ...payload, users: [...users], ...sealed }, acting, changes, request);
}

/** One more roster entry, signed by whoever acts. @throws CallError second-admin-needed, invalid-input */
export function withEntry(
  payload: KeyFilePayload,
  { session, now }: Acting,
  changes: readonly RosterChange[],
  request?: SignedRequest,
): KeyFilePayload {
  const signer = { by: session.userId, sign: (message: Buffer) => session.sign(message) };
  const entry = nextEntry(payload.roster, payload.clinic.id, now, changes, [signer], request);
  demandHolds(payload, entry);
  return { ...payload, roster: [...payload.roster, entry] };
}

/** Sealing with a session that misses a key would lose that key for everybody. @throws CallError changed-meanwhile */
export function demandAllEpochs(payload: KeyFilePayload, { clinicKeys }: SharedKeys): void {
  const held = new Map(clinicKeys.map(({ epoch, key }) => [epoch, clinicKeyId(key)]));
  const whole = payload.clinicKeys.every(({ epoch, id }) => held.get(epoch) === id);
  if (!whole || held.size !== payload.clinicKeys.length) throw new CallError('changed-meanwhile');
}

/** What every verifier will say of the entry, asked before it is written. @throws CallError second-admin-needed, invalid-input */
export function demandHolds(payload: KeyFilePayload, entry: RosterEntry): void {
  const identity = fromBase64(payload.clinicIdentity.public);
  const before = verifyRoster(payload.roster, payload.clinic.id, identity);
  try {
    followed(before, entry, payload.clinic.id, identity);
  } catch (error) {
    if (!(error instanceof RosterError)) throw error;
    throw new CallError(error.rule === 'lacks a valid signature' ? 'second-admin-needed' : 'invalid-input');
  }
}

export const replaced = (payload: KeyFilePayload, next: UserRecord) =>
  payload.users.map((user) => (user.id === next.id ? next : user));

export type Changed = { readonly payload: KeyFilePayload; readonly user: UserRecord };

/** @throws CallError forbidden, user-name-taken */
export async function withUser(payload: KeyFilePayload, acting: Acting, person: NewUser): Promise<Changed> {
  demandAdmin(payload, acting.session);
  const folded = foldedName(person.userName);
  if (payload.users.some((user) => foldedName(user.userName) === folded))
    throw new CallError('user-name-taken', { field: 'userName' });
  const { record, keys } = await makeUser(
    payload.clinic.id,
    person,
    payload.passwordCost,
    fromBase64(payload.recovery.public),
    acting.now,
    acting.random,
  );
  wipeIdentity(keys);
  const entry: RosterChange = {
    kind: 'user-added',
    userId: record.id,
    userName: record.userName,
    displayName: record.displayName,
    roles: record.roles,
    ed25519: record.ed25519.public,
    x25519: record.x25519.public,
  };
  return { payload: changed(payload, acting, [...payload.users, record], [entry]), user: record };
}

/** @throws CallError forbidden, own-account, last-admin, not-found */
export function withRoles(payload: KeyFilePayload, acting: Acting, userId: string, roles: readonly RoleId[]): Changed {
  demandAdmin(payload, acting.session);
  if (userId === acting.session.userId) throw new CallError('own-account');
  const user: UserRecord = { ...userOf(payload, userId), roles: [...new Set(roles)] };
  const entry: RosterChange = { kind: 'roles-set', userId, roles: user.roles };
  return { payload: changed(payload, acting, replaced(payload, user), [entry]), user };
}

/** A suspended user's seals go with the next key file; reactivation seals the keys to them again. */
export function withStatus(
  payload: KeyFilePayload,
  acting: Acting,
  userId: string,
  status: 'active' | 'suspended',
): Changed {
  demandAdmin(payload, acting.session);
  if (userId === acting.session.userId) throw new CallError('own-account');
  const user: UserRecord = { ...userOf(payload, userId), status };
  const entry: RosterChange = { kind: 'status-set', userId, status };
  return { payload: changed(payload, acting, replaced(payload, user), [entry]), user };
}

/**
 * A new password by an admin means a new identity: the old private halves only the old password opens.
 * @param until the password is a one-time code, good until then
 */
export async function withNewIdentity(
  payload: KeyFilePayload,
  acting: Acting,
  userId: string,
  password: Buffer,
  until?: number,
): Promise<Changed> {
  demandAdmin(payload, acting.session);
  if (userId === acting.session.userId) throw new CallError('own-account');
  const before = userOf(payload, userId);
  const keys = newIdentityKeys(acting.random);
  const wrapped = await wrappedFor(payload, userId, keys, password, acting.random);
  const { now } = acting;
  // What was sealed to the old keys stays sealed: only the kit ceremony gives it back.
  const user: UserRecord = {
    ...before,
    ...wrapped,
    passwordSetAt: now,
    keysSince: now,
    demands: { newPassword: until !== undefined, newKeys: false },
    passwordUntil: until ?? null,
    secondFactor: null,
  };
  wipeIdentity(keys);
  const entry: RosterChange = {
    kind: 'user-keys-replaced',
    userId,
    ed25519: user.ed25519.public,
    x25519: user.x25519.public,
  };
  return { payload: changed(payload, acting, replaced(payload, user), [entry]), user };
}

/**
 * For good: the record and every seal go, the name stays in the roster for what the person signed. The keys that they
 * could open are due for replacement.
 */
export function withoutUser(
  payload: KeyFilePayload,
  acting: Acting,
  userId: string,
  request?: SignedRequest,
): KeyFilePayload {
  demandAdmin(payload, acting.session);
  if (userId === acting.session.userId) throw new CallError('own-account');
  const gone = userOf(payload, userId);
  const others = payload.users.filter(({ id }) => id !== gone.id);
  return changed(payload, acting, others, [{ kind: 'status-set', userId, status: 'removed' }], request);
}

/** For who lost phone and recovery codes. Not a matter of the roster: the second factor is this key file's. */
export function withoutSecondFactor(payload: KeyFilePayload, acting: Acting, userId: string): Changed {
  demandAdmin(payload, acting.session);
  if (userId === acting.session.userId) throw new CallError('own-account');
  const before = userOf(payload, userId);
  if (before.secondFactor === null) throw new CallError('second-factor-missing');
  const user: UserRecord = { ...before, secondFactor: null };
  return { payload: { ...payload, users: replaced(payload, user) }, user };
}

function wrappedFor(
  payload: KeyFilePayload,
  userId: string,
  keys: IdentityKeys,
  password: Buffer,
  random: Random,
  retired: UserRecord['x25519']['retired'] = [],
) {
  const owner = { clinicId: payload.clinic.id, userId };
  const recoveryPublic = fromBase64(payload.recovery.public);
  return wrapIdentity(owner, keys, password, payload.passwordCost, recoveryPublic, random, retired);
}

/** One's own new password keeps the identity: only its wrap changes, and no roster entry is needed. */
export async function withOwnPassword(
  payload: KeyFilePayload,
  session: VaultSession,
  password: Buffer,
  now: number,
  random: Random,
): Promise<KeyFilePayload> {
  const before = userOf(payload, session.userId);
  const { retired } = before.x25519;
  const wrapped = await wrappedFor(payload, session.userId, session.identity(), password, random, retired);
  return { ...payload, users: replaced(payload, { ...before, ...wrapped, passwordSetAt: now, passwordUntil: null }) };
}
