/**
 * A user's own new keys, made with their own password: both halves of the identity are replaced, the old receiving
 * key is kept sealed to the new one, everything sealed to this user is sealed anew, and the roster says so, signed by
 * the old signing key (docs/protocols/keys.md, "Rotation").
 */
import { x25519Public } from '../crypto/x25519.ts';
import { agesOf, sealSharedKeys } from './clinic-keys.ts';
import { type IdentityKeys, newIdentityKeys, retireX25519, wrapIdentity } from './identity.ts';
import { type KeyFilePayload, opensDatabase, type UserRecord } from './key-file-payload.ts';
import { type Acting, demandAllEpochs, demandHolds, replaced, userOf } from './people.ts';
import { nextEntry } from './roster.ts';
import { resealed } from './second-factor.ts';
import { fromBase64 } from './wrapped.ts';

/**
 * The content of the next key file, and the new keys for the session.
 * @param first the password before was somebody else's choice (an invitation, a reset): who knew it could open what
 *   its keys open, so nothing is handed on from them
 * @throws CallError no-clinical-access, changed-meanwhile
 */
export async function withOwnNewKeys(
  payload: KeyFilePayload,
  { session, now, random }: Acting,
  password: Buffer,
  first = false,
): Promise<{ readonly payload: KeyFilePayload; readonly user: UserRecord; readonly keys: IdentityKeys }> {
  const before = userOf(payload, session.userId);
  const owner = { clinicId: payload.clinic.id, userId: before.id };
  const recoveryPublic = fromBase64(payload.recovery.public);
  const keys = newIdentityKeys(random);
  const nextPublic = x25519Public(keys.x25519);
  const retired = first ? [] : retireX25519(owner, before.x25519, session.identity().x25519, nextPublic, random);
  const cost = payload.passwordCost;
  const wrapped = await wrapIdentity(owner, keys, password, cost, recoveryPublic, random, retired);
  const user: UserRecord = {
    ...before,
    ...wrapped,
    keysSince: now,
    ...(first && { passwordSetAt: now, passwordUntil: null }),
    demands: { newPassword: before.demands.newPassword && !first, newKeys: false },
    secondFactor: resealed(owner.clinicId, before, session.identity().x25519, wrapped.x25519.public, random),
  };
  const change = {
    kind: 'user-keys-replaced' as const,
    userId: user.id,
    ed25519: user.ed25519.public,
    x25519: user.x25519.public,
  };
  const signer = { by: user.id, sign: (message: Buffer) => session.sign(message) };
  const entry = nextEntry(payload.roster, owner.clinicId, now, [change], [signer]);
  demandHolds(payload, entry);
  const users = replaced(payload, user);
  const next = { ...payload, users, roster: [...payload.roster, entry] };
  const { shared } = session;
  // Who opens nothing clinical has no seal of anything shared.
  if (shared === undefined || !opensDatabase(user)) return { payload: next, user, keys };
  demandAllEpochs(payload, shared);
  const place = { clinicId: owner.clinicId, profileId: payload.profileId };
  const { generation } = payload.databaseKey;
  const sealed = sealSharedKeys(place, generation, shared, agesOf(payload), users, recoveryPublic, random);
  return { payload: { ...next, ...sealed }, user, keys };
}
