/** The writes a clinic makes, drawn by chance: each one transaction with its audit entry, each with what proves it. */
import { append, type NewEntry } from '../../../src-main/core/audit/log.ts';
import { sha256 } from '../../../src-main/core/crypto/hash.ts';
import {
  beginBatch,
  beginFile,
  endFile,
  finishBatch,
  type ImportRow,
  writeSlice,
} from '../../../src-main/core/store/batch.ts';
import { columnsOf } from '../../../src-main/core/store/columns.ts';
import type { Store } from '../../../src-main/core/store/open.ts';
import { insertPatient, patientRef, readPatientResource, updatePatient } from '../../../src-main/core/store/patient.ts';
import { deleteDraft, readDrafts, saveDraft } from '../../../src-main/core/store/personal.ts';
import { deleteResource, insertResource, readResource, updateResource } from '../../../src-main/core/store/record.ts';
import { drain } from '../../../src-main/core/store/slices.ts';
import { newId, type Tx, withTransaction } from '../../../src-main/core/store/transaction.ts';
import { observation, patient } from '../imports/samples.ts';
import type { Prng } from '../prng.ts';

export const writeKinds = ['patient', 'item', 'change', 'rename', 'end', 'draft', 'note', 'batch'] as const;
export type WriteKind = (typeof writeKinds)[number];

/** What stands in the database once the write is acknowledged. */
export type Written = {
  readonly what: 'resource' | 'draft';
  readonly id: string;
  /** Version of a resource, 0 for drafts. */
  readonly version: number;
  /** SHA-256 of its JSON in base64url; null for a draft that is gone. */
  readonly digest: string | null;
};

const author = 'harness-user';
export const agent: NewEntry['agent'] = { user: author, roles: ['practitioner'], session: null };

export function digestOfText(json: string): string {
  return sha256(json).toString('base64url');
}

/** One random write of a kind. @param tell hears the ids before anything is written */
export function write(
  store: Store,
  random: Prng,
  kind: WriteKind,
  tell: (ids: readonly string[]) => void = () => undefined,
): readonly Written[] {
  const able = possible(store, random, kind);
  switch (able.kind) {
    case 'patient':
      return inEntry(store, 'patient.created', (tx) => {
        const id = newId(tx.now);
        tell([id]);
        const json = JSON.stringify(patient(random));
        insertPatient(tx, { id, json, authorUser: author, source: null });
        return { patientId: id, written: [resource(id, 1, json)] };
      });
    case 'batch':
      return importBatch(store, random, tell);
    case 'item':
      return inEntry(store, 'chart.added', (tx) => {
        const id = newId(tx.now);
        tell([id]);
        const made = observation(random, `Patient/${able.patientId}`, {
          note: [{ text: 'x'.repeat(random.below(800)) }],
        });
        return { patientId: able.patientId, written: [insert(tx, id, able.patientId, made, false)] };
      });
    case 'note':
      return inEntry(store, 'note.signed', (tx) => {
        const id = newId(tx.now);
        tell([id]);
        const draft = random.pick([...readDrafts(store, author).slice(0, 3), undefined]);
        const made = {
          resourceType: 'Composition',
          status: 'final',
          title: 'Note',
          date: '2024-05-01',
          type: { text: 'Note' },
        };
        const written = [insert(tx, id, able.patientId, made, true)];
        if (draft === undefined) return { patientId: able.patientId, written };
        tell([id, draft.id]);
        deleteDraft(tx, author, draft.id);
        return {
          patientId: able.patientId,
          written: [...written, { what: 'draft', id: draft.id, version: 0, digest: null }],
        };
      });
    case 'draft':
      return inEntry(store, 'note.draft-saved', (tx) => {
        const known = random.chance(0.6) ? readDrafts(store, author)[0] : undefined;
        const id = known?.id ?? newId(tx.now);
        tell([id]);
        const json = JSON.stringify({ text: random.bytes(random.between(20, 2000)).toString('base64') });
        // An id that is not there yet is taken as a new draft's own.
        saveDraft(tx, author, { id, patientId: able.patientId, kind: 'note', json, base: null });
        return { patientId: able.patientId, written: [{ what: 'draft', id, version: 0, digest: digestOfText(json) }] };
      });
    case 'rename':
      return inEntry(store, 'patient.updated', (tx) => {
        tell([able.patientId]);
        const old = readPatientResource(store, able.patientId);
        if (old === null) throw new Error('a patient without a resource');
        const json = JSON.stringify(patient(random));
        const row = updatePatient(tx, { id: old.id, expectedVersion: old.version, json, authorUser: author });
        return { patientId: old.id, written: [resource(old.id, row.version, json)] };
      });
    case 'change':
    case 'end':
      return inEntry(store, 'chart.changed', (tx) => {
        tell([able.rowId]);
        const old = readResource(store, able.rowId);
        if (old === null) throw new Error('a row that is not there');
        if (able.kind === 'end') {
          const row = deleteResource(tx, { id: old.id, expectedVersion: old.version, authorUser: author });
          return { patientId: old.patientId, written: [resource(old.id, row.version, old.json)] };
        }
        const changed: unknown = observation(random, `Patient/${old.patientId}`);
        const json = JSON.stringify(changed);
        const columns = columnsOf(changed);
        const row = updateResource(tx, { id: old.id, expectedVersion: old.version, json, columns, authorUser: author });
        return { patientId: old.patientId, written: [resource(old.id, row.version, json)] };
      });
  }
}

type Able =
  | { readonly kind: 'patient' | 'batch' }
  | { readonly kind: 'item' | 'note' | 'draft' | 'rename'; readonly patientId: string }
  | { readonly kind: 'change' | 'end'; readonly rowId: string };

/** The kind with what it needs; a new patient where the clinic has nothing to do it with. */
function possible(store: Store, random: Prng, kind: WriteKind): Able {
  if (kind === 'patient' || kind === 'batch') return { kind };
  const patients = store.sql<[], { id: string }>('select id from patient where batch = 0 order by id').all();
  if (patients.length === 0) return { kind: 'patient' };
  const patientId = random.pick(patients).id;
  if (kind !== 'change' && kind !== 'end') return { kind, patientId };
  const rows = store
    .sql<[string], { id: string }>(
      "select id from resource where patient_id = ? and signed = 0 and deleted = 0 and type = 'Observation' order by row",
    )
    .all(patientId);
  return rows.length === 0 ? { kind: 'item', patientId } : { kind, rowId: random.pick(rows).id };
}

/** An import of a few patients in many short slices: hidden until its one entry shows all of it. */
function importBatch(store: Store, random: Prng, tell: (ids: readonly string[]) => void): readonly Written[] {
  const rows: ImportRow[] = Array.from({ length: random.between(1, 12) }, () => {
    const patientId = newId(Date.now());
    return [
      importRow(patientId, patientId, patient(random)),
      ...Array.from({ length: random.below(6) }, () =>
        importRow(newId(Date.now()), patientId, observation(random, `Patient/${patientId}`)),
      ),
    ];
  }).flat();
  tell(rows.map(({ id }) => id));
  const batch = beginBatch(store, { id: newId(Date.now()), byUser: author, files: '[]' });
  for (let file = 0, from = 0; from < rows.length; file += 1) {
    const upTo = Math.min(rows.length, from + random.between(1, 20));
    beginFile(batch, file);
    for (let at = from; at < upTo; ) at = Math.min(upTo, writeSlice(batch, rows.slice(0, upTo), at));
    endFile(batch);
    from = upTo;
  }
  drain(finishBatch(batch, { type: 'import.completed', outcome: 0, agent, purpose: 'TREAT', origin: 'core' }));
  return rows.map(({ id, json }) => resource(id, 1, json));
}

function importRow(id: string, patientId: string, made: { readonly resourceType: string }): ImportRow {
  const json = JSON.stringify(made);
  const type = made.resourceType;
  return {
    id,
    type,
    patientId,
    encounterId: null,
    json,
    resource: made,
    source: null,
    hash: null,
    names: [],
    references: [],
  };
}

function inEntry(
  store: Store,
  type: NewEntry['type'],
  work: (tx: Tx) => { readonly patientId: string | null; readonly written: readonly Written[] },
): readonly Written[] {
  return withTransaction(store, (tx) => {
    const { patientId, written } = work(tx);
    const pseudonym = patientId === null ? null : patientRef(store, patientId);
    const entity = written.map(({ id }) => id);
    append(tx, { type, outcome: 0, agent, purpose: 'TREAT', patient: pseudonym, entity, origin: 'core' });
    return written;
  });
}

function insert(
  tx: Tx,
  id: string,
  patientId: string,
  made: { readonly resourceType: string },
  signed: boolean,
): Written {
  const json = JSON.stringify(made);
  insertResource(tx, {
    id,
    type: made.resourceType,
    patientId,
    encounterId: null,
    columns: columnsOf(made),
    json,
    authorUser: author,
    source: null,
    signed,
  });
  return resource(id, 1, json);
}

function resource(id: string, version: number, json: string): Written {
  return { what: 'resource', id, version, digest: digestOfText(json) };
}
