/** Patients: the Patient resource, its line in the patient table, its words in the index, its key and pseudonym. */
import { CallError } from '../../../src-shared/contract/errors.ts';
import { OpenError, open, seal } from '../crypto/aead.ts';
import { hmacSha256 } from '../crypto/hash.ts';
import { wipe } from '../crypto/wipe.ts';
import { columnsOf } from './columns.ts';
import { addCount, readCount } from './meta.ts';
import type { Store } from './open.ts';
import { type PatientColumns, patientColumns } from './patientcolumns.ts';
import { indexWords, nameOrderOf, placeFor, unindexWords } from './rank.ts';
import { insertResource, readResource, updateResource } from './record.ts';
import { notHidden, type ResourceRow } from './row.ts';
import { newId, type Tx } from './transaction.ts';
import { type SearchWords, searchWords } from './words.ts';

export type NewPatient = {
  /** A local id; made when absent. */
  readonly id?: string;
  readonly json: string;
  readonly authorUser: string | null;
  readonly source: string | null;
};

/** Adds a patient with key and pseudonym. */
export function insertPatient(tx: Tx, fresh: NewPatient): { readonly id: string; readonly row: ResourceRow } {
  const id = fresh.id ?? newId(tx.now);
  const resource: unknown = JSON.parse(fresh.json);
  const auditRef = makePatientKey(tx.store, id);
  const columns = patientColumns(resource);
  const row = insertResource(tx, {
    id,
    type: 'Patient',
    patientId: id,
    encounterId: null,
    columns: columnsOf(resource),
    json: fresh.json,
    authorUser: fresh.authorUser,
    source: fresh.source,
  });
  writePatient(tx.store, placeFor(tx.store, columns), id, columns, auditRef, row.row, 0, null);
  addCount(tx.db, 'patients', 1);
  return { id, row };
}

/** Replaces a Patient resource; line, rank and words follow. @throws as updateResource */
export function updatePatient(
  tx: Tx,
  change: {
    readonly id: string;
    readonly expectedVersion: number;
    readonly json: string;
    readonly authorUser: string | null;
    readonly source?: string | null;
  },
): ResourceRow {
  const resource: unknown = JSON.parse(change.json);
  const row = updateResource(tx, { ...change, columns: columnsOf(resource) });
  changeLine(tx.store, change.id, resource);
  return row;
}

/** Line and words of a patient whose resource came from another workstation; the key is here already. @throws CallError not-found */
export function addLine(store: Store, row: ResourceRow, resource: unknown): void {
  const key = openPatientKey(store, row.id);
  const auditRef = auditRefOf(key);
  wipe(key);
  const columns = patientColumns(resource);
  writePatient(store, placeFor(store, columns), row.id, columns, auditRef, row.row, 0, null);
  addCount(store.db, 'patients', 1);
}

/** Line, rank and words follow the patient's resource. @throws CallError record-damaged */
export function changeLine(store: Store, id: string, resource: unknown): void {
  const old = store.sql<[string], PatientRow>(`${selectPatient} where p.id = ?`).get(id);
  if (old === undefined) throw new CallError('record-damaged', { ids: [id] });
  const columns = patientColumns(resource);
  const words = store
    .sql<[number], SearchWords>('select name, former, birth, identifiers, phone from patient_words where ord = ?')
    .get(old.ord);
  if (words) unindexWords(store, old.ord, words);
  let ord = old.ord;
  if (nameOrderOf(store)(old, columns) !== 0) {
    // Out of the way first, so that the patient is not its own neighbour.
    store.sql<[number]>('update patient set ord = -1 where ord = ?').run(ord);
    ord = placeFor(store, columns);
    store.sql<[number]>('update patient set ord = ? where ord = -1').run(ord);
  }
  store
    .sql<unknown[]>(
      `update patient set family = ?, given = ?, prefix = ?, former = ?, birth_date = ?, gender = ?, deceased = ?,
       active = ?, identifiers = ?, phone = ?, batch = 0 where ord = ?`,
    )
    .run(...lineOf(columns), ord);
  indexWords(store, ord, searchWords(columns));
}

export type PatientRow = {
  readonly ord: number;
  readonly id: string;
  readonly family: string;
  readonly given: string;
  readonly prefix: string | null;
  readonly former: string | null;
  readonly birthDate: string | null;
  readonly gender: string | null;
  readonly deceased: number;
  readonly active: number;
  /** JSON of PatientIdentifier[], null when there is none. */
  readonly identifiers: string | null;
  readonly phone: string | null;
  readonly auditRef: Buffer;
  readonly lastSeen: string | null;
  readonly batch: number;
  readonly resourceRow: number;
};

export const patientTableColumns = `p.ord, p.id, p.family, p.given, p.prefix, p.former, p.birth_date birthDate, p.gender,
 p.deceased, p.active, p.identifiers, p.phone, p.audit_ref auditRef, p.last_seen lastSeen, p.batch,
 p.resource_row resourceRow`;
const selectPatient = `select ${patientTableColumns} from patient p`;

/** A patient's line; null when there is none. */
export function readPatient(store: Store, id: string): PatientRow | null {
  const found = store.sql<[string], PatientRow>(`${selectPatient} where p.id = ? and ${notHidden('p')}`).get(id);
  return found ?? null;
}

/** The Patient resource itself, its MAC checked; null when there is none. @throws CallError record-damaged */
export function readPatientResource(store: Store, id: string): ResourceRow | null {
  const row = readResource(store, id);
  return row?.type === 'Patient' ? row : null;
}

/** Who stands behind a pseudonym of the log; null when nobody does (any more). */
export function patientByRef(store: Store, ref: string): PatientRow | null {
  const bytes = Buffer.from(ref, 'base64url');
  const found = store
    .sql<[Buffer], PatientRow>(`${selectPatient} where p.audit_ref = ? and ${notHidden('p')}`)
    .get(bytes);
  return found ?? null;
}

/** Pseudonym of a patient in audit entries, base64url; null for an id that is nobody's. */
export function patientRef(store: Store, id: string): string | null {
  const found = store.sql<[string], { ref: Buffer }>('select audit_ref ref from patient where id = ?').get(id);
  return found?.ref.toString('base64url') ?? null;
}

/** Patients in all; the hidden ones of a running import not counted. */
export function countPatients(store: Store): number {
  return readCount(store.db, 'patients');
}

/** What a sealed patient key is bound to. */
export const keyAad = (id: string, epoch: number) => Buffer.from(`carekeep/v1/patient-key/${epoch}/${id}`, 'utf8');

/** Makes, seals and stores a patient's key. @returns the pseudonym, 16 bytes */
export function makePatientKey(store: Store, id: string): Buffer {
  const { clinicKeys } = store;
  if (clinicKeys === undefined) throw new Error('the clinic key is needed to add a patient');
  const clinicKey = clinicKeys.current;
  const key = store.random(32);
  const sealed = seal(clinicKey.key, key, keyAad(id, clinicKey.epoch), store.random);
  store.sql<[string, number, Buffer]>('insert into patient_key values (?, ?, ?)').run(id, clinicKey.epoch, sealed);
  const ref = auditRefOf(key);
  wipe(key);
  return ref;
}

/** A patient's 32-byte key; the caller wipes it. @throws CallError not-found @throws OpenError when it does not open */
export function openPatientKey(store: Store, id: string): Buffer {
  const { clinicKeys } = store;
  const kept = store
    .sql<[string], { epoch: number; sealed: Buffer }>('select epoch, sealed from patient_key where patient_id = ?')
    .get(id);
  if (kept === undefined || clinicKeys === undefined) throw new CallError('not-found', { ids: [id] });
  const key = clinicKeys.of(kept.epoch);
  // An epoch that nobody sealed to this session: the key is there and stays closed.
  if (key === undefined) throw new OpenError('sealed under an epoch of the clinic key that is not here');
  return open(key, kept.sealed, keyAad(id, kept.epoch));
}

/** The pseudonym of a patient whose key came from another workstation. @throws as openPatientKey */
export function keptPatientRef(store: Store, id: string): Buffer {
  const key = openPatientKey(store, id);
  try {
    return auditRefOf(key);
  } finally {
    wipe(key);
  }
}

/** The pseudonym under a patient's key: the first 16 bytes of HMAC-SHA-256(key, "audit"). */
export function auditRefOf(key: Buffer): Buffer {
  return Buffer.from(hmacSha256(key, 'audit').subarray(0, 16));
}

/** Writes a patient's line and words at a rank. */
export function writePatient(
  store: Store,
  ord: number,
  id: string,
  columns: PatientColumns,
  auditRef: Buffer,
  resourceRow: number,
  batch: number,
  lastSeen: string | null,
): void {
  store
    .sql<unknown[]>(
      `insert into patient (family, given, prefix, former, birth_date, gender, deceased, active, identifiers, phone,
       ord, id, audit_ref, last_seen, batch, resource_row) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(...lineOf(columns), ord, id, auditRef, lastSeen, batch, resourceRow);
  indexWords(store, ord, searchWords(columns));
}

function lineOf(c: PatientColumns): readonly unknown[] {
  return [
    c.family,
    c.given,
    c.prefix,
    c.former,
    c.birthDate,
    c.gender,
    c.deceased ? 1 : 0,
    c.active ? 1 : 0,
    c.identifiers.length === 0 ? null : JSON.stringify(c.identifiers),
    c.phone,
  ];
}
