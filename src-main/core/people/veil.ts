/**
 * The session that is parked while the screen is veiled. Core lives on, so its keys are in memory and the PIN only
 * says whether to give them back: within the clinic's minutes, with five wrong tries in all while the session lasts.
 */
import type { Preferences } from '../../../src-shared/contract/people.ts';
import type { LiveSession } from '../session.ts';
import { type Clocks, everySecond } from './every-second.ts';

/** Wrong PINs that one sign-in may take, over all its veils. */
export const pinTries = 5;

export type Parked = {
  readonly session: LiveSession;
  /** Language and appearance of the screen that waits, where the user has chosen. */
  readonly preferences: Preferences | null;
  /** Monotonic milliseconds. */
  readonly until: number;
};

export type VeilParts = Clocks & {
  /** The time is over, or the machine slept. */
  readonly over: (reason: 'idle' | 'suspend') => void;
};

export class Veil {
  readonly #parts: VeilParts;
  #parked: Parked | null = null;
  #stop: () => void = () => undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: VeilParts) {
    this.#parts = parts;
  }

  parked(): Parked | null {
    return this.#parked;
  }

  park(session: LiveSession, preferences: Preferences | null, minutes: number): void {
    const until = this.#parts.monotonic() + minutes * 60_000;
    this.#parked = { session, preferences, until };
    this.#stop = everySecond(
      this.#parts,
      (now) => {
        if (now >= until) this.#parts.over('idle');
      },
      () => this.#parts.over('suspend'),
    );
  }

  /** Takes the session out. What becomes of it is the caller's. */
  take(): LiveSession | null {
    const session = this.#parked?.session ?? null;
    this.#parked = null;
    this.#stop();
    return session;
  }

  /** The time is not looked at any more: a lock is under way. */
  stopTimer(): void {
    this.#stop();
  }

  /** Milliseconds left, never negative. */
  remaining({ until }: Parked): number {
    return Math.max(0, Math.ceil(until - this.#parts.monotonic()));
  }

  triesLeft({ session }: Parked): number {
    return Math.max(0, pinTries - session.wrongPins);
  }

  /** Runs one try after the other: many sent at once are counted like many sent in turn. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#turn.then(work, work);
    this.#turn = next.catch(() => undefined);
    return next;
  }
}
