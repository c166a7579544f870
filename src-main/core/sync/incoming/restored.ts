/**
 * An older copy of the database was put back (docs/protocols/sync.md, "A restored database"): what this workstation said
 * after it was made comes back from the log, and nothing new is said under a version or a number that was used.
 */
import { append } from '../../audit/log.ts';
import { syncPosition } from '../../store/indexed.ts';
import type { Store } from '../../store/open.ts';
import { withTransaction } from '../../store/transaction.ts';
import { ownChain, writeOwnChain } from '../outgoing/position.ts';
import { chainOf } from './log.ts';
import { readState, writeNumber, writeState } from './state.ts';
import { byCore } from './take.ts';

/** More changes than anybody made between a copy and the day it is needed. */
const leap = 2 ** 24;

/** Before anything is written. Where the clinic is connected to nobody, there is nobody to have told. */
export function noteRestored(store: Store, now: number): void {
  if (syncPosition(store) === null) return;
  withTransaction(
    store,
    (tx) => {
      tx.head.lamport += leap;
      writeNumber(tx, 'in.restored', 1);
      append(tx, { ...byCore, type: 'recovery.used', outcome: 0, detail: { reason: 'exchange-goes-on' } });
    },
    now,
  );
}

export const isRestored = (store: Store): boolean => readState(store, 'in.restored') !== undefined;

/** The log is taken as far as it goes: this workstation's chain goes on behind what it said. */
export function endRestored(store: Store, now: number): void {
  if (!isRestored(store)) return;
  withTransaction(
    store,
    (tx) => {
      const said = chainOf(store, store.device);
      if (said.seq >= ownChain(store).seq) writeOwnChain(tx, said);
      store.sql<[number]>('delete from sync_outgoing where seq < ?').run(said.seq);
      writeState(tx, 'in.restored', null);
    },
    now,
  );
}
