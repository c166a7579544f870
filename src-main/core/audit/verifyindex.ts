/** What is derived from the record: lines of patients, words in the search index, and SQLite's own check of pages. */
import { failureCode } from '../store/failure.ts';
import type { Store } from '../store/open.ts';
import { auditRefOf, openPatientKey, type PatientRow, patientTableColumns } from '../store/patient.ts';
import { patientColumns } from '../store/patientcolumns.ts';
import { notHidden } from '../store/row.ts';
import { type Sliced, sliceClock } from '../store/slices.ts';
import { type SearchWords, searchWords } from '../store/words.ts';
import { Found } from './problem.ts';

/** Patients' lines say what their resources say, stand under their words in the index, and their keys open. */
export function* verifyIndexes(store: Store): Sliced<void> {
  const { sql } = store;
  const page = sql<[number], PatientRow>(
    `select ${patientTableColumns} from patient p where p.ord > ? and ${notHidden('p')} order by p.ord limit 100`,
  );
  let done = 0;
  let from = Number.MIN_SAFE_INTEGER;
  for (;;) {
    const patients = page.all(from);
    if (patients.length === 0) break;
    let over = sliceClock();
    for (const patient of patients) {
      from = patient.ord;
      verifyPatient(store, patient);
      done += 1;
      if (over()) {
        yield { done, total: 0 };
        over = sliceClock();
      }
    }
    yield { done, total: 0 };
  }
  const rows = sql<[number], { row: number; id: string; line: string | null }>(
    `select r.row, r.id, p.id line from resource r left join patient p on p.id = r.id
     where r.row > ? and r.type = 'Patient' and r.deleted = 0 and ${notHidden('r')} order by r.row limit 500`,
  );
  for (let row = 0; ; ) {
    const found = rows.all(row);
    for (const { id, line } of found) if (line === null) throw new Found('patient-differs', id);
    const last = found.at(-1);
    if (last === undefined) return;
    row = last.row;
    yield { done, total: 0 };
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

/** SQLite's check of each table with its indexes. */
export function* verifyPages(store: Store): Sliced<void> {
  const tables = store
    .sql<[], { name: string }>("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'")
    .all();
  let done = 0;
  for (const { name } of tables) {
    const found = store.sql<[string], { verdict: string }>(
      'select integrity_check verdict from pragma_integrity_check(?)',
    );
    if (found.get(name)?.verdict !== 'ok') throw new Found('page-damaged', name);
    done += 1;
    yield { done, total: tables.length };
  }
}

/** The search index against its words, both ways: nothing stands in it that no patient has. In one go, by the writer. */
export function verifySearch(store: Store): void {
  if (!store.readOnly)
    store.sql("insert into patient_search (patient_search, rank) values ('integrity-check', 1)").run();
}
