import { useState } from 'react';
import { useCoreEvent } from '../client.ts';

type Moved = { readonly done: number; readonly total: number };

/** How far looking or deleting has come; total 0 while nothing is known. */
export function usePruneProgress(): { readonly moved: Moved; readonly restart: () => void } {
  const [moved, setMoved] = useState<Moved>({ done: 0, total: 0 });
  useCoreEvent('progress', ({ kind, state, done, total }) => {
    if (kind === 'prune' && state === 'running') setMoved({ done, total });
  });
  return { moved, restart: () => setMoved({ done: 0, total: 0 }) };
}
