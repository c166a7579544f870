/** The running verification of log and record, and the last verdict. One at a time, in slices, cancellable. */
import type { AuditVerdict } from '../../src-shared/contract/audit.ts';
import { auditVerdict } from '../../src-shared/contract/audit.ts';
import { CallError } from '../../src-shared/contract/errors.ts';
import { verifyWhole } from './audit/verify-whole.ts';
import type { Core } from './core.ts';
import { wipe } from './crypto/wipe.ts';
import { readMeta, writeMeta } from './store/meta.ts';
import type { Progress } from './store/slices.ts';

const lastVerdict = 'last_verdict';
const tellEvery = 200;

export class Verification {
  readonly #core: Core;
  #running: Promise<AuditVerdict | null> | null = null;
  #abort: AbortController | null = null;

  constructor(core: Core) {
    this.#core = core;
  }

  /**
   * Starts unless one runs already. @throws CallError busy
   * @param begun writes down that it begins
   * @param ended gets the verdict, for its entry
   * @param databaseKey for the worker that checks the pages; copied
   */
  start(begun: () => void, ended: (verdict: AuditVerdict) => void, databaseKey: Buffer): void {
    if (this.#running !== null) throw new CallError('busy');
    begun();
    this.#abort = new AbortController();
    const key = Buffer.from(databaseKey);
    this.#running = this.#run(this.#abort.signal, ended, key).finally(() => {
      wipe(key);
      this.#running = null;
    });
  }

  async #run(signal: AbortSignal, ended: (verdict: AuditVerdict) => void, key: Buffer): Promise<AuditVerdict | null> {
    const core = this.#core;
    const { store } = core.demandOpen();
    const tell = (state: 'running' | 'done' | 'failed' | 'cancelled', done: number, total: number): void =>
      core.broadcast({ event: 'progress', data: { task: 'verify', kind: 'verify', done, total, state } });
    const trust = { clinicId: core.vault.ids().clinicId, book: core.vault.rosterHistory() };
    let told = 0;
    try {
      const options = {
        signal,
        onProgress: ({ done, total }: Progress) => {
          if (core.clock() - told < tellEvery) return;
          told = core.clock();
          tell('running', done, total);
        },
      };
      const verdict = await verifyWhole(store, { ...options, key, trust, now: core.clock });
      ended(verdict);
      writeMeta(store.db, lastVerdict, Buffer.from(JSON.stringify(verdict), 'utf8'));
      tell('done', 1, 1);
      return verdict;
    } catch (error) {
      tell(signal.aborted ? 'cancelled' : 'failed', 0, 1);
      if (!signal.aborted) core.report('verify', error);
      return null;
    }
  }

  get running(): boolean {
    return this.#running !== null;
  }

  /** The running one's verdict when it ends, else the last one's. */
  async verdict(): Promise<AuditVerdict | null> {
    return (await this.#running) ?? this.last();
  }

  last(): AuditVerdict | null {
    const bytes = readMeta(this.#core.demandOpen().store.db, lastVerdict);
    if (bytes === undefined) return null;
    try {
      return auditVerdict.parse(JSON.parse(bytes.toString('utf8')));
    } catch {
      // A row that says nothing of ours is no verdict; the next verification writes one.
      return null;
    }
  }

  /** Resolves when nothing runs any more. */
  async stopped(): Promise<void> {
    await this.#running;
  }

  cancel(): void {
    this.#abort?.abort(new CallError('cancelled'));
  }
}
