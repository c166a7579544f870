/**
 * Who waits at `/v1/state` is woken by a change of their clinic, whichever instance it came in by: the store tells of
 * those of this process, PostgreSQL's NOTIFY of the others'. However many wait, a change costs one read per clinic.
 */
import { randomUuid } from '../../src-main/core/crypto/random.ts';
import type { Store, TenantState } from '../store/types.ts';

/** Between instances. */
export type Wire = {
  /** Tells the others; no matter if it is lost: who waits asks again after 25 seconds. */
  tell(payload: string): void;
  /** @returns stops it */
  onTold(listener: (payload: string) => void): () => void;
};

type Waiter = {
  readonly unlike: string;
  answer(state: TenantState): void;
  over(): void;
  fail(error: unknown): void;
};

export const etagOf = ({ size, directory, slots, devices, quota }: TenantState): string =>
  [size, directory, slots, devices, quota].join('.');

export class Changes {
  readonly #store: Store;
  readonly #wire: Wire;
  readonly #self = randomUuid();
  readonly #waiting = new Map<string, Set<Waiter>>();
  /** Clinics that are being read; true: something changed meanwhile. */
  readonly #reading = new Map<string, boolean>();
  /** Clinics of which the other instances are told in a moment. */
  readonly #toTell = new Set<string>();
  readonly #stops: (() => void)[];
  readonly #counted: (waiting: number) => void;
  #count = 0;

  /** @param counted told how many wait, whenever that changes */
  constructor(store: Store, wire: Wire, counted: (waiting: number) => void) {
    this.#store = store;
    this.#counted = counted;
    this.#wire = wire;
    this.#stops = [
      store.onChange((tenant) => {
        this.#changed(tenant);
        this.#tellOthers(tenant);
      }),
      wire.onTold((payload) => {
        const [instance, tenant] = payload.split(' ');
        if (instance !== this.#self && tenant !== undefined) this.#changed(tenant);
      }),
    ];
  }

  /** The first state with another etag; null when there is none in time, or the signal says that nobody waits any more. */
  next(tenant: string, unlike: string, milliseconds: number, signal: AbortSignal): Promise<TenantState | null> {
    return new Promise((resolve, reject) => {
      const waiters = this.#waiting.get(tenant) ?? new Set<Waiter>();
      const settle = (finish: () => void): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', over);
        if (waiters.delete(waiter)) this.#counted(--this.#count);
        if (waiters.size === 0 && this.#waiting.get(tenant) === waiters) this.#waiting.delete(tenant);
        finish();
      };
      const over = (): void => settle(() => resolve(null));
      const waiter: Waiter = {
        unlike,
        answer: (state) => settle(() => resolve(state)),
        over,
        fail: (error) => settle(() => reject(error)),
      };
      const timer = setTimeout(over, milliseconds);
      waiters.add(waiter);
      this.#counted(++this.#count);
      this.#waiting.set(tenant, waiters);
      signal.addEventListener('abort', over, { once: true });
      if (signal.aborted) over();
      // What changed between the caller's look and now would wake nobody.
      else void this.#read(tenant);
    });
  }

  /** Who waits is answered as if nothing had changed. */
  close(): void {
    for (const stop of this.#stops) stop();
    for (const waiters of [...this.#waiting.values()]) for (const waiter of [...waiters]) waiter.over();
  }

  #changed(tenant: string): void {
    if (this.#waiting.has(tenant)) void this.#read(tenant);
  }

  async #read(tenant: string): Promise<void> {
    if (this.#reading.has(tenant)) {
      this.#reading.set(tenant, true);
      return;
    }
    do {
      this.#reading.set(tenant, false);
      try {
        const state = await this.#store.withTenant(tenant, (clinic) => clinic.state());
        for (const waiter of [...(this.#waiting.get(tenant) ?? [])]) {
          if (state !== null && etagOf(state) !== waiter.unlike) waiter.answer(state);
        }
      } catch (error) {
        for (const waiter of [...(this.#waiting.get(tenant) ?? [])]) waiter.fail(error);
      }
    } while (this.#reading.get(tenant) === true);
    this.#reading.delete(tenant);
  }

  /** Many changes within a moment are one message. */
  #tellOthers(tenant: string): void {
    if (this.#toTell.has(tenant)) return;
    this.#toTell.add(tenant);
    const timer = setTimeout(() => {
      this.#toTell.delete(tenant);
      this.#wire.tell(`${this.#self} ${tenant}`);
    }, 20);
    timer.unref();
  }
}
