/** What the 24 words become: an X25519 key that opens what is sealed to recovery, and the clinic identity's wrap. */
import { ed25519Public } from '../crypto/ed25519.ts';
import { hkdf } from '../crypto/kdf.ts';
import type { Random } from '../crypto/random.ts';
import { wipe } from '../crypto/wipe.ts';
import { x25519Public } from '../crypto/x25519.ts';
import { fromBase64, unwrap, type WrappedKey, wrap } from './wrapped.ts';

const none = Buffer.alloc(0);

export type RecoveryKeys = {
  readonly x25519Private: Buffer;
  readonly x25519Public: Buffer;
  /** Wraps the clinic identity symmetrically: only a holder of the words can have made that wrap. */
  readonly clinicIdentityKey: Buffer;
};

export function recoveryKeys(secret: Uint8Array): RecoveryKeys {
  const x25519Private = hkdf(secret, none, 'carekeep/v1/recovery/x25519', 32);
  return {
    x25519Private,
    x25519Public: x25519Public(x25519Private),
    clinicIdentityKey: hkdf(secret, none, 'carekeep/v1/recovery/clinic-identity', 32),
  };
}

export function wipeRecoveryKeys(keys: RecoveryKeys): void {
  wipe(keys.x25519Private, keys.clinicIdentityKey);
}

const identityBinding = (clinicId: string, publicKey: string) =>
  ({ purpose: 'clinic-identity', clinicId, public: publicKey }) as const;

export function wrapClinicIdentity(
  keys: RecoveryKeys,
  clinicId: string,
  privateKey: Uint8Array,
  random: Random,
): { readonly public: string; readonly recoveryWrapped: WrappedKey } {
  const publicKey = ed25519Public(privateKey).toString('base64');
  return {
    public: publicKey,
    recoveryWrapped: wrap(keys.clinicIdentityKey, privateKey, identityBinding(clinicId, publicKey), random),
  };
}

/** @throws OpenError also when the public half beside it is not its own */
export function unwrapClinicIdentity(
  keys: RecoveryKeys,
  clinicId: string,
  identity: { readonly public: string; readonly recoveryWrapped: WrappedKey },
): Buffer {
  const privateKey = unwrap(
    keys.clinicIdentityKey,
    identity.recoveryWrapped,
    identityBinding(clinicId, identity.public),
  );
  if (!ed25519Public(privateKey).equals(fromBase64(identity.public)))
    throw new Error('clinic identity does not match its public half');
  return privateKey;
}
