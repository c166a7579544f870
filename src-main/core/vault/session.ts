/** What a sign-in opens: the keys of one user, until they are closed. */
import type { RoleId } from '../../../src-shared/contract/permissions.ts';
import { ed25519Public, sign } from '../crypto/ed25519.ts';
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
  readonly publicKey: Buffer;
  /** Absent for users who open nothing clinical (IT). The Buffers belong to the session: `close` wipes them. */
  readonly shared: SharedKeys | undefined;
  readonly #identity: IdentityKeys;
  #closed = false;

  constructor(user: SessionUser, identity: IdentityKeys, shared: SharedKeys | undefined) {
    this.user = user;
    this.userId = user.id;
    this.publicKey = ed25519Public(identity.ed25519);
    this.shared = shared;
    this.#identity = identity;
  }

  get closed(): boolean {
    return this.#closed;
  }

  sign(message: Uint8Array): Buffer {
    return sign(this.identity().ed25519, message);
  }

  /** Opens what was sealed to this user's X25519 key. @throws OpenError */
  openSealed(sealed: Uint8Array, aad: Uint8Array): Buffer {
    return openSealed(this.identity().x25519, sealed, aad);
  }

  /** For the vault: the raw private halves, which it must not keep. */
  identity(): IdentityKeys {
    if (this.#closed) throw new Error('this session is closed');
    return this.#identity;
  }

  /** Wipes every key. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    wipeIdentity(this.#identity);
    if (this.shared !== undefined) wipeSharedKeys(this.shared);
  }
}
