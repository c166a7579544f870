import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeEntry } from '../../../src-main/core/audit/entry.ts';
import { append, checkHead, head, readEntry, rootAt } from '../../../src-main/core/audit/log.ts';
import { leafHash, treeRoot } from '../../../src-main/core/audit/merkle.ts';
import { canonicalBytes } from '../../../src-main/core/crypto/canonical.ts';
import { closeStore } from '../../../src-main/core/store/open.ts';
import { patientByRef, patientRef } from '../../../src-main/core/store/patient.ts';
import { withTransaction } from '../../../src-main/core/store/transaction.ts';
import { addObservation, addPatient, again, audited, fresh, place, someone } from '../store/clinic.ts';

test('entries are canonical, parsed when read, and leaves of one tree across restarts', () => {
  const at = place();
  let store = fresh(at);
  const patient = addPatient(store, { family: 'Log' });
  addObservation(store, patient, '70.0');
  audited(store, 'chart.read', () => undefined, {
    detail: { zulu: 1, alpha: 'x', Ärger: 2 },
    patient: patientRef(store, patient),
  });
  const rows = store.db
    .prepare<[], { seq: number; entry: Buffer }>('select seq, entry from audit_entry order by seq')
    .all();
  for (const { seq, entry } of rows) {
    const decoded = decodeEntry(entry);
    assert.equal(decoded?.seq, seq);
    assert.deepEqual(entry.subarray(1), canonicalBytes(JSON.parse(entry.toString('utf8', 1))));
    assert.equal(entry.includes('Log'), false);
  }
  assert.equal(patientByRef(store, readEntry(store, 2)?.patient ?? '')?.id, patient);
  const leaves = rows.map(({ entry }) => leafHash(entry));
  assert.equal(head(store).root, treeRoot(leaves).toString('hex'));
  for (let n = 0; n < 300; n += 1) audited(store, 'chart.read', () => undefined);
  const known = head(store);
  closeStore(store);
  store = again(at);
  assert.deepEqual(head(store), known);
  audited(store, 'application.started', () => undefined);
  assert.equal(checkHead(store, known), 'ok');
  assert.equal(checkHead(store, { size: 3, root: treeRoot(leaves).toString('hex') }), 'ok');
  assert.equal(checkHead(store, { size: 4, root: treeRoot(leaves).toString('hex') }), 'forked');
  assert.equal(checkHead(store, { size: 1000, root: known.root }), 'behind');
  assert.equal(rootAt(store, known.size)?.toString('hex'), known.root);
  const reader = again(at, true);
  assert.deepEqual(head(reader), head(store));
  reader.db.close();
  closeStore(store);
  at.remove();
});

test('a transaction that fails leaves neither row nor entry nor a moved head', () => {
  const at = place();
  const store = fresh(at);
  addPatient(store, { family: 'First' });
  const before = head(store);
  assert.throws(() =>
    withTransaction(store, (tx) => {
      append(tx, { ...someone, type: 'chart.read' });
      throw new Error('after the entry');
    }),
  );
  assert.deepEqual(head(store), before);
  addPatient(store, { family: 'Second' });
  assert.equal(head(store).size, 2);
  closeStore(store);
  at.remove();
});
