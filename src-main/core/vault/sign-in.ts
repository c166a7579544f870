/** Trying a password: slowed, counted, and as slow for a name that does not exist as for one that does. */
import { CallError } from '../../../src-shared/contract/errors.ts';
import { OpenError } from '../crypto/aead.ts';
import { saltLength } from '../crypto/kdf.ts';
import { wipe } from '../crypto/wipe.ts';
import { attemptName, delayAfter, failuresOf, type WaitingTimes, withFailure, withoutFailures } from './attempts.ts';
import { openSharedKeys, type SharedKeys } from './clinic-keys.ts';
import { type IdentityKeys, passwordKeyOf, unlockIdentity, wipeIdentity } from './identity.ts';
import { foldedName, type KeyFilePayload, opensDatabase, type UserRecord } from './key-file-payload.ts';
import { VaultSession } from './session.ts';

export type Counting = {
  readonly payload: KeyFilePayload;
  readonly waiting: WaitingTimes;
  readonly now: number;
  /** Writes the counters to the disk before the answer is given. */
  readonly persist: (attempts: KeyFilePayload['attempts']) => void;
};

/** A slot of nobody: same cost, opens nothing. */
function strangersSlot(payload: KeyFilePayload): UserRecord['passwordSlot'] {
  const salt = Buffer.alloc(saltLength).toString('base64');
  return { algorithm: 'argon2id', version: 0x13, cost: payload.passwordCost, salt };
}

/**
 * The user whose password this is, with their keys unwrapped.
 * @throws CallError wait-before-retry, wrong-password (with `retryAfter` once tries are slowed)
 */
export async function authenticate(
  counting: Counting,
  userName: string,
  password: Buffer,
): Promise<{ readonly user: UserRecord; readonly identity: IdentityKeys }> {
  const { payload, waiting } = counting;
  const { attempts } = payload;
  const name = attemptName(attempts, userName);
  const remaining = waiting.remaining(name);
  if (remaining > 0) throw new CallError('wait-before-retry', { retryAfter: remaining });
  const folded = foldedName(userName);
  const user = payload.users.find((candidate) => foldedName(candidate.userName) === folded);
  let identity: IdentityKeys | undefined;
  if (user === undefined) wipe(await passwordKeyOf(password, strangersSlot(payload)));
  else identity = await unlockIdentity(payload.clinic.id, user, password);
  if (user !== undefined && identity !== undefined) {
    waiting.succeeded(name);
    if (failuresOf(attempts, name) > 0) counting.persist(withoutFailures(attempts, name));
    return { user, identity };
  }
  const failures = failuresOf(attempts, name) + 1;
  waiting.failed(name, failures);
  const known = new Set(payload.users.map((candidate) => attemptName(attempts, candidate.userName)));
  counting.persist(withFailure(attempts, name, counting.now, known));
  const delay = delayAfter(failures);
  throw new CallError('wrong-password', delay > 0 ? { retryAfter: delay } : {});
}

/** What the user may open. @throws CallError account-suspended, key-file-damaged */
export function sessionOf(payload: KeyFilePayload, user: UserRecord, identity: IdentityKeys): VaultSession {
  if (user.status !== 'active') {
    wipeIdentity(identity);
    throw new CallError('account-suspended');
  }
  let shared: SharedKeys | undefined;
  if (opensDatabase(user)) {
    try {
      shared = openSharedKeys(payload, user.id, identity.x25519);
    } catch (error) {
      wipeIdentity(identity);
      // The password was right and the seal is not this user's, or not for this place.
      if (error instanceof OpenError) throw new CallError('key-file-damaged');
      throw error;
    }
    if (shared === undefined || shared.clinicKeys.length !== payload.clinicKeys.length) {
      wipeIdentity(identity);
      throw new CallError('key-file-damaged');
    }
  }
  const { id, userName, displayName, roles } = user;
  return new VaultSession({ id, userName, displayName, roles }, identity, shared);
}
