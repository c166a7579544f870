/** The clinic key by epoch: the newest seals patient keys, the ones before it still open what they sealed. */
import { wipe } from '../crypto/wipe.ts';

/** The clinic key of one epoch. */
export type ClinicKey = { readonly epoch: number; readonly key: Buffer };

export class ClinicKeyRing {
  readonly #keys = new Map<number, Buffer>();

  /** @param keys copied; the caller wipes its own */
  constructor(keys: readonly ClinicKey[]) {
    for (const one of keys) this.add(one);
  }

  /** One more epoch. Copied. */
  add({ epoch, key }: ClinicKey): void {
    if (!this.#keys.has(epoch)) this.#keys.set(epoch, Buffer.from(key));
  }

  /** The newest: what is sealed now is sealed under it. */
  get current(): ClinicKey {
    const epoch = Math.max(...this.#keys.keys());
    const key = this.#keys.get(epoch);
    if (key === undefined) throw new Error('no clinic key');
    return { epoch, key };
  }

  of(epoch: number): Buffer | undefined {
    return this.#keys.get(epoch);
  }

  wipe(): void {
    wipe(...this.#keys.values());
  }
}
