/** What must be handed to core before the screen goes: drafts that were typed a moment ago. */
import { useEffect, useRef } from 'react';

type Flush = () => Promise<unknown>;
const flushes = new Set<Flush>();

/** While the component stands, `flush` runs before a lock and in the last seconds of the idle time. */
export function useBeforeLock(flush: Flush): void {
  const latest = useRef(flush);
  useEffect(() => {
    latest.current = flush;
  });
  useEffect(() => {
    const run: Flush = () => latest.current();
    flushes.add(run);
    return () => {
      flushes.delete(run);
    };
  }, []);
}

const limit = 400;

/** Runs all flushes; gives up waiting after 400 ms, because a lock does not wait. */
export async function flushAll(): Promise<void> {
  if (flushes.size === 0) return;
  // a flush that fails has shown its own error on its own screen; the lock goes on
  const all = Promise.allSettled([...flushes].map((flush) => flush()));
  await Promise.race([all, new Promise((resolve) => setTimeout(resolve, limit))]);
}
