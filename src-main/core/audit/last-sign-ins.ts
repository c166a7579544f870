/** When each user signed in last, from the trailing index. */
import type { AuditCode } from '../../../src-shared/contract/audit-events.ts';
import type { Store } from '../store/open.ts';

const signedIn: AuditCode = 'user.signed-in';

/** User id → milliseconds; users who never did are left out. */
export function lastSignIns(store: Store, userIds: readonly string[]): Map<string, number> {
  const last = store.sql<[string, string], { recorded: number }>(
    'select recorded from audit_index where user = ? and event = ? order by seq desc limit 1',
  );
  return new Map(
    userIds.flatMap((id) => {
      const found = last.get(id, signedIn);
      return found === undefined ? [] : [[id, found.recorded] as const];
    }),
  );
}
