/** Somebody went on with a log whose chain of one-time keys had to begin anew: somebody else looks at why. */
import type { Store } from '../store/open.ts';
import { withTransaction } from '../store/transaction.ts';
import { Findings } from './findings.ts';

/** @param anchor number of the checkpoint, and why; @param seq of the entry in which the person put their name to it */
export function reviewAnchor(
  store: Store,
  userId: string,
  anchor: { readonly number: number; readonly reason: string },
  seq: number,
  now: number,
): void {
  const finding = {
    kind: 'log-anchored',
    userId,
    patientId: null,
    at: now,
    until: now,
    entries: [seq],
    detail: { reason: anchor.reason },
    same: `checkpoint:${anchor.number}`,
  } as const;
  withTransaction(store, (tx) => new Findings(tx).open(finding), now);
}
