import { createContext, use } from 'react';
import { useSession } from './session.tsx';

/** Locks the workstation. Given by App, which covers the screen at once and lets core do the rest. */
export const LockContext = createContext<() => void>(() => undefined);

export const useLock = (): (() => void) => use(LockContext);

/** Leaves the screen for some minutes: the session waits in core for the PIN. */
export const VeilContext = createContext<() => void>(() => undefined);

/** Null while this user has no PIN or the clinic allows none. */
export function useVeil(): (() => void) | null {
  const veil = use(VeilContext);
  const { allowed, pinSet } = useSession().quickReturn;
  return allowed && pinSet ? veil : null;
}
