/**
 * A new workstation begins with the newest snapshot (docs/protocols/sync.md, "Snapshots"): the leaves of the whole log,
 * the snapshot's batch in its place among them, the patients' keys, then its pages; the log goes on from its position.
 */
import { limits } from '../../../../src-shared/sync-protocol/limits.ts';
import type { SnapshotOp } from '../../../../src-shared/sync-protocol/ops.ts';
import { lamportLimit } from '../../../../src-shared/sync-protocol/primitives.ts';
import { emptyFrontier, frontierRoot, grow, leafHash } from '../../audit/merkle.ts';
import { addLost } from '../../store/lost-writes.ts';
import { writeMerged } from '../../store/merged-state.ts';
import type { Store } from '../../store/open.ts';
import type { Tx } from '../../store/transaction.ts';
import type { RosterState } from '../../vault/roster-state.ts';
import { batchHash, type Envelope, envelopeSigned, readEnvelope } from '../envelope.ts';
import type { LogHead } from '../log-head.ts';
import { noteSnapshot } from '../outgoing/snapshot.ts';
import { BadBatch, openGroups } from './groups.ts';
import { appendToLog, logSize, writeChain } from './log.ts';
import type { RowBeside } from './page-rows.ts';
import { takePages } from './pages.ts';
import { noteRemoved } from './quarantine.ts';
import { SyncStop, SyncWaits } from './stop.ts';
import type { TakeParts } from './take.ts';

/** Nothing was ever taken or written here. */
export function isNew(store: Store): boolean {
  return (
    logSize(store) === 0 && store.sql<[], { one: number }>('select 1 one from resource limit 1').get() === undefined
  );
}

/** Batch hashes of the log, from…to−1. @throws SyncStop where there are more or fewer */
export async function fetchLeaves(
  { backend, signal }: Pick<TakeParts, 'backend' | 'signal'>,
  from: number,
  to: number,
): Promise<readonly Buffer[]> {
  const leaves: Buffer[] = [];
  while (from + leaves.length < to) {
    const at = from + leaves.length;
    const some = await backend.leaves(at, Math.min(to, at + limits.leaves), signal);
    if (some.length === 0 || at + some.length > to || some.some(({ length }) => length !== 32)) {
      throw new SyncStop('batch-refused', 'leaves', at);
    }
    leaves.push(...some);
  }
  return leaves;
}

export type Found = {
  readonly at: number;
  readonly op: SnapshotOp;
  readonly envelope: Envelope;
  readonly leaves: readonly Buffer[];
};

export type FirstSyncParts = TakeParts & {
  readonly rosterAfter: (size: number) => RosterState | undefined;
  readonly onProgress: (done: number, total: number) => void;
};

/** The newest snapshot of an active device; null where there is none. @throws SyncStop, SyncWaits */
export async function findSnapshot(parts: FirstSyncParts, head: LogHead): Promise<Found | null> {
  const leaves = await fetchLeaves(parts, 0, head.size);
  const roots = rootsOf(leaves);
  if (!roots(head.size).equals(head.root)) throw new SyncStop('log-forked', 'leaves', head.size);
  const { backend, member, signal, roster, store } = parts;
  const { snapshots } = await backend.snapshots(signal);
  for (const { position, device } of snapshots) {
    if (roster().devices.get(device)?.status !== 'active') continue;
    const pulled = await backend.pull(position, 1, signal);
    const envelope = pulled[0] === undefined ? undefined : readEnvelope(pulled[0].envelope);
    const leaf = leaves[position];
    const placed = envelope !== undefined && leaf !== undefined && pulled[0]?.position === position;
    if (!placed || !batchHash(envelope.headerBytes).equals(leaf)) {
      throw new SyncStop('batch-refused', 'snapshot', position);
    }
    const { header } = envelope;
    const ours = header.tenant === member.tenant && header.clinic === member.clinic && header.device === device;
    const signed = member.deviceKeys(device).some((key) => envelopeSigned(envelope, key));
    if (!(ours && signed) || header.kind !== 'snapshot') throw new SyncStop('batch-refused', 'snapshot', position);
    const { size, root } = header.seen;
    if (size > position || !roots(size).equals(Buffer.from(root, 'base64'))) {
      throw new SyncStop('log-forked', 'seen', position);
    }
    const clinicKey = store.clinicKeys?.of(header.epoch);
    if (clinicKey === undefined) throw new SyncWaits('clinic-key', 'snapshot', position);
    const op = snapshotOf(parts, envelope, clinicKey, position);
    // One that its device made wrongly: an older one may be good.
    if (op === null || op.position !== size || op.lamport >= lamportLimit) continue;
    return { at: position, op, envelope, leaves };
  }
  return null;
}

function snapshotOf(parts: TakeParts, envelope: Envelope, clinicKey: Uint8Array, position: number): SnapshotOp | null {
  try {
    const hash = batchHash(envelope.headerBytes);
    const groups = openGroups(parts.store, { position, envelope, hash, own: false }, clinicKey);
    const ops = groups.flatMap((group) => (group.state === 'open' ? group.ops : []));
    const [op] = ops;
    return op?.k === 'snapshot' ? op : null;
  } catch (error) {
    if (error instanceof BadBatch) return null;
    throw error;
  }
}

/** Roots at every size, found once each. */
function rootsOf(leaves: readonly Buffer[]): (size: number) => Buffer {
  const roots: Buffer[] = [];
  let frontier = emptyFrontier;
  roots.push(frontierRoot(frontier));
  for (const hash of leaves) {
    frontier = grow(frontier, leafHash(hash));
    roots.push(frontierRoot(frontier));
  }
  return (size) => roots[size] ?? Buffer.alloc(0);
}

/** Its rows, and the log up to its position, in one transaction. The patients' keys are here already. */
export async function takeSnapshot(parts: FirstSyncParts, { at, op, envelope, leaves }: Found): Promise<void> {
  const { device, epoch, roster } = envelope.header;
  const { position } = op;
  await takePages(parts, {
    id: `snapshot/${position}`,
    author: null,
    files: '[]',
    pages: op.pages,
    version: op.v,
    epoch,
    rules: { kind: 'snapshot', lamport: op.lamport },
    detail: { device, position, snapshot: 1 },
    beside: (tx, rows) => {
      tx.head.lamport = Math.max(tx.head.lamport, op.lamport);
      const lines = leaves.slice(0, position).map((hash) => ({ hash, device: '', seq: 0 }));
      appendToLog(tx, lines);
      for (const [chain, seq, hash] of op.chains) writeChain(tx, chain, { seq, hash: Buffer.from(hash, 'base64') });
      for (const row of rows) writeBeside(tx, row);
      noteSnapshot(tx, at);
      removedBefore(tx, parts.rosterAfter(roster), position);
    },
    onProgress: parts.onProgress,
  });
}

function writeBeside(tx: Tx, { id, merged, lost }: RowBeside): void {
  for (const one of lost) addLost(tx, id, one);
  if (merged !== null) writeMerged(tx, id, merged);
}

/** Who was gone when the snapshot was made, as those who took the whole log know. */
function removedBefore(tx: Tx, state: RosterState | undefined, position: number): void {
  for (const { userId, status } of state?.users.values() ?? []) {
    if (status === 'removed') noteRemoved(tx, 'user', userId, position);
  }
  for (const { deviceId, status } of state?.devices.values() ?? []) {
    if (status === 'removed') noteRemoved(tx, 'device', deviceId, position);
  }
}
