/** Tenants on a real PostgreSQL, each with rows in every table, whose written bytes say who wrote them. */
import pg from 'pg';
import { openPool } from '../../../src-backend/store/connection.ts';
import { type Statement, statement } from '../../../src-backend/store/transaction.ts';
import { addClinic, administrator, fill, type House, openHouse } from '../../unit/backend/store/house.ts';
import { hold } from '../kind.ts';

export const connections = 3;

const groups = [
  ['tenant', 'token', 'nonce', 'device'],
  ['chain', 'certificate', 'batch', 'slot'],
  ['directory', 'mailbox', 'witness', 'chunk'],
];

export type Look = { readonly statement: Statement; readonly always: number };
/** Whose rows are to be seen, with nothing said about whose are wanted; and in how many tables every tenant has some. */
export const looks: readonly Look[] = groups.map((tables, at) => ({
  statement: statement(
    `look-${at}`,
    tables.map((table) => `select '${table}' as name, tenant::text from carekeep.${table}`).join(' union '),
  ),
  // This one fills and empties.
  always: tables.filter((table) => table !== 'chunk').length,
}));

export type Resident = { readonly tenant: string; readonly mailbox: string };

export type Stage = {
  readonly house: House;
  readonly residents: readonly Resident[];
  readonly pool: pg.Pool;
  /** Gives up on statements, as it would on a server that hangs. */
  readonly impatient: pg.Pool;
  /** Of who may do anything, for cancels and verdicts. */
  readonly outside: pg.Pool;
  end(): Promise<void>;
};

export async function openStage(tenants: number): Promise<Stage> {
  const house = await openHouse(connections);
  const { service } = house.database;
  const outside = openPool(administrator(house), { most: connections });
  // What is tested is who sees what, not whether it outlives a power cut.
  await outside.query('alter role carekeep_service in database carekeep set synchronous_commit = off');
  // Most trials connect anew, and a password that is dear to guess is dear to check.
  const password = pg.escapeLiteral(service.password);
  await outside.query(`set scram_iterations = 1; alter role carekeep_service password ${password}`);
  const residents: Resident[] = [];
  for (let at = 0; at < tenants; at += 1) {
    const clinic = await addClinic(house);
    residents.push({ tenant: clinic.tenant, mailbox: (await fill(house, clinic)).mailbox });
  }
  await outside.query('update carekeep.slot set body = uuid_send(tenant)');
  await outside.query('delete from carekeep.chunk');
  const pool = openPool(service, { most: connections });
  const impatient = new pg.Pool({ ...service, max: connections, query_timeout: 15, pipeline: true });
  for (const one of [impatient, outside]) {
    one.on('error', () => undefined);
    one.on('connect', (client) => void client.on('error', () => undefined));
  }
  return {
    ...{ house, residents, pool, impatient, outside },
    end: async () => {
      await Promise.all([pool.end(), impatient.end(), outside.end()]);
      await house.end();
    },
  };
}

const verdict = `with gone as (delete from carekeep.chunk returning tenant, bytes)
  select (select count(*)::int from gone where bytes <> uuid_send(tenant)) chunks,
    (select count(*)::int from carekeep.slot where body <> uuid_send(tenant)) slots,
    (select count(*)::int from gone) written`;

/** Nothing lies with a tenant that another one wrote. Empties what was written. @returns how many rows that was */
export async function judge({ outside }: Stage): Promise<number> {
  const { rows } = await outside.query<{ chunks: number; slots: number; written: number }>(verdict);
  const [found] = rows;
  hold(
    found !== undefined && found.chunks === 0 && found.slots === 0,
    'a row lies with a tenant that did not write it',
  );
  return found.written;
}
