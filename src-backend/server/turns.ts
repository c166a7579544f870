/** Work that must keep its order although requests run side by side: two batches of one connection, in flight at once. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  /** Runs `work` once everything before it under this name has ended, well or not. @throws what it throws */
  async after<T>(name: string, work: () => Promise<T>): Promise<T> {
    const running = (this.#last.get(name) ?? Promise.resolve()).then(work);
    const ended = running.then(
      () => undefined,
      () => undefined,
    );
    this.#last.set(name, ended);
    try {
      return await running;
    } finally {
      if (this.#last.get(name) === ended) this.#last.delete(name);
    }
  }
}
