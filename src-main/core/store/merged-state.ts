/**
 * What a row's own columns do not tell of its state: the text of its highest write where the row shows another, members
 * that do not show because the whole would be no resource, and authors that the row's history does not know.
 */
import { z } from 'zod';
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { Store } from './open.ts';
import type { Tx } from './transaction.ts';

export type Writers = Readonly<Record<string, readonly [author: string | null, at: number]>>;
export type MergedState = {
  /** Null: what the row shows. */
  readonly whole: string | null;
  /** Member → the state's text, null where the state has none. */
  readonly hidden: Readonly<Record<string, string | null>>;
  /** Version → who wrote it and when. */
  readonly writers: Writers;
};

type Row = {
  readonly id: string;
  readonly whole: string | null;
  readonly hidden: string;
  readonly writers: string;
  readonly mac: Buffer;
};

const hiddenOf = z.record(z.string(), z.string().nullable());
const writersOf = z.record(z.string(), z.tuple([z.string().nullable(), z.number()]));

/** HMAC over 0x05 and a JSON array of every column but the HMAC. */
function macOf({ mac }: Pick<Store, 'mac'>, r: Omit<Row, 'mac'>): Buffer {
  return mac.of(`\u0005${JSON.stringify([r.id, r.whole, r.hidden, r.writers])}`);
}

/** Is it as it was written? */
export function mergedHolds(store: Store, row: Row): boolean {
  return macOf(store, row).equals(row.mac);
}

/** Null for a row whose text is all of its state. @throws CallError record-damaged */
export function readMerged(store: Store, id: string): MergedState | null {
  const row = store.sql<[string], Row>('select id, whole, hidden, writers, mac from merged_state where id = ?').get(id);
  if (row === undefined) return null;
  if (!mergedHolds(store, row)) throw new CallError('record-damaged', { ids: [id] });
  return {
    whole: row.whole,
    hidden: hiddenOf.parse(JSON.parse(row.hidden)),
    writers: writersOf.parse(JSON.parse(row.writers)),
  };
}

/** Rows of the record whose state does not show whole. */
export function rowsWithHidden(store: Store): string[] {
  return store
    .sql<[], { id: string }>("select id from merged_state where hidden <> '{}' order by id")
    .all()
    .map(({ id }) => id);
}

/** Every row of the table after an id, for verification. */
export function mergedPage(store: Store, after: string): Row[] {
  return store
    .sql<[string], Row>('select id, whole, hidden, writers, mac from merged_state where id > ? order by id limit 64')
    .all(after);
}

/** Is anything kept here at all? Asked once per slice, so that clean writes look nowhere. */
export function anyMerged(store: Store): boolean {
  return store.sql<[], { one: number }>('select 1 one from merged_state limit 1').get() !== undefined;
}

/** Keeps it, or that there is nothing to keep any more. */
export function writeMerged({ store }: Tx, id: string, state: MergedState | null): void {
  if (state === null) {
    store.sql<[string]>('delete from merged_state where id = ?').run(id);
    return;
  }
  const row = {
    id,
    whole: state.whole,
    hidden: JSON.stringify(state.hidden),
    writers: JSON.stringify(state.writers),
  };
  store
    .sql<unknown[]>('insert or replace into merged_state (id, whole, hidden, writers, mac) values (?, ?, ?, ?, ?)')
    .run(row.id, row.whole, row.hidden, row.writers, macOf(store, row));
}
