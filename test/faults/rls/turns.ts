/** Lanes that go on in rounds: which of them take the next step together is the seed's to say. */
import type { Prng } from '../prng.ts';

export class Turns {
  readonly #random: Prng;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(random: Prng) {
    this.#random = random;
  }

  /** Plays all lanes to their end. @throws the first one's error, when all have ended */
  async play(lanes: readonly ((turn: () => Promise<void>) => Promise<void>)[]): Promise<void> {
    this.#running = lanes.length;
    const turn = () =>
      new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
        this.#pass();
      });
    const ended = await Promise.allSettled(
      lanes.map(async (lane) => {
        try {
          await turn();
          await lane(turn);
        } finally {
          this.#running -= 1;
          this.#pass();
        }
      }),
    );
    for (const end of ended) if (end.status === 'rejected') throw end.reason;
  }

  /** Once everybody waits, some go on. */
  #pass(): void {
    if (this.#waiting.length === 0 || this.#waiting.length < this.#running) return;
    const order = this.#random.shuffled(this.#waiting.splice(0));
    const going = this.#random.between(1, order.length);
    this.#waiting.push(...order.slice(going));
    for (const go of order.slice(0, going)) go();
  }
}
