/**
 * A repository in one ZIP file. Its list is read and judged before anything of it is used: stored entries only, each
 * name once, none that climbs, none that is a link, no two over the same bytes.
 */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { type Entry, fromFdPromise } from 'yauzl';
import { type Pace, paced, readWhole, usualPace, within } from './pace.ts';
import { Refused } from './refusals.ts';
import { repositoryPath } from './repository-path.ts';
import type { Source } from './seam.ts';
import { piecesOf, readFailure } from './source-folder.ts';

const mostEntries = 4096;
const stored = 0;
const linkMode = 0o120000;
const fileMode = 0o100000;
const typeMask = 0o170000;

type Span = { readonly start: number; readonly end: number };

/** A plain stored file: no type of its own in its Unix mode, or the one of a file. */
function isPlain(entry: Entry): boolean {
  const type = (entry.externalFileAttributes >>> 16) & typeMask;
  return (
    entry.compressionMethod === stored &&
    !entry.isEncrypted() &&
    entry.compressedSize === entry.uncompressedSize &&
    type !== linkMode &&
    (type === 0 || type === fileMode)
  );
}

async function spansOf(file: FileHandle): Promise<ReadonlyMap<string, Span>> {
  const zip = await fromFdPromise(file.fd, { autoClose: false, lazyEntries: true, strictFileNames: true });
  if (zip.entryCount > mostEntries) throw new Refused('bundle-unreadable');
  const spans = new Map<string, Span>();
  const names = new Set<string>();
  for await (const entry of zip.eachEntry()) {
    const name = entry.fileName.toLowerCase();
    if (!isPlain(entry) || repositoryPath(entry.fileName) === undefined || names.has(name)) {
      throw new Refused('bundle-unreadable');
    }
    const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
    names.add(name);
    spans.set(entry.fileName, { start: fileDataStart, end: fileDataStart + entry.uncompressedSize });
  }
  const sorted = [...spans.values()].sort((left, right) => left.start - right.start || left.end - right.end);
  if (sorted.some(({ start }, at) => start < (sorted[at - 1]?.end ?? 0))) throw new Refused('bundle-unreadable');
  return spans;
}

export class BundleSource implements Source {
  readonly kind = 'bundle';
  readonly #file: FileHandle;
  readonly #spans: ReadonlyMap<string, Span>;
  readonly #pace: Pace;

  private constructor(file: FileHandle, spans: ReadonlyMap<string, Span>, pace: Pace) {
    this.#file = file;
    this.#spans = spans;
    this.#pace = pace;
  }

  /** @throws Refused unreachable, bundle-unreadable, too-slow */
  static async open(path: string, pace: Pace = usualPace): Promise<BundleSource> {
    let file: FileHandle;
    try {
      file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    } catch (error) {
      throw new Refused('unreachable', { cause: error });
    }
    try {
      if (!(await file.stat()).isFile()) throw new Refused('bundle-unreadable');
      const spans = await within(spansOf(file), pace.wholeMs, new AbortController().signal);
      return new BundleSource(file, spans, pace);
    } catch (error) {
      await file.close();
      throw error instanceof Refused ? error : new Refused('bundle-unreadable', { cause: error });
    }
  }

  read(path: string, limit: number, signal: AbortSignal): Promise<Buffer> {
    return readWhole(this.open(path, 0, signal), limit, this.#pace);
  }

  async *open(path: string, from: number, signal: AbortSignal): AsyncGenerator<Buffer> {
    const span = this.#spans.get(path);
    if (span === undefined) throw new Refused('missing');
    try {
      yield* paced(piecesOf(this.#file, Math.min(span.start + from, span.end), span.end), this.#pace, signal);
    } catch (error) {
      throw signal.aborted ? error : readFailure(error);
    }
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
