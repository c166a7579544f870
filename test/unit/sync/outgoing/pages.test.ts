import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import test from 'node:test';
import fc from 'fast-check';
import { frontierFrom, frontierRoot, grow, leafHash } from '../../../../src-main/core/audit/merkle.ts';
import { OpenError } from '../../../../src-main/core/crypto/aead.ts';
import { wipe } from '../../../../src-main/core/crypto/wipe.ts';
import { insertEmergency, writeRestriction } from '../../../../src-main/core/store/access.ts';
import {
  beginBatch,
  beginFile,
  endFile,
  finishBatch,
  type ImportRow,
  writeEnvelope,
  writeSlice,
} from '../../../../src-main/core/store/batch.ts';
import { syncPosition } from '../../../../src-main/core/store/indexed.ts';
import { addLost } from '../../../../src-main/core/store/lost-writes.ts';
import { writeMerged } from '../../../../src-main/core/store/merged-state.ts';
import { closeStore, cutLog, openStore, type Store } from '../../../../src-main/core/store/open.ts';
import { openPatientKey } from '../../../../src-main/core/store/patient.ts';
import { deleteResource, readResource } from '../../../../src-main/core/store/record.ts';
import { drain } from '../../../../src-main/core/store/slices.ts';
import { newId, withTransaction } from '../../../../src-main/core/store/transaction.ts';
import { readEnvelope } from '../../../../src-main/core/sync/envelope.ts';
import { groupKey, readGroups } from '../../../../src-main/core/sync/groups.ts';
import {
  appendToLog,
  frontierOfLog,
  logSize,
  rootOfLog,
  writeChain,
} from '../../../../src-main/core/sync/incoming/log.ts';
import { blobKey, fetchBlob } from '../../../../src-main/core/sync/outgoing/blobs.ts';
import { sendImport } from '../../../../src-main/core/sync/outgoing/import-pages.ts';
import { type Author, makeBatch } from '../../../../src-main/core/sync/outgoing/make-batch.ts';
import { PageRows, readPage, sendPage } from '../../../../src-main/core/sync/outgoing/pages.ts';
import { acknowledged, pendingBatches } from '../../../../src-main/core/sync/outgoing/pending.ts';
import { slotsNeeded } from '../../../../src-main/core/sync/outgoing/slots.ts';
import { makeSnapshot, noteSnapshot, snapshotDue } from '../../../../src-main/core/sync/outgoing/snapshot.ts';
import { limits } from '../../../../src-shared/sync-protocol/limits.ts';
import type { PageLine, PageRef, PageResource } from '../../../../src-shared/sync-protocol/ops.ts';
import {
  addObservation,
  addPatient,
  audited,
  changeStatus,
  clinicKey,
  key,
  patientJson,
  someone,
} from '../../store/clinic.ts';
import { MemoryBackend } from '../memory-backend.ts';
import { author, clinic, desk, deviceId, opened, tenant } from './desk.ts';

const signal = new AbortController().signal;

function keyOf(store: Store): (patient: string) => Buffer {
  return (patient) => {
    const patientKey = openPatientKey(store, patient);
    const of = groupKey(patientKey);
    wipe(patientKey);
    return of;
  };
}

/** All lines of all pages, with whose group they stood in. */
async function linesOf(
  store: Store,
  backend: MemoryBackend,
  pages: readonly PageRef[],
): Promise<[string | null, PageLine][]> {
  const all: [string | null, PageLine][] = [];
  for (const ref of pages) {
    const plain = await fetchBlob({ backend, clinic, signal }, ref, blobKey(clinicKey.key));
    for (const { patient, lines } of drain(readPage(clinic, ref, plain, keyOf(store)))) {
      for (const line of lines ?? []) all.push([patient, line]);
    }
  }
  return all;
}

const rowsOf = (lines: readonly [string | null, PageLine][]): PageResource[] =>
  lines.flatMap(([, line]) => ('id' in line ? [line] : []));

function importRows(patients: number, text: string): ImportRow[] {
  return Array.from({ length: patients }, (_, n) => {
    const id = newId(Date.now());
    const json = patientJson({ family: `Einzigartig${n}` });
    const resource = { resourceType: 'Observation', status: 'final', note: [{ text }] };
    const common = { patientId: id, encounterId: null, source: '{"kind":"import"}' };
    return [
      {
        ...common,
        id,
        type: 'Patient',
        json,
        resource: JSON.parse(json),
        hash: Buffer.alloc(16, n),
        names: [`Patient/${n}`, `urn:p:${n}`],
        references: [],
      },
      {
        ...common,
        id: newId(Date.now()),
        type: 'Observation',
        json: JSON.stringify(resource),
        resource,
        hash: null,
        names: [],
        references: [[`Patient/${n}`, id]],
      },
    ] satisfies ImportRow[];
  }).flat();
}

function bringIn(store: Store, rows: readonly ImportRow[]): void {
  const batch = beginBatch(store, {
    id: '5e4f6d4e-6c55-4c1e-9d9a-4f3f1f0c7a06',
    byUser: 'user-1',
    files: '[{"name":"a"}]',
  });
  beginFile(batch, 3);
  for (let at = 0; at < rows.length; ) at = writeSlice(batch, rows, at);
  writeEnvelope(batch, { type: 'collection', json: '{"resourceType":"Bundle"}', rows: JSON.stringify([rows[0]?.id]) });
  endFile(batch);
  drain(finishBatch(batch, { ...someone, type: 'import.completed' }));
}

test('an import goes out as it came, before what was done to it since, and goes on after a kill', async () => {
  const here = desk();
  const backend = new MemoryBackend(tenant, clinic);
  const sending = { backend, clinic, signal };
  try {
    addPatient(here.store, { family: 'Before' });
    // Three pages by bytes: what is on one is never large.
    const rows = importRows(40, 'x'.repeat(200 * 1024));
    bringIn(here.store, rows);
    const observation = readResource(here.store, rows[1]?.id ?? '');
    assert.ok(observation);
    changeStatus(here.store, observation, 'amended');

    assert.deepEqual(drain(makeBatch(here.store, author)), { kind: 'made', batches: 1, ops: 1 });
    const stopped = drain(makeBatch(here.store, author));
    assert.ok(stopped.kind === 'import');
    const put = backend.putChunk.bind(backend);
    let left = 1;
    backend.putChunk = async (blob, n, bytes) => {
      if (left === 0) throw new Error('line broken');
      left -= 1;
      await put(blob, n, bytes);
    };
    await assert.rejects(sendImport(here.store, author, sending, stopped.at), /line broken/);
    assert.equal(pendingBatches(here.store, 0).length, 0);
    here.reopen();
    backend.putChunk = put;
    const again = drain(makeBatch(here.store, author));
    assert.deepEqual(again, stopped);
    const sentBefore = new Set(backend.chunks.keys());
    assert.equal(sentBefore.size, 1);
    let told = 0;
    await sendImport(here.store, author, sending, stopped.at, (done) => {
      told = done;
    });
    assert.equal(told, 81);
    assert.equal(slotsNeeded(here.store), true);
    assert.equal(syncPosition(here.store), stopped.at.seq + 1);

    const [batch] = pendingBatches(here.store, 0);
    assert.ok(batch);
    const [[group, op] = []] = opened(here.store, batch.envelope).ops;
    assert.ok(group === null && op?.k === 'import');
    assert.deepEqual(
      [op.id, op.files, op.author, op.rows],
      ['5e4f6d4e-6c55-4c1e-9d9a-4f3f1f0c7a06', '[{"name":"a"}]', 'user-1', 81],
    );
    assert.ok(op.pages.length >= 3);
    assert.equal(sentBefore.has(`${op.pages[0]?.id}/0`), true, 'what was sent before the kill was kept');
    for (const page of op.pages) assert.ok(page.size <= limits.pageBytes && page.rows <= limits.pageRows);
    const lines = await linesOf(here.store, backend, op.pages);
    const sent = rowsOf(lines).sort((a, b) => (a.place ?? 0) - (b.place ?? 0));
    assert.deepEqual(
      sent.map(({ id, json }) => [id, json]),
      rows.map(({ id, json }) => [id, json]),
    );
    assert.deepEqual(sent[0]?.names, ['Patient/0', 'urn:p:0']);
    assert.deepEqual([sent[0]?.file, sent[0]?.hash], [3, Buffer.alloc(16, 0).toString('base64')]);
    assert.deepEqual(sent[1]?.refs, [['Patient/0', rows[0]?.id]]);
    assert.ok(sent.every(({ fields }) => fields === null));
    assert.ok(lines.every(([patient, line]) => !('id' in line) || patient !== null));
    assert.deepEqual(lines.at(-1), [
      null,
      {
        envelope: {
          file: 3,
          type: 'collection',
          json: '{"resourceType":"Bundle"}',
          rows: JSON.stringify([rows[0]?.id]),
        },
      },
    ]);
    for (const chunk of backend.chunks.values()) assert.equal(chunk.includes('Einzigartig'), false);

    // The edit of an imported row names the import's op as what it replaces.
    drain(makeBatch(here.store, author));
    const edit = opened(here.store, pendingBatches(here.store, batch.seq)[0]?.envelope ?? Buffer.alloc(0)).ops[0]?.[1];
    assert.ok(edit?.k === 'update');
    assert.deepEqual(edit.fields, { status: op.v });
    assert.deepEqual(edit.refs, [['Patient/0', rows[0]?.id]]);
  } finally {
    here.close();
  }
});

test('a page opens whole for its own patients only, and not with any bit turned', async () => {
  const here = desk();
  const backend = new MemoryBackend(tenant, clinic);
  try {
    const ana = addPatient(here.store, { family: 'A' });
    const ben = addPatient(here.store, { family: 'B' });
    const page = new PageRows();
    const line = (id: string, type: string): PageResource => ({
      id,
      type,
      json: '{"resourceType":"X"}',
      encounter: null,
      author: null,
      source: null,
      signed: 0,
      deleted: 0,
      fields: null,
      updatedAt: 1,
    });
    const other = newId(1);
    assert.ok(
      page.add(ana, line(ana, 'Patient')) &&
        page.add(ben, line(ben, 'Patient')) &&
        page.add(null, line(other, 'Organization')),
    );
    const sent = await sendPage(here.store, { backend, clinic, signal }, clinicKey.key, page);
    assert.ok(sent);
    const plain = await fetchBlob({ backend, clinic, signal }, sent.ref, blobKey(clinicKey.key));
    const read = (bytes: Buffer, ref = sent.ref, of: (patient: string) => Buffer | null = keyOf(here.store)) =>
      drain(readPage(clinic, ref, Buffer.from(bytes), of));
    assert.deepEqual(
      read(plain).map(({ patient }) => patient),
      [ana, ben, null],
    );
    // A patient whose key is not here: the others are read.
    const without = read(plain, sent.ref, (patient) => (patient === ben ? null : keyOf(here.store)(patient)));
    assert.deepEqual(
      without.map(({ lines }) => lines?.length ?? null),
      [1, null, 1],
    );
    assert.throws(() => read(plain, { ...sent.ref, rows: 4 }), OpenError);
    assert.throws(() => read(plain, { ...sent.ref, id: newId(1) }), OpenError);
    // Under the page's seal no bit turns unseen, and beneath it none of a patient's: first group, then second.
    const patientBits = 8 * (plain.length - (readGroups(plain)[2]?.bytes.length ?? 0) - 5);
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (turned) => {
        const hostile = { backend: turning(backend, turned), clinic, signal };
        await assert.rejects(fetchBlob(hostile, sent.ref, blobKey(clinicKey.key)), OpenError);
        const other = Buffer.from(plain);
        const bit = turned % patientBits;
        other.writeUInt8(other.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        assert.throws(() => read(other));
      }),
      { numRuns: 40 },
    );
    // A patient's row in another's group is refused.
    const wrong = new PageRows();
    wrong.add(ana, line(ben, 'Patient'));
    const misplaced = await sendPage(here.store, { backend, clinic, signal }, clinicKey.key, wrong);
    assert.ok(misplaced);
    const misplacedPlain = await fetchBlob({ backend, clinic, signal }, misplaced.ref, blobKey(clinicKey.key));
    assert.throws(() => read(misplacedPlain, misplaced.ref), OpenError);
  } finally {
    here.close();
  }
});

/** The same backend, with one bit of every chunk turned. */
function turning(backend: MemoryBackend, bit: number): MemoryBackend {
  const other = new MemoryBackend(tenant, clinic);
  for (const [name, bytes] of backend.chunks) {
    const turned = Buffer.from(bytes);
    const at = bit % (turned.length * 8);
    turned.writeUInt8(turned.readUInt8(at >> 3) ^ (1 << (at & 7)), at >> 3);
    other.chunks.set(name, turned);
  }
  return other;
}

/** Sends what waits and takes it from the log, as the engine does. */
async function sendAll(store: Store, backend: MemoryBackend): Promise<void> {
  while (drain(makeBatch(store, author)).kind === 'made');
  for (const { seq, hash, envelope } of pendingBatches(store, -1, 1000)) {
    await backend.push(envelope);
    withTransaction(store, (tx) => {
      acknowledged(tx, seq);
      appendToLog(tx, [{ hash, device: store.device, seq }]);
      writeChain(tx, store.device, { seq: seq + 1, hash });
    });
  }
}

test('a snapshot says how everything stands at a position of the log, whatever is written meanwhile', async () => {
  const here = desk();
  const backend = new MemoryBackend(tenant, clinic);
  const { store } = here;
  const seeing: Author = {
    ...author,
    seen: () => ({ size: logSize(store), root: rootOfLog(store, logSize(store)) ?? Buffer.alloc(32) }),
  };
  try {
    const ana = addPatient(store, { family: 'A' });
    const weight = changeStatus(store, addObservation(store, ana, '72.50'), 'amended');
    const gone = addObservation(store, ana, '1');
    audited(store, 'chart.changed', (tx) =>
      deleteResource(tx, { id: gone.id, expectedVersion: 1, authorUser: 'user-1' }),
    );
    addObservation(store, null, '2');
    audited(store, 'access.restricted', (tx) => {
      writeRestriction(tx, { patientId: ana, users: ['user-1'], reason: 'works-here', byUser: 'user-1' });
      insertEmergency(tx, {
        patientId: ana,
        userId: 'user-2',
        sessionId: 's',
        endsAt: tx.now,
        reason: 'emergency',
        told: 'fell',
      });
    });
    const lost = { field: 'status', version: `1.${tenant}`, text: '"final"', author: 'user-2', at: 5 };
    const merged = {
      whole: '{"resourceType":"Observation"}',
      hidden: { code: null },
      writers: { [`2.${tenant}`]: ['user-3', 6] as const },
    };
    withTransaction(store, (tx) => {
      addLost(tx, weight.id, lost);
      writeMerged(tx, weight.id, merged);
    });
    const view = openStore({ path: here.at.path, key, clinicKey, readOnly: true });
    const make = () => makeSnapshot(store, view, { author: seeing, sending: { backend, clinic, signal } });
    assert.equal(await make(), false);
    await sendAll(store, backend);

    // While its pages go, somebody writes: that is not in it.
    const put = backend.putChunk.bind(backend);
    let wrote = false;
    backend.putChunk = async (blob, n, bytes) => {
      if (!wrote) addObservation(store, ana, '99');
      wrote = true;
      await put(blob, n, bytes);
    };
    assert.equal(await make(), true);
    assert.equal(wrote, true);
    const [batch] = pendingBatches(store);
    assert.ok(batch);
    const envelope = readEnvelope(batch.envelope);
    assert.deepEqual([envelope?.header.kind, envelope?.header.seen.size], ['snapshot', 1]);
    assert.equal(
      envelope?.header.seen.root,
      frontierRoot(grow(frontierFrom(0, Buffer.alloc(0)), leafHash(backend.log[0]?.hash ?? Buffer.alloc(0)))).toString(
        'base64',
      ),
    );
    const op = opened(store, batch.envelope).ops[0]?.[1];
    assert.ok(op?.k === 'snapshot');
    assert.deepEqual([op.position, op.rows, op.chains.length], [1, 6, 1]);
    assert.deepEqual(op.chains[0], [deviceId, 1, backend.log[0]?.hash.toString('base64')]);
    const lines = await linesOf(store, backend, op.pages);
    const rows = new Map(rowsOf(lines).map((row) => [row.id, row]));
    assert.equal(rows.size, 4);
    const sent = rows.get(weight.id);
    assert.deepEqual(
      [sent?.json, sent?.lost, sent?.whole, sent?.hidden],
      [weight.json, [lost], merged.whole, merged.hidden],
    );
    assert.deepEqual(sent?.writers, merged.writers);
    assert.equal(JSON.stringify(sent?.fields), weight.fieldVersions);
    assert.equal(rows.get(gone.id)?.deleted, 1);
    const beside = lines.flatMap(([, line]) => ('id' in line || 'envelope' in line ? [] : [line]));
    assert.deepEqual(
      beside.map((line) =>
        'restriction' in line ? line.restriction.users : 'emergency' in line ? line.emergency.told : null,
      ),
      [['user-1'], 'fell'],
    );

    // Where an erasure cuts the write-ahead log meanwhile, the older moment of the file is let go, and made anew later.
    await sendAll(store, backend);
    backend.putChunk = async (blob, n, bytes) => {
      cutLog(store);
      cut = statSync(`${here.at.path}-wal`).size;
      await put(blob, n, bytes);
    };
    let cut = -1;
    assert.equal(await make(), false);
    assert.equal(cut, 0);
    backend.putChunk = put;

    // The next one takes down what the one before the last left, and nothing else.
    await sendAll(store, backend);
    const first = op.pages.map(({ id }) => `${id}/0`);
    assert.equal(await make(), true);
    assert.ok(first.every((name) => backend.chunks.has(name)));
    await sendAll(store, backend);
    assert.equal(await make(), true);
    assert.ok(first.every((name) => !backend.chunks.has(name)));
    closeStore(view);
  } finally {
    here.close();
  }
});

test('a snapshot is due for the one whose batch it is, and for all when that one does not come', () => {
  const here = desk();
  try {
    const { store } = here;
    const add = (count: number, device: string) =>
      withTransaction(store, (tx) => {
        const from = frontierOfLog(store).size;
        appendToLog(
          tx,
          Array.from({ length: count }, (_, n) => ({ hash: Buffer.alloc(32, n), device, seq: from + n })),
        );
      });
    add(limits.snapshotEvery, deviceId);
    assert.equal(snapshotDue(store), false);
    add(1, tenant);
    assert.equal(snapshotDue(store), false);
    add(200, deviceId);
    assert.equal(snapshotDue(store), true);
    withTransaction(store, (tx) => noteSnapshot(tx, 201));
    assert.equal(snapshotDue(store), false);
  } finally {
    here.close();
  }
});
