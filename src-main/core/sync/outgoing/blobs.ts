/** Long texts and pages as sealed chunks beside the log (docs/protocols/sync.md, "Blobs"). */
import { limits } from '../../../../src-shared/sync-protocol/limits.ts';
import type { BlobRef } from '../../../../src-shared/sync-protocol/ops.ts';
import { OpenError, open, seal } from '../../crypto/aead.ts';
import { sha256 } from '../../crypto/hash.ts';
import { hkdf } from '../../crypto/kdf.ts';
import { wipe } from '../../crypto/wipe.ts';
import type { Backend } from '../backend.ts';

const nothing = Buffer.alloc(0);

/** How many chunks so many bytes make; nothing is one empty chunk. */
export const chunkCount = (size: number): number => Math.max(1, Math.ceil(size / limits.chunkBytes));

/** Which chunk of which blob. */
export type ChunkPlace = { readonly clinic: string; readonly id: string; readonly n: number; readonly count: number };

function chunkBinding({ clinic, id, n, count }: ChunkPlace): Buffer {
  // RFC 8785 of an array of plain ASCII text and safe integers is what JSON.stringify writes.
  return Buffer.from(`carekeep/v1/sync/blob\0${JSON.stringify([clinic, id, n, count])}`, 'utf8');
}

/** Key of blobs. @param key of the patient; of what belongs to no patient and of pages, the clinic's. Wipe after use. */
export function blobKey(key: Uint8Array): Buffer {
  return hkdf(key, nothing, 'carekeep/v1/sync/blob', 32);
}

/** @param key `blobKey`; @param plain all of the blob */
export function sealChunk(key: Uint8Array, place: ChunkPlace, plain: Buffer): Buffer {
  const from = place.n * limits.chunkBytes;
  return seal(key, plain.subarray(from, from + limits.chunkBytes), chunkBinding(place));
}

/** @throws OpenError */
export function openChunk(key: Uint8Array, place: ChunkPlace, sealed: Uint8Array): Buffer {
  return open(key, sealed, chunkBinding(place));
}

/** The chunks of a blob, sealed, from one on. @param key `blobKey` */
export function* blobChunks(
  key: Uint8Array,
  {
    clinic,
    id,
    plain,
    from = 0,
  }: { readonly clinic: string; readonly id: string; readonly plain: Buffer; readonly from?: number },
): Generator<{ readonly n: number; readonly bytes: Buffer }> {
  const count = chunkCount(plain.length);
  for (let n = from; n < count; n += 1) yield { n, bytes: sealChunk(key, { clinic, id, n, count }, plain) };
}

export type Fetching = {
  readonly backend: Backend;
  readonly clinic: string;
  readonly signal: AbortSignal;
  /** Told after each chunk, in bytes. */
  readonly onProgress?: (done: number) => void;
};

/**
 * A blob's plain bytes, as its op names them. The caller wipes them.
 * @param key `blobKey` of the patient or the clinic
 * @throws OpenError where they are not those; @throws whatever the backend does
 */
export async function fetchBlob(
  { backend, clinic, signal, onProgress }: Fetching,
  ref: BlobRef,
  key: Uint8Array,
): Promise<Buffer> {
  const { id, size, count } = ref;
  if (count !== chunkCount(size) || count > limits.chunksOfBlob)
    throw new OpenError('a blob of another number of chunks');
  const parts: Buffer[] = [];
  let done = 0;
  try {
    for (let n = 0; n < count; n += 1) {
      const part = openChunk(key, { clinic, id, n, count }, await backend.chunk(id, n, signal));
      parts.push(part);
      done += part.length;
      if (done > size) throw new OpenError('a blob of another size');
      onProgress?.(done);
    }
    const plain = Buffer.concat(parts);
    if (plain.length !== size || sha256(plain).toString('base64') !== ref.sha256) {
      wipe(plain);
      throw new OpenError('a blob that is not the one that its op names');
    }
    return plain;
  } finally {
    wipe(...parts);
  }
}
