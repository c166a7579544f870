/**
 * Emergency accesses of one session. They live in memory with the session: lock, sign-out and a killed core end them.
 * Two clocks must both allow one: a wall clock set back does not prolong it, nor does a machine that slept.
 */
import type { BreakGlassReason } from '../../../src-shared/contract/access.ts';
import type { Clock } from '../vault/clock.ts';

export type Grant = {
  readonly id: string;
  readonly reason: BreakGlassReason;
  /** Wall time, milliseconds. */
  readonly until: number;
};

export class Grants {
  readonly #clock: Clock;
  readonly #running = new Map<string, Grant & { readonly monotonicUntil: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** From wall time `from` on; a running one for the same patient is replaced. */
  open(patientId: string, grant: Grant, from: number): void {
    const monotonicUntil = this.#clock.monotonic() + (grant.until - from);
    this.#running.set(patientId, { ...grant, monotonicUntil });
  }

  end(patientId: string): void {
    this.#running.delete(patientId);
  }

  running(patientId: string): Grant | null {
    const found = this.#running.get(patientId);
    if (found === undefined) return null;
    if (this.#clock.now() >= found.until || this.#clock.monotonic() >= found.monotonicUntil) {
      this.#running.delete(patientId);
      return null;
    }
    return found;
  }
}
