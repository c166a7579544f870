/** Who is at the other end of a channel, and what they have done so far that later calls need to know. */
import type { CoreEvent } from '../../src-shared/contract/events.ts';
import type { Permission, RoleId } from '../../src-shared/contract/permissions.ts';
import type { UserId } from '../../src-shared/contract/primitives.ts';
import type { Channel, Owed } from '../../src-shared/contract/procedure.ts';

import type { Grants } from './access/grants.ts';
import type { VaultSession } from './vault/session.ts';

/** One run of the search box: an audit entry before its first result and one at its end (design, "The audit log"). */
export type SearchSession = { queries: number; hits: number; lastAt: number };

/** A signed-in user on one channel. Lives until lock (screen) or disconnect (ctl). */
export type LiveSession = {
  readonly id: string;
  readonly channel: Channel;
  readonly userId: UserId;
  readonly userName: string;
  readonly displayName: string;
  readonly roles: readonly RoleId[];
  /** None while something is owed. */
  permissions: ReadonlySet<Permission>;
  /** What comes before anything else. */
  owes: Owed | null;
  readonly startedAt: number;
  /** The user's keys; closed with the session. */
  readonly keys: VaultSession;
  search: SearchSession | null;
  /** The running look into the log: which filter (null: the overview alone) and when its entry was written. */
  look: { readonly filter: string | null; readonly at: number } | null;
  /** Charts opened in an emergency, past a restriction. */
  readonly grants: Grants;
  /** Drafts whose saving already left an entry in this session: draft id → when. */
  readonly draftEntries: Map<string, number>;
  /** Wrong PINs so far, over all the times this session was veiled. */
  wrongPins: number;
};

/** One window's port or one command line's socket. */
export type Connection = {
  readonly channel: Channel;
  session: LiveSession | null;
  readonly send: (event: CoreEvent) => void;
};
