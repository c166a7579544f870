/** One odd or hostile choice of files, and what must become of it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RefusalCode } from '../../../src-shared/fhir/refusals.ts';
import type { Prng } from '../prng.ts';

export type Expected =
  | {
      readonly verdict: 'refused';
      /** Any of these; left out where several reasons are as good. */
      readonly reasons?: readonly RefusalCode[];
      /** JSON path inside the file (or the line), `$` and its dot left out. */
      readonly path?: RegExp;
      /** Line of NDJSON, from 1. */
      readonly line?: number;
    }
  /** All of it comes in and goes out again as it came. */
  | { readonly verdict: 'accepted' }
  /** Comes in the first time; the same again changes nothing. */
  | { readonly verdict: 'accepted-once' }
  /** FHIR leaves it open: refused with nothing changed, or accepted and out again as it came. */
  | { readonly verdict: 'either' };

export type Made = {
  readonly paths: readonly string[];
  /** What happens to the files between preview and import. */
  readonly meanwhile?: () => void;
};

export type ImportCase = {
  readonly name: string;
  readonly expected: Expected;
  /** Makes the files in a folder of the trial's own. */
  readonly make: (folder: string, random: Prng) => Made;
};

export function refused(
  reasons?: readonly RefusalCode[] | RefusalCode,
  more: { readonly path?: RegExp; readonly line?: number } = {},
): Expected {
  const list = typeof reasons === 'string' ? [reasons] : reasons;
  return { verdict: 'refused', ...(list === undefined ? {} : { reasons: list }), ...more };
}
export const accepted: Expected = { verdict: 'accepted' };
export const either: Expected = { verdict: 'either' };

/** Refused by one of the validators, whatever words it finds. */
export const byValidator: readonly RefusalCode[] = [
  'unknown-element',
  'missing-element',
  'wrong-kind',
  'wrong-format',
  'wrong-code',
  'rule',
  'invalid',
];

/** A case of one file with the bytes or the text given. */
export function bytesCase(
  name: string,
  expected: Expected,
  content: (random: Prng) => string | Buffer,
  fileName = 'file.json',
): ImportCase {
  return {
    name,
    expected,
    make(folder, random) {
      const path = join(folder, fileName);
      writeFileSync(path, content(random));
      return { paths: [path] };
    },
  };
}

/** A case of one file holding one JSON value. */
export function jsonCase(name: string, expected: Expected, content: (random: Prng) => unknown): ImportCase {
  return bytesCase(name, expected, (random) => JSON.stringify(content(random)));
}
