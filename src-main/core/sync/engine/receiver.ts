/** What comes in at one contact: heads, slots, batches in the log's order, and what waited for keys. */

import { limits } from '../../../../src-shared/sync-protocol/limits.ts';
import type { StateAnswer } from '../../../../src-shared/sync-protocol/messages.ts';
import { append } from '../../audit/log.ts';
import { frontierRoot, grow, leafHash } from '../../audit/merkle.ts';
import { withTransaction } from '../../store/transaction.ts';
import type { PulledBatch } from '../backend.ts';
import { batchHash, readEnvelope } from '../envelope.ts';
import {
  type FirstSyncParts,
  type Found,
  fetchLeaves,
  findSnapshot,
  isNew,
  takeSnapshot,
} from '../incoming/first-sync.ts';
import { BadBatch } from '../incoming/groups.ts';
import type { Heads } from '../incoming/heads.ts';
import { frontierOfLog, logSize } from '../incoming/log.ts';
import { followSlots } from '../incoming/slots.ts';
import { SyncStop, SyncWaits } from '../incoming/stop.ts';
import { byCore, type TakenBatch, takeBatch } from '../incoming/take.ts';
import { takeWaiting, waitingPatients } from '../incoming/waiting.ts';
import { putBackSlots } from '../outgoing/slots.ts';

export type ReceiverParts = Omit<FirstSyncParts, 'directoryAsked' | 'onProgress'> & {
  readonly heads: Heads;
  /** Asks for the directory now. @throws as meeting does */
  readonly meet: () => Promise<void>;
  /** Of whom something changed. */
  readonly changed: (patients: ReadonlySet<string | null>) => void;
  /** Batches known and not taken. */
  readonly behind: (batches: number) => void;
  /** Something else writes that must not be disturbed: taking waits. */
  readonly busy: () => boolean;
};

/** Bytes asked for at once: two of the largest batches. */
const pullBytes = 2 * limits.batchBytes;

/**
 * Takes everything that a state vouches for.
 * @param floor how far the backend had vouched when the state was asked
 * @returns false where it stopped because something else writes
 */
export async function receive(parts: ReceiverParts, state: StateAnswer, floor: number): Promise<boolean> {
  const { heads, store, now } = parts;
  const head = heads.judge(state.head, floor, now());
  const size = head?.size ?? 0;
  if (state.size !== size) throw new SyncStop('batch-refused', 'answer');
  parts.behind(Math.max(0, size - logSize(store)));
  const whole: FirstSyncParts = {
    ...parts,
    directoryAsked: false,
    onProgress: (done, total) => parts.behind(behindSnapshot(size, first?.op.position ?? 0, done, total)),
  };
  const first = head !== null && isNew(store) ? await asked(parts, () => findSnapshot(whole, head)) : null;
  await followSlots(whole, state.slots);
  if (first !== null) {
    await takeOrRefuse(whole, first);
    parts.changed(new Set([null]));
  }
  // Whatever became of the contact that brought their keys.
  if (waitingPatients(store).length > 0) parts.changed(await takeWaiting(whole));
  const upTo = await takeTo(parts, size);
  if (upTo) withTransaction(store, (tx) => putBackSlots(tx), now());
  return upTo;
}

/** A snapshot that its workstation made wrongly is none: the log says all that it would have said. */
async function takeOrRefuse(parts: FirstSyncParts, found: Found): Promise<void> {
  try {
    await takeSnapshot(parts, found);
  } catch (error) {
    if (!(error instanceof BadBatch)) throw error;
    const detail = { reason: 'snapshot', device: found.envelope.header.device, position: found.at };
    const entry = { ...byCore, type: 'sync.refused', outcome: 8, detail } as const;
    withTransaction(parts.store, (tx) => append(tx, entry), parts.now());
  }
}

/** What a snapshot spares counts as what it spares or as its pages, whichever is finer: one number falls to nothing. */
function behindSnapshot(size: number, position: number, done: number, total: number): number {
  const parcels = Math.max(position, total);
  return Math.max(0, size - position) + Math.ceil(parcels * (1 - done / Math.max(total, 1)));
}

/** Asks the directory once where something needs it. */
async function asked<T>(parts: ReceiverParts, work: (directoryAsked: boolean) => Promise<T>): Promise<T> {
  try {
    return await work(false);
  } catch (error) {
    if (!(error instanceof SyncWaits)) throw error;
    if (error.what === 'clinic-key') throw new SyncStop('clinic-key-missing', error.detail, error.position);
    await parts.meet();
    return work(true);
  }
}

async function takeTo(parts: ReceiverParts, size: number): Promise<boolean> {
  const { store, backend, signal, heads } = parts;
  while (logSize(store) < size) {
    const from = logSize(store);
    const expected = await expectedLeaves(parts, from, size);
    let coming: Promise<readonly PulledBatch[]> | null = backend.pull(from, pullBytes, signal);
    while (coming !== null) {
      const pulled: readonly PulledBatch[] = await coming;
      const last = pulled.at(-1);
      if (last === undefined) throw new SyncStop('log-rolled-back', 'short-list', logSize(store));
      demandInOrder(pulled, logSize(store));
      // The next ones are on their way while these are taken.
      coming = last.position + 1 < size ? backend.pull(last.position + 1, pullBytes, signal) : null;
      coming?.catch(() => undefined);
      for (const one of pulled) {
        // It may have grown since: what is beyond the head is judged with the next one.
        if (one.position >= size) break;
        if (parts.busy()) return false;
        await takeOne(parts, one, expected[one.position - from]);
        parts.behind(Math.max(0, size - logSize(store)));
        signal.throwIfAborted();
      }
    }
    heads.reached(logSize(store));
  }
  return true;
}

/** Before any of them is taken. */
function demandInOrder(pulled: readonly PulledBatch[], from: number): void {
  const wrong = pulled.find(({ position }, at) => position !== from + at);
  if (wrong !== undefined) throw new SyncStop('batch-refused', 'position', wrong.position);
}

/** Hashes of the batches that the head vouches for, before any of them is taken. @throws SyncStop log-forked */
async function expectedLeaves(parts: ReceiverParts, from: number, size: number): Promise<readonly Buffer[]> {
  if (size - from === 1) return [];
  const leaves = await fetchLeaves(parts, from, size);
  let frontier = frontierOfLog(parts.store);
  for (const hash of leaves) {
    frontier = grow(frontier, leafHash(hash));
    parts.heads.demandRoot(frontier.size, frontierRoot(frontier));
  }
  return leaves;
}

async function takeOne(parts: ReceiverParts, pulled: PulledBatch, expected: Buffer | undefined): Promise<void> {
  const { store, heads } = parts;
  const position = logSize(store);
  if (pulled.position !== position) throw new SyncStop('batch-refused', 'position', position);
  const envelope = readEnvelope(pulled.envelope);
  if (envelope === undefined) throw new SyncStop('batch-refused', 'envelope', position);
  const hash = batchHash(envelope.headerBytes);
  if (expected?.equals(hash) === false) throw new SyncStop('log-forked', 'leaves', position);
  const frontier = grow(frontierOfLog(store), leafHash(hash));
  heads.demandRoot(frontier.size, frontierRoot(frontier));
  heads.demandPromised(position, hash);
  const taken: TakenBatch = await asked(parts, (directoryAsked) => takeBatch({ ...parts, directoryAsked }, pulled));
  if (taken.patients.size > 0) parts.changed(taken.patients);
}
