/** SHA-256 and SHA-512 (FIPS 180-4), HMAC-SHA-256 (RFC 2104). */
import { createHash, createHmac, hash, timingSafeEqual } from 'node:crypto';

/** 32 bytes over the parts, one after the other with nothing between: callers put lengths or prefixes where it matters. */
export function sha256(...parts: readonly (Uint8Array | string)[]): Buffer {
  const running = createHash('sha256');
  for (const part of parts) running.update(part);
  return running.digest();
}

/**
 * 32 bytes over one piece, for trees of millions: a fifth of what a hash object costs. By way of a string, because a
 * buffer from the runtime has memory of its own, which costs more than the hash; so not for what is to be wiped.
 */
export function sha256Of(bytes: Uint8Array): Buffer {
  return Buffer.from(hash('sha256', bytes, 'binary'), 'latin1');
}

/** A hash fed in pieces, for files that do not fit in memory. */
export interface RunningHash {
  update(part: Uint8Array): void;
  /** Ends the hash; it cannot be used again. */
  digest(): Buffer;
}

export function createSha256(): RunningHash {
  const running = createHash('sha256');
  return {
    update: (part) => {
      running.update(part);
    },
    digest: () => running.digest(),
  };
}

/** For packages of updates, whose hashes are SHA-512 (docs/protocols/update.md). */
export function createSha512(): RunningHash {
  const running = createHash('sha512');
  return {
    update: (part) => {
      running.update(part);
    },
    digest: () => running.digest(),
  };
}

/** 32 bytes over the parts, one after the other with nothing between. */
export function hmacSha256(key: Uint8Array, ...parts: readonly (Uint8Array | string)[]): Buffer {
  const hmac = createHmac('sha256', key);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
}

/** Compares secrets without telling by time where they differ. Different lengths are unequal. */
export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}
