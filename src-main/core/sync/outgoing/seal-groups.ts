/** Lines of patients under their keys, one seal each: what batches and pages are made of. */
import { wipe } from '../../crypto/wipe.ts';
import type { Store } from '../../store/open.ts';
import { openPatientKey } from '../../store/patient.ts';
import { type Sliced, sliceClock } from '../../store/slices.ts';
import { type GroupPlace, groupKey, patientGroup, plainGroup } from '../groups.ts';
import { erasedAmong } from './read-ops.ts';
import { slotOf, withoutSlot } from './slots.ts';

/** Of DEFLATE: more costs half again as much time for a hundredth fewer bytes. */
const level = 3;

export type Lines = { readonly patient: string | null; readonly line: string };
export type SealedGroups = {
  /** All groups, one after the other. The caller wipes it. */
  readonly plain: Buffer;
  /** Whose they are. */
  readonly patients: readonly string[];
  /** Patients whose key is not at the backend yet, and where it will lie. */
  readonly slots: readonly (readonly [patient: string, slot: string])[];
  readonly lines: number;
};

/**
 * Patients who were erased meanwhile are left out.
 * @throws OpenError for a key under an epoch of the clinic key that is not here @throws CallError not-found
 */
export function* sealGroups(store: Store, place: GroupPlace, all: readonly Lines[]): Sliced<SealedGroups> {
  const byPatient = new Map<string | null, string[]>();
  for (const { patient, line } of all) {
    const lines = byPatient.get(patient);
    if (lines === undefined) byPatient.set(patient, [line]);
    else lines.push(line);
  }
  const fresh = withoutSlot(
    store,
    [...byPatient.keys()].filter((one) => one !== null),
  );
  const groups: Buffer[] = [];
  const patients: string[] = [];
  const slots: [string, string][] = [];
  let count = 0;
  let erased = erasedAmong(store);
  let over = sliceClock();
  try {
    for (const [patient, lines] of byPatient) {
      const text = lines.join('');
      if (patient === null) groups.push(plainGroup(text, level));
      else {
        if (erased(patient)) continue;
        const patientKey = openPatientKey(store, patient);
        const key = groupKey(patientKey);
        groups.push(patientGroup(place, patient, key, text, level));
        if (fresh.has(patient)) slots.push([patient, slotOf(patientKey)]);
        wipe(patientKey, key);
        patients.push(patient);
      }
      count += lines.length;
      if (over()) {
        yield { done: count, total: all.length };
        over = sliceClock();
        erased = erasedAmong(store);
      }
    }
    return { plain: Buffer.concat(groups), patients, slots, lines: count };
  } finally {
    wipe(...groups);
  }
}
