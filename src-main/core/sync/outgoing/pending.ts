/** What is made and not yet in the log: batches, byte for byte as they were first sent, and long texts before them. */
import { limits } from '../../../../src-shared/sync-protocol/limits.ts';
import { wipe } from '../../crypto/wipe.ts';
import { isErased } from '../../store/erasures.ts';
import { syncPosition } from '../../store/indexed.ts';
import type { Store } from '../../store/open.ts';
import { openPatientKey } from '../../store/patient.ts';
import { runSliced } from '../../store/slices.ts';
import { type Tx, withTransaction } from '../../store/transaction.ts';
import type { Backend } from '../backend.ts';
import { batchHash } from '../envelope.ts';
import { blobKey, sealChunk } from './blobs.ts';
import { type Author, type Making, makeBatch } from './make-batch.ts';
import { textAt } from './read-ops.ts';

/** How many batches are on their way at a time. */
export const inFlight = 2;

export type PendingBatch = {
  readonly seq: number;
  /** Its leaf in the log. */
  readonly hash: Buffer;
  readonly envelope: Buffer;
  readonly ops: number;
};

/** Batches to send, in the chain's order. @param after seq of the last that is on its way already */
export function pendingBatches(store: Store, after = -1, most: number = inFlight): PendingBatch[] {
  return store
    .sql<[number, number], { seq: number; header: Buffer; envelope: Buffer; ops: number }>(
      'select seq, header, envelope, ops from sync_outgoing where seq > ? order by seq limit ?',
    )
    .all(after, most)
    .map(({ seq, header, envelope, ops }) => ({ seq, hash: batchHash(header), envelope, ops }));
}

export function pendingCount(store: Store): number {
  return store.sql<[], { n: number }>('select count(*) n from sync_outgoing').get()?.n ?? 0;
}

/**
 * Makes batches until enough wait to be sent.
 * @throws as makeBatch; the signal's reason
 */
export async function fillOutgoing(
  store: Store,
  author: Author,
  signal: AbortSignal,
  most: number = inFlight,
): Promise<Making> {
  for (;;) {
    if (pendingCount(store) >= most) return { kind: 'made', batches: 0, ops: 0 };
    const making = await runSliced(makeBatch(store, author), { signal });
    if (making.kind !== 'made') return making;
  }
}

/** The batch is in the log, as an answer or the log itself showed that the caller has checked. Once more does nothing. */
export function acknowledged({ store }: Pick<Tx, 'store'>, seq: number): void {
  store.sql<[number]>('delete from sync_outgoing where seq = ?').run(seq);
}

/** How many changes wait to be in the log, up to a number. */
export function changesWaiting(store: Store, most = 10_000): number {
  const made = store.sql<[], { n: number | null }>('select sum(ops) n from sync_outgoing').get()?.n ?? 0;
  const from = syncPosition(store);
  if (from === null || made >= most) return Math.min(made, most);
  const entries = store
    .sql<[number, number], { n: number | null }>(
      `select sum(json_array_length(ops)) n from
       (select ops from audit_entry where seq >= ? and ops is not null order by seq limit ?)`,
    )
    .get(from, most)?.n;
  return Math.min(made + (entries ?? 0), most);
}

type LongRow = {
  readonly id: string;
  readonly resource: string;
  readonly version: number;
  readonly patient: string | null;
  readonly epoch: number;
  readonly count: number;
  readonly done: number;
};

/**
 * Sends the long texts that batch `seq` names, from where it stopped. A chunk that is there already stays as it is: it
 * opens to the same bytes.
 * @throws OpenError, whatever the backend does
 */
export async function sendLongTexts(
  store: Store,
  { backend, clinic, signal }: { readonly backend: Backend; readonly clinic: string; readonly signal: AbortSignal },
  seq: number,
): Promise<void> {
  const next = store.sql<[number], LongRow>(
    `select id, resource_id resource, version, patient_id patient, epoch, count, done from sync_blob
     where seq = ? and done < count limit 1`,
  );
  for (let one = next.get(seq); one !== undefined; one = next.get(seq)) {
    const { id, patient, count } = one;
    const text = textAt(store, one.resource, one.version);
    if (text === null || (patient !== null && isErased(store, patient))) {
      // Erased meanwhile: nobody needs it, nobody could open it; what is there of it is taken down.
      withTransaction(store, () => store.sql<[string]>('update sync_blob set done = count where id = ?').run(id));
      continue;
    }
    const plain = Buffer.from(text, 'utf8');
    const key = blobKeyOf(store, patient, one.epoch);
    try {
      for (let n = one.done; n < count; n += 1) {
        signal.throwIfAborted();
        await backend.putChunk(id, n, sealChunk(key, { clinic, id, n, count }, plain), signal);
        withTransaction(store, () => {
          store.sql<[number, string]>('update sync_blob set done = ? where id = ?').run(n + 1, id);
        });
      }
    } finally {
      wipe(plain, key);
    }
  }
}

/** A patient's, or the clinic's of an epoch for what belongs to no patient. Wipe after use. @throws OpenError, CallError not-found */
export function blobKeyOf(store: Store, patient: string | null, epoch: number): Buffer {
  if (patient !== null) {
    const patientKey = openPatientKey(store, patient);
    const key = blobKey(patientKey);
    wipe(patientKey);
    return key;
  }
  const clinicKey = store.clinicKeys?.of(epoch);
  if (clinicKey === undefined) throw new Error('the clinic key is needed to send what belongs to no patient');
  return blobKey(clinicKey);
}

/** Blobs of erased patients that this workstation sent: to be taken down after the erasure itself went out. */
export function blobsToDelete(store: Store, most: number = limits.slots): string[] {
  return store
    .sql<[number], { id: string }>(
      'select b.id from erasure e cross join sync_blob b on b.patient_id = e.patient_id limit ?',
    )
    .all(most)
    .map(({ id }) => id);
}

/** The backend has it no more. */
export function blobDeleted({ store }: Pick<Tx, 'store'>, id: string): void {
  store.sql<[string]>('delete from sync_blob where id = ?').run(id);
}
