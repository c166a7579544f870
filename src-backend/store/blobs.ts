/** Blobs: chunks that are put once, read, and deleted together. */
import { limits } from '../../src-shared/sync-protocol/limits.ts';
import { Refused } from './refused.ts';
import { chargeTenant } from './space.ts';
import { type Queries, statement } from './transaction.ts';
import type { Blobs } from './types.ts';

/** What sealing adds to a chunk: nonce and tag, with room for a later version. */
const sealBytes = 64;

const put = statement(
  'chunk-put',
  `insert into carekeep.chunk (tenant, blob, n, bytes)
   select tenant, $2, $3, $4 from carekeep.tenant where tenant = $1
   on conflict (tenant, blob, n) do nothing`,
);
const same = statement(
  'chunk-same',
  'select bytes = $4 same from carekeep.chunk where tenant = $1 and blob = $2 and n = $3',
);
const get = statement('chunk', 'select bytes from carekeep.chunk where tenant = $1 and blob = $2 and n = $3');
const remove = statement(
  'chunks-delete',
  `with gone as (delete from carekeep.chunk where tenant = $1 and blob = $2 returning octet_length(bytes) size)
   select count(*) chunks, coalesce(sum(size), 0)::bigint bytes from gone`,
);

export function blobsOf(queries: Queries): Blobs {
  const { tenant } = queries;
  return {
    put: async (blob, n, bytes) => {
      if (bytes.length > limits.chunkBytes + sealBytes || n >= limits.chunksOfBlob) throw new Refused('too-large');
      const { count } = await queries.run(put, [tenant, blob, n, bytes]);
      if (count === 1) return chargeTenant(queries, bytes.length);
      const { rows } = await queries.run<{ same: boolean }>(same, [tenant, blob, n, bytes]);
      if (rows.length === 0) throw new Refused('not-found');
      if (rows[0]?.same !== true) throw new Refused('already-there');
    },
    get: async (blob, n) => (await queries.run<{ bytes: Buffer }>(get, [tenant, blob, n])).rows[0]?.bytes ?? null,
    delete: async (blob) => {
      const { rows } = await queries.run<{ chunks: number; bytes: number }>(remove, [tenant, blob]);
      const { chunks, bytes } = rows[0] ?? { chunks: 0, bytes: 0 };
      if (bytes > 0) await chargeTenant(queries, -bytes);
      return chunks;
    },
  };
}
