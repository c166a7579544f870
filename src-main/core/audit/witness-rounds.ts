/** Shows the witnesses each new head. One that cannot be reached is asked again; one that objects is an alarm. */
import type { Where } from '../report.ts';
import type { Store } from '../store/open.ts';
import { withTransaction } from '../store/transaction.ts';
import { append } from './log.ts';
import { askWitness, type Witness } from './witness.ts';

export type RoundsParts = {
  readonly store: Store;
  readonly witnesses: () => readonly Witness[];
  readonly now: () => number;
  readonly signal: AbortSignal;
  readonly report: (where: Where, error: unknown) => void;
};

export class WitnessRounds {
  readonly #parts: RoundsParts;
  /** Who objected since the database was opened: told once. */
  readonly #objected = new Set<string>();
  #round: Promise<void> = Promise.resolve();

  constructor(parts: RoundsParts) {
    this.#parts = parts;
  }

  /** One round after the other; it never rejects. */
  ask(): Promise<void> {
    this.#round = this.#round.then(async () => {
      for (const witness of this.#parts.witnesses()) await this.#askOne(witness);
    });
    return this.#round;
  }

  async #askOne(witness: Witness): Promise<void> {
    const { store, signal, report } = this.#parts;
    if (signal.aborted) return;
    try {
      const answer = await askWitness(store, witness);
      if (answer?.kind === 'forked' || answer?.kind === 'refused') this.#alarm(witness.name, answer.kind);
    } catch (error) {
      // Not to be reached, or the database closed meanwhile: the next round asks again.
      if (!signal.aborted) report('witness', error);
    }
  }

  #alarm(witness: string, answer: 'forked' | 'refused'): void {
    const { store, now, signal } = this.#parts;
    if (signal.aborted || this.#objected.has(witness)) return;
    withTransaction(
      store,
      (tx) => {
        append(tx, {
          type: 'audit.witness-objected',
          outcome: 8,
          agent: { user: null, roles: [], session: null },
          purpose: 'HOPERAT',
          origin: 'core',
          detail: { answer, witness },
        });
      },
      now(),
    );
    this.#objected.add(witness);
  }
}
