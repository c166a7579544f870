/** What is derived from the record: lines of patients, their words in the search index, and their keys. */
import { failureCode } from '../store/failure.ts';
import type { Store } from '../store/open.ts';
import { auditRefOf, openPatientKey, type PatientRow, patientTableColumns } from '../store/patient.ts';
import { patientColumns } from '../store/patientcolumns.ts';
import { notHidden } from '../store/row.ts';
import type { Sliced } from '../store/slices.ts';
import { type SearchWords, searchWords } from '../store/words.ts';
import { Found } from './problem.ts';
import type { RecordState } from './record-state.ts';
import type { Turns } from './verifyrecord.ts';

/** Patients' lines say what their resources say, stand under their words in the index, and their keys open. */
export function* verifyPatients(store: Store, state: RecordState, turns: Turns): Sliced<void> {
  // By id: an import may give every patient another place in the order of names.
  const page = store.sql<[string], PatientRow>(
    `select ${patientTableColumns} from patient p where p.id > ? and ${notHidden('p')} order by p.id limit 1`,
  );
  let over = turns();
  for (;;) {
    const patient = page.get(state.after);
    if (patient === undefined) return;
    verifyPatient(store, patient);
    state.after = patient.id;
    state.done += 1;
    if (over()) {
      yield { done: state.done, total: 0 };
      over = turns();
    }
  }
}

function verifyPatient(store: Store, patient: PatientRow): void {
  const { sql } = store;
  const kept = sql<[number], { id: string; json: string }>('select id, json from resource where row = ?').get(
    patient.resourceRow,
  );
  if (kept?.id !== patient.id) throw new Found('patient-differs', patient.id);
  const said = patientColumns(JSON.parse(kept.json));
  const same =
    said.family === patient.family &&
    said.given === patient.given &&
    said.prefix === patient.prefix &&
    said.former === patient.former &&
    said.birthDate === patient.birthDate &&
    said.gender === patient.gender &&
    said.phone === patient.phone &&
    Number(said.deceased) === patient.deceased &&
    Number(said.active) === patient.active &&
    JSON.stringify(said.identifiers) === (patient.identifiers ?? '[]');
  if (!same) throw new Found('patient-differs', patient.id);
  const words = searchWords(said);
  const indexed = sql<[number], SearchWords>(
    'select name, former, birth, identifiers, phone from patient_words where ord = ?',
  ).get(patient.ord);
  if (indexed === undefined || JSON.stringify(indexed) !== JSON.stringify(words)) {
    throw new Found('search-differs', patient.id);
  }
  const asked = Object.values(words)
    .join(' ')
    .split(' ')
    .filter((word) => word !== '');
  if (asked.length > 0) {
    const hit = sql<[string, number], { rowid: number }>(
      'select rowid from patient_search where patient_search match ? and rowid = ?',
    ).get(asked.map((word) => `"${word}"`).join(' AND '), patient.ord);
    if (hit === undefined) throw new Found('search-differs', patient.id);
  }
  if (store.clinicKeys !== undefined) verifyKey(store, patient);
}

function verifyKey(store: Store, patient: PatientRow): void {
  let key: Buffer;
  try {
    key = openPatientKey(store, patient.id);
  } catch (error) {
    // Missing or not opening: both mean that this patient's key is not the one sealed at first.
    if (failureCode(error) !== undefined) throw error;
    throw new Found('patient-differs', patient.id);
  }
  const ref = auditRefOf(key);
  key.fill(0);
  if (!ref.equals(patient.auditRef)) throw new Found('patient-differs', patient.id);
}
