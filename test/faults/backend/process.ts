/** Starts the backend in a process of its own, asks it, stops it, kills it, and starts it again on the same port. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { z } from 'zod';
import { type Asked, clinic, metrics, type NewClinic, type Started, started, stopped } from './messages.ts';

export type BackendSettings = {
  /** Made where it is not there; PostgreSQL's own account must get to it, so the folders above are opened for passing. */
  readonly folder: string;
  readonly unlimited?: boolean;
  /** Connections to PostgreSQL. */
  readonly connections?: number;
  /** Where all that goes through its connections is written down, decrypted. */
  readonly record?: string;
};

export class BackendProcess {
  readonly data: string;
  readonly logFile: string;
  readonly #settings: BackendSettings;
  #child: ChildProcess;
  #facts: Started;

  private constructor(settings: BackendSettings, child: ChildProcess, facts: Started) {
    this.#settings = settings;
    this.#child = child;
    this.#facts = facts;
    this.data = dataOf(settings);
    this.logFile = logOf(settings);
  }

  static async start(settings: BackendSettings): Promise<BackendProcess> {
    mkdirSync(dataOf(settings), { recursive: true });
    // The harness's own folders are for nobody else; PostgreSQL refuses root and runs as somebody else.
    for (let one = dataOf(settings); one !== tmpdir() && one !== dirname(one); one = dirname(one)) {
      if ((statSync(one).mode & 0o001) === 0) chmodSync(one, 0o711);
    }
    const { child, facts } = await launch(settings, 0);
    return new BackendProcess(settings, child, facts);
  }

  get facts(): Started {
    return this.#facts;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  clinic(quota?: number): Promise<NewClinic> {
    return this.#ask({ kind: 'clinic', ...(quota !== undefined && { quota }) }, clinic);
  }

  async metrics(): Promise<string> {
    return (await this.#ask({ kind: 'metrics' }, metrics)).text;
  }

  log(): string {
    return readFileSync(this.logFile, 'utf8');
  }

  /** In order: what was committed is on the disk, and the database is closed. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    await this.#ask({ kind: 'stop' }, stopped);
    await this.kill();
  }

  /** Service and database server at once, as a power cut would. */
  async kill(): Promise<void> {
    const database = databasePid(this.data);
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const gone = once(this.#child, 'exit');
      this.#child.kill('SIGKILL');
      await gone;
    }
    if (database !== undefined) killGroup(database);
  }

  /** After a kill: on the same folder and the same port. */
  async again(): Promise<void> {
    const { child, facts } = await launch(this.#settings, this.#facts.port);
    this.#child = child;
    this.#facts = facts;
  }

  async #ask<T>(asked: Asked, schema: z.ZodType<T>): Promise<T> {
    this.#child.send(asked);
    return schema.parse(await answerOf(this.#child));
  }
}

const dataOf = ({ folder }: BackendSettings): string => join(folder, 'data');
const logOf = ({ folder }: BackendSettings): string => join(folder, 'backend.log');

async function launch(settings: BackendSettings, port: number): Promise<{ child: ChildProcess; facts: Started }> {
  const child = fork(join(import.meta.dirname, 'child.ts'), [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const { unlimited = false, connections = 10, record = null } = settings;
  child.send({ data: dataOf(settings), port, log: logOf(settings), unlimited, connections, record });
  return { child, facts: started.parse(await answerOf(child)) };
}

async function answerOf(child: ChildProcess): Promise<unknown> {
  const over = new AbortController();
  const exit = once(child, 'exit', { signal: over.signal }).then(() => {
    throw new Error('the backend ended without an answer');
  });
  const answer = once(child, 'message', { signal: over.signal });
  for (const one of [exit, answer]) one.catch(() => undefined);
  try {
    const [message]: unknown[] = await Promise.race([answer, exit]);
    return message;
  } finally {
    over.abort();
  }
}

/** PostgreSQL's own mark of its process. */
function databasePid(data: string): number | undefined {
  try {
    const pid = Number(readFileSync(join(data, 'postgres', 'cluster', 'postmaster.pid'), 'utf8').split('\n')[0]);
    return pid > 1 ? pid : undefined;
  } catch {
    // Stopped in order: no such file.
    return undefined;
  }
}

/** The server leads a group of its own, all its helpers in it. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}
