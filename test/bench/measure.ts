/** Medians, percentiles, and the ways of taking samples that keep one run's ratios fair. */

/** Nearest-rank percentile (ISO 16269-4 wording aside: the smallest sample that at least `share` of all do not exceed). */
export function percentile(samples: readonly number[], share: number): number {
  if (samples.length === 0) throw new RangeError('no samples');
  const sorted = [...samples].sort((left, right) => left - right);
  const at = Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1));
  return sorted[at] ?? Number.NaN;
}

export function median(samples: readonly number[]): number {
  return percentile(samples, 0.5);
}

/** Milliseconds of one synchronous call. */
export function timed(work: () => void): number {
  const from = performance.now();
  work();
  return performance.now() - from;
}

export async function timedAsync(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

/**
 * Takes samples of several ways of doing the same work in turn, so that whatever else the machine does falls on all
 * of them alike. Which goes first changes from round to round.
 */
export function inTurn(rounds: number, ways: readonly (() => void)[]): readonly (readonly number[])[] {
  const samples = ways.map((): number[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (let step = 0; step < ways.length; step += 1) {
      const at = (round + step) % ways.length;
      const way = ways[at];
      if (way !== undefined) samples[at]?.push(timed(way));
    }
  }
  return samples;
}

/** The same for work that ends later. */
export async function inTurnAsync(
  rounds: number,
  ways: readonly (() => Promise<unknown>)[],
): Promise<readonly (readonly number[])[]> {
  const samples = ways.map((): number[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (let step = 0; step < ways.length; step += 1) {
      const at = (round + step) % ways.length;
      const way = ways[at];
      if (way !== undefined) samples[at]?.push(await timedAsync(way));
    }
  }
  return samples;
}

/** Three significant digits, as in a table for people. */
export function shown(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en');
  return Number(value.toPrecision(3)).toString();
}
