/** Texts that came beside the log, put back into the ops that name them. */

import { CallError } from '../../../../src-shared/contract/errors.ts';
import type { BlobRef } from '../../../../src-shared/sync-protocol/ops.ts';
import { OpenError } from '../../crypto/aead.ts';
import { wipe } from '../../crypto/wipe.ts';
import { openPatientKey } from '../../store/patient.ts';
import { BackendRefusal } from '../backend.ts';
import type { GroupOp, RowOp } from '../merge/apply.ts';
import { blobKey, fetchBlob } from '../outgoing/blobs.ts';
import { SyncStop } from './stop.ts';
import type { TakeParts } from './take.ts';

const nothing: ReadonlyMap<RowOp, RowOp> = new Map();

/** A patient's blobs are under the patient's key, all others under the clinic's of an epoch. Wipe after use. @throws SyncStop */
export function keyOfBlobs({ store }: Pick<TakeParts, 'store'>, patient: string | null, epoch: number | null): Buffer {
  let own: Buffer | undefined;
  try {
    own = patient === null ? undefined : openPatientKey(store, patient);
    const key = own ?? (epoch === null ? undefined : store.clinicKeys?.of(epoch));
    if (key === undefined) throw new SyncStop('clinic-key-missing', 'blob');
    return blobKey(key);
  } catch (error) {
    if (error instanceof CallError || error instanceof OpenError) throw new SyncStop('batch-refused', 'blob');
    throw error;
  } finally {
    wipe(own);
  }
}

/** Taken down with its patient's slot: the erasure stands further on in the log, or somebody lies about both. */
export class BlobGone extends Error {
  readonly patient: string;
  constructor(patient: string) {
    super('a blob whose patient’s slot is empty');
    this.name = 'BlobGone';
    this.patient = patient;
  }
}

const slotIsEmpty = ({ sql }: TakeParts['store'], patient: string): boolean =>
  sql<[string], { one: number }>('select 1 one from sync_slot where patient_id = ? and epoch = -1').get(patient) !==
  undefined;

/** A blob, unaltered. @throws SyncStop where the backend gives none or another one, BlobGone */
export async function fetchWhole(
  parts: TakeParts,
  ref: BlobRef,
  key: Buffer,
  patient: string | null = null,
): Promise<Buffer> {
  const { backend, member, signal } = parts;
  try {
    return await fetchBlob({ backend, clinic: member.clinic, signal }, ref, key);
  } catch (error) {
    if (error instanceof OpenError) throw new SyncStop('batch-refused', 'blob');
    if (!(error instanceof BackendRefusal) || error.value.code !== 'not-found') throw error;
    if (patient !== null && slotIsEmpty(parts.store, patient)) throw new BlobGone(patient);
    throw new SyncStop('batch-refused', 'blob');
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** UTF-8. @throws SyncStop */
export function textOf(bytes: Buffer): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new SyncStop('batch-refused', 'blob');
  }
}

/** Ops with their texts in the place of their blobs. @throws SyncStop, BlobGone */
export async function withBlobs(
  parts: TakeParts,
  epoch: number | null,
  wanted: readonly GroupOp[],
): Promise<ReadonlyMap<RowOp, RowOp>> {
  let whole: Map<RowOp, RowOp> | null = null;
  for (const { op, patient } of wanted) {
    if ((op.k !== 'create' && op.k !== 'update') || op.blob === undefined) continue;
    const key = keyOfBlobs(parts, patient, epoch);
    const bytes = await fetchWhole(parts, op.blob, key, patient).finally(() => wipe(key));
    const { blob: _blob, ...rest } = op;
    whole ??= new Map();
    whole.set(op, { ...rest, json: textOf(bytes) });
    wipe(bytes);
  }
  return whole ?? nothing;
}

export function withTexts(received: readonly GroupOp[], texts: ReadonlyMap<RowOp, RowOp>): GroupOp[] {
  return received.map(({ op, patient }) => ({ op: texts.get(op) ?? op, patient }));
}
