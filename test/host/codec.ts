/**
 * Structured values as text, both in Node and in a page: JSON, with tags only where JSON is not enough. The function
 * is self-contained because its source is also sent into the page.
 *
 * Plain data costs one look and one JSON.stringify; bytes travel as base64.
 */
export type Codec = { readonly encode: (value: unknown) => string; readonly decode: (text: string) => unknown };

export function makeCodec(base64: { to: (bytes: Uint8Array) => string; from: (text: string) => Uint8Array }): Codec {
  const tag = '$host';

  function isPlain(value: unknown): boolean {
    if (value === null) return true;
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return true;
      case 'number':
        return Number.isFinite(value);
      case 'object': {
        if (Array.isArray(value)) return value.every(isPlain);
        const prototype = Object.getPrototypeOf(value);
        if (prototype !== null && prototype !== Object.prototype) return false;
        if (tag in value) return false;
        for (const one of Object.values(value)) if (!isPlain(one)) return false;
        return true;
      }
      default:
        return false;
    }
  }

  function wrap(value: unknown): unknown {
    if (value === undefined) return { [tag]: 'undefined' };
    if (typeof value === 'bigint') return { [tag]: 'bigint', v: String(value) };
    if (typeof value === 'number' && !Number.isFinite(value)) return { [tag]: 'number', v: String(value) };
    if (typeof value === 'function' || typeof value === 'symbol') throw new TypeError('cannot be cloned');
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(wrap);
    if (value instanceof Date) return { [tag]: 'date', v: String(value.getTime()) }; // JSON has no NaN, an invalid date's time
    if (value instanceof Map) return { [tag]: 'map', v: [...value].map(wrap) };
    if (value instanceof Set) return { [tag]: 'set', v: [...value].map(wrap) };
    if (value instanceof ArrayBuffer) return { [tag]: 'buffer', v: base64.to(new Uint8Array(value)) };
    if (ArrayBuffer.isView(value)) {
      return { [tag]: 'bytes', v: base64.to(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)) };
    }
    const wrapped = Object.fromEntries(Object.entries(value).map(([key, one]) => [key, wrap(one)]));
    return tag in wrapped ? { [tag]: 'object', v: Object.entries(wrapped) } : wrapped;
  }

  function define(target: Record<string, unknown>, key: string, value: unknown): void {
    // plain assignment would lose a key called __proto__
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  }

  function unwrap(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(unwrap);
    const kind: unknown = Reflect.get(value, tag);
    const inner: unknown = Reflect.get(value, 'v');
    switch (kind) {
      case 'undefined':
        return undefined;
      case 'bigint':
        return BigInt(String(inner));
      case 'number':
        return Number(inner);
      case 'date':
        return new Date(Number(inner));
      case 'map':
        return new Map(Array.isArray(inner) ? inner.map((pair) => [unwrap(pair[0]), unwrap(pair[1])]) : []);
      case 'set':
        return new Set(Array.isArray(inner) ? inner.map(unwrap) : []);
      case 'buffer':
        return base64.from(String(inner)).slice().buffer;
      case 'bytes':
        return base64.from(String(inner));
      case 'object': {
        const whole: Record<string, unknown> = {};
        if (Array.isArray(inner)) for (const [key, one] of inner) define(whole, String(key), unwrap(one));
        return whole;
      }
      default: {
        const plain: Record<string, unknown> = {};
        for (const [key, one] of Object.entries(value)) define(plain, key, unwrap(one));
        return plain;
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
