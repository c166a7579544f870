/** `policies.json`: one flat object. */
import { scanResource } from '../../src-shared/fhir/scan.ts';
import { type Given, unreadable } from './judge.ts';
import { PolicyFileError, readOwnedFile } from './owned-file.ts';

/** Room for a root.json of an update repository and its authorities, written out. */
export const sizeLimit = 1024 * 1024;

/** @param owners who may own it, null where the system has no such numbers. @returns null when there is none */
export function readJsonPolicy(path: string, owners: readonly number[] | null): Given | null {
  try {
    const bytes = readOwnedFile(path, { owners, limit: sizeLimit });
    return bytes === null ? null : parseJsonPolicy(bytes);
  } catch (error) {
    if (error instanceof PolicyFileError) return unreadable(error.code);
    throw error;
  }
}

const scanProblems: ReadonlyMap<string, 'policy-duplicate' | 'policy-unknown' | 'policy-too-deep'> = new Map([
  ['duplicate-key', 'policy-duplicate'],
  ['forbidden-key', 'policy-unknown'],
  ['too-deep', 'policy-too-deep'],
]);

/** Pure. A byte order mark, which Windows editors put there, is no fault; nor is UTF-16, which PowerShell's `>` writes. */
export function parseJsonPolicy(bytes: Buffer): Given {
  const body = inUtf8(bytes);
  if (body === undefined) return unreadable('policy-encoding');
  // JSON.parse takes the last of two values with one name; which of them was meant, nobody can say.
  const scanned = scanResource(body);
  if (!scanned.ok) {
    return unreadable(scanProblems.get(scanned.issue.code) ?? 'policy-syntax', scanned.issue.path);
  }
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    return isObject(value) ? { values: value, problems: [] } : unreadable('policy-syntax');
  } catch {
    return unreadable('policy-syntax');
  }
}

const utf8Mark = Buffer.from([0xef, 0xbb, 0xbf]);
const utf16Marks: readonly (readonly [Buffer, string])[] = [
  [Buffer.from([0xff, 0xfe]), 'utf-16le'],
  [Buffer.from([0xfe, 0xff]), 'utf-16be'],
];

/** Without the mark in front. @returns undefined for UTF-16 that is none */
function inUtf8(bytes: Buffer): Buffer | undefined {
  if (bytes.subarray(0, 3).equals(utf8Mark)) return bytes.subarray(3);
  const [, encoding] = utf16Marks.find(([mark]) => bytes.subarray(0, 2).equals(mark)) ?? [];
  if (encoding === undefined) return bytes;
  try {
    return Buffer.from(new TextDecoder(encoding, { fatal: true }).decode(bytes), 'utf8');
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
