import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verifyStore } from '../../../src-main/core/audit/verify.ts';
import {
  abortFile,
  type Batch,
  beginBatch,
  beginFile,
  cancelBatch,
  endFile,
  finishBatch,
  type ImportRow,
  removeLeftovers,
  writeSlice,
} from '../../../src-main/core/store/batch.ts';
import { readChart } from '../../../src-main/core/store/chart.ts';
import { closeStore, type Store } from '../../../src-main/core/store/open.ts';
import { countPatients } from '../../../src-main/core/store/patient.ts';
import { nameOrder } from '../../../src-main/core/store/rank.ts';
import { firstPatients, searchPatients } from '../../../src-main/core/store/search.ts';
import { drain } from '../../../src-main/core/store/slices.ts';
import { findDuplicate, readBatchOriginals, resolveSource } from '../../../src-main/core/store/source.ts';
import { newId } from '../../../src-main/core/store/transaction.ts';
import { loadClinic } from '../../fixtures/synthetic/load.ts';
import { addPatient, again, changeStatus, fresh, patientJson, place, someone } from './clinic.ts';

function rowsFor(patients: number, of: string): ImportRow[] {
  return Array.from({ length: patients }, (_, n) => {
    const patientId = newId(Date.now());
    const json = patientJson({ family: `${of}${String((n * 37) % patients).padStart(4, '0')}` });
    const observation = { resourceType: 'Observation', status: 'final', code: { text: `${of} ${n}` } };
    const base = { patientId, encounterId: null, source: null };
    return [
      {
        ...base,
        id: patientId,
        type: 'Patient',
        json,
        resource: JSON.parse(json),
        hash: null,
        names: [`Patient/${n}`],
        references: [],
      },
      {
        ...base,
        id: newId(Date.now()),
        type: 'Observation',
        json: JSON.stringify(observation),
        resource: observation,
        hash: Buffer.alloc(16, n),
        names: [],
        references: [[`Patient/${n}`, patientId]],
      },
    ] satisfies ImportRow[];
  }).flat();
}

function write(batch: Batch, rows: readonly ImportRow[]): void {
  for (let at = 0; at < rows.length; ) at = writeSlice(batch, rows, at);
}

function tables(store: Store): unknown {
  return [
    'resource',
    'patient',
    'patient_words',
    'patient_key',
    'chart_part',
    'source_id',
    'reference_index',
    'hidden_batch',
  ].map((table) => store.db.prepare<[], { n: number }>(`select count(*) n from ${table}`).get()?.n);
}

test('an import appears whole, in name order, proved by one entry, and can be edited afterwards', () => {
  const at = place();
  const store = fresh(at);
  for (const family of ['A0000', 'N0100x', 'Z']) addPatient(store, { family });
  const batch = beginBatch(store, { id: 'import-1', byUser: 'user-1', files: '[]' });
  beginFile(batch, 0);
  const rows = rowsFor(200, 'N');
  write(batch, rows);
  endFile(batch);
  assert.equal(searchPatients(store, 'n00', { order: 'dmy' }).hits.length, 0);
  const patient = rows[0]?.patientId ?? '';
  const observation = rows[1];
  assert.equal(findDuplicate(store, patient, Buffer.alloc(16, 0), batch.number)?.id, observation?.id);
  assert.equal(findDuplicate(store, patient, Buffer.alloc(16, 0), 0), null);
  assert.equal(resolveSource(store, batch.number, 'Patient/0', 0), patient);
  const work = finishBatch(batch, { ...someone, type: 'import.completed' });
  assert.equal(work.next().done, false);
  assert.equal(searchPatients(store, 'n', { order: 'dmy' }).hits.length, 1, 'hidden until the end');
  drain(work);
  const listed = firstPatients(store, 1000);
  assert.equal(listed.length, 203);
  assert.deepEqual(listed, [...listed].sort(nameOrder('en')));
  assert.equal(countPatients(store), 203);
  assert.equal(readChart(store, patient).length, 2);
  const imported = readChart(store, patient)[1];
  assert.ok(imported);
  changeStatus(store, imported, 'amended');
  assert.deepEqual(
    readChart(store, patient).map(({ batch: of }) => of),
    [1, 0],
  );
  assert.deepEqual(
    [...readBatchOriginals(store, 1)].map(({ json }) => json),
    rows.map(({ json }) => json),
  );
  const verdict = drain(verifyStore(store));
  assert.deepEqual(verdict.problem, null);
  assert.equal(verdict.rows, 403);
  closeStore(store);
  at.remove();
});

test('files and imports that do not end leave nothing, also after a kill', () => {
  const at = place();
  let store = fresh(at);
  addPatient(store, { family: 'Here before' });
  const before = tables(store);
  const batch = beginBatch(store, { id: 'import-1', byUser: null, files: '[]' });
  beginFile(batch, 0);
  write(batch, rowsFor(20, 'Good'));
  endFile(batch);
  beginFile(batch, 1);
  write(batch, rowsFor(300, 'Bad'));
  drain(abortFile(batch));
  drain(finishBatch(batch, { ...someone, type: 'import.completed' }));
  drain(cancelBatch(batch));
  assert.equal(searchPatients(store, 'bad', { order: 'dmy' }).matches, 0);
  assert.equal(searchPatients(store, 'good', { order: 'dmy' }).matches, 20);
  assert.equal(drain(verifyStore(store)).problem, null);
  const after = tables(store);
  assert.notDeepEqual(after, before);

  const cancelled = beginBatch(store, { id: 'import-2', byUser: null, files: '[]' });
  beginFile(cancelled, 0);
  write(cancelled, rowsFor(50, 'Never'));
  drain(cancelBatch(cancelled));
  assert.deepEqual(tables(store), after);

  const killed = beginBatch(store, { id: 'import-3', byUser: null, files: '[]' });
  beginFile(killed, 0);
  write(killed, rowsFor(50, 'Killed'));
  endFile(killed);
  const work = finishBatch(killed, { ...someone, type: 'import.completed' });
  work.next();
  work.next();
  store.db.close();
  store = again(at);
  assert.equal(searchPatients(store, 'killed', { order: 'dmy' }).matches, 0);
  assert.equal(drain(removeLeftovers(store)), 1);
  assert.deepEqual(tables(store), after);
  assert.equal(drain(verifyStore(store)).problem, null);
  closeStore(store);
  at.remove();
});

test('a synthetic clinic is the same for the same seed and verifies', () => {
  const at = place();
  const store = fresh(at);
  const ids = loadClinic(store, { patients: 60, resourcesPerPatient: 12, seed: 7 });
  assert.equal(readChart(store, ids[5] ?? '').length, 13);
  assert.equal(drain(verifyStore(store)).problem, null);
  closeStore(store);
  at.remove();
});
