import { createContext, use } from 'react';

/** Locks the workstation. Given by App, which covers the screen at once and lets core do the rest. */
export const LockContext = createContext<() => void>(() => undefined);

export const useLock = (): (() => void) => use(LockContext);
