/** Numbers and choices that nobody can guess or steer: from the system's generator, every outcome as likely. */
import { type Random, randomBytes } from './random.ts';

/** A whole number from 0 below `bound` (at most 2^32), all as likely: what does not divide evenly is drawn again. */
export function randomBelow(bound: number, random: Random = randomBytes): number {
  if (!Number.isInteger(bound) || bound < 1 || bound > 2 ** 32) throw new RangeError('a bound from 1 to 2^32');
  const even = Math.floor(2 ** 32 / bound) * bound;
  for (;;) {
    const drawn = random(4).readUInt32BE(0);
    if (drawn < even) return drawn % bound;
  }
}

/**
 * A sample of what comes by once (Vitter's algorithm R): after any number of items each of them is in it with the
 * same probability, whatever their order.
 */
export class Reservoir<T> {
  /** How many came by. */
  seen = 0;
  readonly #size: number;
  readonly #kept: T[] = [];
  readonly #random: Random;

  constructor(size: number, random: Random = randomBytes) {
    this.#size = size;
    this.#random = random;
  }

  add(item: T): void {
    this.seen += 1;
    if (this.#kept.length < this.#size) {
      this.#kept.push(item);
      return;
    }
    const place = randomBelow(this.seen, this.#random);
    if (place < this.#size) this.#kept[place] = item;
  }

  /** `count` of those kept, each set of them as likely. */
  draw(count: number): T[] {
    const rest = [...this.#kept];
    const drawn: T[] = [];
    while (drawn.length < count && rest.length > 0) {
      drawn.push(...rest.splice(randomBelow(rest.length, this.#random), 1));
    }
    return drawn;
  }
}
