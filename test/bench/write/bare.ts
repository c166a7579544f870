/** The same row in one transaction, without row hash, chart part and audit entry. */
import { columnsOf } from '../../../src-main/core/store/columns.ts';
import type { Store } from '../../../src-main/core/store/open.ts';
import { writeRow } from '../../../src-main/core/store/record.ts';
import { newId } from '../../../src-main/core/store/transaction.ts';

const noHash = Buffer.alloc(32);

export function bareWrite(store: Store, patientId: string, resource: { readonly resourceType: string }): void {
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
  sql('commit').run();
}
