/**
 * New shared keys for old ones, as contents of the key file: the next epoch of the clinic key, the next generation
 * of the database. Nobody's password is needed: what is sealed is sealed to public keys.
 */
import { CallError } from '../../../src-shared/contract/errors.ts';
import { wipe } from '../crypto/wipe.ts';
import { agesOf, clinicKeyId, databaseBinding, type SharedKeys, sealSharedKeys } from './clinic-keys.ts';
import { type KeyFilePayload, opensDatabase } from './key-file-payload.ts';
import { type Acting, demandAllEpochs, demandHolds } from './people.ts';
import { nextEntry } from './roster.ts';
import type { RosterChange } from './roster-entry.ts';
import { fromBase64, openKey } from './wrapped.ts';

const placeOf = (payload: KeyFilePayload) => ({ clinicId: payload.clinic.id, profileId: payload.profileId });

/** @throws CallError forbidden for a session that is over or whose user may not open the database any more, no-clinical-access */
export function sharedOf(payload: KeyFilePayload, { session }: Acting): SharedKeys {
  const user = payload.users.find(({ id }) => id === session.userId);
  if (session.closed || user === undefined || user.status !== 'active') throw new CallError('forbidden');
  if (session.shared === undefined || !opensDatabase(user)) throw new CallError('no-clinical-access');
  demandAllEpochs(payload, session.shared);
  return session.shared;
}

/** One more epoch, sealed to everybody who opens the database and to recovery; the epochs before it stay for reading. */
export function withNextClinicKey(payload: KeyFilePayload, acting: Acting): KeyFilePayload {
  const shared = sharedOf(payload, acting);
  const { now, random } = acting;
  const epoch = 1 + Math.max(...shared.clinicKeys.map((known) => known.epoch));
  const key = random(32);
  const ages = agesOf(payload);
  const { session } = acting;
  const change: RosterChange = { kind: 'clinic-key-set', epoch, id: clinicKeyId(key) };
  const signer = { by: session.userId, sign: (message: Buffer) => session.sign(message) };
  const entry = nextEntry(payload.roster, payload.clinic.id, now, [change], [signer]);
  demandHolds(payload, entry);
  const sealed = sealSharedKeys(
    placeOf(payload),
    payload.databaseKey.generation,
    { databaseKey: shared.databaseKey, clinicKeys: [...shared.clinicKeys, { epoch, key }] },
    { ...ages, clinicKeys: new Map([...ages.clinicKeys, [epoch, now]]) },
    payload.users,
    fromBase64(payload.recovery.public),
    random,
  );
  wipe(key);
  const roster = [...payload.roster, entry];
  return { ...payload, ...sealed, roster, due: { ...payload.due, clinicKey: false } };
}

/** The next generation under its key. The one before stays beside it until the new file is proved. */
export function withNextDatabaseKey(
  payload: KeyFilePayload,
  acting: Acting,
  next: { readonly generation: number; readonly key: Buffer },
): KeyFilePayload {
  const shared = sharedOf(payload, acting);
  const { previous: unproved, ...previous } = payload.databaseKey;
  if (unproved !== null) throw new CallError('busy');
  const sealed = sealSharedKeys(
    placeOf(payload),
    next.generation,
    { databaseKey: next.key, clinicKeys: shared.clinicKeys },
    { ...agesOf(payload), databaseKey: acting.now, previous },
    payload.users,
    fromBase64(payload.recovery.public),
    acting.random,
  );
  return { ...payload, ...sealed, due: { ...payload.due, databaseKey: false } };
}

/** The new generation is proved: the way back goes. */
export function withDatabaseProved(payload: KeyFilePayload): KeyFilePayload {
  return { ...payload, databaseKey: { ...payload.databaseKey, previous: null } };
}

/** The new generation is not what it should be: the one before counts again, and a rotation is due again. */
export function withDatabaseBefore(payload: KeyFilePayload): KeyFilePayload {
  const { previous } = payload.databaseKey;
  if (previous === null) return payload;
  return { ...payload, databaseKey: { ...previous, previous: null }, due: { ...payload.due, databaseKey: true } };
}

/** The key of the generation before, as sealed to one user. Wipe it. @throws OpenError */
export function previousDatabaseKey(
  payload: KeyFilePayload,
  userId: string,
  privateKey: Uint8Array,
): Buffer | undefined {
  const { previous } = payload.databaseKey;
  const seal = previous?.seals.find((one) => one.userId === userId)?.seal;
  if (previous === null || seal === undefined) return undefined;
  return openKey(privateKey, seal, databaseBinding(placeOf(payload), previous.generation, userId));
}
