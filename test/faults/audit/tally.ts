/** What was tried, counted by what had to be noticed: what nobody promised to notice stands apart. */
import type { Played } from './room.ts';

type Counts = { tried: number; broken: number; noticed: number };

const classes = [
  ['signed', 'before the last witnessed checkpoint, named with its place'],
  ['heads', 'whole logs put in place of this one, named by keychain, one-time keys, witness and a known head'],
  ['behind', 'behind the last witnessed checkpoint, not promised'],
] as const;

export class Tally {
  readonly #classes = new Map<string, Counts>();
  #milliseconds = 0;
  #tried = 0;

  add({ class: name, by, broken, milliseconds }: Played): void {
    const counts = this.#classes.get(name) ?? { tried: 0, broken: 0, noticed: 0 };
    counts.tried += 1;
    if (broken !== null) counts.broken += 1;
    if (by.length > 0) counts.noticed += 1;
    this.#classes.set(name, counts);
    this.#tried += 1;
    this.#milliseconds += milliseconds;
  }

  lines(): string[] {
    const lines = classes.flatMap(([name, words]) => {
      const { tried, noticed } = this.#classes.get(name) ?? { tried: 0, noticed: 0 };
      return tried === 0 ? [] : [`${noticed} of ${tried} noticed: ${words}`];
    });
    return [...lines, `${(this.#milliseconds / Math.max(1, this.#tried)).toFixed(1)} ms of processor time a trial`];
  }
}
