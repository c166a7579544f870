import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { OpenError } from '../../../../src-main/core/crypto/aead.ts';
import { sha256 } from '../../../../src-main/core/crypto/hash.ts';
import { columnsOf } from '../../../../src-main/core/store/columns.ts';
import { openPatientKey } from '../../../../src-main/core/store/patient.ts';
import { insertResource } from '../../../../src-main/core/store/record.ts';
import { resealPatientKeys } from '../../../../src-main/core/store/reseal.ts';
import { drain } from '../../../../src-main/core/store/slices.ts';
import { withTransaction } from '../../../../src-main/core/store/transaction.ts';
import {
  blobChunks,
  blobKey,
  chunkCount,
  fetchBlob,
  openChunk,
} from '../../../../src-main/core/sync/outgoing/blobs.ts';
import { makeBatch } from '../../../../src-main/core/sync/outgoing/make-batch.ts';
import { blobsToDelete, pendingBatches, sendLongTexts } from '../../../../src-main/core/sync/outgoing/pending.ts';
import {
  openSlot,
  putBackSlots,
  slotOf,
  slotsNeeded,
  slotsPut,
  slotsToEmpty,
  slotsToPut,
  takeSlot,
} from '../../../../src-main/core/sync/outgoing/slots.ts';
import { limits } from '../../../../src-shared/sync-protocol/limits.ts';
import { addPatient, audited, clinicKey } from '../../store/clinic.ts';
import { MemoryBackend } from '../memory-backend.ts';
import { author, clinic, desk, opened, tenant } from './desk.ts';

const signal = new AbortController().signal;
const at = { clinic, epoch: 1, clinicKey: clinicKey.key };

test('a patient’s key goes out before the first batch, again under a new epoch, and away with the patient', () => {
  const here = desk();
  const there = desk('3e4f6d4e-6c55-4c1e-9d9a-4f3f1f0c7a04');
  try {
    const { store } = here;
    const ana = addPatient(store, { family: 'A' });
    const ben = addPatient(store, { family: 'B' });
    assert.deepEqual(slotsToPut(store, clinic), []);
    drain(makeBatch(store, author));
    assert.equal(slotsNeeded(store), true);
    const puts = slotsToPut(store, clinic);
    assert.equal(puts.length, 2);
    withTransaction(store, (tx) => slotsPut(tx, puts, 2));
    assert.equal(slotsNeeded(store), false);
    assert.deepEqual(slotsToPut(store, clinic), []);

    // The other workstation takes them, each for whom it is, and keeps them under its own seal.
    const key = openPatientKey(store, ana);
    const slot = slotOf(key);
    const put = puts.find((one) => one.slot === slot);
    assert.ok(put?.body);
    for (const one of puts) {
      const { kind } = withTransaction(there.store, (tx) => takeSlot(tx, clinic, { ...one, change: 1 }));
      assert.equal(kind, 'new');
    }
    assert.deepEqual(openPatientKey(there.store, ana), key);
    const take = (given: Parameters<typeof takeSlot>[2]) =>
      withTransaction(there.store, (tx) => takeSlot(tx, clinic, given));
    assert.equal(take({ ...put, change: 2 }).kind, 'known');
    assert.equal(take({ ...put, epoch: 2, change: 3 }).kind, 'no-clinic-key');
    assert.equal(take({ ...put, slot: '0'.repeat(32), change: 3 }).kind, 'refused');

    // One turned bit anywhere, another place, another clinic: nothing opens.
    const body = Buffer.from(put.body, 'base64');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: body.length * 8 - 1 }), (bit) => {
        const other = Buffer.from(body);
        other.writeUInt8(other.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        assert.throws(() => openSlot(at, slot, other.toString('base64')), OpenError);
      }),
      { numRuns: 50 },
    );
    assert.throws(() => openSlot({ ...at, clinic: tenant }, slot, put.body ?? ''), OpenError);

    // A new epoch: all again, and nothing twice.
    store.clinicKeys?.add({ epoch: 2, key: Buffer.alloc(32, 9) });
    drain(resealPatientKeys(store));
    const again = slotsToPut(store, clinic);
    assert.deepEqual(
      again.map(({ epoch }) => epoch),
      [2, 2],
    );
    withTransaction(store, (tx) => slotsPut(tx, again, 4));
    assert.deepEqual(slotsToPut(store, clinic), []);

    // Emptied there by nobody's erasure: put again. Of an erased patient: emptied, once.
    const empty = { slot, epoch: 2, body: null, change: 5 };
    assert.deepEqual(
      withTransaction(store, (tx) => takeSlot(tx, clinic, empty)),
      { kind: 'emptied', patient: ana },
    );
    assert.deepEqual(slotsToPut(store, clinic), []);
    assert.equal(
      withTransaction(store, (tx) => putBackSlots(tx)),
      1,
    );
    assert.deepEqual(
      slotsToPut(store, clinic).map((one) => one.slot),
      [slot],
    );
    withTransaction(store, (tx) => slotsPut(tx, slotsToPut(store, clinic), 6));
    store.sql<[string]>('insert into erasure (patient_id, at) values (?, 0)').run(ben);
    const [gone, ...more] = slotsToEmpty(store);
    assert.deepEqual([gone?.body, gone?.epoch, more.length], [null, 2, 0]);
    assert.ok(gone);
    withTransaction(store, (tx) => slotsPut(tx, [gone], 7));
    assert.deepEqual(slotsToEmpty(store), []);
    assert.equal(
      withTransaction(store, (tx) => putBackSlots(tx)),
      0,
    );
  } finally {
    here.close();
    there.close();
  }
});

test('a long text travels in chunks beside its op, goes on after a kill, and is taken down with its patient', async () => {
  const here = desk();
  const backend = new MemoryBackend(tenant, clinic);
  try {
    const ana = addPatient(here.store, { family: 'A' });
    const json = `{"resourceType":"DocumentReference","description":"${'ä'.repeat(limits.chunkBytes)}"}`;
    const size = Buffer.byteLength(json);
    audited(here.store, 'chart.added', (tx) =>
      insertResource(tx, {
        type: 'DocumentReference',
        patientId: ana,
        encounterId: null,
        columns: columnsOf({ resourceType: 'DocumentReference' }),
        json,
        authorUser: null,
        source: null,
      }),
    );
    drain(makeBatch(here.store, author));
    const [batch] = pendingBatches(here.store);
    assert.ok(batch);
    const op = opened(here.store, batch.envelope).ops[1]?.[1];
    assert.ok(op?.k === 'create' && op.blob !== undefined);
    assert.deepEqual([op.json, op.blob.size, op.blob.count], [undefined, size, 3]);
    assert.ok(batch.envelope.length < 10_000);

    // The line breaks after one chunk; the rest goes after the next start.
    const put = backend.putChunk.bind(backend);
    backend.putChunk = async (blob, n, bytes) => {
      if (n === 1) throw new Error('line broken');
      await put(blob, n, bytes);
    };
    const sending = { backend, clinic, signal };
    await assert.rejects(sendLongTexts(here.store, sending, batch.seq), /line broken/);
    here.reopen();
    const sent: number[] = [];
    backend.putChunk = async (blob, n, bytes) => {
      sent.push(n);
      await put(blob, n, bytes);
    };
    await sendLongTexts(here.store, sending, batch.seq);
    await sendLongTexts(here.store, sending, batch.seq);
    assert.deepEqual(sent, [1, 2]);
    const patientKey = openPatientKey(here.store, ana);
    const plain = await fetchBlob({ backend, clinic, signal }, op.blob, blobKey(patientKey));
    assert.equal(plain.toString('utf8'), json);
    for (const chunk of backend.chunks.values()) assert.equal(chunk.includes('DocumentReference'), false);

    // Nothing else passes for it.
    const wrong = { ...op.blob, sha256: sha256('other').toString('base64') };
    await assert.rejects(fetchBlob({ backend, clinic, signal }, wrong, blobKey(patientKey)), OpenError);
    await assert.rejects(
      fetchBlob({ backend, clinic, signal }, { ...op.blob, count: 2 }, blobKey(patientKey)),
      OpenError,
    );
    const [first, second] = [backend.chunks.get(`${op.blob.id}/0`), backend.chunks.get(`${op.blob.id}/1`)];
    assert.ok(first && second);
    backend.chunks.set(`${op.blob.id}/0`, second);
    backend.chunks.set(`${op.blob.id}/1`, first);
    await assert.rejects(fetchBlob({ backend, clinic, signal }, op.blob, blobKey(patientKey)), OpenError);

    assert.deepEqual(blobsToDelete(here.store), []);
    here.store.sql<[string]>('insert into erasure (patient_id, at) values (?, 0)').run(ana);
    assert.deepEqual(blobsToDelete(here.store), [op.blob.id]);
  } finally {
    here.close();
  }
});

test('chunks open at their place only, whole or not at all', () => {
  const key = blobKey(Buffer.alloc(32, 7));
  const id = '4e4f6d4e-6c55-4c1e-9d9a-4f3f1f0c7a05';
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(), (bytes, turned) => {
      const plain = Buffer.from(bytes);
      const [chunk] = [...blobChunks(key, { clinic, id, plain })];
      assert.ok(chunk);
      const place = { clinic, id, n: 0, count: chunkCount(plain.length) };
      assert.deepEqual(openChunk(key, place, chunk.bytes), plain);
      assert.throws(() => openChunk(key, { ...place, count: 2 }, chunk.bytes), OpenError);
      assert.throws(() => openChunk(key, { ...place, clinic: tenant }, chunk.bytes), OpenError);
      const other = Buffer.from(chunk.bytes);
      const bit = turned % (other.length * 8);
      other.writeUInt8(other.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      assert.throws(() => openChunk(key, place, other), OpenError);
    }),
    { numRuns: 50 },
  );
  assert.deepEqual([0, 1, limits.chunkBytes, limits.chunkBytes + 1].map(chunkCount), [1, 1, 1, 2]);
});
