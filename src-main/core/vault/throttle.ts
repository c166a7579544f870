/**
 * Counts tries at passwords where they cannot be taken back: on the disk before the try is made, in memory for as long
 * as the process lives, and in the keychain, so that an older key file put back gives no fresh tries.
 */
import { CallError } from '../../../src-shared/contract/errors.ts';
import { attemptName, charged, failed, later, succeeded, waitFor } from './attempts.ts';
import { type AllAttempts, type Attempts, noAttempts } from './attempts-record.ts';
import type { Clock } from './clock.ts';
import type { KeyFilePayload } from './key-file-payload.ts';
import type { Keychain } from './keychain.ts';
import { readAttempts, writeAttempts } from './keychain-items.ts';

/** What of the open key file a try needs. */
export interface CountedFile {
  readonly payload: KeyFilePayload;
  /** Writes the counters, and keeps them in memory even where the disk is full. */
  commitAttempts(attempts: Attempts): void;
}

/** One try at one name's password. */
export interface Try {
  /** @returns milliseconds until the next */
  failed(): Promise<number>;
  succeeded(): Promise<void>;
}

export class Throttle {
  readonly #clock: Clock;
  readonly #keychain: Keychain;
  #latest: AllAttempts = noAttempts;
  #held: Attempts | undefined;
  /** A keychain that did not answer is not asked again until the next look: no sign-in waits for it twice. */
  #keychainAnswers = false;

  constructor(clock: Clock, keychain: Keychain) {
    this.#clock = clock;
    this.#keychain = keychain;
  }

  /** A look at the key file: it may be an older one than what is known here or in the keychain. */
  async look(payload: KeyFilePayload): Promise<void> {
    const kept = await readAttempts(this.#keychain, payload.profileId);
    this.#keychainAnswers = kept.state === 'ok' || kept.state === 'no-entry' || kept.state === 'malformed';
    if (kept.state === 'ok') this.#latest = later(this.#latest, kept.all);
    const { attempts } = payload;
    if (this.#held === undefined || attempts.all.tries >= this.#held.all.tries) this.#held = attempts;
    this.#latest = later(this.#latest, this.#held.all);
  }

  /** The counters as they are: those of the file, or what is known to be later. */
  #current(file: CountedFile): Attempts {
    const { attempts } = file.payload;
    const held = this.#held?.key === attempts.key ? this.#held : undefined;
    const base = held !== undefined && held.all.tries > attempts.all.tries ? held : attempts;
    return { ...base, all: later(base.all, this.#latest) };
  }

  /** Begins a try. @throws CallError wait-before-retry */
  begin(file: CountedFile, userName: string): Try {
    const before = this.#current(file);
    const name = attemptName(before, userName);
    const retryAfter = waitFor(before, name, this.#clock);
    if (retryAfter > 0) throw new CallError('wait-before-retry', { retryAfter });
    const known = new Set(file.payload.users.map((user) => attemptName(before, user.userName)));
    const begun = charged(before, name, this.#clock, known);
    this.#keep(file, begun);
    // Runs beside Argon2id; nobody learns how the try went before it is done.
    const inKeychain = this.#tell(file, begun.all);
    return {
      failed: async () => {
        await inKeychain;
        const after = failed(begun, name, this.#clock);
        this.#keep(file, after);
        return waitFor(after, name, this.#clock);
      },
      succeeded: async () => {
        await inKeychain;
        const after = succeeded(begun, name, this.#clock);
        this.#keep(file, after);
        await this.#tell(file, after.all);
      },
    };
  }

  #keep(file: CountedFile, attempts: Attempts): void {
    this.#held = attempts;
    file.commitAttempts(attempts);
  }

  async #tell(file: CountedFile, all: AllAttempts): Promise<void> {
    if (!this.#keychainAnswers) return;
    this.#keychainAnswers = (await writeAttempts(this.#keychain, file.payload.profileId, all)) === 'ok';
  }
}
