/** New keys for oneself: signed into the roster by the key that they retire, so nobody else is needed. */
import type { Random } from '../crypto/random.ts';
import { agesOf, sealSharedKeys } from './clinic-keys.ts';
import { newIdentityKeys, retireX25519, wipeIdentity, wrapIdentity } from './identity.ts';
import type { KeyFilePayload, UserRecord } from './key-file-payload.ts';
import { type Acting, type Changed, replaced, userOf, withEntry } from './people.ts';
import { resealed } from './second-factor.ts';
import { fromBase64 } from './wrapped.ts';

/**
 * The same user with new keys under a password.
 * @param first the password before was somebody else's choice: nothing is sealed from its keys to the new ones, since
 *   who knew it could open what they open. Otherwise what was sealed to the user stays readable to them.
 */
export async function withOwnKeys(
  payload: KeyFilePayload,
  acting: Acting,
  password: Buffer,
  first: boolean,
): Promise<Changed> {
  const { session, now, random } = acting;
  const before = userOf(payload, session.userId);
  const user = await newRecord(payload, acting, before, password, first);
  const changes = [
    {
      kind: 'user-keys-replaced' as const,
      userId: user.id,
      ed25519: user.ed25519.public,
      x25519: user.x25519.public,
    },
  ];
  const users = replaced(payload, user);
  const next = { ...payload, users, ...sealsFor(payload, acting, users, random) };
  return { payload: withEntry(next, { session, now, random }, changes), user };
}

/** Who opens nothing clinical holds no shared key, and has no seal that could change. */
function sealsFor(
  payload: KeyFilePayload,
  { session }: Acting,
  users: readonly UserRecord[],
  random: Random,
): Partial<Pick<KeyFilePayload, 'databaseKey' | 'clinicKeys'>> {
  if (session.shared === undefined) return {};
  const place = { clinicId: payload.clinic.id, profileId: payload.profileId };
  const recoveryPublic = fromBase64(payload.recovery.public);
  const { generation } = payload.databaseKey;
  return sealSharedKeys(place, generation, session.shared, agesOf(payload), users, recoveryPublic, random);
}

async function newRecord(
  payload: KeyFilePayload,
  { session, now, random }: Acting,
  before: UserRecord,
  password: Buffer,
  first: boolean,
): Promise<UserRecord> {
  const owner = { clinicId: payload.clinic.id, userId: before.id };
  const recoveryPublic = fromBase64(payload.recovery.public);
  const old = session.identity();
  const keys = newIdentityKeys(random);
  try {
    const wrapped = await wrapIdentity(owner, keys, password, payload.passwordCost, recoveryPublic, random);
    const nextPublic = wrapped.x25519.public;
    const retired = first ? [] : retireX25519(owner, before.x25519, old.x25519, fromBase64(nextPublic), random);
    return {
      ...before,
      ...wrapped,
      x25519: { ...wrapped.x25519, retired },
      keysSince: now,
      passwordSetAt: first ? now : before.passwordSetAt,
      passwordUntil: first ? null : before.passwordUntil,
      demands: { newPassword: first ? false : before.demands.newPassword, newKeys: false },
      secondFactor: resealed(owner.clinicId, before, old.x25519, nextPublic, random),
    };
  } finally {
    wipeIdentity(keys);
  }
}
