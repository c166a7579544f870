/** Counts losses: so many within so long, and making another one no longer helps. Pure. */
import type { Written } from '../logs/crash.ts';

/** So often within ten minutes main is started again by itself after it broke. */
const startsAgain = 2;

/**
 * Is main, which broke, started again? The reports on the disk are the only count that outlives it: where none could be
 * written, it would start again for ever.
 */
export function mayStartAgain({ reference, inARow }: Written): boolean {
  return reference !== null && inARow <= startsAgain;
}

/** @returns call at each loss; true once `limit` of them lie within `milliseconds` */
export function tooMany(limit: number, milliseconds: number, now: () => number): () => boolean {
  const losses: number[] = [];
  return () => {
    const at = now();
    losses.push(at);
    while ((losses[0] ?? at) < at - milliseconds) losses.shift();
    return losses.length >= limit;
  };
}
