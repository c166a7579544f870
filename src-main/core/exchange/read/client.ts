/**
 * Core's side of the validating child: starts it, asks, and hands on what it sends, one message at a time. A batch is
 * acknowledged when the next message is asked for, so that the child never runs far ahead of the writer.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { entryFile } from '../../entry-file.ts';
import type { FromValidator, ToValidator, ValidatorRequest } from './messages.ts';

/** Grace for a cancelled child to say so before it is killed, in ms. */
const cancelGrace = 2000;

/** The child's entry. */
export function validatorEntry(): string {
  return entryFile('../validator.ts', import.meta.url);
}

/**
 * One request, one child. Iterate it once to the end; the last message is `done`. Leaving the loop early kills the
 * child. A child that dies is `done` with outcome `lost`, never an exception.
 */
export class ValidatorRun implements AsyncIterable<FromValidator> {
  readonly #child: ChildProcess;
  readonly #waiting: FromValidator[] = [];
  #wake: (() => void) | undefined;
  #ended = false;
  #cancelTimer: NodeJS.Timeout | undefined;

  constructor(entry: string, request: ValidatorRequest) {
    this.#child = fork(entry, [], {
      serialization: 'advanced',
      // The child needs nothing of our environment; in Electron it must run as plain Node.
      env: { ELECTRON_RUN_AS_NODE: '1' },
      execArgv: ['--max-semi-space-size=16'],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.#child.on('message', (message: FromValidator) => this.#take(message));
    // `exit` may come before the last messages were read from the channel, `disconnect` never does.
    this.#child.on('disconnect', () => this.#lose());
    this.#child.on('error', () => this.#lose());
    this.#child.on('exit', () => setImmediate(() => this.#child.connected || this.#lose()));
    this.#send(request);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Messages of a kind that came and were not taken yet. */
  waiting(kind: FromValidator['kind']): number {
    return this.#waiting.filter((message) => message.kind === kind).length;
  }

  /** Asks the child to stop; the iteration ends with `done`, outcome `cancelled` or, if it does not answer, `lost`. */
  cancel(): void {
    this.#send({ kind: 'cancel' });
    this.#cancelTimer ??= setTimeout(() => this.#child.kill('SIGKILL'), cancelGrace);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<FromValidator> {
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
        if (message.kind === 'batch') this.#send({ kind: 'ack' });
      }
    } finally {
      clearTimeout(this.#cancelTimer);
      this.#child.kill('SIGKILL');
    }
  }

  #take(message: FromValidator): void {
    if (this.#ended) return;
    if (message.kind === 'done') this.#ended = true;
    this.#waiting.push(message);
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  #lose(): void {
    this.#take({ kind: 'done', outcome: 'lost' });
  }

  #send(message: ToValidator): void {
    if (!this.#child.connected) return;
    // A child that is gone says so by `disconnect`; the failed write adds nothing.
    this.#child.send(message, () => undefined);
  }
}
