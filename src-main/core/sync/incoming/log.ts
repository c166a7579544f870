/**
 * The tenant's log as this workstation has been told it: every leaf, the root at every size, and where each device's
 * chain stands. What is written here is taken; nothing is ever taken back.
 */
import { emptyRoot, type Frontier, frontierFrom, frontierRoot, grow, leafHash } from '../../audit/merkle.ts';
import type { Store } from '../../store/open.ts';
import type { Tx } from '../../store/transaction.ts';
import { noBatch } from '../envelope.ts';
import { readState, writeState } from './state.ts';

const nothing = Buffer.alloc(0);

/** How many batches of the log are taken. */
export function logSize(store: Store): number {
  return (store.sql<[], { n: number | null }>('select max(position) n from sync_log').get()?.n ?? -1) + 1;
}

/** Root of the log's first `size` batches; undefined beyond what is known. */
export function rootOfLog(store: Store, size: number): Buffer | undefined {
  if (size === 0) return emptyRoot;
  return store.sql<[number], { root: Buffer }>('select root from sync_log where position = ?').get(size - 1)?.root;
}

/** Hash of the batch at a position; undefined where it is not known. */
export function batchAt(
  store: Store,
  position: number,
): { readonly hash: Buffer; readonly device: string; readonly seq: number } | undefined {
  return store
    .sql<[number], { hash: Buffer; device: string; seq: number }>(
      'select leaf hash, device, seq from sync_log where position = ?',
    )
    .get(position);
}

export function frontierOfLog(store: Store): Frontier {
  return frontierFrom(logSize(store), readState(store, 'in.frontier') ?? nothing);
}

export type LogLine = { readonly hash: Buffer; readonly device: string; readonly seq: number };

/** Adds batches to the log's end; inside the transaction of what they bring. */
export function appendToLog(tx: Tx, lines: readonly LogLine[]): void {
  const { store } = tx;
  let frontier = frontierOfLog(store);
  const write = store.sql<[number, Buffer, Buffer, string, number]>(
    'insert into sync_log (position, leaf, root, device, seq) values (?, ?, ?, ?, ?)',
  );
  for (const { hash, device, seq } of lines) {
    const position = frontier.size;
    frontier = grow(frontier, leafHash(hash));
    write.run(position, hash, frontierRoot(frontier), device, seq);
  }
  writeState(tx, 'in.frontier', Buffer.concat(frontier.hashes));
}

export type Chain = { readonly seq: number; readonly hash: Buffer };

/** A device's chain as the log has it: the number its next batch has, and what that one names as the one before. */
export function chainOf(store: Store, device: string): Chain {
  return (
    store.sql<[string], Chain>('select seq, hash from sync_chain where device = ?').get(device) ?? {
      seq: 0,
      hash: noBatch,
    }
  );
}

export function writeChain({ store }: Pick<Tx, 'store'>, device: string, { seq, hash }: Chain): void {
  store
    .sql<[string, number, Buffer]>('insert or replace into sync_chain (device, seq, hash) values (?, ?, ?)')
    .run(device, seq, hash);
}
