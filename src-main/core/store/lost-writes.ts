/**
 * Writes that lost against another on the same base (docs/protocols/sync.md, "Merge"). They stay until somebody settles
 * them; then their name alone stays, so that the same write taken again is known. Each row carries an HMAC of itself.
 */
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { Store } from './open.ts';
import type { Tx } from './transaction.ts';

export type LostWrite = {
  readonly field: string;
  readonly version: string;
  /** The element as it stood in its object; null: it was taken out, or the write is settled. */
  readonly text: string | null;
  readonly author: string | null;
  /** The author's clock; 0: not known here. */
  readonly at: number;
};

type Row = LostWrite & { readonly id: string; readonly gone: number; readonly mac: Buffer };

const columns = 'id, field, version, text, author, at, gone, mac';

/** HMAC over 0x04 and a JSON array of every column but the HMAC. */
function macOf({ mac }: Pick<Store, 'mac'>, r: Omit<Row, 'mac'>): Buffer {
  return mac.of(`\u0004${JSON.stringify([r.id, r.field, r.version, r.text, r.author, r.at, r.gone])}`);
}

/** Is it as it was written? */
export function lostHolds(store: Store, row: Row): boolean {
  return macOf(store, row).equals(row.mac);
}

function checked(store: Store, row: Row): LostWrite {
  if (!lostHolds(store, row)) throw new CallError('record-damaged', { ids: [row.id] });
  const { field, version, text, author, at } = row;
  return { field, version, text, author, at };
}

/** What is lost of a row and not settled, in order of field and version. @throws CallError record-damaged */
export function readLost(store: Store, id: string): LostWrite[] {
  return store
    .sql<[string], Row>(`select ${columns} from lost_write where id = ? and gone = 0 order by field, version`)
    .all(id)
    .map((row) => checked(store, row));
}

/** Rows of the record with something lost and not settled. */
export function rowsWithLost(store: Store): string[] {
  return store
    .sql<[], { id: string }>('select distinct id from lost_write where gone = 0 order by id')
    .all()
    .map(({ id }) => id);
}

/** Every row of the table after a place, for verification. */
export function lostPage(store: Store, after: readonly [id: string, field: string, version: string]): Row[] {
  return store
    .sql<[string, string, string], Row>(
      `select ${columns} from lost_write where (id, field, version) > (?, ?, ?) order by id, field, version limit 64`,
    )
    .all(...after);
}

/** Was this write of this row ever lost, settled or not? */
export function wasLost(store: Store, id: string, version: string): boolean {
  return (
    store
      .sql<[string, string], { one: number }>('select 1 one from lost_write where id = ? and version = ? limit 1')
      .get(id, version) !== undefined
  );
}

/** Is anything kept here at all? Asked once per slice, so that clean writes look nowhere. */
export function anyLost(store: Store): boolean {
  return store.sql<[], { one: number }>('select 1 one from lost_write limit 1').get() !== undefined;
}

export function addLost(tx: Tx, id: string, lost: LostWrite): void {
  write(tx, { ...lost, id, gone: 0 });
}

/** Settled, or replaced by somebody who saw it: its name alone stays. */
export function settleLost(tx: Tx, id: string, { field, version }: Pick<LostWrite, 'field' | 'version'>): void {
  write(tx, { id, field, version, text: null, author: null, at: 0, gone: 1 });
}

function write({ store }: Tx, row: Omit<Row, 'mac'>): void {
  store
    .sql<unknown[]>(`insert or replace into lost_write (${columns}) values (?, ?, ?, ?, ?, ?, ?, ?)`)
    .run(row.id, row.field, row.version, row.text, row.author, row.at, row.gone, macOf(store, row));
}
