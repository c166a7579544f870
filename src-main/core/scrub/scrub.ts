/**
 * The weekly scrub: core checks the whole record against the log by itself, in slices beside the day's work, over as
 * many sessions as it takes. Layout and why going on after a kill is sound: docs/protocols/audit.md, "The weekly scrub".
 */
import { CallError } from '../../../src-shared/contract/errors.ts';
import { append, readEntry } from '../audit/log.ts';
import type { Problem } from '../audit/problem.ts';
import { newRecordState } from '../audit/record-state.ts';
import type { Core } from '../core.ts';
import { wipe } from '../crypto/wipe.ts';
import type { Opened } from '../opened.ts';
import { type Tx, withTransaction } from '../store/transaction.ts';
import { openDifference } from './difference.ts';
import { finishRound } from './round.ts';
import { readScrub, type ScrubRound, type ScrubState, writeScrub } from './scrub-state.ts';

const dayMs = 86_400_000;
const every = 7 * dayMs;
const lookEvery = 20_000;
/** Not while people sign in and open their first charts. */
const notBefore = 60_000;
/** After a failure that is none of the record's. */
const retryAfter = 15 * 60_000;

export type ScrubStatus = {
  readonly last: ScrubState['last'];
  readonly running: { readonly since: number; readonly stage: string } | null;
  readonly due: number | null;
};

export class Scrub {
  readonly #core: Core;
  readonly #timer: NodeJS.Timeout;
  #seen: { readonly opened: Opened; readonly at: number } | null = null;
  #abort: AbortController | null = null;
  #running: Promise<void> | null = null;
  #notBefore = Number.NEGATIVE_INFINITY;
  /** The round at work, as it would be written down. */
  #state: { readonly opened: Opened; readonly scrub: ScrubState } | null = null;

  constructor(core: Core) {
    this.#core = core;
    // A page of its own cursor that cannot be read must not end the process.
    this.#timer = setInterval(() => void this.look().catch((error) => core.report('scrub', error)), lookEvery);
    this.#timer.unref();
  }

  /** Begins or goes on when it is time. Resolves when it has stopped again. */
  async look(): Promise<void> {
    const { clocks } = this.#core;
    const opened = this.#core.opened();
    if (opened === null || this.#running !== null) return;
    if (this.#seen?.opened !== opened) this.#seen = { opened, at: clocks.monotonic() };
    if (clocks.monotonic() - this.#seen.at < notBefore || clocks.monotonic() < this.#notBefore) return;
    const { rotation, pruning } = this.#core;
    if (rotation.maintenance !== null || pruning.running || !this.#isDue(opened)) return;
    this.#abort = new AbortController();
    this.#running = this.#run(opened, this.#abort.signal).finally(() => {
      this.#running = null;
      this.#state = null;
    });
    await this.#running;
  }

  #isDue(opened: Opened): boolean {
    const scrub = readScrub(opened.store);
    const due = dueAt(opened, scrub);
    const now = this.#core.clock();
    // A clock that was wrong by years must not put it off for years.
    const ahead = scrub.last !== null && scrub.last.finishedAt > now + dayMs;
    return scrub.round !== null || now >= due || ahead;
  }

  status(): ScrubStatus {
    const opened = this.#core.demandOpen();
    const scrub = this.#state?.scrub ?? readScrub(opened.store);
    const { round } = scrub;
    return {
      last: scrub.last,
      running: round === null ? null : { since: round.startedAt, stage: round.record.stage },
      due: round === null ? dueAt(opened, scrub) : null,
    };
  }

  async #run(opened: Opened, signal: AbortSignal): Promise<void> {
    const { store } = opened;
    const { last, round: left } = readScrub(store);
    const round = left ?? { startedAt: this.#core.clock(), root: '', actions: null, record: newRecordState(0) };
    this.#state = { opened, scrub: { last, round } };
    const shared = this.#core.presence.clinicalKeys()?.shared;
    // Whoever had the database open has just left.
    if (shared === undefined) return;
    const key = Buffer.from(shared.databaseKey);
    try {
      if (left === null) this.#write(opened, { phase: 'begin' }, 0, () => this.#keep());
      const { vault } = this.#core;
      const keep = (): void => this.#keep();
      this.#end(opened, round, await finishRound(round, { store, vault, key, signal, busy: this.#busy, keep }));
    } catch (error) {
      if (signal.aborted) return;
      this.#notBefore = this.#core.clocks.monotonic() + retryAfter;
      this.#core.report('scrub', error);
    } finally {
      wipe(key);
    }
  }

  #end({ store }: Opened, round: ScrubRound, problem: Problem | null): void {
    const last = {
      ok: problem === null,
      entries: round.record.size,
      rows: round.record.rows,
      root: round.root,
      problem,
      actions: round.actions,
      startedAt: round.startedAt,
      finishedAt: this.#core.clock(),
    };
    const detail = {
      phase: 'end',
      ok: problem === null ? 1 : 0,
      entries: last.entries,
      rows: last.rows,
      ...(problem !== null && { problem: problem.code }),
    };
    let told = false;
    withTransaction(
      store,
      (tx) => {
        writeScrub(store, { last, round: null });
        this.#append(tx, detail, problem === null ? 0 : 8);
        if (problem !== null) told = openDifference(tx, problem);
      },
      last.finishedAt,
    );
    if (told) this.#core.tell('review:read', { event: 'alarm', data: { kind: 'record-differs', at: last.finishedAt } });
  }

  #write({ store }: Opened, detail: Detail, outcome: 0 | 8, beside: () => void): void {
    withTransaction(
      store,
      (tx) => {
        beside();
        this.#append(tx, detail, outcome);
      },
      this.#core.clock(),
    );
  }

  #append(tx: Tx, detail: Detail, outcome: 0 | 8): void {
    append(tx, {
      type: 'audit.scrubbed',
      outcome,
      agent: { user: null, roles: [], session: null },
      purpose: 'HOPERAT',
      origin: 'core',
      detail,
    });
  }

  readonly #busy = (): boolean =>
    this.#core.verification.running || this.#core.imports.running || this.#core.rotation.maintenance !== null;

  #keep(): void {
    if (this.#state !== null) writeScrub(this.#state.opened.store, this.#state.scrub);
  }

  /** Lock is coming, or the database closes: what was done so far is written down. */
  stop(): void {
    if (this.#running === null || this.#abort?.signal.aborted === true) return;
    try {
      this.#keep();
    } catch (error) {
      // Less is known to be done than is; that costs time alone.
      this.#core.report('scrub', error);
    }
    this.#abort?.abort(new CallError('cancelled'));
  }

  async stopped(): Promise<void> {
    await this.#running;
  }

  close(): void {
    clearInterval(this.#timer);
    this.stop();
  }
}

type Detail = Readonly<Record<string, string | number>>;

/** A week after the last whole one was done; the first one a day after the clinic was set up. */
function dueAt({ store }: Opened, { last }: ScrubState): number {
  if (last !== null) return last.finishedAt + every;
  return (readEntry(store, 0)?.recorded ?? 0) + dayMs;
}
