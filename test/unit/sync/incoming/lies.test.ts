/** An admitted workstation that lies: what it made is set aside or refused, and everybody goes on. */
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { nextVersion, withTransaction } from '../../../../src-main/core/store/transaction.ts';
import { chainOf, logSize } from '../../../../src-main/core/sync/incoming/log.ts';
import { waitingItems } from '../../../../src-main/core/sync/incoming/quarantine.ts';
import { keepOwnBatch } from '../../../../src-main/core/sync/outgoing/make-batch.ts';
import { PageRows, sendPage } from '../../../../src-main/core/sync/outgoing/pages.ts';
import type { PageLine, PageResource, SyncOp } from '../../../../src-shared/sync-protocol/ops.ts';
import { addPatient, clinicKey } from '../../store/clinic.ts';
import { Clinic, clinic, contentOf, deviceId, newBackend, Station } from './stations.ts';

const open: Station[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

const observation: Omit<PageResource, 'id'> = {
  type: 'Observation',
  json: '{"resourceType":"Observation","status":"final"}',
  encounter: null,
  author: null,
  source: null,
  signed: 0,
  deleted: 0,
  fields: null,
  updatedAt: 1,
};
const idOf = (number: number): string => `0000000${number}-aaaa-4000-8000-000000000000`;

async function pageOf(liar: Station, backend: ReturnType<typeof newBackend>, lines: readonly PageLine[]) {
  const rows = new PageRows();
  for (const line of lines) rows.add(null, line);
  const sent = await sendPage(liar.store, { backend, clinic, signal: liar.abort.signal }, clinicKey.key, rows);
  assert.ok(sent);
  return sent.ref;
}

const say = (liar: Station, op: (v: string) => SyncOp): void => {
  withTransaction(liar.store, (tx) => keepOwnBatch(tx, liar.author, [op(nextVersion(tx))]));
};

test('an import that lies is set aside, and the log goes on behind it', async () => {
  const backend = newBackend();
  const all = new Clinic();
  const [liar, other] = [new Station(1, all, backend), new Station(2, all, backend)];
  open.push(liar, other);
  addPatient(liar.store, { family: 'Ana' });
  await liar.meet(backend);
  await other.meet(backend);
  const before = contentOf(other.store);
  const far = `999999999999.${deviceId(1)}`;
  const lies: PageLine[][] = [
    [
      { ...observation, id: idOf(1) },
      { ...observation, id: idOf(1) },
    ],
    [{ ...observation, id: idOf(2), fields: { status: far } }],
    [{ ...observation, id: idOf(3), signed: 1 }],
    [{ ...observation, id: idOf(4), json: '{"resourceType":"Patient"}' }],
    [{ ...observation, id: idOf(5), json: '{"resourceType":' }],
    [{ ...observation, id: idOf(6), lost: [{ field: 'status', version: far, text: null, author: null, at: 1 }] }],
  ];
  for (const [at, lines] of lies.entries()) {
    const page = await pageOf(liar, backend, lines);
    say(liar, (v) => ({
      k: 'import',
      v,
      at: 1,
      id: `0000000${at}-bbbb-4000-8000-000000000000`,
      files: '[]',
      author: null,
      rows: lines.length,
      pages: [page],
    }));
    await liar.meet(backend);
  }
  await other.meet(backend);
  assert.deepEqual(
    waitingItems(other.store).map(({ reason }) => reason),
    lies.map(() => 'unreadable'),
  );
  assert.deepEqual(contentOf(other.store), before);
  assert.equal(logSize(other.store), backend.log.length);
  addPatient(liar.store, { family: 'Ben' });
  await liar.meet(backend);
  await other.meet(backend);
  assert.deepEqual(contentOf(other.store), contentOf(liar.store));
  other.verify();
});

test('a snapshot that lies is none: a new workstation takes the log from its beginning', async () => {
  const backend = newBackend();
  const all = new Clinic();
  const liar = new Station(1, all, backend);
  open.push(liar);
  const ana = addPatient(liar.store, { family: 'Ana' });
  await liar.meet(backend);
  const far = `999999999999.${deviceId(1)}`;
  const page = await pageOf(liar, backend, [{ ...observation, id: idOf(1), fields: { '*': far } }]);
  withTransaction(liar.store, (tx) => {
    const [v, position] = [nextVersion(tx), logSize(liar.store)];
    const { seq, hash } = chainOf(liar.store, deviceId(1));
    const chains: [string, number, string][] = [[deviceId(1), seq, hash.toString('base64')]];
    const told = { position, lamport: tx.head.lamport, slots: 1, chains, rows: 1, pages: [page] };
    keepOwnBatch(tx, liar.author, [{ k: 'snapshot', v, at: 1, ...told }], { kind: 'snapshot' });
  });
  await liar.meet(backend);
  const fresh = new Station(3, all, backend);
  open.push(fresh);
  await fresh.receive(backend);
  assert.deepEqual(fresh.store.sql<[], { id: string }>('select id from patient').all(), [{ id: ana }]);
  assert.deepEqual(contentOf(fresh.store), contentOf(liar.store));
  assert.equal(logSize(fresh.store), backend.log.length);
  assert.ok(fresh.store.sql<[], { n: number }>('select count(*) n from resource').get()?.n === 1);
  fresh.verify();
});
