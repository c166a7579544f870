/**
 * The scanner's memory: which object or array it stands in, under which key, and the keys each open object has had.
 * Keys are compared as bytes while an object has few; an object with many, or with escaped ones, gets a Set.
 */
import { pathName } from './refusals.ts';

const decoder = new TextDecoder('utf-8');
const fewKeys = 24;

export type KeyRole = 'entry' | 'resource' | 'fullUrl' | 'resourceType' | 'id' | 'type';
const roles: ReadonlyMap<string, KeyRole> = new Map(
  (['entry', 'resource', 'fullUrl', 'resourceType', 'id', 'type'] as const).map((role) => [role, role]),
);

export class KeyLedger {
  depth = 0;
  readonly #bytes: Uint8Array;
  readonly #isObject: Uint8Array;
  readonly #wantsKey: Uint8Array;
  readonly #index: Int32Array;
  /** Span of the current key per level. */
  readonly #keyStart: Int32Array;
  readonly #keyEnd: Int32Array;
  readonly #role: (KeyRole | undefined)[];
  /** First slot per level in the three parallel lists of keys seen. */
  readonly #firstKey: Int32Array;
  readonly #sets: (Set<string> | undefined)[];
  readonly #seenStart: number[] = [];
  readonly #seenEnd: number[] = [];
  readonly #seenHash: number[] = [];
  #seen = 0;

  constructor(bytes: Uint8Array, levels: number) {
    this.#bytes = bytes;
    this.#isObject = new Uint8Array(levels + 1);
    this.#wantsKey = new Uint8Array(levels + 1);
    this.#index = new Int32Array(levels + 1);
    this.#keyStart = new Int32Array(levels + 1);
    this.#keyEnd = new Int32Array(levels + 1);
    this.#firstKey = new Int32Array(levels + 1);
    this.#role = new Array<KeyRole | undefined>(levels + 1).fill(undefined);
    this.#sets = new Array<Set<string> | undefined>(levels + 1).fill(undefined);
  }

  open(object: boolean): void {
    this.depth += 1;
    const depth = this.depth;
    this.#isObject[depth] = object ? 1 : 0;
    this.#wantsKey[depth] = object ? 1 : 0;
    this.#index[depth] = 0;
    this.#keyStart[depth] = -1;
    this.#role[depth] = undefined;
    this.#firstKey[depth] = this.#seen;
    this.#sets[depth] = undefined;
  }

  /** False if what closes is not what was opened. */
  close(object: boolean): boolean {
    const depth = this.depth;
    if (depth === 0 || (this.#isObject[depth] === 1) !== object) return false;
    this.#seen = this.#firstKey[depth] ?? 0;
    this.depth -= 1;
    return true;
  }

  comma(): void {
    if (this.#isObject[this.depth] === 1) this.#wantsKey[this.depth] = 1;
    else this.#index[this.depth] = (this.#index[this.depth] ?? 0) + 1;
  }

  colon(): void {
    this.#wantsKey[this.depth] = 0;
  }

  expectsKey(): boolean {
    return this.#wantsKey[this.depth] === 1;
  }

  /** Whether the current key at level `depth` is the one named. */
  isAt(depth: number, role: KeyRole): boolean {
    return this.#role[depth] === role;
  }

  /** Whether the current value is a member of the array that the root holds under `role`. */
  isIn(role: KeyRole): boolean {
    return this.#role[1] === role && this.#isObject[2] === 0;
  }

  /** Takes the key in bytes [start, end) of the innermost object. */
  addKey(start: number, end: number): 'duplicate-key' | 'forbidden-key' | undefined {
    const depth = this.depth;
    this.#keyStart[depth] = start;
    this.#keyEnd[depth] = end;
    this.#wantsKey[depth] = 0;
    const bytes = this.#bytes;
    let hash = end - start;
    let escaped = false;
    for (let at = start; at < end; at += 1) {
      const byte = bytes[at] ?? 0;
      if (byte === 0x5c) escaped = true;
      hash = (Math.imul(hash, 31) + byte) | 0;
    }
    const set = this.#sets[depth];
    const first = this.#firstKey[depth] ?? 0;
    if (set === undefined && !escaped && this.#seen - first < fewKeys) {
      this.#role[depth] = end - start <= 12 ? roles.get(this.#ascii(start, end)) : undefined;
      if (end - start === 9 && this.decode(start, end) === '__proto__') return 'forbidden-key';
      for (let slot = first; slot < this.#seen; slot += 1) {
        if (this.#seenHash[slot] === hash && this.#sameBytes(slot, start, end)) return 'duplicate-key';
      }
      this.#seenStart[this.#seen] = start;
      this.#seenEnd[this.#seen] = end;
      this.#seenHash[this.#seen] = hash;
      this.#seen += 1;
      return undefined;
    }
    const key = this.decode(start, end);
    this.#role[depth] = roles.get(key);
    if (key === '__proto__') return 'forbidden-key';
    const keys = set ?? this.#setOf(first);
    this.#sets[depth] = keys;
    if (keys.has(key)) return 'duplicate-key';
    keys.add(key);
    return undefined;
  }

  /** The string whose bytes between the quotes are [start, end). A broken escape reads as itself. */
  decode(start: number, end: number): string {
    const raw = decoder.decode(this.#bytes.subarray(start, end));
    if (!raw.includes('\\')) return raw;
    try {
      const value: unknown = JSON.parse(`"${raw}"`);
      return typeof value === 'string' ? value : raw;
    } catch {
      return raw; // not JSON: JSON.parse of the whole says so later
    }
  }

  /** Where the scanner stands, as a path without content. */
  path(): string {
    let path = '';
    for (let depth = 1; depth <= this.depth; depth += 1) {
      if (this.#isObject[depth] !== 1) path += `[${this.#index[depth] ?? 0}]`;
      else if ((this.#keyStart[depth] ?? -1) >= 0) {
        const name = pathName(this.decode(this.#keyStart[depth] ?? 0, this.#keyEnd[depth] ?? 0));
        path += path === '' ? name : `.${name}`;
      }
    }
    return path;
  }

  #ascii(start: number, end: number): string {
    let name = '';
    for (let at = start; at < end; at += 1) name += String.fromCharCode(this.#bytes[at] ?? 0);
    return name;
  }

  #sameBytes(slot: number, start: number, end: number): boolean {
    const other = this.#seenStart[slot] ?? 0;
    if ((this.#seenEnd[slot] ?? 0) - other !== end - start) return false;
    for (let at = 0; at < end - start; at += 1) if (this.#bytes[other + at] !== this.#bytes[start + at]) return false;
    return true;
  }

  #setOf(first: number): Set<string> {
    const keys = new Set<string>();
    for (let slot = first; slot < this.#seen; slot += 1) {
      keys.add(this.decode(this.#seenStart[slot] ?? 0, this.#seenEnd[slot] ?? 0));
    }
    return keys;
  }
}
