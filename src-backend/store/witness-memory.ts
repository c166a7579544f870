/** What the backend, as a witness, remembers of each workstation's audit log. */
import type { WitnessedLog } from '../../src-main/core/audit/witness-answer.ts';
import { type Queries, statement } from './transaction.ts';
import type { WitnessMemory } from './types.ts';

/** Also where there is no row yet that could be locked. */
const lock = statement('witness-lock', `select pg_advisory_xact_lock(hashtextextended($1 || '/' || $2, 0))`);
const known = statement(
  'witness-known',
  'select number, size, hash, next, root from carekeep.witness where tenant = $1 and origin = $2',
);
const remember = statement(
  'witness-remember',
  `insert into carekeep.witness (tenant, origin, number, size, hash, next, root) values ($1, $2, $3, $4, $5, $6, $7)
   on conflict (tenant, origin) do update set number = excluded.number, size = excluded.size, hash = excluded.hash,
     next = excluded.next, root = excluded.root`,
);

type Row = WitnessedLog['link'] & { readonly root: Buffer };

export function witnessMemoryOf(queries: Queries): WitnessMemory {
  const { tenant } = queries;
  return {
    known: async (origin) => {
      await queries.run(lock, [tenant, origin]);
      const { rows } = await queries.run<Row>(known, [tenant, origin]);
      const [row] = rows;
      if (row === undefined) return undefined;
      const { root, ...link } = row;
      return { link, root };
    },
    remember: async (origin, { link: { number, size, hash, next }, root }) => {
      await queries.run(remember, [tenant, origin, number, size, hash, next, root]);
    },
  };
}
