/** When the exchange tries again. */

/** Doubles up to `soon`, and after that many tries further up to `most`: people work, and the network comes back unseen. */
export type Backoff = {
  readonly first: number;
  readonly soon: number;
  readonly soonTries: number;
  readonly most: number;
};

/** Milliseconds. */
export type SyncTimes = {
  /** Changes of one moment go out together. */
  readonly gather: number;
  readonly backoff: Backoff;
  /** After something that somebody has to look at. */
  readonly stopped: number;
  /** A locked workstation asks for the directory this often. */
  readonly locked: number;
  /** Who has nothing to say says so after this long. */
  readonly silent: number;
  /** Certificate and register are looked at this often, and whenever the register changes. */
  readonly tend: number;
  /** While an import is written, nothing is taken. */
  readonly pause: number;
};

export const syncTimes: SyncTimes = {
  gather: 150,
  backoff: { first: 1_000, soon: 5_000, soonTries: 80, most: 30_000 },
  stopped: 300_000,
  locked: 60_000,
  silent: 24 * 3_600_000,
  tend: 300_000,
  pause: 500,
};

/** Half of it is chance, so that workstations do not come all at once. @param failures in a row, from 1 */
export function backoff({ first, soon, soonTries, most }: Backoff, failures: number, chance: () => number): number {
  const early = Math.min(first * 2 ** Math.min(Math.max(failures - 1, 0), 30), Math.min(soon, most));
  const full = Math.min(early * 2 ** Math.min(Math.max(failures - soonTries, 0), 30), most);
  return full / 2 + (full / 2) * chance();
}

/** Something to wait for: a time, or somebody who wakes us. Waking before the wait counts for it. */
export class Bell {
  #rung = false;
  #ring: (() => void) | null = null;

  ring(): void {
    this.#rung = true;
    this.#ring?.();
  }

  /** Forgets who rang. */
  hush(): void {
    this.#rung = false;
  }

  /** Ends early, without a throw, when rung or aborted. */
  wait(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (this.#rung || signal.aborted) return resolve();
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.#ring = null;
        resolve();
      };
      const timer = setTimeout(done, ms);
      timer.unref();
      this.#ring = done;
      signal.addEventListener('abort', done, { once: true });
    });
  }
}
