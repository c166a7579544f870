/**
 * Which entries below a size stay, as a set of numbers: one bit each, bit i of byte i/8, lowest first.
 *
 *   digest = SHA-256 of the numbers in order, 8 bytes big-endian each
 */
import { createSha256 } from '../../crypto/hash.ts';

const numbersAtOnce = 8192;

export class KeptSet {
  readonly below: number;
  readonly bits: Buffer;

  constructor(below: number, bits: Buffer = Buffer.alloc(Math.ceil(below / 8))) {
    this.below = below;
    this.bits = bits;
  }

  add(seq: number): void {
    const at = Math.floor(seq / 8);
    this.bits[at] = (this.bits[at] ?? 0) | (1 << (seq & 7));
  }

  has(seq: number): boolean {
    return ((this.bits[Math.floor(seq / 8)] ?? 0) & (1 << (seq & 7))) !== 0;
  }

  *numbers(): Generator<number> {
    for (const [at, byte] of this.bits.entries()) {
      if (byte === 0) continue;
      for (let bit = 0; bit < 8; bit += 1) if ((byte & (1 << bit)) !== 0) yield at * 8 + bit;
    }
  }

  get count(): number {
    let count = 0;
    for (let byte of this.bits) for (; byte !== 0; byte &= byte - 1) count += 1;
    return count;
  }

  digest(): Buffer {
    const sum = createSha256();
    const numbers = Buffer.alloc(8 * numbersAtOnce);
    let held = 0;
    // Plain loops: of millions of entries a generator would hold everybody up.
    for (let at = 0; at < this.bits.length; at += 1) {
      const byte = this.bits[at] ?? 0;
      if (byte === 0) continue;
      for (let bit = 0; bit < 8; bit += 1) {
        if ((byte & (1 << bit)) === 0) continue;
        const seq = at * 8 + bit;
        for (let byteAt = 7, left = seq; byteAt >= 0; byteAt -= 1, left = Math.floor(left / 256)) {
          numbers[held + byteAt] = left % 256;
        }
        held += 8;
        if (held < numbers.length) continue;
        sum.update(numbers);
        held = 0;
      }
    }
    sum.update(numbers.subarray(0, held));
    return sum.digest();
  }
}
