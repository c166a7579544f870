import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { fromBrowser, toBrowser } from './addresses.ts';
import { nodeCodec } from './codec.ts';

const through = (value: unknown): unknown => nodeCodec.decode(nodeCodec.encode(value));

describe('values on their way to the page', () => {
  it('arrive as a structured clone would', () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: false }),
        (value) => {
          let clone: unknown;
          try {
            clone = structuredClone(value);
          } catch {
            return; // what cannot be cloned is refused below
          }
          // JSON has one zero, and no prototypes; neither crosses the contract
          assert.deepEqual(plain(through(value)), plain(clone));
        },
      ),
    );
  });
  it('keep a date that is none', () => {
    assert.deepEqual(through([new Date(Number.NaN)]), [new Date(Number.NaN)]);
  });
  it('keep bytes, and of a pooled Buffer only its own', () => {
    const pooled = Buffer.from('secret next door').subarray(0, 6);
    const back = through({ pooled });
    assert.deepEqual(back, { pooled: new Uint8Array(pooled) });
  });
  it('may carry the names that the codec itself uses', () => {
    for (const value of [{ $host: 'bytes', v: 'AA==' }, { $host: undefined }, JSON.parse('{"__proto__":{"a":1}}')]) {
      assert.deepEqual(plain(through(value)), plain(value));
    }
  });
  it('may hold themselves', () => {
    const list: unknown[] = [1];
    const whole = { list, of: new Map<string, unknown>([['list', list]]) };
    list.push({ whole });
    const back = through(whole);
    assert.deepEqual(back, structuredClone(whole));
  });
  it('are refused when they cannot be cloned', () => {
    assert.throws(() => nodeCodec.encode(() => 1), TypeError);
    assert.throws(() => nodeCodec.encode({ deep: [Symbol('x')] }), TypeError);
  });
});

/** Comparable whatever the prototypes and the sign of zero. */
function plain(value: unknown): unknown {
  if (Object.is(value, -0)) return 0;
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) return new Map([...value].map(([key, one]) => [plain(key), plain(one)]));
  if (value instanceof Set) return new Set([...value].map(plain));
  if (typeof value === 'object' && value !== null && !(value instanceof Date) && !ArrayBuffer.isView(value)) {
    return Object.entries(value).map(([key, one]) => [key, plain(one)]);
  }
  return value;
}

describe("the host's addresses", () => {
  const app = (rest: string): string => ['app', rest].join('://');
  it('go to https and come back', () => {
    for (const path of ['carekeep/', 'carekeep/index.html', 'carekeep/index.html#/find', 'carekeep/a/b.js?x=1']) {
      assert.equal(fromBrowser(toBrowser(app(path))), app(path));
    }
    assert.equal(toBrowser(app('carekeep/x')), 'https://carekeep.app.invalid/x');
    assert.equal(fromBrowser('blob:https://carekeep.app.invalid/1'), `blob:${app('carekeep/1')}`);
  });
  it('leave the rest of the world alone', () => {
    for (const address of [
      'https://example.org/',
      'http://x.app.invalid/',
      'about:blank',
      'https://app.invalid/',
      '',
    ]) {
      assert.equal(fromBrowser(address), address);
    }
  });
});
