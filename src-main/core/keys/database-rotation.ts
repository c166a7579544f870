/**
 * The database under a new key, as named maintenance: nobody else works meanwhile, and the screens are told. The old
 * file goes on until the new one is made and checked; from the key file's rename on the new one counts, and the way
 * back stays until a real session has opened it (core.open).
 */
import { setTimeout as pause } from 'node:timers/promises';
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { Core } from '../core.ts';
import { randomBytes } from '../crypto/random.ts';
import { wipe } from '../crypto/wipe.ts';
import type { LiveSession } from '../session.ts';
import type { NextDatabase } from '../vault/keys-office.ts';
import { makeDatabase } from './make-database.ts';

/** Screens hear of it this long before the first call is refused: what is being typed is saved. Milliseconds. */
const warning = 600;
const task = 'rotation';
const hundred = 100;

export type Maintenance = {
  /** Short: calls wait for its end instead of being refused. */
  readonly quiet: boolean;
  readonly over: Promise<void>;
};

export class DatabaseRotation {
  readonly #core: Core;
  #running = false;
  /** While there is something to stop. */
  #abort: AbortController | null = null;
  #maintenance: Maintenance | null = null;

  constructor(core: Core) {
    this.#core = core;
  }

  get running(): boolean {
    return this.#running;
  }

  /** What keeps everybody from the database just now. */
  get maintenance(): Maintenance | null {
    return this.#maintenance;
  }

  /**
   * @param quiet nobody is warned and calls wait: for a database that takes no time
   * @returns the new generation. @throws CallError busy, cancelled, disk-full, database-damaged, no-clinical-access
   */
  async run(session: LiveSession, quiet: boolean): Promise<number> {
    const core = this.#core;
    const others = [core.imports, core.bulkExport, core.auditEventExport, core.auditBundleExport];
    if (this.#running || others.some(({ running }) => running)) throw new CallError('busy');
    const abort = new AbortController();
    this.#running = true;
    this.#abort = abort;
    const over = Promise.withResolvers<void>();
    try {
      const next = await core.vault.keys.prepareDatabase(session.keys);
      if (!quiet) {
        this.#tell(0, 'running');
        await pause(warning);
      }
      this.#maintenance = { quiet, over: over.promise };
      await core.rest();
      await this.#make(session, next, abort.signal, quiet);
      if (!quiet) this.#tell(hundred, 'done');
      return next.generation;
    } catch (error) {
      if (!quiet) this.#tell(0, abort.signal.aborted ? 'cancelled' : 'failed');
      throw error;
    } finally {
      this.#running = false;
      this.#abort = null;
      this.#maintenance = null;
      over.resolve();
      if (!core.presence.needsDatabase) await core.standDown();
    }
  }

  async #make(session: LiveSession, next: NextDatabase, signal: AbortSignal, quiet: boolean): Promise<void> {
    const core = this.#core;
    const nextKey = randomBytes(32);
    try {
      const { shared } = session.keys;
      if (session.keys.closed || shared === undefined) throw new CallError('not-signed-in');
      const { made, ended } = makeDatabase(
        { from: next.from, to: next.making, key: shared.databaseKey, nextKey },
        { signal, onProgress: (share) => !quiet && this.#tell(Math.floor(share * hundred), 'running') },
      );
      try {
        await made;
        await ended;
        signal.throwIfAborted();
      } catch (error) {
        // A worker that was told to stop still ends its step: what it wrote goes when it is gone.
        void ended.then(() => core.vault.keys.clear()).catch((reason: unknown) => core.report('rotation', reason));
        throw error;
      }
      // From here on nothing stops it: the rename decides.
      this.#abort = null;
      await core.vault.keys.nameDatabase(session.keys, next, nextKey);
    } finally {
      wipe(nextKey);
      await this.#reopen(session);
    }
    // Opening it found it wanting, and the one before counts again.
    if (core.vault.database().generation !== next.generation) throw new CallError('database-damaged');
  }

  /** Whichever file counts now. Who began may have gone meanwhile: then everybody signs in anew. */
  async #reopen({ keys }: LiveSession): Promise<void> {
    if (keys.closed) this.#core.requestLock('user');
    else await this.#core.open(keys);
  }

  #tell(done: number, state: 'running' | 'done' | 'failed' | 'cancelled'): void {
    this.#core.broadcast({ event: 'progress', data: { task, kind: 'rotation', done, total: hundred, state } });
  }

  /** Until the key file names the new database. @returns whether there was something to stop */
  cancel(): boolean {
    if (this.#abort === null) return false;
    this.#abort.abort(new CallError('cancelled'));
    return true;
  }
}
