/**
 * How far a rotation of the database is. The copy counts its bytes. Writing anew goes from the first page to the last:
 * up to where the two files differ, it is done. The check tells nothing on its way; it takes about as long as the
 * writing did, and is shown so.
 */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import type { GenerationStep } from '../store/next-generation.ts';
import { pageSize } from '../store/open.ts';

/** Where each step begins, as a share of the whole. */
const begins = { copy: 0, rekey: 0.06, verify: 0.55 } as const satisfies Record<GenerationStep, number>;

export class RotationProgress {
  readonly #size: number;
  readonly #from: string;
  readonly #to: string;
  #handles: readonly [number, number] | undefined;
  #step: GenerationStep = 'copy';
  #copied = 0;
  #since = performance.now();
  #writing = 0;
  #shown = 0;

  constructor(from: string, to: string) {
    this.#from = from;
    this.#to = to;
    this.#size = statSync(from).size;
  }

  step(step: GenerationStep, done: number): void {
    if (step !== this.#step) {
      const now = performance.now();
      if (this.#step === 'rekey') this.#writing = now - this.#since;
      this.#since = now;
    }
    this.#step = step;
    if (step === 'copy') this.#copied = done;
  }

  /** 0 to 1; never back. */
  share(): number {
    this.#shown = Math.max(this.#shown, this.#look());
    return this.#shown;
  }

  #look(): number {
    switch (this.#step) {
      case 'copy':
        return begins.rekey * (this.#copied / this.#size);
      case 'rekey':
        return begins.rekey + (begins.verify - begins.rekey) * this.#written();
      case 'verify': {
        const part = (performance.now() - this.#since) / Math.max(1, this.#writing);
        return begins.verify + (1 - begins.verify) * Math.min(0.98, part);
      }
    }
  }

  /** The first page that both files still have alike. */
  #written(): number {
    this.#handles ??= [openSync(this.#from, 'r'), openSync(this.#to, 'r')];
    const [from, to] = this.#handles;
    const one = Buffer.alloc(pageSize);
    const other = Buffer.alloc(pageSize);
    const pages = Math.floor(this.#size / pageSize);
    let low = 1; // the first page is written last
    let high = pages;
    while (low < high) {
      const middle = (low + high) >> 1;
      readSync(from, one, 0, pageSize, middle * pageSize);
      readSync(to, other, 0, pageSize, middle * pageSize);
      if (one.equals(other)) high = middle;
      else low = middle + 1;
    }
    return low / pages;
  }

  close(): void {
    for (const handle of this.#handles ?? []) closeSync(handle);
    this.#handles = undefined;
  }
}
