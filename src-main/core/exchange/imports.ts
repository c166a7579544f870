/** Imports of this core: previewed, running, ended. One runs at a time; reports of ended ones are kept in the database. */

import { CallError } from '../../../src-shared/contract/errors.ts';
import type { ImportReport } from '../../../src-shared/contract/exchange.ts';
import { append, type NewEntry } from '../audit/log.ts';
import type { Core } from '../core.ts';
import { randomUuid } from '../crypto/random.ts';
import { purposeOf } from '../entry.ts';
import type { LiveSession } from '../session.ts';
import { type Batch, beginBatch } from '../store/batch.ts';
import { readImport, saveImportReport } from '../store/source.ts';
import { withTransaction } from '../store/transaction.ts';
import { type ChosenFile, chosenFiles, newReport, parseReport, setPreview } from './import-report.ts';
import { runImport } from './import-run.ts';
import { readPreview } from './previews.ts';
import { ValidatorRun, validatorEntry } from './read/client.ts';

type Live = {
  readonly report: ImportReport;
  readonly files: readonly ChosenFile[];
  readonly abort: AbortController;
  /** Never rejects. */
  run: Promise<void>;
};

/** Progress events a second at most. */
const tellEvery = 200;

export class Imports {
  readonly #core: Core;
  readonly #live = new Map<string, Live>();

  constructor(core: Core) {
    this.#core = core;
  }

  /** Looks into the files. What is seen is the caller's to keep (`keepPreview`). */
  async preview(paths: readonly string[]): Promise<ImportReport> {
    const files = chosenFiles(paths);
    const report = newReport(randomUuid(), files, this.#core.clock());
    const run = new ValidatorRun(validatorEntry(), {
      kind: 'preview',
      files: files.map(({ index, path }) => ({ index, path })),
    });
    for await (const message of run) {
      if (message.kind === 'previewed') setPreview(report, message.preview);
      if (message.kind === 'done' && message.outcome !== 'finished') throw new CallError('file-unreadable');
    }
    report.state = 'previewed';
    return report;
  }

  get running(): boolean {
    return [...this.#live.values()].some(({ report }) => report.state === 'running');
  }

  /** How an import stands or ended. @throws CallError not-found */
  report(id: string): ImportReport {
    const live = this.#live.get(id)?.report;
    if (live !== undefined) return live;
    const { store } = this.#core.demandOpen();
    const kept = parseReport(readImport(store, id)?.report ?? null) ?? readPreview(store, id)?.report;
    if (kept === undefined) throw new CallError('not-found');
    return kept;
  }

  /** Starts a previewed import, once `begun` has written down that it begins. @throws CallError not-found, busy */
  start(id: string, session: LiveSession, begun: () => void): void {
    const { store } = this.#core.demandOpen();
    const preview = readPreview(store, id);
    if (preview === null || preview.report.state !== 'previewed') throw new CallError('not-found');
    if ([...this.#live.values()].some(({ report }) => report.state === 'running')) throw new CallError('busy');
    begun();
    const { report, paths } = preview;
    const files = chosenFiles(paths);
    const batch = beginBatch(store, {
      id: report.id,
      byUser: session.userId,
      files: JSON.stringify(files.slice(0, 1000).map(({ name }) => name)),
      now: this.#core.clock,
    });
    report.state = 'running';
    const live: Live = { report, files, abort: new AbortController(), run: Promise.resolve() };
    this.#live.set(id, live);
    live.run = this.#run(live, batch, session).catch((error: unknown) => {
      report.state = 'failed';
      this.#core.report('import', error);
    });
  }

  async #run(live: Live, batch: Batch, session: LiveSession): Promise<void> {
    const { report, files, abort } = live;
    const core = this.#core;
    const { store } = batch;
    const names = files.map(({ name }) => name);
    let left: Omit<NewEntry, 'batch'> | null = null;
    const tell = (state: 'running' | 'done' | 'failed' | 'cancelled', done: number, total: number): void =>
      core.broadcast({ event: 'progress', data: { task: report.id, kind: 'import', done, total, state } });
    let told = 0;
    try {
      await runImport({
        batch,
        report,
        files,
        origin: { by: session.displayName, at: core.clock(), import: names[0] ?? '' },
        validator: validatorEntry(),
        entry: () => endEntry(report, session),
        signal: abort.signal,
        progress: (done, total) => {
          if (core.clock() - told < tellEvery) return;
          told = core.clock();
          tell('running', done, total);
        },
      });
      report.state = 'done';
      // An import that brought nothing new has no batch whose entry could say so.
      if (report.accepted === 0) left = endEntry(report, session);
    } catch (error) {
      report.state = abort.signal.aborted ? 'cancelled' : 'failed';
      report.accepted = 0;
      report.duplicates = 0;
      for (const file of report.files) if (file.verdict !== 'refused') file.verdict = 'waiting';
      if (!abort.signal.aborted) {
        core.report('import', error);
        left = failedEntry(report, session, error);
      }
    }
    if (store.db.open) {
      const { accepted, duplicates } = report;
      const entry = left;
      withTransaction(store, (tx) => {
        saveImportReport(store, batch.number, { report: JSON.stringify(report), accepted, duplicates });
        if (entry !== null) append(tx, entry);
      });
      // From here on the database has it.
      this.#live.delete(report.id);
    }
    tell(report.state, 1, 1);
    core.broadcast({ event: 'record-changed', data: { patientId: null } });
  }

  /** Resolves when the import has ended. */
  async wait(id: string): Promise<ImportReport> {
    await this.#live.get(id)?.run;
    return this.report(id);
  }

  /** Stops an import; what it wrote is taken back. One that is only previewed waits for nothing. @throws CallError not-found */
  async cancel(id: string): Promise<ImportReport> {
    const live = this.#live.get(id);
    live?.abort.abort(new CallError('cancelled'));
    await live?.run;
    return this.report(id);
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

function failedEntry(report: ImportReport, session: LiveSession, error: unknown): Omit<NewEntry, 'batch'> {
  const entry = endEntry(report, session);
  const code = error instanceof CallError ? error.value.code : 'internal';
  return { ...entry, outcome: 8, detail: { ...entry.detail, error: code } };
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
