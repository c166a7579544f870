/** Bit sets against Set: whatever is done with them, in memory and through each form on disk. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  addBits,
  type Bits,
  chunkSize,
  clearBit,
  countBits,
  countBoth,
  hasBit,
  keepBoth,
  keepRange,
  noBits,
  pack,
  placesDown,
  setBit,
  unpack,
} from '../../../src-main/core/audit/bitmap.ts';

const place = fc.nat(chunkSize - 1);
/** Few, many, and runs, so that each form on disk is met. */
const sets = fc.oneof(
  fc.uniqueArray(place, { maxLength: 40 }),
  fc
    .tuple(fc.integer({ min: 1, max: 9 }), fc.nat(8))
    .map(([step, from]) => Array.from({ length: 900 }, (_, at) => (from + at * step) % chunkSize)),
  fc
    .array(fc.tuple(place, fc.nat(3000)), { maxLength: 5 })
    .map((runs) =>
      runs.flatMap(([from, n]) => Array.from({ length: Math.min(n, chunkSize - from) }, (_, at) => from + at)),
    ),
);
const bitsOf = (places: Iterable<number>): Bits => {
  const bits = noBits();
  for (const at of places) setBit(bits, at);
  return bits;
};
const down = (places: Iterable<number>) => [...places].sort((a, b) => b - a);

test('bit sets are sets', () => {
  fc.assert(
    fc.property(sets, sets, place, place, (left, right, low, high) => {
      const [one, other] = [new Set(left), new Set(right)];
      const both = [...one].filter((at) => other.has(at));
      assert.equal(countBits(bitsOf(one)), one.size);
      assert.equal(countBoth(bitsOf(one), bitsOf(other)), both.length);
      const kept = bitsOf(one);
      assert.equal(keepBoth(kept, bitsOf(other)), both.length > 0);
      assert.deepEqual(placesDown(kept), down(both));
      const added = bitsOf(one);
      addBits(added, bitsOf(other));
      assert.deepEqual(placesDown(added), down(new Set([...one, ...other])));
      const cut = bitsOf(one);
      const inside = [...one].filter((at) => at >= low && at < high);
      assert.equal(keepRange(cut, low, high), inside.length > 0);
      assert.deepEqual(placesDown(cut), down(inside));
      assert.equal(hasBit(bitsOf(one), low), one.has(low));
      const without = bitsOf(one);
      clearBit(without, low);
      assert.equal(countBits(without), one.size - (one.has(low) ? 1 : 0));
    }),
    { numRuns: 150 },
  );
});

test('what is packed unpacks to itself, in no more bytes than its bits', () => {
  fc.assert(
    fc.property(sets, (places) => {
      const bits = bitsOf(places);
      const packed = pack(bits);
      assert.deepEqual(unpack(packed), bits);
      assert.ok(packed.length <= 1 + chunkSize / 8);
      assert.ok(packed.length <= 1 + 2 * new Set(places).size);
    }),
    { numRuns: 150 },
  );
  assert.equal(pack(bitsOf(Array.from({ length: chunkSize }, (_, at) => at))).length, 5);
  assert.equal(pack(noBits()).length, 1);
});

test('bytes that are no set are read as some set, never as an error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 1100 }), (bytes) => {
      assert.ok(countBits(unpack(Buffer.from(bytes))) <= chunkSize);
    }),
  );
});
