/** How far what follows the log has come, each by itself: entries below the number are in it, or are gone. */
import type { Store } from './open.ts';

/** The viewer's index, the table of the charts' parts, the clinic's own log server, the exchange with other workstations. */
export type Follower = 'index' | 'parts' | 'syslog' | 'sync';

export function followedTo(store: Store, follower: Follower): number {
  return store.sql<[Follower], { seq: number }>('select seq from audit_follow where name = ?').get(follower)?.seq ?? 0;
}

/**
 * Number of the first entry whose changes are not in a batch for other workstations yet: it may not be pruned.
 * @returns null where this workstation never was connected
 */
export function syncPosition(store: Store): number | null {
  return store.sql<[string], { seq: number }>('select seq from audit_follow where name = ?').get('sync')?.seq ?? null;
}

/** Inside the transaction that writes what follows. */
export function setFollowed(store: Store, follower: Follower, seq: number): void {
  store
    .sql<[Follower, number]>(
      'insert into audit_follow (name, seq) values (?, ?) on conflict (name) do update set seq = excluded.seq',
    )
    .run(follower, seq);
}
