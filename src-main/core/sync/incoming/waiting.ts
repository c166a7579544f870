/** Groups whose patient's key is not here yet: kept as they came, taken in the log's order once it is. */

import { append } from '../../audit/log.ts';
import { OpenError } from '../../crypto/aead.ts';
import { wipe } from '../../crypto/wipe.ts';
import type { Store } from '../../store/open.ts';
import { type Tx, withTransaction } from '../../store/transaction.ts';
import { openGroup } from '../groups.ts';
import type { GroupOp } from '../merge/apply.ts';
import { BlobGone, withBlobs, withTexts } from './blobs.ts';
import { BadBatch, isErased, keyOf, opsOf } from './groups.ts';
import { type GroupPlace, hold, setApart, setAside } from './quarantine.ts';
import { inJudgedTransaction, isRowOp, slicesOf } from './slices.ts';
import { byCore, type TakeParts } from './take.ts';

export function keepWaiting(tx: Tx, patient: string, at: GroupPlace, sealed: Buffer): void {
  tx.store
    .sql<unknown[]>(
      'insert or ignore into sync_waiting (patient_id, position, place, device, seq, sealed) values (?, ?, ?, ?, ?, ?)',
    )
    .run(patient, at.position, at.place, at.device, at.seq, sealed);
}

type Row = Omit<GroupPlace, 'epoch'> & { readonly patient: string; readonly sealed: Buffer };

const columns = 'patient_id patient, position, place, device, seq, sealed';

/** Patients for whom something waits. */
export function waitingPatients(store: Store): string[] {
  return store
    .sql<[], { patient: string }>('select distinct patient_id patient from sync_waiting')
    .all()
    .map(({ patient }) => patient);
}

/** @returns the patients whose record changed */
export async function takeWaiting(parts: TakeParts): Promise<ReadonlySet<string>> {
  const changed = new Set<string>();
  for (const patient of waitingPatients(parts.store)) {
    if (isErased(parts.store, patient)) {
      withTransaction(parts.store, (tx) => forget(tx, patient), parts.now());
      continue;
    }
    const key = keyOf(parts.store, patient);
    if (key === undefined) continue;
    try {
      if (await takePatient(parts, patient, key)) changed.add(patient);
    } finally {
      wipe(key);
    }
  }
  return changed;
}

function forget({ store }: Tx, patient: string): void {
  store.sql<[string]>('delete from sync_waiting where patient_id = ?').run(patient);
}

async function takePatient(parts: TakeParts, patient: string, key: Buffer): Promise<boolean> {
  const { store } = parts;
  const next = store.sql<[string], Row>(
    `select ${columns} from sync_waiting where patient_id = ? order by position limit 1`,
  );
  let any = false;
  for (let row = next.get(patient); row !== undefined; row = next.get(patient)) {
    parts.signal.throwIfAborted();
    try {
      any = (await takeRow(parts, row, key)) || any;
    } catch (error) {
      // Its erasure is on the way; where there is none the slot is put back, and what is missing stops the exchange.
      if (error instanceof BlobGone) return any;
      throw error;
    }
  }
  return any;
}

async function takeRow(parts: TakeParts, row: Row, key: Buffer): Promise<boolean> {
  const { store, member, now } = parts;
  const { patient, position, place, device, seq } = row;
  const origin = { clinic: member.clinic, device, seq };
  // A patient's blobs are under the patient's key: the epoch is not asked for.
  const at: GroupPlace = { position, place, device, seq, epoch: 0 };
  const gone = store.sql<[string, number]>('delete from sync_waiting where patient_id = ? and position = ?');
  let ops: ReturnType<typeof opsOf>;
  try {
    ops = opsOf(store, openGroup({ kind: 'batch', ...origin }, patient, key, row.sealed), origin, patient);
  } catch (error) {
    if (!(error instanceof OpenError || error instanceof BadBatch)) throw error;
    withTransaction(
      store,
      (tx) => {
        setAside(tx, at, row.sealed);
        gone.run(patient, position);
        append(tx, { ...byCore, type: 'sync.refused', outcome: 8, detail: { reason: 'unreadable', device, position } });
      },
      now(),
    );
    return false;
  }
  const group = { patient, ops, bytes: row.sealed };
  const apart = setApart(store, group, at);
  const received: GroupOp[] = apart.take.flatMap((index) => {
    const op = ops[index];
    return op !== undefined && isRowOp(op) ? [{ op, patient }] : [];
  });
  const texts = await withBlobs(parts, null, received);
  const slices = slicesOf(received);
  // An op that an earlier slice took before a kill is taken once. The row goes with the last slice.
  for (const [index, some] of slices.entries()) {
    const last = index === slices.length - 1;
    await inJudgedTransaction(parts, (tx, tally, verdicts) => {
      if (index === 0) for (const held of apart.held) hold(tx, group, held, at);
      if (last) gone.run(patient, position);
      tally.apply(tx, withTexts(some, texts), verdicts);
      if (tally.ops === 0) return;
      const detail = { device, position, ...tally.detail() };
      append(tx, { ...byCore, type: 'sync.received', outcome: 0, detail });
    });
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  return received.length > 0;
}
