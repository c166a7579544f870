import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hmacSha256 } from '../../../src-main/core/crypto/hash.ts';
import { createMac } from '../../../src-main/core/crypto/mac.ts';
import { readChart } from '../../../src-main/core/store/chart.ts';
import { DigestSum } from '../../../src-main/core/store/digest.ts';
import { changedFields, topLevelFields } from '../../../src-main/core/store/fields.ts';
import { closeStore } from '../../../src-main/core/store/open.ts';
import { insertPatient } from '../../../src-main/core/store/patient.ts';
import { deleteDraft, readDrafts, saveDraft } from '../../../src-main/core/store/personal.ts';
import { deleteResource, readHistory, readResource } from '../../../src-main/core/store/record.ts';
import { withTransaction } from '../../../src-main/core/store/transaction.ts';
import { addObservation, addPatient, audited, changeStatus, codeThrown, fresh, patientJson, place } from './clinic.ts';

test('rows are written, changed and deleted; versions and numbers stay as written', () => {
  const at = place();
  const store = fresh(at);
  const patient = addPatient(store, { family: 'García' });
  const first = addObservation(store, patient, '1.50');
  const second = changeStatus(store, first, 'amended');
  assert.equal(second.version, 2);
  assert.match(readResource(store, first.id)?.json ?? '', /1\.50/);
  assert.equal(
    codeThrown(() => changeStatus(store, first, 'corrected')),
    'changed-meanwhile',
  );
  assert.deepEqual(
    readHistory(store, first.id).map(({ version }) => version),
    [1],
  );
  assert.equal(readChart(store, patient).length, 2);
  audited(store, 'chart.changed', (tx) => deleteResource(tx, { id: first.id, expectedVersion: 2, authorUser: null }));
  assert.equal(readChart(store, patient).length, 1);
  assert.equal(
    codeThrown(() => readChart(store, 'nobody')),
    'not-found',
  );
  const ops = store.db.prepare<[], { ops: string }>('select ops from outbox order by seq').all();
  const update: unknown = JSON.parse(ops[2]?.ops ?? '[]')[0];
  assert.deepEqual(update, {
    id: first.id,
    type: 'Observation',
    version: 2,
    op: '3.device-1',
    fields: { status: '2.device-1' },
    lamport: 3,
    kind: 'update',
    patient,
  });
  closeStore(store);
  at.remove();
});

test('a change without an audit entry does not happen', () => {
  const at = place();
  const store = fresh(at);
  assert.throws(() =>
    withTransaction(store, (tx) =>
      insertPatient(tx, { json: patientJson({ family: 'X' }), authorUser: null, source: null }),
    ),
  );
  assert.equal(store.db.prepare<[], { n: number }>('select count(*) n from resource').get()?.n, 0);
  assert.equal(addPatient(store, { family: 'Y' }).length, 36);
  closeStore(store);
  at.remove();
});

test('the store refuses any change of a signed row, whoever asks', () => {
  const at = place();
  const store = fresh(at);
  const patient = addPatient(store, { family: 'Signed' });
  const note = addObservation(store, patient, '1', true);
  assert.equal(
    codeThrown(() => changeStatus(store, note, 'amended')),
    'already-signed',
  );
  assert.throws(() => store.db.exec("update resource set json = '{}' where signed = 1"), /signed/);
  assert.throws(() => store.db.exec('update resource set signed = 0'), /signed/);
  assert.throws(() => store.db.exec('delete from resource'), /signed/);
  assert.equal(readChart(store, patient).length, 2);
  closeStore(store);
  at.remove();
});

test('drafts are their author’s only', () => {
  const at = place();
  const store = fresh(at);
  const draft = { id: null, patientId: 'p', kind: 'note', json: '{}', base: null };
  const id = withTransaction(store, (tx) => saveDraft(tx, 'a', draft));
  assert.equal(readDrafts(store, 'a').length, 1);
  assert.equal(readDrafts(store, 'b').length, 0);
  assert.equal(
    codeThrown(() => withTransaction(store, (tx) => saveDraft(tx, 'b', { ...draft, id }))),
    'not-author',
  );
  assert.equal(
    codeThrown(() => withTransaction(store, (tx) => deleteDraft(tx, 'b', id))),
    'not-found',
  );
  closeStore(store);
  at.remove();
});

test('the kept-key HMAC is HMAC', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 0, maxLength: 64 }),
      fc.string({ unit: 'grapheme', maxLength: 3000 }),
      (key, text) => {
        assert.deepEqual(createMac(key).of(text), hmacSha256(key, Buffer.from(text, 'utf8')));
      },
    ),
  );
});

test('sums of MACs do not depend on order and lose what is subtracted', () => {
  const mac = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes));
  const big = (bytes: Buffer) => BigInt(`0x${bytes.toString('hex')}`);
  fc.assert(
    fc.property(fc.array(mac), fc.array(mac), (kept, gone) => {
      const sum = new DigestSum();
      for (const one of gone) sum.subtract(one);
      for (const one of [...kept, ...gone].reverse()) sum.add(one);
      const expected = kept.reduce((total, one) => (total + big(one)) % 2n ** 256n, 0n);
      assert.equal(big(sum.value()), expected);
    }),
  );
});

test('top-level fields are cut out as written', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(0, 2), (value, indent) => {
      const object: Record<string, unknown> = JSON.parse(JSON.stringify(value));
      const fields = topLevelFields(JSON.stringify(object, null, indent));
      assert.deepEqual([...fields.keys()], Object.keys(object));
      for (const [name, text] of fields)
        assert.deepEqual(JSON.parse(text), Object.entries(object).find(([n]) => n === name)?.[1]);
    }),
  );
  assert.deepEqual(changedFields('{"a":1.50,"b":"x","_b":{}}', '{"a":1.5,"c":[],"b":"x"}'), ['a', 'b', 'c']);
});
