/**
 * Counts tries at passwords where they cannot be taken back: on the disk before the try is made, in memory for as long
 * as the process lives; and the keychain learns that the key file went on before anybody learns how the try went, so
 * that an older one put back is noticed.
 */
import { CallError } from '../../../src-shared/contract/errors.ts';
import { type Attempts, attemptName, charged, failed, succeeded, undone, waitFor } from './attempts.ts';
import type { Clock } from './clock.ts';
import type { KeyFilePayload } from './key-file-payload.ts';

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
  /** The password was right, and a code is still to come: neither forgiven nor counted. */
  undone(): Promise<void>;
}

export class Throttle {
  readonly #clock: Clock;
  readonly #mark: () => Promise<void>;
  #held: Attempts | undefined;

  /** @param mark tells the keychain how far the key file has come */
  constructor(clock: Clock, mark: () => Promise<void>) {
    this.#clock = clock;
    this.#mark = mark;
  }

  /** Counters of a key file just read. What this process knows to be later stays. */
  look(attempts: Attempts): void {
    this.#held = this.#later(attempts);
  }

  #later(attempts: Attempts): Attempts {
    const held = this.#held;
    // Another key: another clinic's names, or this one's after its recovery.
    if (held === undefined || held.key !== attempts.key) return attempts;
    return held.all.tries > attempts.all.tries ? held : attempts;
  }

  /** Begins a try. @throws CallError wait-before-retry */
  begin(file: CountedFile, userName: string): Try {
    const before = this.#later(file.payload.attempts);
    const name = attemptName(before, userName);
    const retryAfter = waitFor(before, name, this.#clock);
    if (retryAfter > 0) throw new CallError('wait-before-retry', { retryAfter });
    const known = new Set(file.payload.users.map((user) => attemptName(before, user.userName)));
    const begun = charged(before, name, this.#clock, known);
    this.#keep(file, begun);
    // Runs beside Argon2id.
    const marked = this.#mark();
    return {
      failed: async () => {
        await marked;
        const after = failed(begun, name, this.#clock);
        this.#keep(file, after);
        return waitFor(after, name, this.#clock);
      },
      succeeded: async () => {
        await marked;
        this.#keep(file, succeeded(begun, name, this.#clock));
      },
      undone: async () => {
        await marked;
        this.#keep(file, undone(begun, before, name, this.#clock));
      },
    };
  }

  #keep(file: CountedFile, attempts: Attempts): void {
    this.#held = attempts;
    file.commitAttempts(attempts);
  }
}
