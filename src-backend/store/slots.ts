/** Slots and the directory: what can be replaced, with counters that workstations follow. */
import { Refused } from './refused.ts';
import { lockTenant, spend } from './space.ts';
import { type Queries, statement } from './transaction.ts';
import type { Directory, SlotRow, Slots, SlotWrite } from './types.ts';

const page = 2_000;

const standing = statement(
  'slots-standing',
  `select encode(slot, 'hex') slot, epoch, octet_length(body) bytes from carekeep.slot
   where tenant = $1 and slot = any ($2::bytea[])`,
);
const write = statement(
  'slots-write',
  `insert into carekeep.slot as s (tenant, slot, epoch, body, change)
   select $1, u.slot, u.epoch, u.body, $5::bigint + u.n
   from unnest($2::bytea[], $3::bigint[], $4::bytea[]) with ordinality u (slot, epoch, body, n)
   on conflict (tenant, slot) do update set epoch = excluded.epoch, body = excluded.body, change = excluded.change`,
);
const count = statement('slots-count', 'update carekeep.tenant set slots = $2, used = $3 where tenant = $1');
const after = statement(
  'slots-after',
  `select encode(slot, 'hex') slot, epoch, body, change from carekeep.slot
   where tenant = $1 and change > $2 order by change limit ${page + 1}`,
);

export function slotsOf(queries: Queries, changed: () => void): Slots {
  const { tenant } = queries;
  return {
    put: async (slots) => {
      const row = await lockTenant(queries);
      // Named twice in one request: the last one counts.
      const wanted = new Map(slots.map((one) => [one.slot, one]));
      const ids = [...wanted.keys()].map((slot) => Buffer.from(slot, 'hex'));
      const { rows } = await queries.run<Standing>(standing, [tenant, ids]);
      const { writes, bytes } = decided(wanted, rows);
      const used = spend(row, bytes);
      if (writes.length === 0) return row.slots;
      await queries.run(write, [
        tenant,
        writes.map(({ slot }) => Buffer.from(slot, 'hex')),
        writes.map(({ epoch }) => epoch),
        writes.map(({ body }) => body),
        row.slots,
      ]);
      await queries.run(count, [tenant, row.slots + writes.length, used]);
      changed();
      return row.slots + writes.length;
    },
    after: async (change) => {
      const { rows } = await queries.run<SlotRow>(after, [tenant, change]);
      return { slots: rows.slice(0, page), more: rows.length > page };
    },
  };
}

type Standing = { readonly slot: string; readonly epoch: number; readonly bytes: number | null };

/** Which of them are written, and how many bytes that adds. @throws Refused epoch-too-low */
function decided(
  wanted: ReadonlyMap<string, SlotWrite>,
  standing: readonly Standing[],
): { readonly writes: readonly SlotWrite[]; readonly bytes: number } {
  const there = new Map(standing.map((one) => [one.slot, one]));
  const writes: SlotWrite[] = [];
  let bytes = 0;
  for (const one of wanted.values()) {
    const before = there.get(one.slot);
    // Erased: whoever has not heard of it yet may put what it likes.
    if (before?.bytes === null) continue;
    if (before !== undefined && one.body !== null && one.epoch < before.epoch) throw new Refused('epoch-too-low');
    writes.push(one);
    bytes += (one.body?.length ?? 0) - (before?.bytes ?? 0);
  }
  return { writes, bytes };
}

const get = statement(
  'directory',
  `select t.directory revision, d.bytes from carekeep.directory d join carekeep.tenant t on t.tenant = d.tenant
   where d.tenant = $1`,
);
const size = statement(
  'directory-size',
  'select octet_length(bytes)::bigint bytes from carekeep.directory where tenant = $1',
);
const put = statement(
  'directory-put',
  `with kept as (
     insert into carekeep.directory (tenant, bytes) values ($1, $2)
     on conflict (tenant) do update set bytes = excluded.bytes
   )
   update carekeep.tenant set directory = $3, used = $4 where tenant = $1`,
);

export function directoryOf(queries: Queries, changed: () => void): Directory {
  const { tenant } = queries;
  return {
    get: async () => (await queries.run<{ revision: number; bytes: Buffer }>(get, [tenant])).rows[0] ?? null,
    put: async (bytes, revision) => {
      const row = await lockTenant(queries);
      if (row.directory !== (revision ?? 0)) throw new Refused('changed-meanwhile', { revision: row.directory });
      const { rows } = await queries.run<{ bytes: number }>(size, [tenant]);
      const used = spend(row, bytes.length - (rows[0]?.bytes ?? 0));
      await queries.run(put, [tenant, bytes, row.directory + 1, used]);
      changed();
      return row.directory + 1;
    },
  };
}
