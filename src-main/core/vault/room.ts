/**
 * What everything in the vault shares: the profile folder, the keychain, the open key file, and the turn.
 *
 * Changes run one after the other, because each is a whole new key file. The recovery file is written before the
 * key file, so that at any moment the kit opens something current; the key file's rename is the commit. After it
 * the keychain hears how far the file has come, so that an older one put back is noticed.
 */
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { Argon2Params } from '../crypto/kdf.ts';
import { wipe } from '../crypto/wipe.ts';
import { type Place, removeMarker } from './creation.ts';
import { Journal } from './journal.ts';
import type { KeyFilePayload } from './key-file-payload.ts';
import { writeKeyFileMark } from './keychain-items.ts';
import { profilePaths } from './layout.ts';
import { finishLeaving } from './leave.ts';
import { OpenKeyFile } from './open-key-file.ts';
import type { Acting, Changed } from './people.ts';
import { verifyRoster } from './roster.ts';
import type { RosterState } from './roster-state.ts';
import type { VaultSession } from './session.ts';
import { type Counting, renewShared } from './sign-in.ts';
import { examine, type VaultState } from './start-state.ts';
import { Throttle } from './throttle.ts';
import { type PublicUser, publicUser } from './views.ts';
import { fromBase64 } from './wrapped.ts';

export class VaultRoom {
  readonly place: Place;
  /** Cost of new password slots; measured at set-up when absent. */
  readonly cost: Argon2Params | undefined;
  readonly #throttle: Throttle;
  #state: VaultState = 'not-set-up';
  #file: OpenKeyFile | undefined;
  #journal: Journal | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #marked = 0;
  readonly #sessions = new Set<VaultSession>();
  /** The keychain is not told how far the key file has come: a version on trial may be taken back. */
  #held: boolean;
  /** A keychain that did not answer is not asked again in the same turn: nobody waits for it twice. */
  #silent = false;

  constructor(place: Place, cost: Argon2Params | undefined, held = false) {
    this.place = place;
    this.cost = cost;
    this.#held = held;
    this.#throttle = new Throttle(place.clock, () => this.#mark());
  }

  get state(): VaultState {
    return this.#state;
  }

  /** Files and keychain are looked at again; only inside a turn. */
  async look(): Promise<VaultState> {
    const { disk, keychain, profileDir } = this.place;
    await finishLeaving(this.place);
    const examined = await examine(disk, keychain, profileDir);
    this.close();
    this.#state = examined.state;
    if ('payload' in examined) {
      const file = new OpenKeyFile(this.place, examined);
      this.#file = file;
      this.#marked = examined.marked;
      this.#throttle.look(file.payload.attempts);
      if (this.#state !== 'key-file-rolled-back') {
        file.restoreRecovery();
        removeMarker(this.place);
      }
    }
    return this.#state;
  }

  /** The key file under another device secret takes the place of the one before. */
  reseal(file: OpenKeyFile): void {
    wipe(this.#file?.deviceSecret);
    this.#file = file;
  }

  /** A session hears of new shared keys for as long as it lives. */
  keep(session: VaultSession): VaultSession {
    for (const known of this.#sessions) if (known.closed) this.#sessions.delete(known);
    this.#sessions.add(session);
    return session;
  }

  /** Shared keys were replaced: who is here opens them again. */
  tellSessions(): void {
    const { payload } = this.opened();
    for (const session of this.#sessions) renewShared(payload, session);
  }

  /** The open key file, or nothing. */
  get file(): OpenKeyFile | undefined {
    return this.#file;
  }

  /** @throws CallError with the state's code while the key file is not open, or is older than it should be */
  opened(): OpenKeyFile {
    if (this.#file === undefined || this.#state === 'key-file-rolled-back') throw this.stateError();
    return this.#file;
  }

  /** The older key file counts from now on. Its sequence goes past what the keychain remembers. */
  accept(): void {
    if (this.#file === undefined || this.#state !== 'key-file-rolled-back') throw this.stateError();
    this.#file.commit(this.#file.payload, this.#marked);
  }

  stateError(): CallError {
    if (this.#state === 'locked') return new CallError('internal');
    return new CallError(this.#state === 'kit-unconfirmed' ? 'not-set-up' : this.#state);
  }

  /** What the chain says, now or as it was at an instant. @throws RosterError when there was no clinic yet */
  rosterState(at?: number): RosterState {
    const { roster, clinic, clinicIdentity } = this.opened().payload;
    return verifyRoster(roster, clinic.id, fromBase64(clinicIdentity.public), at);
  }

  journal(): Journal {
    const { payload } = this.opened();
    const { profileDir, disk, random, clock } = this.place;
    this.#journal ??= new Journal(
      disk,
      profilePaths(profileDir).journal,
      payload.profileId,
      fromBase64(payload.journalKey),
      random,
      () => clock.now(),
    );
    return this.#journal;
  }

  counting(file: OpenKeyFile): Counting & { readonly file: OpenKeyFile } {
    return { file, throttle: this.#throttle };
  }

  acting(session: VaultSession): Acting {
    return { session, now: this.place.clock.now(), random: this.place.random };
  }

  /** A change to one user by a session that may: checked, then committed. */
  async change(
    session: VaultSession,
    change: (payload: KeyFilePayload, acting: Acting) => Changed | Promise<Changed>,
  ): Promise<PublicUser> {
    return this.inTurn(async () => {
      const file = this.opened();
      const { payload, user } = await change(file.payload, this.acting(session));
      file.commit(payload);
      return publicUser(user);
    });
  }

  /** One at a time: two tries at once would be counted once, two changes would lose one. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const whole = async (): Promise<T> => {
      this.#silent = false;
      try {
        return await work();
      } finally {
        await this.#mark();
      }
    };
    const result = this.#turn.then(whole, whole);
    this.#turn = result.then(
      () => undefined,
      // The caller has the failure; the next in the queue must not have it too.
      () => undefined,
    );
    return result;
  }

  /** A keychain that does not answer now is told at the next change: a file that is ahead of it is fine. */
  async #mark(): Promise<void> {
    const file = this.#file;
    if (file === undefined || this.#state === 'key-file-rolled-back' || this.#silent || this.#held) return;
    const { onDisk } = file;
    if (onDisk <= this.#marked) return;
    if ((await writeKeyFileMark(this.place.keychain, file.payload.profileId, onDisk)) === 'ok') this.#marked = onDisk;
    else this.#silent = true;
  }

  /** From now on the keychain hears of each change again, and of those before. */
  async release(): Promise<void> {
    this.#held = false;
    await this.inTurn(async () => undefined);
  }

  /** Wipes what the vault holds. */
  close(): void {
    wipe(this.#file?.deviceSecret);
    this.#file = undefined;
    this.#journal = undefined;
  }
}
