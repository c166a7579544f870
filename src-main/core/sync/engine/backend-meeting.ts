/** The directory at the backend as a place to meet: compare and swap by its revision. */
import { equalBytes } from '../../crypto/hash.ts';
import type { Meeting } from '../../vault/meeting.ts';
import type { Backend, LyingDirectory } from '../backend.ts';

export class BackendMeeting implements Meeting {
  readonly #backend: Backend;
  readonly #signal: AbortSignal;
  #lying: LyingDirectory | null = null;

  constructor(backend: Backend, signal: AbortSignal) {
    this.#backend = backend;
    this.#signal = signal;
  }

  /** Revision of what was fetched or published last; 0 for none. */
  get revision(): number {
    return this.#lying?.revision ?? 0;
  }

  async fetch(): Promise<Buffer | null> {
    this.#lying = await this.#backend.directory(this.#signal);
    return this.#lying?.bytes ?? null;
  }

  async publish(bytes: Buffer, previous: Buffer | null): Promise<'ok' | 'stale'> {
    const lying = this.#lying;
    const same = previous === null ? lying === null : lying !== null && equalBytes(lying.bytes, previous);
    if (!same) return 'stale';
    const put = await this.#backend.putDirectory(bytes, lying?.revision ?? null, this.#signal);
    if (put !== 'ok') return 'stale';
    // What lies there now is ours; the next state says under which number.
    this.#lying = { revision: (lying?.revision ?? 0) + 1, bytes };
    return 'ok';
  }
}
