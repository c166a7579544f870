/** What the connection to the backend needs of the vault: the pinned facts, this workstation's keys, its certificate. */
import type { Proof } from '../../../src-shared/sync-protocol/messages.ts';
import type { PinnedPeer } from '../crypto/backend-tls.ts';
import { sign } from '../crypto/ed25519.ts';
import { wipe } from '../crypto/wipe.ts';
import { proofBytes } from '../sync/proof.ts';
import type { BackendConnection } from './key-file-payload.ts';
import { demandAdmin } from './people.ts';
import type { VaultRoom } from './room.ts';
import type { VaultSession } from './session.ts';
import { fromBase64 } from './wrapped.ts';

export type DevicePublic = { readonly device: string; readonly ed25519: string; readonly spki: string };

export class BackendOffice {
  readonly #room: VaultRoom;

  constructor(room: VaultRoom) {
    this.#room = room;
  }

  /** Readable while nobody is signed in; null where the clinic has no backend, or the key file is not open. */
  get(): BackendConnection | null {
    const { file, state } = this.#room;
    return state === 'key-file-rolled-back' ? null : (file?.payload.backend ?? null);
  }

  /** Whom to connect to, with the certificate if there is one; the caller wipes the key. @throws CallError not-set-up … */
  peer(): PinnedPeer | null {
    const backend = this.get();
    if (backend === null) return null;
    const { host, port, authority, certificate } = backend;
    const { pkcs8 } = this.#room.opened().payload.device.tls;
    const identity = certificate === null ? null : { certificate, key: fromBase64(pkcs8) };
    return { host, port, authority, identity };
  }

  /** Public keys of this workstation, as roster and register have them. */
  device(): DevicePublic {
    const { deviceId, device } = this.#room.opened().payload;
    return { device: deviceId, ed25519: device.ed25519.public, spki: device.tls.spki };
  }

  /** This workstation's signature under a proof of possession, base64. */
  prove(proof: Omit<Proof, 'device'>): string {
    const { deviceId, device } = this.#room.opened().payload;
    const key = fromBase64(device.ed25519.private);
    try {
      return sign(key, proofBytes({ ...proof, device: deviceId })).toString('base64');
    } finally {
      wipe(key);
    }
  }

  /** An admin connects the clinic. @throws CallError forbidden */
  async connect(session: VaultSession, backend: BackendConnection): Promise<void> {
    return this.#room.inTurn(async () => {
      const file = this.#room.opened();
      demandAdmin(file.payload, session);
      file.commit({ ...file.payload, backend });
    });
  }

  /** A new certificate, or a contact, of the backend that is pinned. */
  async note(change: Partial<Pick<BackendConnection, 'certificate' | 'lastContact'>>): Promise<void> {
    return this.#room.inTurn(async () => {
      const file = this.#room.opened();
      const { backend } = file.payload;
      if (backend !== null) file.commit({ ...file.payload, backend: { ...backend, ...change } });
    });
  }
}
