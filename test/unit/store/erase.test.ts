import assert from 'node:assert/strict';

import { statSync } from 'node:fs';
import { test } from 'node:test';
import { verifyStore } from '../../../src-main/core/audit/verify.ts';
import {
  beginBatch,
  beginFile,
  endFile,
  finishBatch,
  type ImportRow,
  writeSlice,
} from '../../../src-main/core/store/batch.ts';
import { afterErasure, eraseEverywhere } from '../../../src-main/core/store/erase.ts';
import { closeStore } from '../../../src-main/core/store/open.ts';
import { saveDraft } from '../../../src-main/core/store/personal.ts';
import { drain } from '../../../src-main/core/store/slices.ts';
import {
  addObservation,
  addPatient,
  again,
  audited,
  changeStatus,
  codeThrown,
  fresh,
  patientJson,
  place,
  someone,
} from './clinic.ts';

const imported = (id: string, patientId: string, resource: object): ImportRow => ({
  id,
  type: 'resourceType' in resource ? String(resource.resourceType) : '',
  patientId,
  encounterId: null,
  json: JSON.stringify(resource),
  resource,
  source: null,
  hash: Buffer.alloc(16, id),
  names: [`urn:${id}`],
  references: [[`urn:${patientId}`, patientId]],
});

test('an erased patient leaves nothing but proofs, of imports too', () => {
  const at = place();
  let store = fresh(at);
  const kept = addPatient(store, { family: 'Kept' });
  const batch = beginBatch(store, { id: 'import-1', byUser: 'user-1', files: '[]' });
  beginFile(batch, 0);
  const rows = ['gone', 'stays'].flatMap((who) => [
    imported(who, who, JSON.parse(patientJson({ family: `Imported-${who}` }))),
    imported(`${who}-1`, who, { resourceType: 'Observation', status: 'final', code: { text: `secret-${who}` } }),
    imported(`${who}-2`, who, { resourceType: 'Observation', status: 'final', code: { text: `secret-${who}` } }),
  ]);
  assert.equal(writeSlice(batch, rows), rows.length);
  endFile(batch);
  drain(finishBatch(batch, { ...someone, type: 'import.completed' }));
  const row = addObservation(store, 'gone', '1.5');
  changeStatus(store, row, 'amended');
  addObservation(store, 'gone', '2.5', true);
  audited(store, 'chart.changed', (tx) =>
    saveDraft(tx, 'user-1', { id: null, patientId: 'gone', kind: 'note', json: '"secret-gone"', base: null }),
  );
  addObservation(store, kept, '3.5');
  const verified = () => drain(verifyStore(store, { now: Date.now, pages: true })).problem;
  assert.equal(verified(), null);
  const erased = audited(store, 'patient.erased', (tx) => eraseEverywhere(tx, 'gone', { request: '{}', roster: 1 }));
  assert.ok(erased?.ref);
  afterErasure(store, [erased]);
  assert.equal(statSync(`${at.path}-wal`).size, 0);
  assert.equal(verified(), null);
  for (const table of ['resource', 'resource_history', 'draft', 'patient_key']) {
    const left = store.db.prepare<[], { n: number }>(`select count(*) n from ${table} where patient_id = 'gone'`).get();
    assert.equal(left?.n, 0, table);
  }
  const names = store.db.prepare<[], { n: number }>("select count(*) n from source_id where resource_id like 'gone%'");
  assert.equal(names.get()?.n, 0);
  assert.equal(
    codeThrown(() => addObservation(store, 'gone', '9')),
    'not-found',
  );
  assert.equal(
    audited(store, 'patient.erased', (tx) => eraseEverywhere(tx, 'gone', { request: '{}', roster: 1 })),
    null,
  );
  closeStore(store);
  store = again(at);
  assert.equal(verified(), null);
  // Emptied by hand, a chart is damaged: the ledger does not name it.
  store.db.prepare("delete from resource where patient_id = 'stays'").run();
  assert.notEqual(verified(), null);
  closeStore(store);
  at.remove();
});
