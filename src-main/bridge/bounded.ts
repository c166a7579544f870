/** Counts losses: so many within so long, and making another one no longer helps. Pure. */

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
