/** Trying a password, and a code where there is a second factor: slowed, counted, and as slow for a name that does not exist as for one that does. */
import { CallError } from '../../../src-shared/contract/errors.ts';
import { OpenError } from '../crypto/aead.ts';
import { invitationBytes } from '../crypto/invitation.ts';
import { saltLength } from '../crypto/kdf.ts';
import type { Random } from '../crypto/random.ts';
import { wipe } from '../crypto/wipe.ts';
import { openSharedKeys, type SharedKeys } from './clinic-keys.ts';
import type { Clock } from './clock.ts';
import { type IdentityKeys, openRetired, passwordKeyOf, unlockIdentity, wipeIdentity } from './identity.ts';
import { foldedName, type KeyFilePayload, opensDatabase, type UserRecord } from './key-file-payload.ts';
import type { OpenKeyFile } from './open-key-file.ts';
import { takeCode } from './second-factor.ts';
import { VaultSession } from './session.ts';
import type { CountedFile, Throttle } from './throttle.ts';

export type Counting = { readonly file: CountedFile; readonly throttle: Throttle };

/** A slot of nobody: same cost, opens nothing. */
function strangersSlot(payload: KeyFilePayload): UserRecord['passwordSlot'] {
  const salt = Buffer.alloc(saltLength).toString('base64');
  return { algorithm: 'argon2id', version: 0x13, cost: payload.passwordCost, salt };
}

/** What else is asked once the password is right. `needed`: it was not given yet. */
export type Further = (user: UserRecord, identity: IdentityKeys) => 'proved' | 'needed' | 'wrong';

/**
 * The user whose password this is, with their keys unwrapped.
 * @throws CallError wait-before-retry, wrong-password and second-factor-wrong (with `retryAfter` once tries are
 *   slowed), second-factor-needed
 */
export async function authenticate(
  counting: Counting,
  userName: string,
  password: Buffer,
  further: Further = () => 'proved',
): Promise<{ readonly user: UserRecord; readonly identity: IdentityKeys }> {
  const { file, throttle } = counting;
  const { payload } = file;
  const begun = throttle.begin(file, userName);
  const folded = foldedName(userName);
  const user = payload.users.find((candidate) => foldedName(candidate.userName) === folded);
  let identity: IdentityKeys | undefined;
  if (user === undefined) wipe(await passwordKeyOf(password, strangersSlot(payload)));
  else identity = await unlockTyped(payload.clinic.id, user, password);
  const answer = user === undefined || identity === undefined ? 'wrong' : further(user, identity);
  if (user !== undefined && identity !== undefined && answer === 'proved') {
    await begun.succeeded();
    return { user, identity };
  }
  if (identity !== undefined) wipeIdentity(identity);
  if (answer === 'needed') {
    await begun.undone();
    throw new CallError('second-factor-needed');
  }
  const delay = await begun.failed();
  const code = identity === undefined ? 'wrong-password' : 'second-factor-wrong';
  throw new CallError(code, delay > 0 ? { retryAfter: delay } : {});
}

/** A one-time code may be typed in several ways; a password in one. */
async function unlockTyped(clinicId: string, user: UserRecord, typed: Buffer): Promise<IdentityKeys | undefined> {
  if (!user.demands.newPassword) return unlockIdentity(clinicId, user, typed);
  const code = invitationBytes(typed);
  try {
    return await unlockIdentity(clinicId, user, code);
  } finally {
    wipe(code);
  }
}

/** Asks users with a second factor for a code. `taken` is then the user to write down: none is taken twice. */
export function askingForCode(
  payload: KeyFilePayload,
  place: { readonly clock: Clock; readonly random: Random },
  code: string | undefined,
): { readonly further: Further; readonly taken: () => UserRecord | undefined } {
  let taken: UserRecord | undefined;
  return {
    taken: () => taken,
    further: (user, identity) => {
      if (user.secondFactor === null) return 'proved';
      if (code === undefined) return 'needed';
      taken = takeCode(payload.clinic.id, user, identity.x25519, code, place.clock.now(), place.random);
      return taken === undefined ? 'wrong' : 'proved';
    },
  };
}

/** A whole sign-in. @throws CallError what `authenticate` throws, invitation-expired, account-suspended, key-file-damaged */
export async function signedIn(
  counting: Counting & { readonly file: OpenKeyFile },
  place: { readonly clock: Clock; readonly random: Random },
  userName: string,
  password: Buffer,
  code: string | undefined,
): Promise<VaultSession> {
  const { file } = counting;
  const asking = askingForCode(file.payload, place, code);
  const { user, identity } = await authenticate(counting, userName, password, asking.further);
  const taken = asking.taken();
  try {
    if (user.passwordUntil !== null && place.clock.now() >= user.passwordUntil)
      throw new CallError('invitation-expired');
    if (taken !== undefined) file.commit(withRecord(file.payload, taken));
  } catch (error) {
    wipeIdentity(identity);
    throw error;
  }
  return sessionOf(file.payload, taken ?? user, identity);
}

/** The payload with one user's record replaced. */
export function withRecord(payload: KeyFilePayload, next: UserRecord): KeyFilePayload {
  return { ...payload, users: payload.users.map((user) => (user.id === next.id ? next : user)) };
}

/** What the user may open. @throws CallError account-suspended, no-seal-yet, key-file-damaged */
export function sessionOf(payload: KeyFilePayload, user: UserRecord, identity: IdentityKeys): VaultSession {
  if (user.status !== 'active') {
    wipeIdentity(identity);
    throw new CallError('account-suspended');
  }
  let shared: SharedKeys | undefined;
  let retired: readonly Buffer[];
  // Keys that came from another workstation: what is sealed here may still be sealed to the ones before.
  const unsealed = payload.unsealed.includes(user.id);
  try {
    retired = openRetired({ clinicId: payload.clinic.id, userId: user.id }, user, identity.x25519);
    if (opensDatabase(user)) {
      shared = openSharedKeys(payload, user.id, identity.x25519, ...(unsealed ? retired : []));
    }
  } catch (error) {
    wipeIdentity(identity);
    // The password was right and the seal is not this user's, or not for this place.
    if (error instanceof OpenError) throw new CallError(unsealed ? 'no-seal-yet' : 'key-file-damaged');
    throw error;
  }
  if (opensDatabase(user)) {
    if (shared === undefined || shared.clinicKeys.length !== payload.clinicKeys.length) {
      wipeIdentity(identity);
      throw new CallError(unsealed ? 'no-seal-yet' : 'key-file-damaged');
    }
  }
  const { id, userName, displayName, roles } = user;
  return new VaultSession({ id, userName, displayName, roles }, identity, shared, retired);
}

/** After a rotation: the shared keys as the key file seals them to this user now. Who has no seal keeps what they have. */
export function renewShared(payload: KeyFilePayload, session: VaultSession): void {
  const user = payload.users.find(({ id }) => id === session.userId);
  if (session.closed || session.shared === undefined || user === undefined || !opensDatabase(user)) return;
  try {
    const shared = openSharedKeys(payload, user.id, session.identity().x25519);
    if (shared !== undefined) session.adoptShared(shared);
  } catch (error) {
    // Somebody gave this user other keys: the session's own end is on its way, and its keys open nothing newer.
    if (!(error instanceof OpenError)) throw error;
  }
}
