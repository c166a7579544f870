/**
 * Seeded randomness for faults and benches: the same seed gives the same trial on every machine. xoshiro128** by
 * Blackman and Vigna (2018), state filled by splitmix32. Never for keys.
 */
export interface Prng {
  /** 32 random bits. */
  next(): number;
  /** Whole number in [0, limit). */
  below(limit: number): number;
  /** Whole number in [from, to], both included. */
  between(from: number, to: number): number;
  /** In [0, 1), 32 bits of it. */
  unit(): number;
  chance(probability: number): boolean;
  pick<T>(from: readonly T[]): T;
  bytes(count: number): Buffer;
  /** A copy in random order. */
  shuffled<T>(from: readonly T[]): T[];
}

const rotate = (word: number, by: number) => ((word << by) | (word >>> (32 - by))) >>> 0;

/** @param seed any whole number; only its lower 32 bits count */
export function createPrng(seed: number): Prng {
  let mixed = seed >>> 0;
  const fill = () => {
    mixed = (mixed + 0x9e3779b9) >>> 0;
    let word = mixed;
    word = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
    word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
    return (word ^ (word >>> 15)) >>> 0;
  };
  let a = fill();
  let b = fill();
  let c = fill();
  let d = fill();

  function next(): number {
    const result = Math.imul(rotate(Math.imul(b, 5) >>> 0, 7), 9) >>> 0;
    const shifted = (b << 9) >>> 0;
    c = (c ^ a) >>> 0;
    d = (d ^ b) >>> 0;
    b = (b ^ c) >>> 0;
    a = (a ^ d) >>> 0;
    c = (c ^ shifted) >>> 0;
    d = rotate(d, 11);
    return result;
  }

  function below(limit: number): number {
    if (!Number.isSafeInteger(limit) || limit <= 0) throw new RangeError('below needs a limit of at least 1');
    // Two draws: 53 bits, so that offsets in files over 4 GiB are reached too.
    return Math.floor((((next() >>> 5) * 0x400_0000 + (next() >>> 6)) / 0x20_0000_0000_0000) * limit);
  }

  function pick<T>(from: readonly T[]): T {
    const at = below(from.length);
    const found = from[at];
    if (found === undefined && !(at in from)) throw new RangeError('nothing to pick from');
    return found as T;
  }

  return {
    next,
    below,
    between: (from, to) => from + below(to - from + 1),
    unit: () => next() / 0x1_0000_0000,
    chance: (probability) => next() / 0x1_0000_0000 < probability,
    pick,
    bytes(count) {
      const out = Buffer.allocUnsafe(count);
      for (let at = 0; at < count; at += 1) out[at] = next() >>> 24;
      return out;
    },
    shuffled(from) {
      const out = [...from];
      for (let at = out.length - 1; at > 0; at -= 1) {
        const other = below(at + 1);
        const held = out[at];
        const swapped = out[other];
        if (held === undefined || swapped === undefined) continue;
        out[at] = swapped;
        out[other] = held;
      }
      return out;
    },
  };
}

/**
 * Which of `count` cases a seed plays. Seeds that follow each other visit all cases before one comes again, far apart
 * ones first, so that a scaled-down run samples the whole list.
 */
export function caseOf(seed: number, count: number): number {
  let stride = Math.max(1, Math.round(count * 0.618));
  while (greatestCommonDivisor(stride, count) !== 1) stride += 1;
  return (((seed % count) + count) * stride) % count;
}

function greatestCommonDivisor(left: number, right: number): number {
  return right === 0 ? left : greatestCommonDivisor(right, left % right);
}
