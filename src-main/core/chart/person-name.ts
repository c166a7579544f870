/** The line that tells whose draft or entry something is. */
import type { Store } from '../store/open.ts';
import { readPatient } from '../store/patient.ts';

/** `Family, Given` and birth date; empty for a patient who is no longer there. */
export function personName(
  store: Store,
  patientId: string,
): { readonly patientName: string; readonly birthDate: string | null } {
  const row = readPatient(store, patientId);
  if (row === null) return { patientName: '', birthDate: null };
  return { patientName: [row.family, row.given].filter((part) => part !== '').join(', '), birthDate: row.birthDate };
}
