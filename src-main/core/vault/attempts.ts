/**
 * Failed sign-ins: counted by name in the key file, so that a restart forgives nothing, and slowed more each time.
 *
 * Within a process only the monotonic clock counts. After a restart the wall clock says how much of the delay is
 * over; when it stands before the last failure (set back, or wrong then), the whole delay is waited again.
 */
import { hmacSha256 } from '../crypto/hash.ts';
import type { Clock } from './clock.ts';
import { foldedName, type KeyFilePayload } from './key-file-payload.ts';
import { fromBase64 } from './wrapped.ts';

export type Attempts = KeyFilePayload['attempts'];

const firstSlow = 3;
export const longestDelay = 15 * 60_000;
/** Names that do not exist are counted too, the latest of them. */
const strangersKept = 256;

/** Milliseconds to wait after so many failures: 0, 0, 0, 1 s, 2 s, 4 s … 15 min. */
export function delayAfter(failures: number): number {
  if (failures < firstSlow) return 0;
  return Math.min(longestDelay, 1000 * 2 ** Math.min(30, failures - firstSlow));
}

export function attemptName(attempts: Attempts, userName: string): string {
  return hmacSha256(fromBase64(attempts.key), foldedName(userName)).toString('base64');
}

export function failuresOf(attempts: Attempts, name: string): number {
  return attempts.counters.find((counter) => counter.name === name)?.failures ?? 0;
}

/** One more failure for a name. `known` are the names of existing users: never pushed out by strangers. */
export function withFailure(attempts: Attempts, name: string, now: number, known: ReadonlySet<string>): Attempts {
  const others = attempts.counters.filter((counter) => counter.name !== name);
  const all = [...others, { name, failures: failuresOf(attempts, name) + 1, lastFailedAt: now }];
  const strangers = all.filter((counter) => !known.has(counter.name));
  const dropped = new Set(strangers.slice(0, Math.max(0, strangers.length - strangersKept)));
  return { ...attempts, counters: all.filter((counter) => !dropped.has(counter)) };
}

export function withoutFailures(attempts: Attempts, name: string): Attempts {
  return { ...attempts, counters: attempts.counters.filter((counter) => counter.name !== name) };
}

/** Monotonic instants before which a name is not tried again. */
export class WaitingTimes {
  readonly #clock: Clock;
  readonly #until = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes over what was counted before this process began; what it already waits for stays. */
  load(attempts: Attempts): void {
    const counted = new Set(attempts.counters.map(({ name }) => name));
    for (const name of this.#until.keys()) if (!counted.has(name)) this.#until.delete(name);
    const now = this.#clock.now();
    for (const { name, failures, lastFailedAt } of attempts.counters) {
      if (this.#until.has(name)) continue;
      const passed = Math.max(0, now - lastFailedAt);
      this.#until.set(name, this.#clock.monotonic() + Math.max(0, delayAfter(failures) - passed));
    }
  }

  failed(name: string, failures: number): void {
    this.#until.set(name, this.#clock.monotonic() + delayAfter(failures));
  }

  succeeded(name: string): void {
    this.#until.delete(name);
  }

  /** Milliseconds until this name may be tried. */
  remaining(name: string): number {
    return Math.max(0, Math.ceil((this.#until.get(name) ?? 0) - this.#clock.monotonic()));
  }
}
