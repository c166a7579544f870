/**
 * The weekly scrub: core checks the whole record against the log by itself, in slices beside the day's work, over as
 * many sessions as it takes. Layout and why going on after a kill is sound: docs/protocols/audit.md, "The weekly scrub".
 */
import { CallError } from '../../../src-shared/contract/errors.ts';
import { checkPages } from '../audit/check-pages.ts';
import { append, readEntry } from '../audit/log.ts';
import { Found, type Problem } from '../audit/problem.ts';
import { newRecordState } from '../audit/record-state.ts';
import { treeByWorkers } from '../audit/verify-whole.ts';
import { logFacts, verifyLog } from '../audit/verifylog.ts';
import { verifyRecord } from '../audit/verifyrecord.ts';
import type { Core } from '../core.ts';
import { wipe } from '../crypto/wipe.ts';
import type { Opened } from '../opened.ts';
import { failureCode } from '../store/failure.ts';
import { type Tx, withTransaction } from '../store/transaction.ts';
import { openDifference } from './difference.ts';
import { gentleSliceMs, runGently } from './gently.ts';
import { readScrub, type ScrubRound, type ScrubState, writeScrub } from './scrub-state.ts';

const dayMs = 86_400_000;
const every = 7 * dayMs;
const lookEvery = 20_000;
/** Not while people sign in and open their first charts. */
const notBefore = 60_000;
/** How far it has come is written down this often, milliseconds. */
const keepEvery = 10_000;
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
    this.#timer = setInterval(() => void this.look(), lookEvery);
    this.#timer.unref();
  }

  /** Begins or goes on when it is time. Resolves when it has stopped again. */
  async look(): Promise<void> {
    const { clocks } = this.#core;
    const opened = this.#core.opened();
    if (opened === null || this.#running !== null) return;
    if (this.#seen?.opened !== opened) this.#seen = { opened, at: clocks.monotonic() };
    if (clocks.monotonic() - this.#seen.at < notBefore || clocks.monotonic() < this.#notBefore) return;
    if (this.#core.rotation.maintenance !== null || !this.#isDue(opened)) return;
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
    const { last, round: left } = readScrub(opened.store);
    const round = left ?? { startedAt: this.#core.clock(), root: '', record: newRecordState(0) };
    this.#state = { opened, scrub: { last, round } };
    try {
      if (left === null) this.#write(opened, { phase: 'begin' }, 0, () => this.#keep());
      const verdict = await this.#judged(round, () => this.#work(opened, round, signal));
      if (verdict !== null) this.#end(opened, verdict);
    } catch (error) {
      if (signal.aborted) return;
      this.#notBefore = this.#core.clocks.monotonic() + retryAfter;
      this.#core.report('scrub', error);
    }
  }

  /** @returns null when it cannot go on in this session */
  async #work(opened: Opened, round: ScrubRound, signal: AbortSignal): Promise<Verdict | null> {
    const shared = this.#core.presence.clinicalKeys()?.shared;
    // Whoever had the database open has just left.
    if (shared === undefined) return null;
    const key = Buffer.from(shared.databaseKey);
    try {
      return await this.#check(opened, round, { key, signal });
    } finally {
      wipe(key);
    }
  }

  async #check({ store }: Opened, round: ScrubRound, { key, signal }: Means): Promise<Verdict> {
    const busy = this.#busy;
    const trust = { clinicId: this.#core.vault.ids().clinicId, book: this.#core.vault.rosterHistory() };
    if (round.root === '') {
      const tree = await treeByWorkers(store, { key, trust, signal, onProgress: silent });
      const log = tree === undefined ? verifyLog(store, trust) : logFacts(store, tree, trust);
      const { root, size } = await runGently(log, { signal, busy });
      Object.assign(round, { root, record: newRecordState(size) });
      this.#keep();
    }
    let kept = performance.now();
    const onSlice = (): void => {
      if (performance.now() - kept < keepEvery) return;
      this.#keep();
      kept = performance.now();
    };
    const record = verifyRecord(store, round.record, { signers: trust.book, sliceMs: gentleSliceMs });
    await runGently(record, { signal, busy, onSlice });
    this.#keep();
    return {
      round,
      problem: await checkPages({ path: store.path, key, gentle: true }, { signal, onProgress: silent }),
    };
  }

  /** What is found wrong ends a round as much as its end does. */
  async #judged(round: ScrubRound, work: () => Promise<Verdict | null>): Promise<Verdict | null> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Found) return { round, problem: error.problem };
      if (failureCode(error) === 'database-damaged') return { round, problem: { code: 'page-damaged', at: '' } };
      throw error;
    }
  }

  #end({ store }: Opened, { round, problem }: Verdict): void {
    const last = {
      ok: problem === null,
      entries: round.record.size,
      rows: round.record.rows,
      root: round.root,
      problem,
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

const silent = (): void => undefined;

type Means = { readonly key: Buffer; readonly signal: AbortSignal };
type Detail = Readonly<Record<string, string | number>>;
type Verdict = { readonly round: ScrubRound; readonly problem: Problem | null };

/** A week after the last whole one was done; the first one a day after the clinic was set up. */
function dueAt({ store }: Opened, { last }: ScrubState): number {
  if (last !== null) return last.finishedAt + every;
  return (readEntry(store, 0)?.recorded ?? 0) + dayMs;
}
