/** The ledger of erasures: asked by every way in. */
import type { Store } from './open.ts';

/** Was this patient erased, here or anywhere in the clinic? */
export function isErased(store: Store, patientId: string): boolean {
  return (
    store.sql<[string], { one: number }>('select 1 one from erasure where patient_id = ?').get(patientId) !== undefined
  );
}
