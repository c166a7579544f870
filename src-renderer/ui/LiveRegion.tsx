/** What a screen reader is told beside what is seen. One region per document; `announce` works from anywhere. */
import { useSyncExternalStore } from 'react';

let message = '';
let turn = 0;
const listeners = new Set<() => void>();

/** Says a short text politely. Saying the same again is said again. */
export function announce(text: string): void {
  turn += 1;
  // the same text twice would be no change and stay silent: a trailing no-break space makes it one
  message = turn % 2 === 0 ? text : `${text}\u00a0`;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function LiveRegion() {
  const text = useSyncExternalStore(subscribe, () => message);
  return (
    <div role="status" aria-live="polite" className="ck-hidden">
      {text}
    </div>
  );
}
