/** A workstation of a connected clinic: a real encrypted store, a device's key, a log nobody else writes to. */
import { createHash } from 'node:crypto';
import { emptyFrontier, frontierRoot } from '../../../../src-main/core/audit/merkle.ts';
import { ed25519Public, generateEd25519, sign } from '../../../../src-main/core/crypto/ed25519.ts';
import { wipe } from '../../../../src-main/core/crypto/wipe.ts';
import { closeStore, createStore, openStore, type Store } from '../../../../src-main/core/store/open.ts';
import { openPatientKey } from '../../../../src-main/core/store/patient.ts';
import { withTransaction } from '../../../../src-main/core/store/transaction.ts';
import { envelopeSigned, openEnvelope, readEnvelope } from '../../../../src-main/core/sync/envelope.ts';
import { groupKey, openGroup, readGroups, unpackLines } from '../../../../src-main/core/sync/groups.ts';
import type { Author } from '../../../../src-main/core/sync/outgoing/make-batch.ts';
import { followLog } from '../../../../src-main/core/sync/outgoing/position.ts';
import { op, type SyncOp } from '../../../../src-shared/sync-protocol/ops.ts';
import { clinicKey, key, type Place, place } from '../../store/clinic.ts';

export const tenant = '0b1f6d4e-6c55-4c1e-9d9a-4f3f1f0c7a01';
export const clinic = '1c2f6d4e-6c55-4c1e-9d9a-4f3f1f0c7a02';
export const deviceId = '2d3f6d4e-6c55-4c1e-9d9a-4f3f1f0c7a03';
const pair = generateEd25519();

export const author: Author = {
  tenant,
  clinic,
  sign: (message) => sign(pair.privateKey, message),
  roster: () => 5,
  seen: () => ({ size: 0, root: frontierRoot(emptyFrontier) }),
};

export type Desk = { readonly at: Place; store: Store; reopen(): void; close(): void };

export function desk(device = deviceId): Desk {
  const at = place();
  const store = createStore({ path: at.path, key, clinicKey, device });
  withTransaction(store, (tx) => followLog(tx));
  return {
    at,
    store,
    reopen() {
      closeStore(this.store);
      this.store = openStore({ path: at.path, key, clinicKey });
    },
    close() {
      closeStore(this.store);
      at.remove();
    },
  };
}

/** What a receiver finds: ops with the patient whose group they stood in, each parsed by the schema. */
export function opened(
  store: Store,
  bytes: Buffer,
): {
  readonly header: NonNullable<ReturnType<typeof readEnvelope>>['header'];
  readonly ops: [string | null, SyncOp][];
} {
  const envelope = readEnvelope(bytes);
  if (envelope === undefined || !envelopeSigned(envelope, ed25519Public(pair.privateKey)))
    throw new Error('no envelope');
  const { header } = envelope;
  const ring = store.clinicKeys?.of(header.epoch);
  if (ring === undefined) throw new Error('no clinic key');
  const ops: [string | null, SyncOp][] = [];
  for (const { patient, bytes: sealed } of readGroups(openEnvelope(envelope, ring))) {
    let text: string;
    if (patient === null) text = unpackLines(sealed);
    else {
      const patientKey = openPatientKey(store, patient);
      const of = groupKey(patientKey);
      text = openGroup({ kind: 'batch', clinic, device: header.device, seq: header.seq }, patient, of, sealed);
      wipe(patientKey, of);
    }
    for (const line of text.split('\n').slice(0, -1)) ops.push([patient, op.parse(JSON.parse(line))]);
  }
  return { header, ops };
}

/** To compare bytes by. */
export const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
