/** The same row in one transaction, without row hash, chart part and audit entry; with its outbox op or the row alone. */
import { columnsOf } from '../../../src-main/core/store/columns.ts';
import type { Store } from '../../../src-main/core/store/open.ts';
import { writeRow } from '../../../src-main/core/store/row-write.ts';
import { newId } from '../../../src-main/core/store/transaction.ts';

const noHash = Buffer.alloc(32);

/** Where ops stand when no audit entry shares its row with them. */
export function prepareOutbox(store: Store): void {
  store.db.exec(
    'create table if not exists bare_outbox (seq integer primary key, lamport integer not null, ops text not null)',
  );
}

export function bareWrite(
  store: Store,
  patientId: string,
  resource: { readonly resourceType: string },
  withOp: boolean,
): void {
  const { sql } = store;
  sql('begin immediate').run();
  const now = Date.now();
  const id = newId(now);
  writeRow(store, {
    id,
    type: resource.resourceType,
    patientId,
    encounterId: null,
    ...columnsOf(resource),
    deleted: 0,
    signed: 0,
    version: 1,
    batch: 0,
    createdSeq: 0,
    authorUser: 'bench',
    source: null,
    json: JSON.stringify(resource),
    fieldVersions: '{"*":"1.bench"}',
    updatedAt: now,
    mac: noHash,
    hash: null,
  });
  if (withOp) {
    const op = {
      id,
      type: resource.resourceType,
      version: 1,
      op: '1.bench',
      lamport: 1,
      kind: 'create',
      patient: patientId,
    };
    sql<[number, string]>('insert into bare_outbox (lamport, ops) values (?, ?)').run(1, JSON.stringify([op]));
  }
  sql('commit').run();
}
