/** How far the log has been made into batches, and where this workstation's own chain stands. */
import { z } from 'zod';
import { base64, count, id } from '../../../../src-shared/sync-protocol/primitives.ts';
import { setFollowed, syncPosition } from '../../store/indexed.ts';
import type { Store } from '../../store/open.ts';
import type { Tx } from '../../store/transaction.ts';
import { noBatch } from '../envelope.ts';

export { syncPosition };

/** `out.` is this room's part of `sync_state`. */
type StateName = 'out.chain' | 'out.import' | 'out.snapshot';

export function readOut(store: Store, name: StateName): Buffer | undefined {
  return store.sql<[string], { value: Buffer }>('select value from sync_state where name = ?').get(name)?.value;
}

export function writeOut({ store }: Pick<Tx, 'store'>, name: StateName, value: Buffer | null): void {
  if (value === null) store.sql<[string]>('delete from sync_state where name = ?').run(name);
  else store.sql<[string, Buffer]>('insert or replace into sync_state (name, value) values (?, ?)').run(name, value);
}

/** From the first connection on, the log is followed. Once connected, this does nothing. @param from entries before it go out with nobody */
export function followLog(tx: Pick<Tx, 'store'>, from = 0): void {
  if (syncPosition(tx.store) === null) setFollowed(tx.store, 'sync', from);
}

export function moveTo(tx: Pick<Tx, 'store'>, seq: number): void {
  setFollowed(tx.store, 'sync', seq);
}

/** Number of the next batch, hash of the one before. */
export type OwnChain = { readonly seq: number; readonly hash: Buffer };

/** As it is here: batches that are made and not sent yet count. */
export function ownChain(store: Store): OwnChain {
  const value = readOut(store, 'out.chain');
  return value === undefined
    ? { seq: 0, hash: noBatch }
    : { seq: value.readUIntBE(0, 6), hash: Buffer.from(value.subarray(6)) };
}

export function writeOwnChain(tx: Pick<Tx, 'store'>, { seq, hash }: OwnChain): void {
  const value = Buffer.alloc(6 + hash.length);
  value.writeUIntBE(seq, 0, 6);
  hash.copy(value, 6);
  writeOut(tx, 'out.chain', value);
}

/** Pages of an import that are up there already: a kill goes on from here. */
export const importProgress = z.strictObject({
  /** The entry that recorded the import. */
  seq: count,
  /** Of the clinic key that seals its pages. */
  epoch: z.number().int().positive(),
  /** Pages as they stand in the op. */
  pages: z.array(z.strictObject({ id, size: count, sha256: base64, count: z.number().int(), rows: count })),
  /** Row to go on with; envelopes come after the last. */
  row: count,
  envelope: z.tuple([z.number().int(), z.number().int()]),
});
export type ImportProgress = z.infer<typeof importProgress>;

export function readImportProgress(store: Store): ImportProgress | null {
  const value = readOut(store, 'out.import');
  return value === undefined ? null : importProgress.parse(JSON.parse(value.toString('utf8')));
}

export function writeImportProgress(tx: Pick<Tx, 'store'>, progress: ImportProgress | null): void {
  writeOut(tx, 'out.import', progress === null ? null : Buffer.from(JSON.stringify(progress), 'utf8'));
}
