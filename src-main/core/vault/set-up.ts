/** Makes every kind of key of the design, for a clinic with one workstation and one admin. */
import type { RoleId } from '../../../src-shared/contract/permissions.ts';
import type { Language } from '../../../src-shared/contract/primitives.ts';
import { generateEd25519 } from '../crypto/ed25519.ts';
import type { Argon2Params } from '../crypto/kdf.ts';
import { generateTlsKey } from '../crypto/p256.ts';
import { type Random, uuidFrom } from '../crypto/random.ts';
import { wipe } from '../crypto/wipe.ts';
import { newAttempts } from './attempts.ts';
import { clinicKeyId, sealSharedKeys } from './clinic-keys.ts';
import { newDrillCheck } from './drill.ts';
import { makeUser, wipeIdentity } from './identity.ts';
import type { KeyFilePayload } from './key-file-payload.ts';
import { recoveryKeys, wipeRecoveryKeys, wrapClinicIdentity } from './recovery-kit.ts';
import { nextEntry, signerWith } from './roster.ts';
import type { RosterChange } from './roster-entry.ts';
import { fromBase64, openKey, type SealedKey, sealKey } from './wrapped.ts';
import { askedBack, type KitForm, type PackedKit, pack, written } from './written-kit.ts';

export type SetUpRequest = {
  readonly clinic: { readonly name: string; readonly country: string };
  readonly language: Language;
  readonly workstationName: string;
  /** `roles` beside admin. The password as typed, UTF-8; the caller wipes it. */
  readonly admin: {
    readonly userName: string;
    readonly displayName: string;
    readonly roles: readonly RoleId[];
    readonly password: Buffer;
  };
  /** One code unless said. */
  readonly kit?: KitForm;
};

export type Kit = {
  readonly form: KitForm;
  /** The code's 24, or those of three sheets one after another. */
  readonly words: readonly string[];
  /** Positions (from 1, counted through) of the two words asked back. */
  readonly ask: readonly number[];
  readonly createdAt: number;
};

/** A device's own keys, as the key file keeps them and as the roster names them. */
export function makeDeviceKeys(now: number, random: Random): KeyFilePayload['device'] {
  const ed25519 = generateEd25519(random);
  const tls = generateTlsKey();
  const keys: KeyFilePayload['device'] = {
    createdAt: now,
    ed25519: { public: ed25519.publicKey.toString('base64'), private: ed25519.privateKey.toString('base64') },
    tls: { algorithm: 'ecdsa-p256', spki: tls.spki.toString('base64'), pkcs8: tls.pkcs8.toString('base64') },
  };
  wipe(ed25519.privateKey, tls.pkcs8);
  return keys;
}

const pendingBinding = (clinicId: string, userId: string) =>
  ({ purpose: 'recovery-secret', clinicId, recipient: userId }) as const;

/** The kit, kept for the first admin until it is confirmed. Wipe it. @throws OpenError */
export function openPendingKit(clinicId: string, userId: string, seal: SealedKey, privateKey: Uint8Array): PackedKit {
  return openKey(privateKey, seal, pendingBinding(clinicId, userId));
}

/** Everything a new key file holds, the database key in the clear for whoever makes the database, and the kit. */
export async function newClinic(
  request: SetUpRequest,
  profileId: string,
  cost: Argon2Params,
  now: number,
  random: Random,
): Promise<{ readonly payload: KeyFilePayload; readonly databaseKey: Buffer; readonly kit: Kit }> {
  const clinicId = uuidFrom(random);
  const deviceId = uuidFrom(random);
  const recoverySecret = random(32);
  const recovery = recoveryKeys(recoverySecret);
  const clinicIdentity = generateEd25519(random).privateKey;
  const clinicKey = random(32);
  const databaseKey = random(32);
  const device = makeDeviceKeys(now, random);
  const roles = ['admin' as const, ...request.admin.roles];
  const person = { ...request.admin, roles };
  const { record, keys } = await makeUser(clinicId, person, cost, recovery.x25519Public, now, random);
  const recoveryPublic = recovery.x25519Public.toString('base64');
  const changes: RosterChange[] = [
    { kind: 'recovery-set', x25519: recoveryPublic },
    { kind: 'clinic-key-set', epoch: 1, id: clinicKeyId(clinicKey) },
    {
      kind: 'user-added',
      userId: record.id,
      userName: record.userName,
      displayName: record.displayName,
      roles: record.roles,
      ed25519: record.ed25519.public,
      x25519: record.x25519.public,
    },
    {
      kind: 'device-added',
      deviceId,
      name: request.workstationName,
      ed25519: device.ed25519.public,
      tls: device.tls.spki,
    },
  ];
  const shared = { databaseKey, clinicKeys: [{ epoch: 1, key: clinicKey }] };
  const ages = { databaseKey: now, clinicKeys: new Map([[1, now]]), previous: null };
  const packed = await pack(request.kit ?? 'code', recoverySecret, random);
  const kit = written(packed);
  const ask = askedBack(kit.form, random);
  const payload: KeyFilePayload = {
    version: 2,
    revision: 1,
    sequence: 0,
    clinic: {
      id: clinicId,
      name: request.clinic.name,
      country: request.clinic.country,
      defaultLanguage: request.language,
    },
    profileId,
    deviceId,
    workstationName: request.workstationName,
    createdAt: now,
    passwordCost: { ...cost },
    users: [record],
    ...sealSharedKeys({ clinicId, profileId }, 1, shared, ages, [record], recovery.x25519Public, random),
    clinicIdentity: wrapClinicIdentity(recovery, clinicId, clinicIdentity, random),
    roster: [nextEntry([], clinicId, now, changes, [signerWith('clinic', clinicIdentity)])],
    directoryKey: random(32).toString('base64'),
    due: { databaseKey: false, clinicKey: false },
    directorySeen: null,
    unsealed: [],
    deviceSecretSince: now,
    journalKey: random(32).toString('base64'),
    device,
    recovery: {
      public: recoveryPublic,
      createdAt: now,
      confirmedAt: null,
      form: kit.form,
      check: newDrillCheck(kit, random),
      lastDrill: null,
      pending: {
        userId: record.id,
        seal: sealKey(fromBase64(record.x25519.public), packed, pendingBinding(clinicId, record.id), random),
        asked: ask.map((position) => ({ position, word: kit.words[position - 1] ?? '' })),
      },
    },
    attempts: newAttempts(random),
    backend: null,
  };
  wipe(recoverySecret, packed, clinicIdentity, clinicKey);
  wipeRecoveryKeys(recovery);
  wipeIdentity(keys);
  return { payload, databaseKey, kit: { ...kit, ask, createdAt: now } };
}
