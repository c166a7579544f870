/**
 * Nonces for proofs of possession: made from a key instead of kept, so that anybody may ask for as many as they like and
 * every instance knows them. That one is used once is kept with its tenant (`spendNonce`).
 *
 *   nonce = u48(milliseconds when it ends) ‖ random (10) ‖ HMAC-SHA-256(key, the 16 bytes before)[0..16]
 */
import { equalBytes, hmacSha256 } from '../../src-main/core/crypto/hash.ts';
import { hkdf } from '../../src-main/core/crypto/kdf.ts';
import { randomBytes } from '../../src-main/core/crypto/random.ts';

const lifeMs = 60_000;

export class Nonces {
  readonly #key: Buffer;
  readonly #now: () => number;

  /** @param secret the log key: no other key of the backend is at hand in all instances */
  constructor(secret: Uint8Array, now: () => number) {
    this.#key = hkdf(secret, Buffer.alloc(0), 'carekeep/v1/backend/nonce', 32);
    this.#now = now;
  }

  make(): Buffer {
    const said = Buffer.alloc(16);
    said.writeUIntBE(this.#now() + lifeMs, 0, 6);
    randomBytes(10).copy(said, 6);
    return Buffer.concat([said, this.#tag(said)]);
  }

  /** When it ends, for one of ours that has not; else undefined. */
  endOf(nonce: Buffer): number | undefined {
    const said = nonce.subarray(0, 16);
    if (nonce.length !== 32 || !equalBytes(nonce.subarray(16), this.#tag(said))) return undefined;
    const end = said.readUIntBE(0, 6);
    return end > this.#now() && end <= this.#now() + lifeMs ? end : undefined;
  }

  #tag(said: Buffer): Buffer {
    return hmacSha256(this.#key, said).subarray(0, 16);
  }
}
