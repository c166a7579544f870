/** Imports of this core: previewed, running, ended. One runs at a time; reports of ended ones are kept in the database. */

import { CallError } from '../../../src-shared/contract/errors.ts';
import type { ImportReport } from '../../../src-shared/contract/exchange.ts';
import type { NewEntry } from '../audit/log.ts';
import type { Core } from '../core.ts';
import { randomUuid } from '../crypto/random.ts';
import { purposeOf } from '../entry.ts';
import type { LiveSession } from '../session.ts';
import { beginBatch } from '../store/batch.ts';
import { readImport, saveImportReport } from '../store/source.ts';
import { withTransaction } from '../store/transaction.ts';
import { type ChosenFile, chosenFiles, newReport, parseReport, setPreview } from './import-report.ts';
import { runImport } from './import-run.ts';
import { ValidatorRun, validatorEntry } from './read/client.ts';

type Live = {
  readonly report: ImportReport;
  readonly files: readonly ChosenFile[];
  readonly abort: AbortController;
  run: Promise<void> | null;
};

/** Progress events a second at most. */
const tellEvery = 200;

export class Imports {
  readonly #core: Core;
  readonly #live = new Map<string, Live>();

  constructor(core: Core) {
    this.#core = core;
  }

  /** Looks into the files; nothing is written. */
  async preview(paths: readonly string[]): Promise<ImportReport> {
    const files = chosenFiles(paths);
    const report = newReport(randomUuid(), files, this.#core.clock());
    const run = new ValidatorRun(validatorEntry(import.meta.url), {
      kind: 'preview',
      files: files.map(({ index, path }) => ({ index, path })),
    });
    for await (const message of run) {
      if (message.kind === 'previewed') setPreview(report, message.preview);
      if (message.kind === 'done' && message.outcome !== 'finished') throw new CallError('file-unreadable');
    }
    report.state = 'previewed';
    this.#live.set(report.id, { report, files, abort: new AbortController(), run: null });
    return report;
  }

  /** How an import stands or ended. @throws CallError not-found */
  report(id: string): ImportReport {
    const live = this.#live.get(id)?.report;
    if (live !== undefined) return live;
    const kept = parseReport(readImport(this.#core.demandOpen().store, id)?.report ?? null);
    if (kept === null) throw new CallError('not-found');
    return kept;
  }

  /** Starts a previewed import, once `begun` has written down that it begins. @throws CallError not-found, busy */
  start(id: string, session: LiveSession, begun: () => void): void {
    const live = this.#live.get(id);
    if (live === undefined || live.report.state !== 'previewed') throw new CallError('not-found');
    if ([...this.#live.values()].some(({ report }) => report.state === 'running')) throw new CallError('busy');
    begun();
    live.report.state = 'running';
    live.run = this.#run(live, session);
  }

  async #run(live: Live, session: LiveSession): Promise<void> {
    const { report, files, abort } = live;
    const core = this.#core;
    const { store } = core.demandOpen();
    const names = files.map(({ name }) => name);
    const batch = beginBatch(store, {
      id: report.id,
      byUser: session.userId,
      files: JSON.stringify(names.slice(0, 1000)),
      now: core.clock,
    });
    const tell = (state: 'running' | 'done' | 'failed' | 'cancelled', done: number, total: number): void =>
      core.broadcast({ event: 'progress', data: { task: report.id, kind: 'import', done, total, state } });
    let told = 0;
    try {
      await runImport({
        batch,
        report,
        files,
        origin: { by: session.displayName, at: core.clock(), import: names[0] ?? '' },
        validator: validatorEntry(import.meta.url),
        entry: () => endEntry(report, session),
        signal: abort.signal,
        progress: (done, total) => {
          if (core.clock() - told < tellEvery) return;
          told = core.clock();
          tell('running', done, total);
        },
      });
      report.state = 'done';
    } catch (error) {
      report.state = abort.signal.aborted ? 'cancelled' : 'failed';
      report.accepted = 0;
      report.duplicates = 0;
      for (const file of report.files) if (file.verdict !== 'refused') file.verdict = 'waiting';
      if (!abort.signal.aborted) core.report('import', error);
    }
    if (store.db.open) {
      const { accepted, duplicates } = report;
      withTransaction(store, () =>
        saveImportReport(store, batch.number, { report: JSON.stringify(report), accepted, duplicates }),
      );
    }
    tell(report.state, 1, 1);
    core.broadcast({ event: 'record-changed', data: { patientId: null } });
  }

  /** Resolves when the import has ended. */
  async wait(id: string): Promise<ImportReport> {
    await this.#live.get(id)?.run;
    return this.report(id);
  }

  /** Stops an import; what it wrote is taken back. @throws CallError not-found */
  async cancel(id: string): Promise<void> {
    const live = this.#live.get(id);
    if (live === undefined) throw new CallError('not-found');
    live.abort.abort(new CallError('cancelled'));
    if (live.run === null) live.report.state = 'cancelled';
    await live.run;
  }

  /** Lock is coming: what runs is stopped; what it leaves is removed at the next sign-in. */
  stop(): void {
    for (const { abort } of this.#live.values()) abort.abort(new CallError('cancelled'));
  }

  /** Resolves when nothing runs any more. */
  async stopped(): Promise<void> {
    await Promise.all([...this.#live.values()].map(({ run }) => run));
  }
}

function endEntry(report: ImportReport, session: LiveSession): Omit<NewEntry, 'batch'> {
  return {
    type: 'import.completed',
    outcome: 0,
    agent: { user: session.userId, roles: [...session.roles], session: session.id },
    purpose: purposeOf(session),
    entity: [report.id],
    origin: session.channel,
    detail: {
      files: report.files.length,
      accepted: report.accepted,
      duplicates: report.duplicates,
      refusedFiles: report.files.filter(({ verdict }) => verdict === 'refused').length,
    },
  };
}
