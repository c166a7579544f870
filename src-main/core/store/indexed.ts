/** How far the tables that follow the log (the viewer's index, the charts' parts) have come. */
import type { Store } from './open.ts';

/** Entries below this number are in them. */
export function indexedTo(store: Store): number {
  const last = store.sql<[], { seq: number | null }>('select max(seq) seq from audit_index').get()?.seq ?? null;
  return last === null ? 0 : last + 1;
}
