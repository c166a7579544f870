/** The log: appended to, one batch at a time per tenant, and read from any position on. */
import { frontierFrom, frontierRoot, grow, leafHash } from '../../src-main/core/audit/merkle.ts';
import type { NoteSigner } from '../../src-main/core/crypto/signed-note.ts';
import { signHead } from '../../src-main/core/sync/log-head.ts';
import type { StoredAnswer } from '../../src-shared/sync-protocol/messages.ts';
import { Refused } from './refused.ts';
import { lock, lockedRow, spend, type TenantRow } from './space.ts';
import { type Queries, statement } from './transaction.ts';
import type { Batches, NewBatch } from './types.ts';

// A statement of its own after the lock: only then does it see what the writer before has committed.
const chain = statement(
  'chain',
  `select d.revoked_at revoked, c.next, c.hash, b.position, b.hash known
   from carekeep.device d
   join carekeep.chain c on c.tenant = d.tenant and c.device = d.device
   left join carekeep.batch b on b.tenant = d.tenant and b.device = d.device and b.seq = $3
   where d.tenant = $1 and d.device = $2`,
);
const append = statement(
  'append',
  `with stored as (
     insert into carekeep.batch (tenant, position, device, seq, hash, snapshot, stored_at, bytes, envelope)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
   ), linked as (
     update carekeep.chain set next = $4::bigint + 1, hash = $5 where tenant = $1 and device = $3
   )
   update carekeep.tenant set size = $2::bigint + 1, frontier = $10, head = $11, used = $12 where tenant = $1`,
);
/** Sums over lengths first, so that no envelope is read that is not sent. */
const pull = statement(
  'pull',
  `with ahead as (
     select position, sum(bytes) over (order by position) - bytes before, bytes
     from (select position, bytes from carekeep.batch where tenant = $1 and position >= $2
           order by position limit 1000) few
   )
   select b.position, b.envelope from ahead a
   join carekeep.batch b on b.tenant = $1 and b.position = a.position
   where a.before = 0 or a.before + a.bytes <= $3
   order by b.position`,
);
const leaves = statement(
  'leaves',
  `select coalesce(string_agg(hash, ''::bytea order by position), ''::bytea) leaves
   from carekeep.batch where tenant = $1 and position >= $2 and position < $3`,
);
const snapshots = statement(
  'snapshots',
  'select position, device from carekeep.batch where tenant = $1 and snapshot order by position desc limit 100',
);

type ChainRow = {
  readonly revoked: number | null;
  readonly next: number;
  readonly hash: Buffer;
  readonly position: number | null;
  readonly known: Buffer | null;
};

export function batchesOf(queries: Queries, signer: NoteSigner, changed: () => void): Batches {
  const { tenant } = queries;
  return {
    append: async (batch) => {
      const [locked, { rows }] = await queries.both<TenantRow, ChainRow>(
        [lock, [tenant]],
        [chain, [tenant, batch.device, batch.seq]],
      );
      const row = lockedRow(locked);
      const before = placeOf(batch, rows[0]);
      if (before !== null) return { position: before, size: row.size, head: row.head ?? '' };
      const answer = await appended(queries, row, batch, signer);
      changed();
      return answer;
    },
    pull: async (from, bytes) =>
      (await queries.run<{ position: number; envelope: Buffer }>(pull, [tenant, from, bytes])).rows,
    leaves: async (from, to) => {
      const { rows } = await queries.run<{ leaves: Buffer }>(leaves, [tenant, from, to]);
      return rows[0]?.leaves ?? Buffer.alloc(0);
    },
    snapshots: async () => (await queries.run<{ position: number; device: string }>(snapshots, [tenant])).rows,
  };
}

/** @returns where it is already; null where it comes next @throws Refused where it may not */
function placeOf(batch: NewBatch, row: ChainRow | undefined): number | null {
  if (row === undefined) throw new Refused('unknown-device');
  if (row.revoked !== null) throw new Refused('device-revoked');
  if (row.position !== null) {
    if (row.known?.equals(batch.hash) !== true) throw new Refused('batch-differs');
    return row.position;
  }
  if (batch.seq !== row.next) throw new Refused('batch-out-of-turn', { expected: row.next });
  if (!row.hash.equals(batch.previous)) throw new Refused('batch-refused');
  return null;
}

async function appended(queries: Queries, row: TenantRow, batch: NewBatch, signer: NoteSigner): Promise<StoredAnswer> {
  if (row.clinic === null) throw new Refused('not-found');
  const used = spend(row, batch.envelope.length);
  const grown = grow(frontierFrom(row.size, row.frontier), leafHash(batch.hash));
  const head = signHead(row.clinic, { size: grown.size, root: frontierRoot(grown) }, signer);
  const { device, seq, hash, kind, at, envelope } = batch;
  await queries.run(append, [
    ...[queries.tenant, row.size, device, seq, hash, kind === 'snapshot', at, envelope.length, envelope],
    ...[Buffer.concat([...grown.hashes]), head, used],
  ]);
  return { position: row.size, size: grown.size, head };
}
