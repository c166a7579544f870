/** Batches that a backend takes, made before the clock runs: real headers, chains and signatures around bytes of chance. */
import { canonicalBytes } from '../../../src-main/core/crypto/canonical.ts';
import { sign } from '../../../src-main/core/crypto/ed25519.ts';
import { sha256 } from '../../../src-main/core/crypto/hash.ts';
import { batchHash, noBatch } from '../../../src-main/core/sync/envelope.ts';
import type { BatchHeader } from '../../../src-shared/sync-protocol/envelope.ts';

export type Author = {
  readonly tenant: string;
  readonly clinic: string;
  readonly device: string;
  /** Raw Ed25519. */
  readonly key: Buffer;
};

const signed = Buffer.from('carekeep/v1/sync/batch\0');

/** One chain from its beginning. @param body the same for all: to the backend it is ciphertext */
export function chainOf(author: Author, count: number, body: Buffer): readonly Buffer[] {
  const bodyHash = sha256(body).toString('base64');
  let previous = noBatch;
  return Array.from({ length: count }, (_, seq) => {
    const header: BatchHeader = {
      version: 1,
      tenant: author.tenant,
      clinic: author.clinic,
      device: author.device,
      seq,
      previous: previous.toString('base64'),
      kind: 'ops',
      epoch: 1,
      seen: { size: 0, root: sha256().toString('base64') },
      roster: 2,
      bodyHash,
    };
    const bytes = canonicalBytes(header);
    previous = batchHash(bytes);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes, sign(author.key, Buffer.concat([signed, bytes])), body]);
  });
}
