import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Reservoir, randomBelow } from '../../../src-main/core/crypto/choose.ts';
import { sha256 } from '../../../src-main/core/crypto/hash.ts';
import type { Random } from '../../../src-main/core/crypto/random.ts';

/** Bytes that are the same in every run: SHA-256 of a counter. */
function repeatable(): Random {
  let next = 0;
  return (size) => {
    next += 1;
    return sha256(String(next)).subarray(0, size);
  };
}

describe('choices', () => {
  it('draws again what would not divide evenly', () => {
    const given = [0xffff_ffff, 0xffff_fffe, 5];
    const random: Random = () => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(given.shift() ?? 0);
      return bytes;
    };
    assert.equal(randomBelow(3_000_000_000, random), 5);
    assert.deepEqual(given, []);
    for (const bound of [0, -1, 1.5, 2 ** 33]) assert.throws(() => randomBelow(bound), RangeError);
    assert.equal(randomBelow(1), 0);
  });

  it('keeps the first, the middle and the last alike', () => {
    const random = repeatable();
    const counts = new Array<number>(40).fill(0);
    const rounds = 4000;
    for (let round = 0; round < rounds; round += 1) {
      const sample = new Reservoir<number>(10, random);
      for (let item = 0; item < 40; item += 1) sample.add(item);
      const drawn = sample.draw(5);
      assert.equal(new Set(drawn).size, 5);
      for (const item of drawn) counts[item] = (counts[item] ?? 0) + 1;
    }
    // Expected 500 each, standard deviation 21.
    for (const [item, count] of counts.entries()) assert.ok(count > 400 && count < 600, `${item}: ${count}`);
  });

  it('draws all there are when they are few', () => {
    const sample = new Reservoir<string>(25);
    sample.add('a');
    sample.add('b');
    assert.deepEqual(sample.draw(5).sort(), ['a', 'b']);
    assert.deepEqual(new Reservoir(5).draw(5), []);
  });
});
