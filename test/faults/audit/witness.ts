/** A witness in this process: it answers as the product's interface says, and remembers one log per origin. */
import type { LogTrust } from '../../../src-main/core/audit/verifylog.ts';
import {
  answerAsWitness,
  type Witness,
  type WitnessAnswer,
  type WitnessedLog,
  type WitnessRequest,
} from '../../../src-main/core/audit/witness.ts';
import { generateEd25519 } from '../../../src-main/core/crypto/ed25519.ts';
import { witnessKey } from '../../../src-main/core/crypto/signed-note.ts';
import { monday } from './people.ts';

/** What crosses to another process. */
export type WitnessKeys = {
  readonly name: string;
  readonly publicKey: Uint8Array;
  readonly privateKey: Uint8Array;
  readonly origin: string;
  readonly log: {
    readonly number: number;
    readonly size: number;
    readonly hash: Uint8Array;
    readonly next: Uint8Array;
    readonly root: Uint8Array;
  } | null;
};

export class OurWitness implements Witness {
  readonly name: string;
  readonly #keys: Pick<WitnessKeys, 'publicKey' | 'privateKey'>;
  readonly #trust: LogTrust;
  #origin = '';
  #log: WitnessedLog | undefined;

  constructor(keys: WitnessKeys, trust: LogTrust) {
    this.name = keys.name;
    this.#keys = keys;
    this.#trust = trust;
    this.#origin = keys.origin;
    const { log } = keys;
    if (log === null) return;
    const { number, size, hash, next, root } = log;
    this.#log = { link: { number, size, hash: Buffer.from(hash), next: Buffer.from(next) }, root: Buffer.from(root) };
  }

  /** Entries it has seen. */
  get size(): number {
    return this.#log?.link.size ?? 0;
  }

  /** Number of the last checkpoint it signed; -1 for none. */
  get number(): number {
    return this.#log?.link.number ?? -1;
  }

  /** Is this what it signed last? The next checkpoint would have to name its text. */
  remembers(root: Buffer, textHash: Buffer): boolean {
    return (this.#log?.root.equals(root) && this.#log.link.hash.equals(textHash)) ?? false;
  }

  get publicKey(): Uint8Array {
    return this.#keys.publicKey;
  }

  /** As `carekeep-verify --witness` takes it. */
  get vkey(): string {
    return witnessKey(this.name, this.#keys.publicKey);
  }

  /** @param remembers false: it is only asked what it would say */
  answer(request: WitnessRequest, remembers: boolean): WitnessAnswer {
    return answerAsWitness(
      {
        name: this.name,
        ...this.#keys,
        deviceKeys: (origin) => this.#trust.book.deviceKeys(origin.slice(origin.lastIndexOf('/') + 1)),
        known: (origin) => (origin === this.#origin ? this.#log : undefined),
        remember: (origin, log) => {
          if (!remembers) return;
          this.#origin = origin;
          this.#log = log;
        },
        now: () => Math.floor(monday / 1000) + this.number,
      },
      request,
    );
  }

  async cosign(request: WitnessRequest): Promise<WitnessAnswer> {
    return this.answer(request, true);
  }

  keys(): WitnessKeys {
    const log = this.#log;
    return {
      name: this.name,
      ...this.#keys,
      origin: this.#origin,
      log: log === undefined ? null : { ...log.link, root: log.root },
    };
  }
}

export function newWitness(trust: LogTrust): OurWitness {
  return new OurWitness({ name: 'witness.example', ...generateEd25519(), origin: '', log: null }, trust);
}
