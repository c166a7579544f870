/** Time comes in as an argument; this is the one that the process uses. */
export interface Clock {
  /** Milliseconds since the epoch, as people set it. */
  now(): number;
  /** Milliseconds that only ever go forward, from an arbitrary start. */
  monotonic(): number;
}

export const systemClock: Clock = { now: () => Date.now(), monotonic: () => performance.now() };
