/** Meeting the other workstations: fetch, merge, publish; and sealing this workstation's keys to who came from there. */
import { CallError } from '../../../src-shared/contract/errors.ts';
import { canonicalBytes } from '../crypto/canonical.ts';
import { withSeals } from './clinic-keys.ts';
import { contentOf, type DirectoryContent, decodeDirectory, encodeDirectory } from './directory.ts';
import { merged } from './directory-merge.ts';
import { destroyKeys } from './leave.ts';
import type { Meeting } from './meeting.ts';
import type { VaultRoom } from './room.ts';
import type { VaultSession } from './session.ts';
import { fromBase64 } from './wrapped.ts';

export type Met = {
  /** The key file says something else than before. */
  readonly changed: boolean;
  readonly published: boolean;
  /** Users whose sessions are over. */
  readonly ended: readonly string[];
  /** This workstation was removed: its keys are destroyed. */
  readonly removedHere: boolean;
};

/** Somebody else may publish between fetch and publish; more often than this in a row is no coincidence. */
const tries = 5;

/** What a directory says, whichever bytes seal it: two good seals to the same key are no news. */
function said(content: DirectoryContent): unknown {
  const clinicKeys = content.clinicKeys.map(({ epoch, id, seals }) => ({
    epoch,
    id,
    seals: seals.map(({ userId, to }) => [userId, to].join(' ')).sort(),
  }));
  return { ...content, clinicKeys };
}

export class Directory {
  readonly #room: VaultRoom;

  constructor(room: VaultRoom) {
    this.#room = room;
  }

  /**
   * One contact, with or without anybody signed in.
   * @throws CallError directory-refused, directory-forked, directory-rolled-back, busy, or the vault's state
   */
  async meet(meeting: Meeting): Promise<Met> {
    return this.#room.inTurn(async () => {
      let all: Met = { changed: false, published: false, ended: [], removedHere: false };
      for (let at = 0; at < tries; at += 1) {
        const lying = await meeting.fetch();
        const once = lying === null ? all : await this.#take(lying);
        const ended = [...new Set([...all.ended, ...once.ended])];
        all = { ...once, changed: all.changed || once.changed, ended };
        if (all.removedHere) return all;
        const file = this.#room.opened();
        if (lying !== null && !this.#ahead(lying)) return all;
        if ((await meeting.publish(encodeDirectory(file.payload, this.#room.place.random), lying)) === 'ok') {
          file.commit({ ...file.payload, directorySeen: this.#head() });
          return { ...all, published: true };
        }
      }
      throw new CallError('busy');
    });
  }

  #head(): { size: number; head: string } {
    const state = this.#room.rosterState();
    return { size: state.size, head: state.head.toString('base64') };
  }

  #read(bytes: Buffer) {
    const { clinic, directoryKey } = this.#room.opened().payload;
    const read = decodeDirectory(bytes, clinic.id, fromBase64(directoryKey));
    if (read === undefined) throw new CallError('directory-refused');
    return read;
  }

  async #take(bytes: Buffer): Promise<Met> {
    const file = this.#room.opened();
    const { payload, ended, removedHere } = merged(file.payload, this.#read(bytes), this.#room.place.clock.now());
    if (removedHere) {
      await destroyKeys(this.#room);
      return { changed: true, published: false, ended: file.payload.users.map(({ id }) => id), removedHere };
    }
    const changed = !canonicalBytes(payload).equals(canonicalBytes(file.payload));
    if (changed) {
      file.commit(payload);
      // Another workstation's new epoch: a session without it could change nothing any more.
      this.#room.tellSessions();
    }
    return { changed, published: false, ended, removedHere };
  }

  /** Is there anything here that does not lie there? */
  #ahead(lying: Buffer): boolean {
    const { content } = this.#read(lying);
    return !canonicalBytes(said(contentOf(this.#room.opened().payload))).equals(canonicalBytes(said(content)));
  }

  /** This workstation's keys, sealed to everybody who came from elsewhere. @returns how many */
  async seal(session: VaultSession): Promise<number> {
    return this.#room.inTurn(async () => {
      const file = this.#room.opened();
      const { shared } = session;
      const { unsealed } = file.payload;
      if (unsealed.length === 0 || shared === undefined || session.closed) return 0;
      file.commit(withSeals(file.payload, shared, this.#room.place.random));
      return unsealed.length;
    });
  }
}
