/** An export that takes its time: one at a time, told of as it goes, over when it is stopped or its session is. */
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { Progress } from '../../../src-shared/contract/events.ts';
import type { HandlerInput, Output, ProcedureName } from '../../../src-shared/contract/index.ts';
import type { TaskContext } from '../call.ts';
import type { Core } from '../core.ts';
import type { LiveSession } from '../session.ts';

/** Progress is told at most this often, milliseconds. */
const tellEvery = 200;

/** One run, as the writing of its parts sees it. */
export class ExportRun {
  readonly #core: Core;
  readonly #task: string;
  readonly #session: LiveSession;
  readonly #abort = new AbortController();
  #told = 0;

  constructor(core: Core, task: string, session: LiveSession) {
    this.#core = core;
    this.#task = task;
    this.#session = session;
  }

  /** Before each part. @throws CallError cancelled, not-signed-in */
  demand(): void {
    this.#abort.signal.throwIfAborted();
    if (this.#session.keys.closed) throw new CallError('not-signed-in');
  }

  moved(done: number, total: number): void {
    if (this.#core.clock() - this.#told < tellEvery) return;
    this.#told = this.#core.clock();
    this.#tell('running', done, total);
  }

  cancel(): void {
    this.#abort.abort(new CallError('cancelled'));
  }

  done(): void {
    this.#tell('done', 1, 1);
  }

  failed(): void {
    this.#tell(this.#abort.signal.aborted ? 'cancelled' : 'failed', 0, 1);
  }

  #tell(state: Progress['state'], done: number, total: number): void {
    this.#core.broadcast({ event: 'progress', data: { task: this.#task, kind: 'export', done, total, state } });
  }
}

export abstract class LongExport<N extends ProcedureName> {
  readonly #core: Core;
  readonly #task: string;
  #run: ExportRun | null = null;
  #ended: Promise<unknown> = Promise.resolve();

  /** @param task what progress calls it */
  constructor(core: Core, task: string) {
    this.#core = core;
    this.#task = task;
  }

  get running(): boolean {
    return this.#run !== null;
  }

  /** What was written goes; nothing where none runs. */
  cancel(): void {
    this.#run?.cancel();
  }

  /** Resolves when nothing runs any more. */
  async stopped(): Promise<void> {
    await this.#ended;
  }

  /** @throws CallError busy, cancelled, not-signed-in, and what its writing throws */
  async run(context: TaskContext, input: HandlerInput<N>): Promise<Output<N>> {
    if (this.#run !== null) throw new CallError('busy');
    const run = new ExportRun(this.#core, this.#task, context.session);
    this.#run = run;
    const work = this.#tracked(run, context, input).finally(() => {
      this.#run = null;
    });
    this.#ended = work.then(
      () => undefined,
      // Its caller has the failure.
      () => undefined,
    );
    return work;
  }

  async #tracked(run: ExportRun, context: TaskContext, input: HandlerInput<N>): Promise<Output<N>> {
    try {
      const output = await this.write(run, context, input);
      run.done();
      return output;
    } catch (error) {
      run.failed();
      throw error;
    }
  }

  protected abstract write(run: ExportRun, context: TaskContext, input: HandlerInput<N>): Promise<Output<N>>;
}
