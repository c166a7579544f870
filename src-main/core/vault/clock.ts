/** Time comes in as an argument; this is the one that the process uses. */
export interface Clock {
  /** Milliseconds since the epoch, as people set it. */
  now(): number;
  /** Milliseconds since the machine started: nobody sets them, and every process of one start counts the same. */
  monotonic(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  // Unlike performance.now(), which begins with the process: a new core must go on where the killed one was.
  monotonic: () => Number(process.hrtime.bigint() / 1_000_000n),
};
