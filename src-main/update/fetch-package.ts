/**
 * Brings a package that targets name: into a file beside its place, resumed where an earlier try broke off, hashed as it
 * comes, and put in its place only when it is what was signed. An end at any moment leaves at most the file beside it.
 */
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, rename, rm, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createSha512, type RunningHash } from '../core/crypto/hash.ts';
import { makeFolder } from './folder.ts';
import { hashFile, isPackage } from './package-file.ts';
import { Refused, writeFailure } from './refusals.ts';
import type { Found, Source } from './seam.ts';

export type FetchOptions = {
  readonly source: Source;
  readonly found: Pick<Found, 'path' | 'sha512' | 'length'>;
  /** The file's place; `<to>.part` is the one beside it. */
  readonly to: string;
  /** Bytes that are here. */
  readonly progress: (done: number) => void;
  readonly signal: AbortSignal;
  /** Bytes free where `folder` is; the system's answer unless a test gives one. */
  readonly free?: (folder: string) => Promise<number>;
};

/** Times in a row that a broken connection is taken up again, each after it brought something. */
const mostResumes = 5;
/** Left to the rest of the machine. */
const margin = 16 * 1024 * 1024;
const running = new Set<string>();

export const partialOf = (to: string): string => `${to}.part`;

/** Where a source has the package: the file name prefixed with its hash. */
export function packagePath({ path, sha512 }: Pick<Found, 'path' | 'sha512'>): string {
  const parts = path.split('/');
  const file = parts.pop() ?? '';
  return ['targets', ...parts, `${sha512}.${file}`].join('/');
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize, blocks } = await statfs(folder);
  // Some shares say nothing about themselves.
  return blocks === 0 ? Number.POSITIVE_INFINITY : bavail * bsize;
}

/** What our own disk does, under the names of refusals. */
async function onOurDisk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw writeFailure(error);
  }
}

type Part = { readonly file: FileHandle; readonly hash: RunningHash; done: number };

/** Opens the file beside the place with what an earlier try left, hashed; anything that is not a plain file goes. */
async function openPart(path: string, length: number, signal: AbortSignal): Promise<Part> {
  const there = await lstat(path).catch(() => undefined);
  const usable = there?.isFile() === true && there.size <= length;
  if (there !== undefined && !usable) await rm(path, { recursive: true, force: true });
  const flags = constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0);
  const file = await open(path, flags, 0o600);
  try {
    const hash = createSha512();
    return { file, hash, done: await hashFile(file, usable ? there.size : 0, hash, signal) };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Writes what the source has behind what is here. @throws Refused */
async function append(part: Part, { source, found, progress, signal }: FetchOptions): Promise<void> {
  progress(part.done);
  if (part.done === found.length) return;
  for await (const piece of source.open(packagePath(found), part.done, signal)) {
    signal.throwIfAborted();
    if (part.done + piece.length > found.length) throw new Refused('too-large');
    part.hash.update(piece);
    await onOurDisk(async () => {
      let written = 0;
      while (written < piece.length) {
        written += (await part.file.write(piece, written, piece.length - written, part.done + written)).bytesWritten;
      }
    });
    part.done += piece.length;
    progress(part.done);
  }
}

/** One try from what is here to the end. @returns false where the whole is not what targets say */
async function attempt(options: FetchOptions, part: Part): Promise<boolean> {
  const { found, to } = options;
  await append(part, options);
  if (part.done !== found.length || part.hash.digest().toString('hex') !== found.sha512) return false;
  await onOurDisk(() => part.file.sync());
  await part.file.close();
  await onOurDisk(async () => {
    await rename(partialOf(to), to);
    // So that the name is there after a power cut too; where a folder cannot be opened, the system does it by itself.
    const folder = await open(dirname(to), 'r').catch(() => undefined);
    await folder?.sync().catch(() => undefined);
    await folder?.close();
  });
  return true;
}

type Try = { readonly whole: boolean; readonly grew: boolean; readonly failure: unknown };

async function tryOnce(options: FetchOptions, needed: (done: number) => Promise<void>): Promise<Try> {
  const { found, to, signal } = options;
  const part = await onOurDisk(() => openPart(partialOf(to), found.length, signal));
  const from = part.done;
  try {
    await needed(part.done);
    const whole = await attempt(options, part);
    return { whole, grew: part.done > from, failure: null };
  } catch (error) {
    return { whole: false, grew: part.done > from, failure: error };
  } finally {
    await part.file.close().catch(() => undefined);
  }
}

async function fetched(options: FetchOptions): Promise<void> {
  const { found, to, signal, free = freeBytes } = options;
  await onOurDisk(() => makeFolder(dirname(to)));
  if (await isPackage(to, found)) return options.progress(found.length);
  await onOurDisk(() => rm(to, { recursive: true, force: true }));
  const room = async (done: number): Promise<void> => {
    if ((await free(dirname(to))) < found.length - done + margin) throw new Refused('disk-full');
  };
  const throwAway = (): Promise<void> => onOurDisk(() => rm(partialOf(to), { recursive: true, force: true }));
  let fresh = false;
  let resumes = 0;
  for (;;) {
    const { whole, grew, failure } = await tryOnce(options, room);
    if (whole) return;
    signal.throwIfAborted();
    const refusal = failure instanceof Refused ? failure.refusal : null;
    if (failure !== null && refusal === null) throw failure;
    if (refusal === 'unreachable' && grew && resumes < mostResumes) resumes += 1;
    else if (refusal === null || refusal === 'wrong-bytes' || refusal === 'too-large') {
      await throwAway();
      if (fresh) throw new Refused(refusal ?? 'wrong-bytes');
      fresh = true;
    } else {
      // A full disk is needed for the record more than for half a package.
      if (refusal === 'disk-full') await throwAway();
      throw failure;
    }
  }
}

/**
 * Brings the package to `to`, unless it is there.
 * @throws Refused; the signal's reason when aborted; TypeError for a second one to the same place at the same time
 */
export async function fetchPackage(options: FetchOptions): Promise<void> {
  const { to } = options;
  if (running.has(to)) throw new TypeError('this package is being fetched');
  running.add(to);
  try {
    await fetched(options);
  } finally {
    running.delete(to);
  }
}
