/** The ledger of erasures: asked by every way in. */
import type { Store } from './open.ts';
import type { Tx } from './transaction.ts';

/** Was this patient erased, here or anywhere in the clinic? */
export function isErased(store: Store, patientId: string): boolean {
  return (
    store.sql<[string], { one: number }>('select 1 one from erasure where patient_id = ?').get(patientId) !== undefined
  );
}

export type Erasure = { readonly patient: string; readonly at: number; readonly version: string | null };

/** The whole ledger: who joins must ask it too. */
export function erasures(store: Store): Erasure[] {
  return store.sql<[], Erasure>('select patient_id patient, at, version from erasure order by patient_id').all();
}

/** Takes a line of another workstation's ledger, of a patient who never was here. */
export function noteErased({ store }: Pick<Tx, 'store'>, { patient, at, version }: Erasure): void {
  store
    .sql<[string, number, string | null]>('insert or ignore into erasure (patient_id, at, version) values (?, ?, ?)')
    .run(patient, at, version);
}
