/** A new key file from the recovery file and the 24 words. */
import { generateEd25519 } from '../crypto/ed25519.ts';
import type { Random } from '../crypto/random.ts';
import { wipe } from '../crypto/wipe.ts';
import { newAttempts } from './attempts.ts';
import { agesOf, recoverSharedKeys, type SharedKeys, sealSharedKeys, wipeSharedKeys } from './clinic-keys.ts';
import { makeUser, recoverX25519, wipeIdentity, wrapIdentity } from './identity.ts';
import { foldedName, type KeyFilePayload, type RecoveryBundle, type UserRecord } from './key-file-payload.ts';
import type { RecoveryKeys } from './recovery-kit.ts';
import { nextEntry, signerWith } from './roster.ts';
import type { RosterChange } from './roster-entry.ts';
import { makeDeviceKeys } from './set-up.ts';
import { fromBase64 } from './wrapped.ts';

type Replaced = { readonly users: readonly UserRecord[]; readonly changes: readonly RosterChange[] };
/** Who gets a new password. */
export type NewAdmin = { readonly userName: string; readonly password: Buffer };

/** The named user becomes an active admin with the new password; a name nobody has becomes a new admin. */
async function withAdmin(
  bundle: RecoveryBundle,
  keys: RecoveryKeys,
  request: NewAdmin,
  now: number,
  random: Random,
): Promise<Replaced> {
  const clinicId = bundle.clinic.id;
  const folded = foldedName(request.userName);
  const before = bundle.users.find((user) => foldedName(user.userName) === folded);
  if (before === undefined) {
    const person = { ...request, displayName: request.userName, roles: ['admin' as const] };
    const made = await makeUser(clinicId, person, bundle.passwordCost, keys.x25519Public, now, random);
    wipeIdentity(made.keys);
    const { id: userId, userName, displayName, roles, ed25519, x25519 } = made.record;
    return {
      users: [...bundle.users, made.record],
      changes: [
        { kind: 'user-added', userId, userName, displayName, roles, ed25519: ed25519.public, x25519: x25519.public },
      ],
    };
  }
  const user = await recoveredUser(bundle, before, keys, request.password, now, random);
  const userId = before.id;
  const roles = [...new Set([...before.roles, 'admin' as const])];
  return {
    users: bundle.users.map((other) => (other.id === userId ? { ...user, roles, status: 'active' } : other)),
    changes: [
      { kind: 'user-keys-replaced', userId, ed25519: user.ed25519.public, x25519: user.x25519.public },
      { kind: 'roles-set', userId, roles },
      { kind: 'status-set', userId, status: 'active' },
    ],
  };
}

/**
 * A user with a new password who forgot the old one, or lost the second factor. What was sealed to them stays
 * readable, because the kit gives their X25519 key back; the signing key is new, and the old one signs nothing more.
 */
export async function recoveredUser(
  holder: Pick<RecoveryBundle, 'clinic' | 'passwordCost'>,
  before: UserRecord,
  keys: RecoveryKeys,
  password: Buffer,
  now: number,
  random: Random,
): Promise<UserRecord> {
  const identity = {
    ed25519: generateEd25519(random).privateKey,
    x25519: recoverX25519(holder.clinic.id, before, keys.x25519Private),
  };
  const owner = { clinicId: holder.clinic.id, userId: before.id };
  const { retired } = before.x25519;
  const cost = holder.passwordCost;
  try {
    const wrapped = await wrapIdentity(owner, identity, password, cost, keys.x25519Public, random, retired);
    return {
      ...before,
      ...wrapped,
      passwordSetAt: now,
      keysSince: now,
      changedAt: now,
      demands: { newPassword: false, newKeys: false },
      passwordUntil: null,
      secondFactor: null,
    };
  } finally {
    wipeIdentity(identity);
  }
}

/**
 * The content of the new key file. Everybody keeps password and keys, but for the admin who is named where nobody can
 * sign in any more. This workstation gets new device keys, because its old ones were in the lost key file. The roster
 * goes on with an entry by the clinic identity.
 */
export async function recoveredPayload(
  bundle: RecoveryBundle,
  keys: RecoveryKeys,
  clinicIdentity: Buffer,
  admin: NewAdmin | undefined,
  now: number,
  random: Random,
): Promise<KeyFilePayload> {
  const shared = openRecovered(bundle, keys);
  const { users, changes }: Replaced =
    admin === undefined ? { users: bundle.users, changes: [] } : await withAdmin(bundle, keys, admin, now, random);
  const device = makeDeviceKeys(now, random);
  const place = { clinicId: bundle.clinic.id, profileId: bundle.profileId };
  const deviceChange: RosterChange = {
    kind: 'device-keys-replaced',
    deviceId: bundle.deviceId,
    ed25519: device.ed25519.public,
    tls: device.tls.spki,
  };
  const entry = nextEntry(
    bundle.roster,
    place.clinicId,
    now,
    [...changes, deviceChange],
    [signerWith('clinic', clinicIdentity)],
  );
  const payload: KeyFilePayload = {
    ...bundle,
    users: [...users],
    ...sealSharedKeys(place, bundle.databaseKey.generation, shared, agesOf(bundle), users, keys.x25519Public, random),
    roster: [...bundle.roster, entry],
    device,
    // Who typed the whole kit has it.
    recovery: { ...bundle.recovery, confirmedAt: bundle.recovery.confirmedAt ?? now, pending: null },
    sequence: 0,
    directorySeen: null,
    unsealed: [],
    deviceSecretSince: now,
    journalKey: random(32).toString('base64'),
    attempts: newAttempts(random),
    backend: null,
  };
  wipeSharedKeys(shared);
  return payload;
}

function openRecovered(bundle: Parameters<typeof recoverSharedKeys>[0], keys: RecoveryKeys): SharedKeys {
  const shared = recoverSharedKeys(bundle, keys.x25519Private);
  if (shared === undefined) throw new Error('nothing is sealed to recovery');
  return shared;
}

/** The same clinic with a new, empty database: the next generation under a fresh key, sealed to its users again. */
export function withNextDatabase(
  payload: KeyFilePayload,
  keys: RecoveryKeys,
  now: number,
  random: Random,
): { readonly payload: KeyFilePayload; readonly databaseKey: Buffer } {
  const before = openRecovered(payload, keys);
  wipe(before.databaseKey);
  const databaseKey = random(32);
  const place = { clinicId: payload.clinic.id, profileId: payload.profileId };
  const generation = payload.databaseKey.generation + 1;
  const recoveryPublic = fromBase64(payload.recovery.public);
  const shared = { databaseKey, clinicKeys: before.clinicKeys };
  const ages = { ...agesOf(payload), databaseKey: now, previous: null };
  const sealed = sealSharedKeys(place, generation, shared, ages, payload.users, recoveryPublic, random);
  for (const { key } of before.clinicKeys) wipe(key);
  return { payload: { ...payload, ...sealed }, databaseKey };
}
