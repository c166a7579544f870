/** What a macOS configuration profile sets: the system keeps it as a property list that only root writes. */

import { isObject, sizeLimit } from './json-file.ts';
import { type Given, unreadable } from './judge.ts';
import { PolicyFileError, readOwnedFile } from './owned-file.ts';
import type { ParsePlist } from './places.ts';

/** @returns null when no profile is there */
export function readProfile(path: string, owners: readonly number[] | null, parse: ParsePlist): Given | null {
  try {
    const bytes = readOwnedFile(path, { owners, limit: sizeLimit });
    return bytes === null ? null : parseProfile(bytes, parse);
  } catch (error) {
    if (error instanceof PolicyFileError) return unreadable(error.code);
    throw error;
  }
}

/** Pure. */
export function parseProfile(bytes: Buffer, parse: ParsePlist): Given {
  const twice = bytes[0] === 0x3c ? repeatedKey(bytes.toString('utf8')) : undefined;
  if (twice !== undefined) return unreadable('policy-duplicate', twice);
  try {
    const value = parse(bytes);
    if (!isObject(value)) return unreadable('policy-syntax');
    const own = Object.entries(value).filter(([name]) => !describing.test(name));
    return { values: Object.fromEntries(own), problems: [] };
  } catch {
    return unreadable('policy-syntax');
  }
}

/** What the system may add to say which profile it was. */
const describing = /^Payload[A-Z][A-Za-z]*$/;

/** Of two values with one name the parser keeps the last. Policies are flat, so any name twice is one too many. */
function repeatedKey(xml: string): string | undefined {
  const seen = new Set<string>();
  for (const [, name = ''] of xml.replace(/<!--[\s\S]*?-->/g, '').matchAll(/<key>([^<]*)<\/key>/g)) {
    if (seen.has(name.trim())) return name.trim();
    seen.add(name.trim());
  }
  return undefined;
}
