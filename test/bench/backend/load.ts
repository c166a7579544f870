/** Workstations as the backend meets them: each pushes one batch after the other and waits at /v1/state beside. */
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { answered, type Clinic, serverName } from './clinics.ts';
import { chainOf } from './envelopes.ts';
import { Line, type LineTo, requestBytes } from './line.ts';

const seen = z.object({ etag: z.string(), size: z.number() });
const stored = z.object({ position: z.number() });

export class Workstation {
  readonly #clinic: Clinic;
  readonly #to: LineTo;
  #push: Line;
  readonly #wait: Line;
  #chain: readonly Buffer[] = [];
  #next = 0;
  #over = false;
  /** Milliseconds from asking to the answer. */
  readonly took: number[] = [];
  /** Milliseconds from the answer of a push until the wait beside it was answered. */
  readonly told: number[] = [];
  #pushedAt: number | null = null;

  private constructor(clinic: Clinic, to: LineTo, push: Line, wait: Line) {
    this.#clinic = clinic;
    this.#to = to;
    this.#push = push;
    this.#wait = wait;
  }

  static async open(clinic: Clinic, port: number): Promise<Workstation> {
    const to = { port, serverName, context: clinic.context };
    const [push, wait] = await Promise.all([Line.to(to), Line.to(to)]);
    return new Workstation(clinic, to, push, wait);
  }

  /** Makes its next batches, before the clock runs. */
  prepare(count: number, body: Buffer): void {
    this.#chain = chainOf(this.#clinic.author, this.#next + count, body)
      .slice(this.#next)
      .map((envelope) => requestBytes('POST', '/v1/batches', envelope, 'application/octet-stream'));
  }

  /** Pushes what was prepared, with so many milliseconds between two beginnings at least. */
  async run(everyMs: number, firstAfterMs: number): Promise<void> {
    await pause(firstAfterMs);
    for (const request of this.#chain) {
      if (this.#push.over) this.#push = await Line.to(this.#to);
      const from = performance.now();
      stored.parse(answered(await this.#push.ask(request)));
      this.#pushedAt = performance.now();
      this.took.push(this.#pushedAt - from);
      this.#next += 1;
      const rest = everyMs - (performance.now() - from);
      if (rest > 0) await pause(rest);
    }
    this.#chain = [];
  }

  /** Waits for changes until closed. */
  async listen(): Promise<void> {
    let etag = '';
    while (!this.#over) {
      const path = etag === '' ? '/v1/state' : `/v1/state?after=${etag}&wait=25`;
      try {
        const answer = seen.parse(answered(await this.#wait.ask(requestBytes('GET', path))));
        if (answer.etag !== etag && this.#pushedAt !== null)
          this.told.push(Math.max(0, performance.now() - this.#pushedAt));
        etag = answer.etag;
      } catch (error) {
        if (!this.#over) throw error;
      }
    }
  }

  close(): void {
    this.#over = true;
    this.#push.close();
    this.#wait.close();
  }
}
