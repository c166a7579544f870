/** A repository in a folder, of this machine or of a share: read through no link that leads out of it. */
import { constants } from 'node:fs';
import { type FileHandle, open, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { type Pace, paced, readWhole, usualPace, within } from './pace.ts';
import { codeOf, Refused } from './refusals.ts';
import { repositoryPath } from './repository-path.ts';
import type { Source } from './seam.ts';

const pieceSize = 256 * 1024;

/** What the system said about a file that we only read. */
export function readFailure(error: unknown): unknown {
  if (error instanceof Refused) return error;
  const code = codeOf(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') return new Refused('missing', { cause: error });
  return code === '' ? error : new Refused('unreachable', { cause: error });
}

/** Bytes of an open file in [from, to). */
export async function* piecesOf(file: FileHandle, from: number, to: number): AsyncGenerator<Buffer> {
  let at = from;
  while (at < to) {
    const piece = Buffer.allocUnsafe(Math.min(pieceSize, to - at));
    const { bytesRead } = await file.read(piece, 0, piece.length, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield piece.subarray(0, bytesRead);
  }
}

export class FolderSource implements Source {
  readonly kind = 'folder';
  readonly #root: string;
  readonly #pace: Pace;

  private constructor(root: string, pace: Pace) {
    this.#root = root;
    this.#pace = pace;
  }

  /** @throws Refused unreachable, too-slow */
  static async open(folder: string, pace: Pace = usualPace): Promise<FolderSource> {
    try {
      return new FolderSource(await within(realpath(folder), pace.ms, new AbortController().signal), pace);
    } catch (error) {
      throw error instanceof Refused ? error : new Refused('unreachable', { cause: error });
    }
  }

  read(path: string, limit: number, signal: AbortSignal): Promise<Buffer> {
    return readWhole(this.open(path, 0, signal), limit, this.#pace);
  }

  async *open(path: string, from: number, signal: AbortSignal): AsyncGenerator<Buffer> {
    const parts = repositoryPath(path);
    if (parts === undefined) throw new Refused('missing');
    const opening = this.#inside(join(this.#root, ...parts));
    let file: FileHandle;
    try {
      file = await within(opening, this.#pace.ms, signal);
    } catch (error) {
      // A share that answers after all leaves nothing open.
      opening.then((late) => late.close()).catch(() => undefined);
      throw error;
    }
    try {
      yield* paced(piecesOf(file, from, Number.POSITIVE_INFINITY), this.#pace, signal);
    } catch (error) {
      throw signal.aborted ? error : readFailure(error);
    } finally {
      file.close().catch(() => undefined);
    }
  }

  async close(): Promise<void> {}

  /** Opens first and judges what was opened, so that nothing can be exchanged in between. */
  async #inside(path: string): Promise<FileHandle> {
    let file: FileHandle | undefined;
    try {
      // A named pipe would wait for whoever writes to it.
      file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
      const opened = await file.stat({ bigint: true });
      const real = await realpath(path);
      const named = await stat(real, { bigint: true });
      const contained = real.startsWith(this.#root.endsWith(sep) ? this.#root : this.#root + sep);
      // Windows numbers one file differently, depending on how it is asked.
      const same = process.platform === 'win32' || (opened.ino === named.ino && opened.dev === named.dev);
      if (!contained || !same || !opened.isFile()) throw new Refused('redirected');
      return file;
    } catch (error) {
      await file?.close().catch(() => undefined);
      throw readFailure(error);
    }
  }
}
