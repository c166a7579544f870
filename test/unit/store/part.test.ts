/** Parts of charts follow the log: what the table lacks is held in memory and found again after a kill. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { followLog, forgetIndex } from '../../../src-main/core/audit/indexer.ts';
import { verifyStore } from '../../../src-main/core/audit/verify.ts';
import { readChart } from '../../../src-main/core/store/chart.ts';
import { drain } from '../../../src-main/core/store/slices.ts';
import { withTransaction } from '../../../src-main/core/store/transaction.ts';
import { addObservation, addPatient, again, changeStatus, codeThrown, fresh, place } from './clinic.ts';

const storedParts = 'select count(*) n from chart_part';

test('parts are proved before and after the table has them, by writer and reader', () => {
  const at = place();
  const store = fresh(at);
  const patient = addPatient(store, { family: 'Parted' });
  const row = addObservation(store, patient, '70');
  changeStatus(store, row, 'amended');
  assert.equal(store.sql<[], { n: number }>(storedParts).get()?.n, 0);
  assert.equal(readChart(store, patient).length, 2);
  const reader = again(at, true);
  assert.equal(readChart(reader, patient).length, 2);
  assert.equal(drain(verifyStore(store)).problem, null);

  drain(followLog(store));
  assert.equal(store.sql<[], { n: number }>(storedParts).get()?.n, 1);
  assert.equal(readChart(store, patient).length, 2);
  addObservation(store, patient, '71');
  assert.equal(readChart(store, patient).length, 3);
  assert.equal(readChart(reader, patient).length, 3);
  reader.db.close();

  // A kill forgets what was held; the log's tail says it again.
  store.db.close();
  const reopened = again(at);
  assert.equal(readChart(reopened, patient).length, 3);
  assert.equal(drain(verifyStore(reopened)).problem, null);
  // A viewer's index thrown away says nothing about the parts: charts are proved meanwhile, also new ones.
  withTransaction(reopened, forgetIndex);
  assert.equal(readChart(reopened, patient).length, 3);
  addObservation(reopened, patient, '72');
  drain(followLog(reopened));
  assert.equal(readChart(reopened, patient).length, 4);
  assert.equal(reopened.held.parts?.size ?? 0, 0);
  // Where the parts' own position is lost the whole log is read again, and no older entry undoes a newer part.
  reopened.db.exec("delete from audit_follow where name = 'parts'");
  drain(followLog(reopened));
  assert.equal(readChart(reopened, patient).length, 4);
  reopened.db.close();
  at.remove();
});

test('a row lost or altered shows although the table knows nothing of its part yet', () => {
  for (const tamper of [
    "delete from resource where type = 'Observation'",
    "update resource set json = replace(json, '70', '71') where type = 'Observation'",
    'drop trigger entry_stays; update audit_entry set entry = zeroblob(length(entry)) where seq = (select max(seq) from audit_entry)',
  ]) {
    const at = place();
    const store = fresh(at);
    const patient = addPatient(store, { family: 'Parted' });
    addObservation(store, patient, '70');
    store.db.exec(tamper);
    store.db.close();
    const reopened = again(at);
    assert.equal(
      codeThrown(() => readChart(reopened, patient)),
      'record-damaged',
      tamper,
    );
    reopened.db.close();
    at.remove();
  }
});
