/**
 * Sets of entries, 8,192 at a time: in memory a bit each, on disk whichever of three forms is the shortest. Bit i of
 * byte i/8, lowest first, stands for entry chunk · 8192 + i.
 */

export const chunkSize = 8192;
const words = chunkSize / 32;
/** Little-endian words, as on every machine this runs on: their bytes are the bytes on disk. */
export type Bits = Uint32Array<ArrayBuffer>;

const forms = { bits: 0, list: 1, runs: 2 } as const;

export function noBits(): Bits {
  return new Uint32Array(words);
}

export function hasBit(bits: Bits, at: number): boolean {
  return (((bits[at >>> 5] ?? 0) >>> (at & 31)) & 1) === 1;
}

export function setBit(bits: Bits, at: number): void {
  bits[at >>> 5] = (bits[at >>> 5] ?? 0) | (1 << (at & 31));
}

export function clearBit(bits: Bits, at: number): void {
  bits[at >>> 5] = (bits[at >>> 5] ?? 0) & ~(1 << (at & 31));
}

/** Keeps in `bits` what `other` has too. @returns whether anything is left */
export function keepBoth(bits: Bits, other: Bits): boolean {
  let any = 0;
  for (let word = 0; word < words; word += 1) {
    const both = (bits[word] ?? 0) & (other[word] ?? 0);
    bits[word] = both;
    any |= both;
  }
  return any !== 0;
}

export function addBits(bits: Bits, other: Bits): void {
  for (let word = 0; word < words; word += 1) bits[word] = (bits[word] ?? 0) | (other[word] ?? 0);
}

/** Keeps the bits in [from, to). @returns whether anything is left */
export function keepRange(bits: Bits, from: number, to: number): boolean {
  let any = 0;
  for (let word = 0; word < words; word += 1) {
    const low = from - word * 32;
    const high = to - word * 32;
    let mask = low <= 0 ? -1 : low >= 32 ? 0 : -1 << low;
    if (high <= 0) mask = 0;
    else if (high < 32) mask &= ~(-1 << high);
    bits[word] = (bits[word] ?? 0) & mask;
    any |= bits[word] ?? 0;
  }
  return any !== 0;
}

function ones(word: number): number {
  let n = word - ((word >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

export function countBits(bits: Bits): number {
  let count = 0;
  for (let word = 0; word < words; word += 1) count += ones(bits[word] ?? 0);
  return count;
}

/** How many bits both have. */
export function countBoth(bits: Bits, other: Bits): number {
  let count = 0;
  for (let word = 0; word < words; word += 1) count += ones((bits[word] ?? 0) & (other[word] ?? 0));
  return count;
}

/** The places of the bits, highest first. */
export function placesDown(bits: Bits): number[] {
  const places: number[] = [];
  for (let word = words - 1; word >= 0; word -= 1) {
    let left = bits[word] ?? 0;
    while (left !== 0) {
      const high = 31 - Math.clz32(left);
      places.push(word * 32 + high);
      left &= ~(1 << high);
    }
  }
  return places;
}

/** Where runs of set bits begin and end (exclusive), ascending. */
function runsOf(bits: Bits): number[] {
  const edges: number[] = [];
  let before = 0;
  for (let word = 0; word < words; word += 1) {
    const now = bits[word] ?? 0;
    // A bit that differs from the one before it begins or ends a run.
    let changes = now ^ ((now << 1) | before);
    while (changes !== 0) {
      const low = 31 - Math.clz32(changes & -changes);
      edges.push(word * 32 + low);
      changes &= changes - 1;
    }
    before = now >>> 31;
  }
  if (before === 1) edges.push(chunkSize);
  return edges;
}

/** The shortest form: all 1,024 bytes, two bytes a bit, or four a run (first, last). */
export function pack(bits: Bits): Buffer {
  const count = countBits(bits);
  const edges = runsOf(bits);
  const shortest = Math.min(words * 4, count * 2, edges.length * 2);
  if (shortest === words * 4) return Buffer.concat([Buffer.from([forms.bits]), Buffer.from(bits.buffer)]);
  const packed = Buffer.alloc(1 + shortest);
  if (shortest === edges.length * 2) {
    packed[0] = forms.runs;
    for (const [at, edge] of edges.entries()) packed.writeUInt16LE(edge - (at & 1), 1 + at * 2);
  } else {
    packed[0] = forms.list;
    for (const [at, place] of placesDown(bits).reverse().entries()) packed.writeUInt16LE(place, 1 + at * 2);
  }
  return packed;
}

/** Reads what `pack` wrote. */
export function unpack(packed: Buffer): Bits {
  const bits = noBits();
  addPacked(bits, packed);
  return bits;
}

/** Adds what `pack` wrote. Bytes that are none of its forms are an empty set: an index can be made anew. */
export function addPacked(bits: Bits, packed: Buffer): void {
  if (packed[0] === forms.bits) {
    if (packed.length === 1 + words * 4) addBits(bits, wordsIn(packed));
  } else if (packed[0] === forms.list) {
    for (let at = 1; at + 1 < packed.length; at += 2) setBit(bits, shortAt(packed, at));
  } else if (packed[0] === forms.runs) {
    for (let at = 1; at + 3 < packed.length; at += 4) setRun(bits, shortAt(packed, at), shortAt(packed, at + 2));
  }
}

/** How many of the bits that `pack` wrote are in `bits` too. */
export function countPacked(bits: Bits, packed: Buffer): number {
  if (packed[0] !== forms.list) return countBoth(bits, unpack(packed));
  let count = 0;
  for (let at = 1; at + 1 < packed.length; at += 2) if (hasBit(bits, shortAt(packed, at))) count += 1;
  return count;
}

const shortAt = (packed: Buffer, at: number): number => ((packed[at] ?? 0) | ((packed[at + 1] ?? 0) << 8)) % chunkSize;

/** A copy that lies where words may lie. */
function wordsIn(packed: Buffer): Bits {
  const aligned = noBits();
  new Uint8Array(aligned.buffer).set(packed.subarray(1));
  return aligned;
}

function setRun(bits: Bits, first: number, last: number): void {
  for (let word = first >>> 5; word <= last >>> 5; word += 1) {
    const low = word === first >>> 5 ? -1 << (first & 31) : -1;
    const high = word === last >>> 5 ? -1 >>> (31 - (last & 31)) : -1;
    bits[word] = (bits[word] ?? 0) | (low & high);
  }
}
