import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import { insertEmergency, writeRestriction } from '../../../../src-main/core/store/access.ts';
import { columnsOf } from '../../../../src-main/core/store/columns.ts';
import { syncPosition } from '../../../../src-main/core/store/indexed.ts';
import { openPatientKey } from '../../../../src-main/core/store/patient.ts';
import { deleteResource, insertResource } from '../../../../src-main/core/store/record.ts';
import type { ResourceRow } from '../../../../src-main/core/store/row.ts';
import { drain } from '../../../../src-main/core/store/slices.ts';
import { withTransaction } from '../../../../src-main/core/store/transaction.ts';
import { batchHash, noBatch, readEnvelope } from '../../../../src-main/core/sync/envelope.ts';
import { makeBatch } from '../../../../src-main/core/sync/outgoing/make-batch.ts';
import { acknowledged, changesWaiting, pendingBatches } from '../../../../src-main/core/sync/outgoing/pending.ts';
import { ownChain } from '../../../../src-main/core/sync/outgoing/position.ts';
import { slotOf } from '../../../../src-main/core/sync/outgoing/slots.ts';
import { compareVersions } from '../../../../src-shared/sync-protocol/primitives.ts';
import { addObservation, addPatient, audited, changeStatus } from '../../store/clinic.ts';
import { author, clinic, desk, deviceId, digest, opened, tenant } from './desk.ts';

test('what was done here goes out as it was, sealed by patient, in one chain', () => {
  const here = desk();
  try {
    const { store } = here;
    const ana = addPatient(store, { family: 'Unverwechselbar', given: 'Ana' });
    const ben = addPatient(store, { family: 'Anders' });
    const weight = addObservation(store, ana, '72.50');
    const changed = changeStatus(store, weight, 'amended');
    const gone = addObservation(store, ben, '80');
    audited(store, 'chart.changed', (tx) =>
      deleteResource(tx, { id: gone.id, expectedVersion: 1, authorUser: 'user-1' }),
    );
    addObservation(store, null, '1');
    audited(store, 'access.restricted', (tx) =>
      writeRestriction(tx, { patientId: ana, users: ['user-1'], reason: 'works-here', byUser: 'user-1' }),
    );
    const shown = audited(store, 'access.restricted', (tx) =>
      writeRestriction(tx, { patientId: ana, users: ['user-1', 'user-2'], reason: 'works-here', byUser: 'user-1' }),
    );
    assert.ok(shown);
    const told = audited(store, 'access.restricted', (tx) =>
      insertEmergency(tx, {
        patientId: ana,
        userId: 'user-2',
        sessionId: 's',
        endsAt: tx.now + 1000,
        reason: 'emergency',
        told: 'she fell',
      }),
    );
    audited(
      store,
      'chart.added',
      (tx) =>
        insertResource(tx, {
          type: 'Composition',
          patientId: ana,
          encounterId: 'enc',
          columns: columnsOf({ resourceType: 'Composition' }),
          json: '{"resourceType":"Composition"}',
          authorUser: 'user-1',
          source: '{"kind":"local"}',
          signed: true,
        }),
      { detail: { roster: 7 } },
    );
    assert.equal(changesWaiting(store), 11);

    assert.deepEqual(drain(makeBatch(store, author)), { kind: 'made', batches: 1, ops: 10 });
    assert.deepEqual(drain(makeBatch(store, author)), { kind: 'nothing' });
    assert.equal(changesWaiting(store), 10);
    const [batch, ...more] = pendingBatches(store);
    assert.ok(batch);
    assert.equal(more.length, 0);
    const { header, ops } = opened(store, batch.envelope);
    assert.deepEqual(
      { ...header, bodyHash: '' },
      {
        version: 1,
        tenant,
        clinic,
        device: deviceId,
        seq: 0,
        previous: noBatch.toString('base64'),
        kind: 'ops',
        epoch: 1,
        seen: { size: 0, root: author.seen().root.toString('base64') },
        roster: 5,
        bodyHash: '',
      },
    );
    assert.deepEqual(batch.hash, ownChain(store).hash);
    const of = (patient: string | null) => ops.filter(([one]) => one === patient).map(([, op]) => op);
    assert.deepEqual(
      of(ana).map(({ k }) => k),
      ['create', 'create', 'update', 'restriction', 'emergency', 'create'],
    );
    assert.deepEqual(
      of(ben).map(({ k }) => k),
      ['create', 'create', 'delete'],
    );
    assert.deepEqual(
      of(null).map(({ k }) => k),
      ['create'],
    );
    const [, first, second, restriction, emergency, note] = of(ana);
    // Numbers as written, each version with its own text.
    assert.ok(first?.k === 'create' && second?.k === 'update');
    assert.equal(first.json, weight.json);
    assert.equal(second.json, changed.json);
    assert.deepEqual(second.fields, { status: first.v });
    assert.equal(first.at, weight.updatedAt);
    assert.ok(restriction?.k === 'restriction');
    assert.deepEqual(restriction.users, ['user-1', 'user-2']);
    assert.ok(emergency?.k === 'emergency');
    assert.deepEqual([emergency.id, emergency.told], [told, 'she fell']);
    assert.ok(note?.k === 'create');
    assert.deepEqual([note.signed, note.roster, note.encounter, note.source], [1, 7, 'enc', '{"kind":"local"}']);
    const deleted = of(ben)[2];
    assert.ok(deleted?.k === 'delete');
    assert.deepEqual(deleted.covers, { '*': of(ben)[1]?.v });

    // Nothing of whom or what stands in what is sent.
    const key = openPatientKey(store, ana);
    for (const secret of [
      'Unverwechselbar',
      'weight',
      '72.50',
      'she fell',
      ana,
      ana.replaceAll('-', ''),
      slotOf(key),
    ]) {
      assert.equal(batch.envelope.includes(secret), false);
      assert.equal(batch.envelope.includes(Buffer.from(secret, 'utf8').toString('base64')), false);
    }
    assert.equal(batch.envelope.includes(Buffer.from(ana.replaceAll('-', ''), 'hex')), false);

    // The next batch names this one.
    changeStatus(store, changed, 'final');
    assert.deepEqual(drain(makeBatch(store, author)), { kind: 'made', batches: 1, ops: 1 });
    const next = pendingBatches(store, 0)[0];
    assert.ok(next);
    assert.equal(
      readEnvelope(next.envelope)?.header.previous,
      batchHash(readEnvelope(batch.envelope)?.headerBytes ?? Buffer.alloc(0)).toString('base64'),
    );
    assert.deepEqual(
      opened(store, next.envelope).ops.map(([, op]) => op.k),
      ['update'],
    );
    withTransaction(store, (tx) => acknowledged(tx, 0));
    assert.deepEqual(
      pendingBatches(store).map(({ seq }) => seq),
      [1],
    );
    assert.equal(changesWaiting(store), 1);
  } finally {
    here.close();
  }
});

test('an entry with more ops than a batch holds makes several; the next ones wait', () => {
  const here = desk();
  try {
    const { store } = here;
    const ana = addPatient(store, { family: 'A' });
    const json = '{"resourceType":"Observation"}';
    audited(store, 'chart.added', (tx) => {
      for (let n = 0; n < 2300; n += 1) {
        const columns = { date: null, status: null, code: null, category: null };
        insertResource(tx, {
          type: 'Observation',
          patientId: ana,
          encounterId: null,
          columns,
          json,
          authorUser: null,
          source: null,
        });
      }
    });
    addObservation(store, ana, '1');
    assert.deepEqual(drain(makeBatch(store, author)), { kind: 'made', batches: 1, ops: 1 });
    assert.deepEqual(drain(makeBatch(store, author)), { kind: 'made', batches: 3, ops: 2300 });
    assert.deepEqual(drain(makeBatch(store, author)), { kind: 'made', batches: 1, ops: 1 });
    const all = pendingBatches(store, -1, 10);
    assert.deepEqual(
      all.map(({ ops }) => ops),
      [1, 1000, 1000, 300, 1],
    );
    let previous = noBatch.toString('base64');
    for (const { envelope, hash } of all) {
      assert.equal(opened(store, envelope).header.previous, previous);
      previous = hash.toString('base64');
    }
  } finally {
    here.close();
  }
});

test('a kill between making and sending sends the same bytes; between sealing and keeping, nothing is kept', () => {
  const here = desk();
  try {
    const ana = addPatient(here.store, { family: 'A' });
    for (let n = 0; n < 30; n += 1) addObservation(here.store, ana, `${n}`);
    // Killed in the transaction that keeps it.
    const killed = (): Buffer => {
      throw new Error('killed');
    };
    assert.throws(() => drain(makeBatch(here.store, { ...author, sign: killed })), /killed/);
    here.reopen();
    assert.deepEqual(
      [syncPosition(here.store), ownChain(here.store).seq, pendingBatches(here.store).length],
      [0, 0, 0],
    );
    drain(makeBatch(here.store, author));
    const before = pendingBatches(here.store).map(({ envelope }) => digest(envelope));
    const chain = ownChain(here.store);
    here.reopen();
    assert.deepEqual(drain(makeBatch(here.store, author)), { kind: 'nothing' });
    assert.deepEqual(
      pendingBatches(here.store).map(({ envelope }) => digest(envelope)),
      before,
    );
    assert.deepEqual(ownChain(here.store), chain);
    assert.equal(syncPosition(here.store), 31);
  } finally {
    here.close();
  }
});

test('whatever is written, made, killed and sent in whatever order: every change goes out once, as it was', () => {
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.constant('add' as const) },
    { weight: 3, arbitrary: fc.constant('change' as const) },
    { weight: 2, arbitrary: fc.constant('make' as const) },
    { weight: 1, arbitrary: fc.constant('kill' as const) },
    { weight: 1, arbitrary: fc.constant('sent' as const) },
  );
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 40 }), (steps) => {
      const here = desk();
      try {
        const patients = [addPatient(here.store, { family: 'A' }), addPatient(here.store, { family: 'B' })];
        const rows: ResourceRow[] = [];
        const written: string[] = [];
        const arrived: string[] = [];
        const receive = (): void => {
          for (const { seq, envelope } of pendingBatches(here.store, -1, 100)) {
            for (const [, op] of opened(here.store, envelope).ops) {
              if ((op.k === 'create' || op.k === 'update') && op.type !== 'Patient') arrived.push(`${op.v} ${op.json}`);
            }
            withTransaction(here.store, (tx) => acknowledged(tx, seq));
          }
        };
        for (const [n, one] of steps.entries()) {
          if (one === 'make') drain(makeBatch(here.store, author));
          else if (one === 'kill') here.reopen();
          else if (one === 'sent') receive();
          else {
            const at = n % Math.max(rows.length, 1);
            const before = one === 'change' ? rows[at] : undefined;
            const row =
              before === undefined
                ? addObservation(here.store, patients[n % 2] ?? null, `${n}`)
                : changeStatus(here.store, before, `s${n}`);
            if (before === undefined) rows.push(row);
            else rows[at] = row;
            const versions = Object.values(
              z.record(z.string(), z.string()).parse(JSON.parse(row.fieldVersions ?? '{}')),
            );
            written.push(`${versions.sort(compareVersions).at(-1)} ${row.json}`);
          }
        }
        while (drain(makeBatch(here.store, author)).kind === 'made');
        receive();
        assert.deepEqual(arrived.sort(), written.sort());
      } finally {
        here.close();
      }
    }),
    { numRuns: 6 },
  );
});
