/** What each user left behind: preferences and the place on the screen. */
import { z } from 'zod';
import { place, preferences } from '../../../src-shared/contract/people.ts';
import type { Store } from '../store/open.ts';
import { readUserState, writeUserState } from '../store/personal.ts';
import type { Tx } from '../store/transaction.ts';

const state = z.strictObject({ preferences: preferences.nullable(), place: place.nullable() });
export type UserState = z.infer<typeof state>;

/** Nothing remembered reads as nulls, and so does what another version of the application left. */
export function readState(store: Store, userId: string): UserState {
  const parsed = state.safeParse(JSON.parse(readUserState(store, userId) ?? 'null'));
  return parsed.success ? parsed.data : { preferences: null, place: null };
}

export function changeState(tx: Tx, userId: string, change: Partial<UserState>): void {
  writeUserState(tx, userId, JSON.stringify({ ...readState(tx.store, userId), ...change }));
}
