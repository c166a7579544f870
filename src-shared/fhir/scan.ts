/**
 * One iterative pass over the bytes of a JSON text, before JSON.parse sees it: depth, repeated and forbidden keys, and
 * where each Bundle entry's resource begins and ends, so that its text is kept exactly as it came. Grammar inside the
 * spans is left to JSON.parse: if every span and the text around them parse, the whole does.
 */
import { type Issue, issue } from './refusals.ts';
import { KeyLedger } from './scan-keys.ts';

/** The HL7 R4 examples need 27 levels; JSON.parse follows 100,000, and everything after it runs out of stack. */
export const depthLimit = 64;

/** A Bundle entry. `start`/`end` are byte offsets of its resource object, -1 where the entry has none. */
export type EntrySpan = {
  start: number;
  end: number;
  fullUrl: string | undefined;
  resourceType: string | undefined;
  id: string | undefined;
};

export type Scan = {
  /** The root object's own span. */
  readonly start: number;
  readonly end: number;
  /** Offset of the first byte after the root that is not white space, -1 at the end of the text. */
  readonly rest: number;
  readonly resourceType: string | undefined;
  readonly id: string | undefined;
  /** The root's `type` where it is a string: of a Bundle, its kind. */
  readonly type: string | undefined;
  readonly entries: readonly EntrySpan[];
};
export type ScanResult = { readonly ok: true; readonly scan: Scan } | { readonly ok: false; readonly issue: Issue };

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;

/** Offset of the first byte after a UTF-8 byte order mark, else 0. */
export function afterByteOrderMark(bytes: Uint8Array): number {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** Offset of the first byte at or after `from` that is not JSON white space. */
export function skipSpace(bytes: Uint8Array, from: number, end = bytes.length): number {
  let at = from;
  while (at < end && isSpace(bytes[at])) at += 1;
  return at;
}

/** Offset after the closing quote of the string that opens at `quote`; -1 if it never closes. */
export function skipString(bytes: Uint8Array, quote: number, end: number): number {
  for (let at = quote + 1; at < end; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) return at + 1;
    if (byte === BACKSLASH) at += 1;
  }
  return -1;
}

/**
 * Scans the JSON object that begins at `from` (white space before it is skipped) and ends before `to`.
 * `UTF-8` well-formedness is the caller's to check first.
 */
export function scanResource(bytes: Uint8Array, from = 0, to = bytes.length): ScanResult {
  const start = skipSpace(bytes, from, to);
  if (start >= to) return { ok: false, issue: issue('', 'empty') };
  if (bytes[start] !== OPEN_OBJECT) {
    return { ok: false, issue: issue('', bytes[start] === OPEN_ARRAY ? 'not-a-resource' : 'not-json') };
  }
  const keys = new KeyLedger(bytes, depthLimit);
  const entries: EntrySpan[] = [];
  const found: { resourceType?: string; id?: string; type?: string } = {};
  let entry: EntrySpan | undefined;
  let at = start;

  while (at < to) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      const end = skipString(bytes, at, to);
      if (end === -1) break;
      if (keys.expectsKey()) {
        const trouble = keys.addKey(at + 1, end - 1);
        if (trouble !== undefined) return { ok: false, issue: issue(keys.path(), trouble) };
      } else {
        takeString(at, end);
      }
      at = end;
      continue;
    }
    if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      if (keys.depth >= depthLimit) return { ok: false, issue: issue(keys.path(), 'too-deep', { limit: depthLimit }) };
      keys.open(byte === OPEN_OBJECT);
      if (keys.depth === 3 && keys.isIn('entry') && byte === OPEN_OBJECT) {
        entry = { start: -1, end: -1, fullUrl: undefined, resourceType: undefined, id: undefined };
        entries.push(entry);
      } else if (entry !== undefined && keys.depth === 4 && keys.isAt(3, 'resource') && byte === OPEN_OBJECT) {
        entry.start = at;
      }
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
      if (!keys.close(byte === CLOSE_OBJECT)) break;
      if (
        keys.depth === 3 &&
        entry !== undefined &&
        entry.start !== -1 &&
        entry.end === -1 &&
        keys.isAt(3, 'resource')
      ) {
        entry.end = at + 1;
      } else if (keys.depth === 2) {
        entry = undefined;
      } else if (keys.depth === 0) {
        const rest = skipSpace(bytes, at + 1, to);
        const { resourceType, id, type } = found;
        return { ok: true, scan: { start, end: at + 1, rest: rest < to ? rest : -1, resourceType, id, type, entries } };
      }
    } else if (byte === COMMA) {
      keys.comma();
    } else if (byte === COLON) {
      keys.colon();
    }
    at += 1;
  }
  return { ok: false, issue: issue(keys.path(), 'not-json') };

  /** Notes the few strings the reader needs before anything is parsed. */
  function takeString(open: number, end: number): void {
    if (keys.depth === 1) {
      if (keys.isAt(1, 'resourceType')) found.resourceType = keys.decode(open + 1, end - 1);
      else if (keys.isAt(1, 'id')) found.id = keys.decode(open + 1, end - 1);
      else if (keys.isAt(1, 'type')) found.type = keys.decode(open + 1, end - 1);
    } else if (entry !== undefined && keys.depth === 3 && keys.isAt(3, 'fullUrl')) {
      entry.fullUrl = keys.decode(open + 1, end - 1);
    } else if (entry !== undefined && keys.depth === 4 && entry.end === -1 && entry.start !== -1) {
      if (keys.isAt(4, 'resourceType')) entry.resourceType = keys.decode(open + 1, end - 1);
      else if (keys.isAt(4, 'id')) entry.id = keys.decode(open + 1, end - 1);
    }
  }
}
