/**
 * Core's side of the validating child: starts it, asks, and hands on what it sends, one message at a time. A batch is
 * acknowledged when the next message is asked for, so that the child never runs far ahead of the writer.
 */
import { entryFile } from '../../entry-file.ts';
import type { FromValidator, ValidatorRequest } from './messages.ts';
import { startValidator, type ValidatorChild } from './validator-child.ts';
import { faultTold, reportValidator } from './validator-crash.ts';

/** Grace for a cancelled child to say so before it is killed, in ms. */
const cancelGrace = 2000;

/** The child's entry. */
export function validatorEntry(): string {
  return entryFile('../validator.ts', import.meta.url);
}

/** What is handed on: its last word before a crash goes into a report. */
type Heard = Exclude<FromValidator, { readonly kind: 'stopped' }>;

/**
 * One request, one child. Iterate it once to the end; the last message is `done`. Leaving the loop early kills the
 * child. A child that dies is `done` with outcome `lost`, never an exception.
 */
export class ValidatorRun implements AsyncIterable<Heard> {
  readonly #child: ValidatorChild;
  readonly #waiting: Heard[] = [];
  #wake: (() => void) | undefined;
  #ended = false;
  /** We end it ourselves: no crash. */
  #ending = false;
  #reported = false;
  #cancelTimer: NodeJS.Timeout | undefined;

  constructor(entry: string, request: ValidatorRequest) {
    this.#child = startValidator(
      entry,
      (message) => this.#take(message),
      () => this.#lose(),
    );
    this.#child.send(request);
  }

  /** Undefined where the shell started it. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Messages of a kind that came and were not taken yet. */
  waiting(kind: Heard['kind']): number {
    return this.#waiting.filter((message) => message.kind === kind).length;
  }

  /** Asks the child to stop; the iteration ends with `done`, outcome `cancelled` or, if it does not answer, `lost`. */
  cancel(): void {
    this.#child.send({ kind: 'cancel' });
    this.#ending = true;
    this.#cancelTimer ??= setTimeout(() => this.#child.kill(), cancelGrace);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Heard> {
    try {
      for (;;) {
        const message = this.#waiting.shift();
        if (message === undefined) {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
          continue;
        }
        yield message;
        if (message.kind === 'done') return;
        if (message.kind === 'batch') this.#child.send({ kind: 'ack' });
      }
    } finally {
      clearTimeout(this.#cancelTimer);
      this.#ending = true;
      this.#child.kill();
    }
  }

  #take(message: FromValidator): void {
    if (message.kind === 'stopped') {
      this.#reported = true;
      reportValidator('exception', faultTold(message));
      return;
    }
    if (this.#ended) return;
    if (message.kind === 'done') this.#ended = true;
    this.#waiting.push(message);
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  #lose(): void {
    if (!(this.#ended || this.#ending || this.#reported)) reportValidator('ended');
    this.#take({ kind: 'done', outcome: 'lost' });
  }
}
