/** When each user signed in last, from the trailing index. */
import { followedTo } from '../store/indexed.ts';
import type { Store } from '../store/open.ts';
import { everything, type LogFilter } from './filters.ts';
import { readEntry } from './log.ts';
import { newest } from './page.ts';

const signedIn: LogFilter = { ...everything, events: ['user.signed-in'] };

/** User id → milliseconds; users who never did are left out. */
export function lastSignIns(store: Store, userIds: readonly string[]): Map<string, number> {
  const indexed = followedTo(store, 'index');
  return new Map(
    userIds.flatMap((user) => {
      for (const seq of newest(store, { ...signedIn, user }, 0, indexed)) {
        const entry = readEntry(store, seq);
        if (entry !== undefined) return [[user, entry.recorded] as const];
      }
      return [];
    }),
  );
}
