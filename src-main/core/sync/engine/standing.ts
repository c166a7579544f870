/** How the exchange stands, as the screens ask for it. */
import type { SyncProblem, SyncStanding } from '../../../../src-shared/contract/sync.ts';
import type { Store } from '../../store/open.ts';
import { countItems, someUnreadable } from '../incoming/quarantine.ts';
import { readNumber } from '../incoming/state.ts';
import { changesWaiting } from '../outgoing/pending.ts';

/** What the loop knows and the database does not. */
export type Now = {
  readonly connected: boolean;
  readonly problem: SyncProblem | null;
  /** When it was last heard that there is no way to the backend; null while there is one. */
  readonly offlineSince: number | null;
  readonly behind: number;
  readonly lastContact: number | null;
};

export const atFirst: Now = { connected: false, problem: null, offlineSince: null, behind: 0, lastContact: null };

/** @param conflicts as many as who asks may see */
export function standingOf(store: Store | null, now: Now, conflicts: number): SyncStanding {
  const waiting = store === null || !now.connected ? 0 : changesWaiting(store);
  const problem = now.problem ?? (store !== null && someUnreadable(store) ? 'set-aside' : null);
  const kept = store === null ? 0 : readNumber(store, 'in.contact');
  return {
    state: stateOf(now, problem, waiting),
    waiting,
    behind: now.behind,
    lastContact: now.lastContact ?? (kept === 0 ? null : kept),
    problem,
    conflicts,
    quarantined: store === null ? 0 : countItems(store),
  };
}

function stateOf(now: Now, problem: SyncProblem | null, waiting: number): SyncStanding['state'] {
  if (!now.connected) return 'not-connected';
  // What waits for an admin's eyes does not stop the exchange; what stopped it comes before being offline.
  if (problem !== null) return 'attention';
  if (now.offlineSince !== null) return 'offline';
  if (now.behind > 0) return 'receiving';
  return waiting > 0 ? 'sending' : 'up-to-date';
}
