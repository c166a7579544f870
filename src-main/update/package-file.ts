/** Telling whether a file is the package that targets name. */
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { createSha512, type RunningHash } from '../core/crypto/hash.ts';
import type { Found } from './seam.ts';

const pieceSize = 1024 * 1024;

/** Feeds bytes [0, end) of the file to the hash. @returns how many there were */
export async function hashFile(
  file: FileHandle,
  end: number,
  hash: RunningHash,
  signal?: AbortSignal,
): Promise<number> {
  const read = (into: Buffer, at: number) => file.read(into, 0, Math.min(into.length, end - at), at);
  let current = Buffer.allocUnsafe(pieceSize);
  let other = Buffer.allocUnsafe(pieceSize);
  let at = 0;
  let { bytesRead } = end > 0 ? await read(current, 0) : { bytesRead: 0 };
  while (bytesRead > 0) {
    signal?.throwIfAborted();
    at += bytesRead;
    // The next piece is read while this one is hashed: the disk costs nothing then.
    const next = at < end ? read(other, at) : Promise.resolve({ bytesRead: 0 });
    hash.update(current.subarray(0, bytesRead));
    ({ bytesRead } = await next);
    [current, other] = [other, current];
  }
  return at;
}

/** Is the file, which no link may stand for, the package? False as well where it cannot be read. */
export async function isPackage(path: string, { sha512, length }: Pick<Found, 'sha512' | 'length'>): Promise<boolean> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
    const { size } = await file.stat();
    if (size !== length) return false;
    const hash = createSha512();
    await hashFile(file, length, hash);
    return hash.digest().toString('hex') === sha512;
  } catch {
    // Not there, a link, or not readable: not the package.
    return false;
  } finally {
    await file?.close().catch(() => undefined);
  }
}

/** The same, waited for: between the answer and the next line nobody gets to exchange anything in this process. */
export function isPackageSync(path: string, { sha512, length }: Pick<Found, 'sha512' | 'length'>): boolean {
  const file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  try {
    const hash = createSha512();
    const piece = Buffer.allocUnsafe(pieceSize);
    let at = 0;
    for (let got = readSync(file, piece, 0, pieceSize, 0); got > 0 && at <= length; ) {
      at += got;
      hash.update(piece.subarray(0, got));
      got = readSync(file, piece, 0, pieceSize, at);
    }
    return at === length && hash.digest().toString('hex') === sha512;
  } finally {
    closeSync(file);
  }
}
