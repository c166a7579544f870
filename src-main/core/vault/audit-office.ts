/** What the log needs of the vault: the device's signature, one-time keys, the roster, and the head in the keychain. */
import type { OneTimeFile } from '../audit/one-time-file.ts';
import { sign } from '../crypto/ed25519.ts';
import type { NoteSigner } from '../crypto/signed-note.ts';
import { wipe } from '../crypto/wipe.ts';
import { profilePaths } from './layout.ts';
import { oneTimeFile } from './one-time-keys.ts';
import type { VaultRoom } from './room.ts';
import { fromBase64 } from './wrapped.ts';

export class AuditOffice {
  readonly #room: VaultRoom;

  constructor(room: VaultRoom) {
    this.#room = room;
  }

  /** Signs as this workstation, with the key that the roster lists for it. */
  device(name: string): NoteSigner {
    return {
      name,
      publicKey: fromBase64(this.#room.opened().payload.device.ed25519.public),
      sign: (message) => {
        const key = fromBase64(this.#room.opened().payload.device.ed25519.private);
        try {
          return sign(key, message);
        } finally {
          wipe(key);
        }
      },
    };
  }

  oneTimeKeys(): OneTimeFile {
    const { payload } = this.#room.opened();
    const { profileDir, disk, random } = this.#room.place;
    const key = fromBase64(payload.journalKey);
    try {
      return oneTimeFile(disk, profilePaths(profileDir).auditKeys, payload.profileId, key, random);
    } finally {
      wipe(key);
    }
  }

  /** Entries that the roster has now: what a certificate of this moment counts from. */
  rosterSize(): number {
    return this.#room.opened().payload.roster.length;
  }
}
