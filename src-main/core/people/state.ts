/** What each user left behind: preferences, the place on the screen and, apart from those, the PIN's verifier. */
import { z } from 'zod';
import { place, preferences } from '../../../src-shared/contract/people.ts';
import type { Store } from '../store/open.ts';
import { readUserState, writeUserState } from '../store/personal.ts';
import type { Tx } from '../store/transaction.ts';
import { type PinVerifier, pinVerifier } from './pin.ts';

const kept = z.strictObject({
  preferences: preferences.nullable(),
  place: place.nullable(),
  pin: pinVerifier.nullable().default(null),
});
type Kept = z.infer<typeof kept>;
/** Without the verifier: who asks for a user's state never holds it. */
export type UserState = Omit<Kept, 'pin'>;

/** Nothing remembered reads as nulls, and so does what another version of the application left. */
function readKept(store: Store, userId: string): Kept {
  const parsed = kept.safeParse(JSON.parse(readUserState(store, userId) ?? 'null'));
  return parsed.success ? parsed.data : { preferences: null, place: null, pin: null };
}

function change(tx: Tx, userId: string, part: Partial<Kept>): void {
  writeUserState(tx, userId, JSON.stringify({ ...readKept(tx.store, userId), ...part }));
}

export function readState(store: Store, userId: string): UserState {
  const { pin, ...state } = readKept(store, userId);
  return state;
}

export function changeState(tx: Tx, userId: string, part: Partial<UserState>): void {
  change(tx, userId, part);
}

/** For quick return alone. */
export function readPinVerifier(store: Store, userId: string): PinVerifier | null {
  return readKept(store, userId).pin;
}

export function writePinVerifier(tx: Tx, userId: string, pin: PinVerifier): void {
  change(tx, userId, { pin });
}

/** Removes it, where there is one. */
export function forgetPin(tx: Tx, userId: string): void {
  if (readPinVerifier(tx.store, userId) !== null) change(tx, userId, { pin: null });
}
