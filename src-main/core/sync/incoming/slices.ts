/** Ops as they go into one transaction each: few enough, signed rows under one roster, a note with its signature. */
import { limits } from '../../../../src-shared/sync-protocol/limits.ts';
import type { SyncOp } from '../../../../src-shared/sync-protocol/ops.ts';
import { splitVersion } from '../../../../src-shared/sync-protocol/primitives.ts';
import type { Tx } from '../../store/transaction.ts';
import type { Apply, Received } from './take.ts';

/** A signature stands in one transaction with the note it signs. */
export const withItsNote = (op: SyncOp): boolean => op.k === 'create' && op.type === 'Provenance' && op.signed === 1;

/** Of a signed row: how many entries the roster had when it was signed. */
export const signedUnder = (op: SyncOp): number | null =>
  'signed' in op && op.signed === 1 ? (op.roster ?? null) : null;

/** At least one slice, if an empty one. */
export function slicesOf(received: readonly Received[], most: number = limits.sliceOps): readonly Received[][] {
  let slice: Received[] = [];
  const slices = [slice];
  let roster: number | null = null;
  for (const one of received) {
    const under = signedUnder(one.op);
    const another = under !== null && roster !== null && under !== roster;
    if (another || (slice.length >= most && !withItsNote(one.op))) {
      slice = [];
      slices.push(slice);
      roster = null;
    }
    roster = under ?? roster;
    slice.push(one);
  }
  return slices;
}

/** @returns what the entry's detail says of them */
export function applySlice(tx: Tx, apply: Apply, some: readonly Received[]): Record<string, string | number> {
  const detail = apply(tx, some);
  let roster: number | null = null;
  for (const { op } of some) {
    tx.head.lamport = Math.max(tx.head.lamport, splitVersion(op.v).lamport);
    roster = signedUnder(op) ?? roster;
  }
  return { ops: some.length, ...(roster !== null && { roster }), ...detail };
}
