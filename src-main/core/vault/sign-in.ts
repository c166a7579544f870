/** Trying a password: slowed, counted, and as slow for a name that does not exist as for one that does. */
import { CallError } from '../../../src-shared/contract/errors.ts';
import { OpenError } from '../crypto/aead.ts';
import { saltLength } from '../crypto/kdf.ts';
import { wipe } from '../crypto/wipe.ts';
import { openSharedKeys, type SharedKeys } from './clinic-keys.ts';
import { type IdentityKeys, passwordKeyOf, unlockIdentity, wipeIdentity } from './identity.ts';
import { foldedName, type KeyFilePayload, opensDatabase, type UserRecord } from './key-file-payload.ts';
import { VaultSession } from './session.ts';
import type { CountedFile, Throttle } from './throttle.ts';

export type Counting = { readonly file: CountedFile; readonly throttle: Throttle };

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
  const { file, throttle } = counting;
  const { payload } = file;
  const begun = throttle.begin(file, userName);
  const folded = foldedName(userName);
  const user = payload.users.find((candidate) => foldedName(candidate.userName) === folded);
  let identity: IdentityKeys | undefined;
  if (user === undefined) wipe(await passwordKeyOf(password, strangersSlot(payload)));
  else identity = await unlockIdentity(payload.clinic.id, user, password);
  if (user !== undefined && identity !== undefined) {
    await begun.succeeded();
    return { user, identity };
  }
  const delay = await begun.failed();
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
