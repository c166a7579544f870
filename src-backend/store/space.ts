/** The tenant's row: what serialises its writers, and where its bytes are counted. */
import { Refused } from './refused.ts';
import { type Queries, type Rows, statement } from './transaction.ts';

// References to the row by others' inserts go on meanwhile: no key changes.
export const lock = statement(
  'lock-tenant',
  `select clinic, used, quota, size, frontier, head, slots, devices, directory
   from carekeep.tenant where tenant = $1 for no key update`,
);
const charge = statement(
  'charge',
  `update carekeep.tenant set used = greatest(0, used + $2) where tenant = $1 and ($2 <= 0 or used + $2 <= quota)`,
);

export type TenantRow = {
  readonly clinic: string | null;
  readonly used: number;
  readonly quota: number;
  readonly size: number;
  readonly frontier: Buffer;
  readonly head: string | null;
  readonly slots: number;
  readonly devices: number;
  readonly directory: number;
};

/** From here to the end of the transaction nobody else writes to this tenant's log, slots or directory. */
export async function lockTenant(queries: Queries): Promise<TenantRow> {
  return lockedRow(await queries.run<TenantRow>(lock, [queries.tenant]));
}

/** @throws Refused not-found where there is no such tenant */
export function lockedRow({ rows }: Rows<TenantRow>): TenantRow {
  const [row] = rows;
  if (row === undefined) throw new Refused('not-found');
  return row;
}

/** @returns what is used afterwards @throws Refused quota-used-up */
export function spend({ used, quota }: TenantRow, bytes: number): number {
  if (bytes > 0 && used + bytes > quota) throw new Refused('quota-used-up');
  return Math.max(0, used + bytes);
}

/** The same where the row is not locked: last in a transaction, so that it is locked for a moment only. */
export async function chargeTenant(queries: Queries, bytes: number): Promise<void> {
  const { count } = await queries.run(charge, [queries.tenant, bytes]);
  if (count === 0) throw new Refused('quota-used-up');
}
