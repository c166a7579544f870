/** What tuf-js reads a repository through: our source, with each file's shape judged before tuf-js sees it. */
import type { Fetcher } from 'tuf-js';
import { DownloadHTTPError } from 'tuf-js/dist/error.js';
import { type MetadataRole, parseMetadata, roleLimits } from './parse.ts';
import { Refused } from './refusals.ts';
import type { Source } from './seam.ts';

/** Roots that may be new at once; a year is a root's life. */
export const mostNewRoots = 64;

/** An address that leads nowhere: only what follows it counts. */
export const metadataAddress = 'https://repository.invalid/metadata';

const fileName = /^(?:[1-9]\d{0,15}\.)?(root|timestamp|snapshot|targets)\.json$/;
const roleNames: ReadonlyMap<string, MetadataRole> = new Map<string, MetadataRole>([
  ['root', 'root'],
  ['timestamp', 'timestamp'],
  ['snapshot', 'snapshot'],
  ['targets', 'targets'],
]);

export type Last = { readonly role: MetadataRole; readonly bytes: Buffer };

export class MetadataFetcher implements Fetcher {
  /** What was brought last: the file that tuf-js judges when it refuses. */
  last: Last | null = null;
  /** Why nothing was brought; tuf-js keeps no cause. */
  failure: unknown = null;
  /** The roots that were brought, by their names: all of them held where the check does. */
  readonly roots = new Map<string, Buffer>();
  readonly #source: Source;
  readonly #signal: AbortSignal;
  readonly #rootsDone: () => Promise<void>;

  /** @param rootsDone called when the newest root is known, before any file is held against it */
  constructor(source: Source, signal: AbortSignal, rootsDone: () => Promise<void>) {
    this.#source = source;
    this.#signal = signal;
    this.#rootsDone = rootsDone;
  }

  async downloadBytes(url: string): Promise<Buffer> {
    try {
      return await this.#bring(url);
    } catch (error) {
      if (!(error instanceof DownloadHTTPError)) this.failure ??= error;
      throw error;
    }
  }

  /** Packages do not come this way. */
  downloadFile<T>(): Promise<T> {
    return Promise.reject(new TypeError('metadata only'));
  }

  async #bring(url: string): Promise<Buffer> {
    const name = url.slice(metadataAddress.length + 1);
    const role = roleNames.get(fileName.exec(name)?.[1] ?? '');
    if (role === undefined) throw new TypeError('not a file of metadata');
    this.#signal.throwIfAborted();
    let bytes: Buffer;
    try {
      bytes = await this.#source.read(`metadata/${name}`, roleLimits[role], this.#signal);
    } catch (error) {
      if (role !== 'root' || !(error instanceof Refused) || error.refusal !== 'missing') throw error;
      await this.#rootsDone();
      throw new DownloadHTTPError('no newer root', 404);
    }
    if (role === 'root') {
      this.roots.set(name, bytes);
      if (this.roots.size > mostNewRoots) throw new Refused('too-many-roots');
    }
    parseMetadata(role, bytes);
    this.last = { role, bytes };
    return bytes;
  }
}
