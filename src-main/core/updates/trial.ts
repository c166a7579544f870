/**
 * A new version on trial: nobody works before it has proved itself, and until main has written down that it stays,
 * nothing here gets ahead of the copy that the old version would go back to.
 */
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { SelfCheckFailure } from '../../../src-shared/updates/state.ts';
import type { LogHead } from '../audit/log.ts';
import type { LogTrust } from '../audit/verifylog.ts';
import type { Store } from '../store/open.ts';
import { checkOpened } from './self-check.ts';

/** What a database is asked once it is open and before anything of it counts. */
export type Proof = {
  readonly opened: (store: Store, known: LogHead | null, trust: LogTrust) => Promise<void>;
  /** Opening it failed. */
  readonly failed: (error: unknown) => void;
};

/** These tell of the machine, not of the version. */
const notItsFault: ReadonlySet<string> = new Set(['disk-full', 'not-writable', 'keychain-locked', 'keychain-absent']);

export class Trial {
  readonly #tell: (half: 'start' | 'open', failure: SelfCheckFailure | null) => void;
  readonly #begun = Promise.withResolvers<void>();
  readonly #kept = Promise.withResolvers<void>();
  #failure: SelfCheckFailure | null = null;
  #over = false;

  constructor(tell: (half: 'start' | 'open', failure: SelfCheckFailure | null) => void) {
    this.#tell = tell;
  }

  /** The first half is done, well or not: until then calls wait. */
  get begun(): Promise<void> {
    return this.#begun.promise;
  }

  get over(): boolean {
    return this.#over;
  }

  /** What the first half came to. */
  started(failure: SelfCheckFailure | null): void {
    this.#failure ??= failure;
    this.#tell('start', failure);
    this.#begun.resolve();
  }

  /** Main knows already that this version does not work here. */
  failed(failure: SelfCheckFailure): void {
    this.#failure = failure;
    this.#begun.resolve();
  }

  /** @throws CallError update-failed where this version does not work here */
  demandGood(): void {
    if (this.#failure !== null) throw new CallError('update-failed');
  }

  /** Main has written down that this version stays. */
  kept(): void {
    this.#over = true;
    this.#kept.resolve();
  }

  /** The second half. @throws CallError update-failed: nobody gets a session */
  readonly proof: Proof = {
    opened: async (store, known, trust) => {
      this.demandGood();
      const failure = checkOpened(store, known, trust);
      if (failure !== null) this.#fail(failure);
      await this.passed();
    },
    failed: (error) => {
      this.demandGood();
      if (error instanceof CallError && notItsFault.has(error.value.code)) return;
      this.#fail('migration');
    },
  };

  /** It holds. Resolves once main has it on the disk: what is written from then on is never taken back. */
  async passed(): Promise<void> {
    if (this.#over) return;
    this.#tell('open', null);
    await this.#kept.promise;
  }

  #fail(failure: SelfCheckFailure): never {
    this.#failure = failure;
    this.#tell('open', failure);
    throw new CallError('update-failed');
  }
}
