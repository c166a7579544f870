/** The keys that users share: this workstation's database key and the clinic key of each epoch, sealed to each user. */
import { OpenError } from '../crypto/aead.ts';
import { hkdf } from '../crypto/kdf.ts';
import type { Random } from '../crypto/random.ts';
import { wipe } from '../crypto/wipe.ts';
import { type KeyFilePayload, opensDatabase, type RecoveryBundle, type UserRecord } from './key-file-payload.ts';
import { type Binding, fromBase64, openKey, type SealedKey, sealKey } from './wrapped.ts';

/** Raw keys; wipe after use. */
export type SharedKeys = {
  readonly databaseKey: Buffer;
  readonly clinicKeys: readonly { readonly epoch: number; readonly key: Buffer }[];
};

/** When the keys were made: milliseconds since the epoch. `previous` keeps the way back while a rotation is unproved. */
export type SharedAges = {
  readonly databaseKey: number;
  readonly clinicKeys: ReadonlyMap<number, number>;
  readonly previous: KeyFilePayload['databaseKey']['previous'];
};

export function agesOf(holder: Pick<KeyFilePayload, 'databaseKey' | 'clinicKeys'>): SharedAges {
  return {
    databaseKey: holder.databaseKey.createdAt,
    clinicKeys: new Map(holder.clinicKeys.map(({ epoch, createdAt }) => [epoch, createdAt])),
    previous: holder.databaseKey.previous,
  };
}

export function wipeSharedKeys(keys: SharedKeys): void {
  wipe(keys.databaseKey, ...keys.clinicKeys.map(({ key }) => key));
}

type Holder = Pick<RecoveryBundle, 'clinic' | 'profileId' | 'databaseKey' | 'clinicKeys'>;
type Sealed = Pick<KeyFilePayload, 'databaseKey' | 'clinicKeys'>;
type Place = { readonly clinicId: string; readonly profileId: string };

export const databaseBinding = (place: Place, generation: number, recipient: string): Binding => ({
  purpose: 'database-key',
  clinicId: place.clinicId,
  profileId: place.profileId,
  generation,
  recipient,
});
const clinicBinding = (place: Place, epoch: number, recipient: string): Binding => ({
  purpose: 'clinic-key',
  clinicId: place.clinicId,
  epoch,
  recipient,
});

/** Names a clinic key without telling it: two workstations that made the same epoch notice. */
export function clinicKeyId(key: Uint8Array): string {
  return hkdf(key, Buffer.alloc(0), 'carekeep/v1/clinic-key/id', 32).toString('base64');
}

/** Seals the keys to every user who opens the database, and to recovery; never to a device. */
export function sealSharedKeys(
  place: Place,
  generation: number,
  keys: SharedKeys,
  ages: SharedAges,
  users: readonly UserRecord[],
  recoveryPublic: Uint8Array,
  random: Random,
): Sealed {
  const readers = users.filter(opensDatabase);
  const sealAll = (secret: Buffer, bind: (recipient: string) => Binding) => ({
    seals: readers.map((user) => ({
      userId: user.id,
      to: user.x25519.public,
      seal: sealKey(fromBase64(user.x25519.public), secret, bind(user.id), random),
    })),
    recoverySeal: sealKey(recoveryPublic, secret, bind('recovery'), random),
  });
  return {
    databaseKey: {
      generation,
      createdAt: ages.databaseKey,
      previous: ages.previous,
      ...sealAll(keys.databaseKey, (recipient) => databaseBinding(place, generation, recipient)),
    },
    clinicKeys: keys.clinicKeys.map(({ epoch, key }) => ({
      epoch,
      id: clinicKeyId(key),
      createdAt: ages.clinicKeys.get(epoch) ?? ages.databaseKey,
      ...sealAll(key, (recipient) => clinicBinding(place, epoch, recipient)),
    })),
  };
}

/** The database key of a new workstation, sealed to everybody who opens it, and to recovery. */
export function sealDatabaseKey(
  place: Place,
  key: Buffer,
  now: number,
  users: readonly UserRecord[],
  recoveryPublic: Uint8Array,
  random: Random,
): KeyFilePayload['databaseKey'] {
  const shared = { databaseKey: key, clinicKeys: [] };
  const ages = { databaseKey: now, clinicKeys: new Map<number, number>(), previous: null };
  return sealSharedKeys(place, 1, shared, ages, users, recoveryPublic, random).databaseKey;
}

/** The same keys sealed again to everybody as they are now. An epoch that this session does not hold stays as it is. */
export function withSeals(payload: KeyFilePayload, shared: SharedKeys, random: Random): KeyFilePayload {
  const place = { clinicId: payload.clinic.id, profileId: payload.profileId };
  const { generation } = payload.databaseKey;
  const recoveryPublic = fromBase64(payload.recovery.public);
  const sealed = sealSharedKeys(place, generation, shared, agesOf(payload), payload.users, recoveryPublic, random);
  const clinicKeys = payload.clinicKeys.map((item) => {
    const made = sealed.clinicKeys.find(({ epoch }) => epoch === item.epoch);
    if (made === undefined) return item;
    // What is sealed to the right key stays: the others would otherwise hear of it as news.
    // Of who is not sealed here yet nothing is known to be good.
    const kept = (one: (typeof made.seals)[number]) =>
      payload.unsealed.includes(one.userId)
        ? one
        : (item.seals.find(({ userId, to }) => userId === one.userId && to === one.to) ?? one);
    return { ...item, seals: made.seals.map(kept) };
  });
  return { ...payload, databaseKey: sealed.databaseKey, clinicKeys, unsealed: [] };
}

/** With the first of the keys that opens it. @throws OpenError when none does */
function openWith(keys: readonly Uint8Array[], seal: SealedKey, binding: Binding): Buffer {
  for (const key of keys.slice(0, -1)) {
    try {
      return openKey(key, seal, binding);
    } catch (error) {
      if (!(error instanceof OpenError)) throw error;
    }
  }
  return openKey(keys.at(-1) ?? Buffer.alloc(0), seal, binding);
}

function opened(
  holder: Holder,
  privateKeys: readonly Uint8Array[],
  recipient: string,
  pick: (item: {
    readonly seals: readonly { userId: string; seal: SealedKey }[];
    recoverySeal: SealedKey;
  }) => SealedKey | undefined,
): SharedKeys | undefined {
  const place = { clinicId: holder.clinic.id, profileId: holder.profileId };
  const { generation } = holder.databaseKey;
  const databaseSeal = pick(holder.databaseKey);
  if (databaseSeal === undefined) return undefined;
  const databaseKey = openWith(privateKeys, databaseSeal, databaseBinding(place, generation, recipient));
  const clinicKeys = holder.clinicKeys.flatMap((item) => {
    const seal = pick(item);
    if (seal === undefined) return [];
    const key = openWith(privateKeys, seal, clinicBinding(place, item.epoch, recipient));
    return [{ epoch: item.epoch, key }];
  });
  return { databaseKey, clinicKeys };
}

/** Undefined when nothing is sealed to this user. @throws OpenError when a seal is not theirs or was changed */
export function openSharedKeys(
  holder: Holder,
  userId: string,
  ...privateKeys: readonly Uint8Array[]
): SharedKeys | undefined {
  return opened(holder, privateKeys, userId, (item) => item.seals.find((seal) => seal.userId === userId)?.seal);
}

/** With the kit. @throws OpenError */
export function recoverSharedKeys(holder: Holder, recoveryPrivate: Uint8Array): SharedKeys | undefined {
  return opened(holder, [recoveryPrivate], 'recovery', (item) => item.recoverySeal);
}
