/** Draws the sheets of weeks that are over, at the first open session after. */

import { CallError } from '../../../src-shared/contract/errors.ts';
import type { Core } from '../core.ts';
import type { Opened } from '../opened.ts';
import { runGently } from '../scrub/gently.ts';
import { drawWeek } from './sample.ts';

const lookEvery = 30_000;

export class Weeks {
  readonly #core: Core;
  readonly #timer: NodeJS.Timeout;
  #abort: AbortController | null = null;
  #running: Promise<void> | null = null;

  constructor(core: Core) {
    this.#core = core;
    this.#timer = setInterval(() => void this.look(), lookEvery);
    this.#timer.unref();
  }

  /** Draws what is due. Resolves when nothing is. */
  async look(): Promise<void> {
    const opened = this.#core.opened();
    if (opened === null || this.#running !== null || this.#core.rotation.maintenance !== null) return;
    this.#abort = new AbortController();
    this.#running = this.#draw(opened, this.#abort.signal).finally(() => {
      this.#running = null;
    });
    await this.#running;
  }

  async #draw({ store }: Opened, signal: AbortSignal): Promise<void> {
    try {
      while ((await runGently(drawWeek(store, this.#core.clock), { signal })) !== null);
    } catch (error) {
      if (!signal.aborted) this.#core.report('review-week', error);
    }
  }

  stop(): void {
    this.#abort?.abort(new CallError('cancelled'));
  }

  async stopped(): Promise<void> {
    await this.#running;
  }

  close(): void {
    clearInterval(this.#timer);
    this.stop();
  }
}
