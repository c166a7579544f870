import assert from 'node:assert/strict';
import test from 'node:test';
import { afterErasure, eraseEverywhere } from '../../../../src-main/core/store/erase.ts';
import type { Store } from '../../../../src-main/core/store/open.ts';
import { drain } from '../../../../src-main/core/store/slices.ts';
import { withTransaction } from '../../../../src-main/core/store/transaction.ts';
import { makeBatch } from '../../../../src-main/core/sync/outgoing/make-batch.ts';
import { pendingBatches } from '../../../../src-main/core/sync/outgoing/pending.ts';
import { slotsPut, slotsToEmpty, slotsToPut } from '../../../../src-main/core/sync/outgoing/slots.ts';
import { addObservation, addPatient, audited, changeStatus } from '../../store/clinic.ts';
import { author, clinic, desk, opened } from './desk.ts';

function erase(store: Store, patientId: string): void {
  const erased = audited(store, 'chart.changed', (tx) => eraseEverywhere(tx, patientId, { request: '{}', roster: 1 }));
  afterErasure(store, erased === null ? [] : [erased]);
}

test('of an erased patient nothing goes out but that they are erased', () => {
  const here = desk();
  try {
    const { store } = here;
    const ana = addPatient(store, { family: 'A' });
    const ben = addPatient(store, { family: 'B' });
    changeStatus(store, addObservation(store, ana, '72'), 'amended');
    erase(store, ana);
    assert.deepEqual(drain(makeBatch(store, author)), { kind: 'made', batches: 1, ops: 2 });
    const { ops } = opened(store, pendingBatches(store)[0]?.envelope ?? Buffer.alloc(0));
    assert.deepEqual(
      ops.map(([group, op]) => [group, op.k, op.k === 'erase' && op.patient]),
      [
        [ben, 'create', false],
        [null, 'erase', ana],
      ],
    );
    // Her key never went out: there is nothing to empty.
    assert.equal(slotsToPut(store, clinic).length, 1);
    assert.deepEqual(slotsToEmpty(store), []);
  } finally {
    here.close();
  }
});

test('an erasure while a batch is sealed takes the patient out of it', () => {
  const here = desk();
  try {
    const { store } = here;
    const ana = addPatient(store, { family: 'A' });
    const ben = addPatient(store, { family: 'B' });
    // The signature is asked for in the last transaction; the erasure comes where the batch is sealed and not yet kept.
    const making = makeBatch(store, author);
    let erased = false;
    const { sql } = store;
    const hooked: Store = {
      ...store,
      sql: (text) => {
        if (text === 'begin immediate' && !erased) {
          erased = true;
          erase(store, ana);
        }
        return sql(text);
      },
    };
    const late = makeBatch(hooked, author);
    assert.deepEqual(drain(late), { kind: 'made', batches: 1, ops: 2 });
    assert.equal(erased, true);
    const { ops } = opened(store, pendingBatches(store)[0]?.envelope ?? Buffer.alloc(0));
    assert.deepEqual(
      ops.map(([group, op]) => [group, op.k]),
      [
        [ben, 'create'],
        [null, 'erase'],
      ],
    );
    assert.deepEqual(drain(making), { kind: 'nothing' });
  } finally {
    here.close();
  }
});

test('the key of a patient erased after it went out is emptied at the backend', () => {
  const here = desk();
  try {
    const { store } = here;
    const ana = addPatient(store, { family: 'A' });
    drain(makeBatch(store, author));
    const puts = slotsToPut(store, clinic);
    withTransaction(store, (tx) => slotsPut(tx, puts, 1));
    erase(store, ana);
    drain(makeBatch(store, author));
    const empty = slotsToEmpty(store);
    assert.deepEqual(
      empty.map(({ slot, body }) => [slot, body]),
      [[puts[0]?.slot, null]],
    );
    withTransaction(store, (tx) => slotsPut(tx, empty, 2));
    assert.deepEqual([slotsToEmpty(store), slotsToPut(store, clinic)], [[], []]);
    assert.equal(
      store.sql<[], { n: number }>('select count(*) n from sync_slot where patient_id is not null').get()?.n,
      0,
    );
  } finally {
    here.close();
  }
});
