/**
 * Structured values as text, both in Node and in a page: JSON, with tags only where JSON is not enough. The function
 * is self-contained because its source is also sent into the page.
 *
 * Plain data costs one look and one JSON.stringify; bytes travel as base64.
 */
export type Codec = { readonly encode: (value: unknown) => string; readonly decode: (text: string) => unknown };

export function makeCodec(base64: { to: (bytes: Uint8Array) => string; from: (text: string) => Uint8Array }): Codec {
  const tag = '$host';

  /** Deeper than any message of ours, or round in a circle: told with tags. */
  const deepest = 200;

  function isPlain(value: unknown, depth = 0): boolean {
    if (value === null) return true;
    if (depth > deepest) return false;
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return true;
      case 'number':
        return Number.isFinite(value);
      case 'object': {
        if (Array.isArray(value)) return value.every((one) => isPlain(one, depth + 1));
        const prototype = Object.getPrototypeOf(value);
        if (prototype !== null && prototype !== Object.prototype) return false;
        if (tag in value) return false;
        for (const one of Object.values(value)) if (!isPlain(one, depth + 1)) return false;
        return true;
      }
      default:
        return false;
    }
  }

  /** @param above what holds the value, innermost last: a way back up is told as how far */
  function wrap(value: unknown, above: readonly object[] = []): unknown {
    if (value === undefined) return { [tag]: 'undefined' };
    if (typeof value === 'bigint') return { [tag]: 'bigint', v: String(value) };
    if (typeof value === 'number' && !Number.isFinite(value)) return { [tag]: 'number', v: String(value) };
    if (typeof value === 'function' || typeof value === 'symbol') throw new TypeError('cannot be cloned');
    if (typeof value !== 'object' || value === null) return value;
    const up = above.lastIndexOf(value);
    if (up >= 0) return { [tag]: 'up', v: above.length - up };
    const within = [...above, value];
    const inner = (one: unknown): unknown => wrap(one, within);
    if (Array.isArray(value)) return value.map(inner);
    if (value instanceof Date) return { [tag]: 'date', v: String(value.getTime()) }; // JSON has no NaN, an invalid date's time
    if (value instanceof Map) return { [tag]: 'map', v: [...value].map((pair) => pair.map(inner)) };
    if (value instanceof Set) return { [tag]: 'set', v: [...value].map(inner) };
    if (value instanceof ArrayBuffer) return { [tag]: 'buffer', v: base64.to(new Uint8Array(value)) };
    if (ArrayBuffer.isView(value)) {
      return { [tag]: 'bytes', v: base64.to(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)) };
    }
    const wrapped = Object.fromEntries(Object.entries(value).map(([key, one]) => [key, inner(one)]));
    return tag in wrapped ? { [tag]: 'object', v: Object.entries(wrapped) } : wrapped;
  }

  function define(target: object, key: string, value: unknown): void {
    // plain assignment would lose a key called __proto__
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  }

  function unwrap(value: unknown, above: readonly object[] = []): unknown {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) {
      const list: unknown[] = [];
      for (const one of value) list.push(unwrap(one, [...above, list]));
      return list;
    }
    const kind: unknown = Reflect.get(value, tag);
    const inner: unknown = Reflect.get(value, 'v');
    const listed: readonly unknown[] = Array.isArray(inner) ? inner : [];
    switch (kind) {
      case 'undefined':
        return undefined;
      case 'bigint':
        return BigInt(String(inner));
      case 'number':
        return Number(inner);
      case 'date':
        return new Date(Number(inner));
      case 'up':
        return above.at(-Number(inner));
      case 'map': {
        const map = new Map<unknown, unknown>();
        const of = (pair: unknown, at: number): unknown => unwrap(Reflect.get(Object(pair), at), [...above, map]);
        for (const pair of listed) map.set(of(pair, 0), of(pair, 1));
        return map;
      }
      case 'set': {
        const set = new Set<unknown>();
        for (const one of listed) set.add(unwrap(one, [...above, set]));
        return set;
      }
      case 'buffer':
        return base64.from(String(inner)).slice().buffer;
      case 'bytes':
        return base64.from(String(inner));
      default: {
        const whole = {};
        const entries: readonly unknown[] = kind === 'object' ? listed : Object.entries(value);
        for (const entry of entries) {
          const [key, one]: unknown[] = Object(entry);
          define(whole, String(key), unwrap(one, [...above, whole]));
        }
        return whole;
      }
    }
  }

  return {
    encode: (value) => (isPlain(value) ? `p${JSON.stringify(value)}` : `t${JSON.stringify(wrap(value))}`),
    decode: (text) => {
      const parsed: unknown = JSON.parse(text.slice(1));
      return text.startsWith('p') ? parsed : unwrap(parsed);
    },
  };
}

export const nodeCodec = makeCodec({
  to: (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'),
  from: (text) => new Uint8Array(Buffer.from(text, 'base64')),
});
