/** What the exchange remembers of what came in: small named values, written in the transaction of what they speak of. */
import { z } from 'zod';
import { count, hash } from '../../../../src-shared/sync-protocol/primitives.ts';
import type { Store } from '../../store/open.ts';
import type { Tx } from '../../store/transaction.ts';

/** `in.` is this room's; others that keep values in `sync_state` have prefixes of their own. */
export type StateName =
  | 'in.frontier' // the log's right edge, hashes laid end to end
  | 'in.head' // the latest signed head that held
  | 'in.head-other' // a head that contradicts it: with it, the proof
  | 'in.partial' // how much of the batch at the log's end is taken
  | 'in.slots' // counter of slots up to which they are here
  | 'in.contact' // when the backend last answered
  | 'in.problem' // why nothing is taken any more
  | 'in.removals' // size of the roster up to which removals are told
  | 'in.telling' // who a batch of ours says is gone
  | 'in.spoken' // when this workstation last said anything
  | 'in.restored'; // an older database was put back: what we said since comes from the log

export function readState(store: Store, name: StateName): Buffer | undefined {
  return store.sql<[string], { value: Buffer }>('select value from sync_state where name = ?').get(name)?.value;
}

export function writeState({ store }: Pick<Tx, 'store'>, name: StateName, value: Buffer | null): void {
  if (value === null) store.sql<[string]>('delete from sync_state where name = ?').run(name);
  else store.sql<[string, Buffer]>('insert or replace into sync_state (name, value) values (?, ?)').run(name, value);
}

export function readNumber(store: Store, name: StateName): number {
  return Number(readState(store, name)?.toString('utf8') ?? '0');
}

export function writeNumber(tx: Pick<Tx, 'store'>, name: StateName, value: number): void {
  writeState(tx, name, Buffer.from(String(value), 'utf8'));
}

const telling = z.strictObject({ seq: count, users: z.array(z.string()), devices: z.array(z.string()) });
/** Removals that a batch of ours tells, until it has its place in the log. */
export type Telling = z.infer<typeof telling>;

export function readTelling(store: Store): Telling | null {
  const value = readState(store, 'in.telling');
  return value === undefined ? null : telling.parse(JSON.parse(value.toString('utf8')));
}

export function writeTelling(tx: Pick<Tx, 'store'>, value: Telling | null): void {
  writeState(tx, 'in.telling', value === null ? null : Buffer.from(JSON.stringify(value), 'utf8'));
}

const partial = z.strictObject({ position: count, hash, group: count, op: count });
/** A batch taken in part: groups before `group` are whole, of that one the first `op` ops. */
export type Partial = z.infer<typeof partial>;

export function readPartial(store: Store): Partial | null {
  const value = readState(store, 'in.partial');
  return value === undefined ? null : partial.parse(JSON.parse(value.toString('utf8')));
}

export function writePartial(tx: Pick<Tx, 'store'>, value: Partial | null): void {
  writeState(tx, 'in.partial', value === null ? null : Buffer.from(JSON.stringify(value), 'utf8'));
}
