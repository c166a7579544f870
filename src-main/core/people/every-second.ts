/**
 * A tick a second that notices when nothing ran: suspend, or a debugger. The monotonic clock stands still while some
 * systems sleep (Linux), so the wall clock is looked at too: one that jumped ahead is taken for a sleep.
 */
export type Clocks = {
  /** Milliseconds that only ever go forward. */
  readonly monotonic: () => number;
  /** Milliseconds since the epoch. */
  readonly wall: () => number;
};

const tick = 1000;
/** A tick this late means that nothing ran. */
const slept = 30_000;

/** Calls `each` with the monotonic time once a second, or `late` when the machine slept. Returns the way to stop. */
export function everySecond(clocks: Clocks, each: (now: number) => void, late: () => void): () => void {
  let before = clocks.monotonic();
  let wallBefore = clocks.wall();
  const timer = setInterval(() => {
    const now = clocks.monotonic();
    const wall = clocks.wall();
    const gap = Math.max(now - before, wall - wallBefore);
    before = now;
    wallBefore = wall;
    if (gap > slept) late();
    else each(now);
  }, tick);
  return () => clearInterval(timer);
}
