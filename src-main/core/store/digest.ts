/**
 * Sum of 32-byte MACs modulo 2^256: a digest of a set that does not depend on order and from which members can be
 * taken away. The MACs are keyed, so sums cannot be steered from outside.
 */
const lanes = 8;

export class DigestSum {
  // 32-bit lanes, least significant first; a double holds 2^21 additions before the carry must run.
  readonly #lanes = new Float64Array(lanes);
  #pending = 0;

  static from(digest: Buffer): DigestSum {
    const sum = new DigestSum();
    sum.add(digest);
    return sum;
  }

  add(mac: Buffer): void {
    for (let lane = 0; lane < lanes; lane += 1) {
      this.#lanes[lane] = (this.#lanes[lane] ?? 0) + mac.readUInt32BE(28 - lane * 4);
    }
    this.#counted();
  }

  subtract(mac: Buffer): void {
    for (let lane = 0; lane < lanes; lane += 1) {
      this.#lanes[lane] = (this.#lanes[lane] ?? 0) - mac.readUInt32BE(28 - lane * 4);
    }
    this.#counted();
  }

  /** 32 bytes, big-endian. */
  value(): Buffer {
    this.#carry();
    const out = Buffer.allocUnsafe(32);
    for (let lane = 0; lane < lanes; lane += 1) out.writeUInt32BE(this.#lanes[lane] ?? 0, 28 - lane * 4);
    return out;
  }

  #counted(): void {
    this.#pending += 1;
    if (this.#pending >= 1_000_000) this.#carry();
  }

  #carry(): void {
    let carry = 0;
    for (let lane = 0; lane < lanes; lane += 1) {
      const total = (this.#lanes[lane] ?? 0) + carry;
      carry = Math.floor(total / 0x1_0000_0000);
      this.#lanes[lane] = total - carry * 0x1_0000_0000;
    }
    this.#pending = 0;
  }
}
