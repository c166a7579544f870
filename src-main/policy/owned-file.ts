/**
 * Reads a file that only administrators can have written: it and every folder and link on the way to it belong to one
 * of them, and nobody else may write there.
 */
import { closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync, readSync, type Stats } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import type { PolicyProblemCode } from '../../src-shared/policy/policy.ts';

export class PolicyFileError extends Error {
  readonly code: PolicyProblemCode;
  constructor(code: PolicyProblemCode) {
    super(code);
    this.name = 'PolicyFileError';
    this.code = code;
  }
}

export type OwnedFileOptions = {
  /** User ids; null where the system has none and the folder's own access list must do (Windows). */
  readonly owners: readonly number[] | null;
  readonly limit: number;
};

const linkLimit = 16;
const othersWrite = 0o022;
const sticky = 0o1000;

/** @returns null when there is no such file. @throws PolicyFileError policy-owner, -unreadable, -too-large */
export function readOwnedFile(path: string, { owners, limit }: OwnedFileOptions): Buffer | null {
  try {
    const found = owners === null ? path : walk(path, owners);
    // Not blocking: a pipe that lies there must not hold up the start.
    const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
    const file = openSync(found, flags);
    try {
      const stat = fstatSync(file);
      if (!stat.isFile()) throw new PolicyFileError('policy-unreadable');
      if (owners !== null) demandOwned(stat, owners);
      return readUpTo(file, limit);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (error instanceof PolicyFileError) throw error;
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new PolicyFileError('policy-unreadable');
  }
}

/** Follows the path name by name, links too. @returns where it ends, without a link in it */
function walk(path: string, owners: readonly number[]): string {
  if (!isAbsolute(path)) throw new PolicyFileError('policy-unreadable');
  let at = '/';
  let links = 0;
  demandOwned(lstatSync(at), owners);
  const ahead = path.split('/').filter((name) => name !== '' && name !== '.');
  for (let name = ahead.shift(); name !== undefined; name = ahead.shift()) {
    if (name === '..') {
      at = dirname(at);
      continue;
    }
    const next = join(at, name);
    const stat = lstatSync(next);
    if (!stat.isSymbolicLink()) {
      demandOwned(stat, owners);
      at = next;
      continue;
    }
    links += 1;
    if (links > linkLimit || !owners.includes(stat.uid)) throw new PolicyFileError('policy-owner');
    const target = readlinkSync(next);
    if (isAbsolute(target)) at = '/';
    ahead.unshift(...target.split('/').filter((part) => part !== '' && part !== '.'));
  }
  return at;
}

/** In a sticky folder (`/tmp`) nobody replaces what belongs to another. */
function demandOwned(stat: Stats, owners: readonly number[]): void {
  const open = (stat.mode & othersWrite) !== 0 && !(stat.isDirectory() && (stat.mode & sticky) !== 0);
  if (open || !owners.includes(stat.uid)) throw new PolicyFileError('policy-owner');
}

function readUpTo(file: number, limit: number): Buffer {
  const bytes = Buffer.alloc(limit + 1);
  let length = 0;
  for (let read = -1; read !== 0 && length <= limit; length += read) {
    read = readSync(file, bytes, length, bytes.length - length, null);
  }
  if (length > limit) throw new PolicyFileError('policy-too-large');
  return Buffer.from(bytes.subarray(0, length));
}
