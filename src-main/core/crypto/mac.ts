/**
 * HMAC-SHA-256 (RFC 2104) with a key that stays the same for many texts: the padded keys are laid out once
 * and each text costs two one-shot hashes, a third of what a fresh HMAC object costs.
 */
import { hash } from 'node:crypto';

const block = 64;

export interface Mac {
  /** 32 bytes over the UTF-8 of `text`. */
  of(text: string): Buffer;
  /** Overwrites the key; the object cannot be used again. */
  wipe(): void;
}

/** @param key at most 64 bytes (here always 32) */
export function createMac(key: Uint8Array): Mac {
  if (key.length > block) throw new RangeError('a MAC key has at most 64 bytes');
  let inner = Buffer.alloc(4096, 0);
  const outer = Buffer.alloc(block + 32, 0);
  inner.set(key);
  outer.set(key);
  for (let at = 0; at < block; at += 1) {
    inner[at] = (inner[at] ?? 0) ^ 0x36;
    outer[at] = (outer[at] ?? 0) ^ 0x5c;
  }
  return {
    of(text) {
      const room = block + text.length * 3;
      if (room > inner.length) {
        const larger = Buffer.alloc(room * 2);
        inner.copy(larger, 0, 0, block);
        inner.fill(0);
        inner = larger;
      }
      const end = block + inner.write(text, block, 'utf8');
      outer.set(hash('sha256', inner.subarray(0, end), 'buffer'), block);
      return hash('sha256', outer, 'buffer');
    },
    wipe() {
      inner.fill(0);
      outer.fill(0);
    },
  };
}
