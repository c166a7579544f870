/**
 * Delivers the log to the clinic's own log server, in order and at least once, while the database is open.
 *
 * Syslog has no acknowledgement. What there is: TLS keeps order, and a server that answers our end of the connection
 * with its own has read everything before it. So a turn is one connection with some entries, ended in order; only then
 * the position moves. Whatever else happens, the turn's entries are sent again.
 */

import type { LogServerFailure, LogServerState } from '../../../../src-shared/contract/log-server.ts';
import { connectTls, TlsFailure, type TlsLink } from '../../crypto/tls.ts';
import type { Where } from '../../report.ts';
import type { Store } from '../../store/open.ts';
import { withTransaction } from '../../store/transaction.ts';
import { append, type NewEntry } from '../log.ts';
import { entryFrame } from './message.ts';
import {
  entriesFrom,
  logSize,
  readPosition,
  readStanding,
  type Standing,
  writePosition,
  writeStanding,
} from './standing.ts';

/** Milliseconds. */
export type FeedTimes = {
  /** How often the log is asked for something new. */
  readonly poll: number;
  /** How long one connection takes what comes. */
  readonly turn: number;
  /** Quiet time before a connection is ended: a server that went away is noticed in it. */
  readonly settle: number;
  readonly connect: number;
  /** For one write to leave, and for the server's answer to the end. */
  readonly answer: number;
  readonly backoff: { readonly first: number; readonly most: number };
  /** A failure of this length is an entry. */
  readonly failing: number;
};
export const feedTimes: FeedTimes = {
  poll: 2_000,
  turn: 30_000,
  settle: 500,
  connect: 10_000,
  answer: 60_000,
  backoff: { first: 1_000, most: 300_000 },
  failing: 3_600_000,
};

/** Entries read and written in one go: some milliseconds, and what is held in memory at most. */
const slice = 32;
/** Entries in one connection: begins small, doubles while it goes well, so that a slow server gets somewhere. */
const turns = { first: 64, most: 2_048 };

export type FeedOptions = {
  readonly clinic: string;
  /** The database closes. */
  readonly signal: AbortSignal;
  readonly report: (where: Where, error: unknown) => void;
  readonly now?: () => number;
  readonly times?: FeedTimes;
  /** Between 0 and 1: how much of the back-off is waited. */
  readonly chance?: () => number;
};

export class LogServerFeed {
  readonly #store: Store;
  readonly #options: FeedOptions;
  readonly #times: FeedTimes;
  readonly #now: () => number;
  #standing: Standing | null = null;
  /** Aborted when the settings change: what runs is for the server before. */
  #turn = new AbortController();
  #most = turns.first;
  #failures = 0;
  #sending = false;
  #lastFailure: LogServerFailure | null = null;
  #nextTry: number | null = null;
  #lastDelivered: number | null = null;

  constructor(store: Store, options: FeedOptions) {
    this.#store = store;
    this.#options = options;
    this.#times = options.times ?? feedTimes;
    this.#now = options.now ?? Date.now;
    options.signal.addEventListener('abort', () => this.#turn.abort(), { once: true });
  }

  /** Runs until the database closes. */
  start(): void {
    this.#standing = readStanding(this.#store, (error) => this.#options.report('log-server', error));
    void this.#run().catch((error: unknown) => this.#options.report('log-server', error));
  }

  /** The settings were changed and are on the disk. */
  changed(): void {
    this.#standing = readStanding(this.#store);
    this.#most = turns.first;
    this.#failures = 0;
    this.#lastFailure = null;
    this.#nextTry = null;
    this.#lastDelivered = null;
    const before = this.#turn;
    this.#turn = new AbortController();
    before.abort();
  }

  state(): LogServerState {
    const on = this.#standing?.on === true;
    const deliveredTo = readPosition(this.#store) ?? 0;
    const pending = on ? Math.max(0, logSize(this.#store) - deliveredTo) : 0;
    const failing = this.#standing?.failingSince ?? null;
    return {
      state: !on ? 'off' : failing !== null ? 'waiting' : this.#sending || pending > 0 ? 'sending' : 'idle',
      failingSince: on ? failing : null,
      lastFailure: this.#lastFailure,
      nextTry: this.#nextTry,
      lastDelivered: this.#lastDelivered,
      deliveredTo,
      pending,
    };
  }

  async #run(): Promise<void> {
    const { signal } = this.#options;
    while (!signal.aborted) {
      const turn = this.#turn.signal;
      const standing = this.#standing;
      if (standing?.on !== true || logSize(this.#store) <= (readPosition(this.#store) ?? 0)) {
        await pause(this.#times.poll, turn);
        continue;
      }
      try {
        await this.#deliver(standing, turn);
      } catch (error) {
        if (turn.aborted) continue;
        this.#failed(error);
        await pause(this.#backoff(), turn);
      }
    }
  }

  /** One turn. @throws TlsFailure and whatever the database says */
  async #deliver({ target }: Standing, turn: AbortSignal): Promise<void> {
    const link = await connectTls(target, { signal: turn, timeoutMs: this.#times.connect });
    this.#sending = true;
    try {
      const next = await this.#send(link, turn);
      await pause(this.#times.settle, turn);
      await link.finish(this.#times.answer);
      turn.throwIfAborted();
      this.#delivered(next);
    } finally {
      this.#sending = false;
      link.destroy();
    }
  }

  /** Sends what there is and what comes, until the turn is full or its time is over. @returns the next entry's number */
  async #send(link: TlsLink, turn: AbortSignal): Promise<number> {
    const end = performance.now() + this.#times.turn;
    const { clinic } = this.#options;
    const source = { device: this.#store.device, clinic };
    let next = readPosition(this.#store) ?? 0;
    for (let sent = 0; sent < this.#most; ) {
      const entries = entriesFrom(this.#store, next, Math.min(slice, this.#most - sent));
      const last = entries.at(-1);
      if (last === undefined) {
        // The rest was pruned: there is nothing to send, and nothing to wait for.
        next = Math.max(next, logSize(this.#store));
        if (performance.now() >= end) break;
        await pause(Math.min(this.#times.poll, this.#times.turn), turn);
      } else {
        const frames = Buffer.concat(entries.map(({ seq, entry }) => entryFrame(seq, entry, source)));
        await link.write(frames, this.#times.answer);
        sent += entries.length;
        next = last.seq + 1;
      }
      turn.throwIfAborted();
      link.demandGood();
    }
    return next;
  }

  #delivered(next: number): void {
    const standing = this.#standing;
    const tellsAnew = standing !== null && (!standing.connectedTold || standing.failingTold);
    const stands = standing !== null && (tellsAnew || standing.failingSince !== null);
    const after = stands ? { ...standing, connectedTold: true, failingSince: null, failingTold: false } : standing;
    withTransaction(
      this.#store,
      (tx) => {
        writePosition(tx, next);
        if (stands && after !== null) writeStanding(tx, after);
        if (tellsAnew) append(tx, { ...byCore, type: 'log-server.connected', outcome: 0, detail: { entries: next } });
      },
      this.#now(),
    );
    this.#standing = after;
    this.#failures = 0;
    this.#lastFailure = null;
    this.#nextTry = null;
    this.#lastDelivered = this.#now();
    this.#most = Math.min(this.#most * 2, turns.most);
  }

  #failed(error: unknown): void {
    if (!(error instanceof TlsFailure)) this.#options.report('log-server', error);
    this.#lastFailure = error instanceof TlsFailure ? error.code : 'broken';
    this.#most = turns.first;
    this.#failures += 1;
    const standing = this.#standing;
    if (standing === null) return;
    const now = this.#now();
    const since = standing.failingSince ?? now;
    const tells = !standing.failingTold && now - since >= this.#times.failing;
    if (standing.failingSince !== null && !tells) return;
    const after = { ...standing, failingSince: since, failingTold: standing.failingTold || tells };
    const reason = this.#lastFailure;
    try {
      withTransaction(
        this.#store,
        (tx) => {
          writeStanding(tx, after);
          if (tells) append(tx, { ...byCore, type: 'log-server.failing', outcome: 8, detail: { reason } });
        },
        now,
      );
      this.#standing = after;
    } catch (trouble) {
      // A full disk must not end the feed: the next failure tries to write it again.
      this.#options.report('log-server', trouble);
    }
  }

  /** Doubles from try to try up to its most; half of it is chance, so that workstations do not come all at once. */
  #backoff(): number {
    const { first, most } = this.#times.backoff;
    const full = Math.min(first * 2 ** Math.min(this.#failures - 1, 30), most);
    const wait = full / 2 + (full / 2) * (this.#options.chance ?? Math.random)();
    this.#nextTry = Math.round(this.#now() + wait);
    return wait;
  }
}

const byCore: Pick<NewEntry, 'agent' | 'purpose' | 'origin'> = {
  agent: { user: null, roles: [], session: null },
  purpose: 'HOPERAT',
  origin: 'core',
};

/** Ends early, without a throw, when aborted. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    timer.unref();
    signal.addEventListener('abort', done, { once: true });
  });
}
