/** Who there is in the bench's clinic, and with which keys: all are in this file, they measure and protect nothing. */
import { originOf } from '../../../src-main/core/audit/checkpoint-note.ts';
import type { BundleOf } from '../../../src-main/core/audit/export-bundle.ts';
import type { SignerBook } from '../../../src-main/core/audit/signatures.ts';
import { ed25519Public } from '../../../src-main/core/crypto/ed25519.ts';
import { sha256 } from '../../../src-main/core/crypto/hash.ts';
import { type NoteSigner, noteSigner } from '../../../src-main/core/crypto/signed-note.ts';
import { nextEntry, signerWith } from '../../../src-main/core/vault/roster.ts';
import type { RosterChange } from '../../../src-main/core/vault/roster-entry.ts';
import { people, userId } from './mix.ts';

const clinicId = '00000000-0000-4000-8000-000000000001';
export const deviceId = '00000000-0000-4000-8000-000000000002';
export const origin: string = originOf(clinicId, deviceId);
export const keyOf = (name: string): Buffer => sha256(`carekeep bench ${name}`);
export const deviceSigner: NoteSigner = noteSigner(`${origin}/device`, ed25519Public(keyOf('device')), keyOf('device'));
export const deviceKeys: readonly Buffer[] = [ed25519Public(keyOf('device'))];

const publicKeys = new Map(
  Array.from({ length: people }, (_, at) => [userId(at), ed25519Public(keyOf(userId(at)))] as const),
);
export const book: SignerBook = { signingKey: (user) => publicKeys.get(user) };

/** What an export of the log needs to say of the clinic: a roster of one entry, signed by the clinic. */
export function clinicOf(): Pick<BundleOf, 'clinicId' | 'clinicIdentity' | 'origin' | 'roster'> {
  const clinic = keyOf('clinic');
  const raw = (name: string): string => keyOf(name).toString('base64');
  const users = [...publicKeys].map(
    ([user, key], at): RosterChange => ({
      kind: 'user-added',
      userId: user,
      userName: `person.${at}`,
      displayName: `Person ${at}`,
      roles: [at === 27 || at === 28 ? 'admin' : 'practitioner'],
      ed25519: key.toString('base64'),
      x25519: raw(`${user} x25519`),
    }),
  );
  const desk: RosterChange = {
    kind: 'device-added',
    deviceId,
    name: 'Bench',
    ed25519: ed25519Public(keyOf('device')).toString('base64'),
    tls: 'AAAA',
  };
  const changes: RosterChange[] = [{ kind: 'recovery-set', x25519: raw('recovery') }, ...users, desk];
  const roster = [nextEntry([], clinicId, 0, changes, [signerWith('clinic', clinic)])];
  return { clinicId, clinicIdentity: ed25519Public(clinic), origin, roster };
}
