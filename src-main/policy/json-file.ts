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

/** Pure. A byte order mark, which Windows editors put there, is no fault. */
export function parseJsonPolicy(bytes: Buffer): Given {
  const body = bytes.subarray(0, 3).equals(byteOrderMark) ? bytes.subarray(3) : bytes;
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

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
