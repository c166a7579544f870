/** What a sign-in opens: the keys of one user, until they are closed. */
import type { RoleId } from '../../../src-shared/contract/permissions.ts';
import { OpenError } from '../crypto/aead.ts';
import { ed25519Public, sign } from '../crypto/ed25519.ts';
import { wipe } from '../crypto/wipe.ts';
import { openSealed } from '../crypto/x25519.ts';
import { type SharedKeys, wipeSharedKeys } from './clinic-keys.ts';
import { type IdentityKeys, wipeIdentity } from './identity.ts';

export type SessionUser = {
  readonly id: string;
  readonly userName: string;
  readonly displayName: string;
  readonly roles: readonly RoleId[];
};

/** Signs as a user, with keys that stay inside. */
export interface UserSigner {
  readonly userId: string;
  readonly publicKey: Buffer;
  /** Ed25519 over the bytes; callers put their own domain prefix in front. */
  sign(message: Uint8Array): Buffer;
}

export class VaultSession implements UserSigner {
  readonly user: SessionUser;
  readonly userId: string;
  #identity: IdentityKeys;
  #retired: readonly Buffer[];
  #shared: SharedKeys | undefined;
  /** Secret of an authenticator app that is being set up, until a code proves it. */
  #enrolling: Buffer | undefined;
  #closed = false;

  /** @param retired X25519 private halves that this user had before, oldest first; they belong to the session */
  constructor(
    user: SessionUser,
    identity: IdentityKeys,
    shared: SharedKeys | undefined,
    retired: readonly Buffer[] = [],
  ) {
    this.user = user;
    this.userId = user.id;
    this.#identity = identity;
    this.#retired = retired;
    this.#shared = shared;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Absent for users who open nothing clinical (IT). The Buffers belong to the session and change with a rotation. */
  get shared(): SharedKeys | undefined {
    return this.#shared;
  }

  get publicKey(): Buffer {
    return ed25519Public(this.identity().ed25519);
  }

  sign(message: Uint8Array): Buffer {
    return sign(this.identity().ed25519, message);
  }

  /** Opens what was sealed to this user's X25519 key, the current one or one before it. @throws OpenError */
  openSealed(sealed: Uint8Array, aad: Uint8Array): Buffer {
    return this.withReceiving((privateKey) => openSealed(privateKey, sealed, aad));
  }

  /** The same, and only under the current key: what this does not open is to be sealed anew. @throws OpenError */
  openSealedNow(sealed: Uint8Array, aad: Uint8Array): Buffer {
    return openSealed(this.identity().x25519, sealed, aad);
  }

  /** Tries `open` with each X25519 private half, the current one first. @throws OpenError of the current one */
  withReceiving<T>(open: (privateKey: Buffer) => T): T {
    try {
      return open(this.identity().x25519);
    } catch (error) {
      if (!(error instanceof OpenError)) throw error;
      for (const older of this.#retired.toReversed()) {
        try {
          return open(older);
        } catch (again) {
          if (!(again instanceof OpenError)) throw again;
        }
      }
      throw error;
    }
  }

  /** For the vault: the raw private halves, which it must not keep. */
  identity(): IdentityKeys {
    if (this.#closed) throw new Error('this session is closed');
    return this.#identity;
  }

  /** For the vault: the shared keys after a rotation. They belong to the session from now on. */
  adoptShared(shared: SharedKeys): void {
    const before = this.#shared;
    if (this.#closed || before === undefined) {
      wipeSharedKeys(shared);
      return;
    }
    this.#shared = shared;
    wipeSharedKeys(before);
  }

  /** For the vault: this user's new keys, and the ones before them. They belong to the session from now on. */
  adoptIdentity(identity: IdentityKeys, retired: readonly Buffer[]): void {
    const before = this.identity();
    const older = this.#retired;
    this.#identity = identity;
    this.#retired = retired;
    wipeIdentity(before);
    wipe(...older);
  }

  get enrolling(): Buffer | undefined {
    return this.#enrolling;
  }

  /** Takes the place of an earlier one. Belongs to the session, which wipes it. */
  enrol(secret: Buffer | undefined): void {
    wipe(this.#enrolling);
    this.#enrolling = secret;
  }

  /** Wipes every key. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    wipeIdentity(this.#identity);
    wipe(...this.#retired);
    this.enrol(undefined);
    if (this.#shared !== undefined) wipeSharedKeys(this.#shared);
  }
}
