/** A core to talk to and to kill. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { ErrorValue } from '../../../src-shared/contract/errors.ts';
import type { CallInput, Output, ProcedureName } from '../../../src-shared/contract/index.ts';
import { procedures } from '../../../src-shared/contract/index.ts';
import { Broken } from '../kind.ts';
import {
  type Ahead,
  type Answer,
  answer,
  type Dump,
  dump,
  type Entries,
  entries,
  greeting,
  type Request,
} from './messages.ts';

export type Asked<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ErrorValue };

type Question = Request extends infer R ? (R extends Request ? Omit<R, 'id'> : never) : never;

export class CoreProcess {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (answer: Answer | undefined) => void>();
  readonly #gone: Promise<void>;
  #next = 1;
  #complaint = '';
  /** What starting it said: null, or `busy` when another core holds the profile. */
  trouble: ErrorValue | null = null;

  constructor(child: ChildProcess) {
    this.#child = child;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#complaint = (this.#complaint + text).slice(-4000);
    });
    this.#gone = once(child, 'exit').then(() => {
      for (const settle of this.#waiting.values()) settle(undefined);
      this.#waiting.clear();
    });
    child.on('message', (message) => {
      const parsed = answer.safeParse(message);
      if (!parsed.success) return;
      this.#waiting.get(parsed.data.id)?.(parsed.data);
      this.#waiting.delete(parsed.data.id);
    });
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  /** What it wrote to its standard error: names of errors, never content. */
  get complaint(): string {
    return this.#complaint;
  }

  async #ask(question: Question): Promise<Answer> {
    const id = this.#next++;
    const { promise, resolve } = Promise.withResolvers<Answer | undefined>();
    this.#waiting.set(id, resolve);
    if (this.#child.exitCode !== null || this.#child.signalCode !== null || !this.#child.connected) resolve(undefined);
    else this.#child.send({ ...question, id }, () => undefined);
    const got = await promise;
    if (got === undefined)
      throw new Broken(
        `core ended (${this.#child.signalCode ?? this.#child.exitCode}): ${firstError(this.#complaint)}`,
      );
    return got;
  }

  /** One call, its answer checked against the contract. */
  async call<N extends ProcedureName>(procedure: N, input: CallInput<N>, desk = 0): Promise<Asked<Output<N>>> {
    const got = await this.#ask({ kind: 'call', procedure, input, desk });
    if (!got.ok) return got;
    const parsed = procedures.get(procedure)?.output.safeParse(got.value);
    if (parsed?.success !== true) throw new Broken(`${procedure} answers another shape than its contract`);
    return { ok: true, value: parsed.data as Output<N> };
  }

  /** One call of any procedure with anything: the code it is refused with, null when it is answered. */
  async code(procedure: string, input: unknown, desk = 0): Promise<ErrorValue['code'] | null> {
    const got = await this.#ask({ kind: 'call', procedure, input, desk });
    return got.ok ? null : got.error.code;
  }

  /** One call that must succeed. */
  async demand<N extends ProcedureName>(procedure: N, input: CallInput<N>, desk = 0): Promise<Output<N>> {
    const got = await this.call(procedure, input, desk);
    if (!got.ok) throw this.#refused(procedure, got.error);
    return got.value;
  }

  async #value(question: Question): Promise<unknown> {
    const got = await this.#ask(question);
    if (!got.ok) throw this.#refused(question.kind, got.error);
    return got.value;
  }

  /** With core's own last line where it says no more than that something broke. */
  #refused(what: string, { code }: ErrorValue): Broken {
    const last = code === 'internal' ? ` (${this.#complaint.trim().split('\n').at(-1)})` : '';
    return new Broken(`${what} is refused: ${code}${last}`);
  }

  async dump(): Promise<Dump> {
    return dump.parse(await this.#value({ kind: 'dump' }));
  }

  /** The first thing wrong with the open database, null when all holds. */
  async check(): Promise<string | null> {
    const found = await this.#value({ kind: 'check' });
    return typeof found === 'string' ? found : null;
  }

  /** What stands in the log from a number on. */
  async entries(from: number): Promise<Entries> {
    return entries.parse(await this.#value({ kind: 'entries', from }));
  }

  async age(): Promise<void> {
    await this.#value({ kind: 'age' });
  }

  /** Sets its clocks. */
  async ahead(offset: Ahead): Promise<void> {
    await this.#value({ kind: 'ahead', to: offset });
  }

  /** Ends it in order. */
  async close(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null && this.trouble === null) {
      await this.#ask({ kind: 'close' }).catch(() => undefined);
    }
    await this.kill();
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#gone;
  }
}

function firstError(text: string): string {
  return text.split('\n').find((line) => line.includes('Error')) ?? 'no reason given';
}

/** @param env what leads to the keyring @param offset how far its clocks are ahead of the machine's */
export async function startCore(
  profile: string,
  env: Readonly<Record<string, string>>,
  offset: Ahead = { wall: 0, monotonic: 0 },
): Promise<CoreProcess> {
  const child = fork(join(import.meta.dirname, 'child.ts'), [profile, JSON.stringify(offset)], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, ...env },
  });
  const core = new CoreProcess(child);
  const started = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => undefined)]);
  if (started === undefined) throw new Broken(`core does not start: ${firstError(core.complaint)}`);
  core.trouble = greeting.parse(started[0]).error;
  return core;
}
