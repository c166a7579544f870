/**
 * A snapshot: everything as it stands at a position of the log, so that a new workstation need not take the whole
 * history (docs/protocols/sync.md, "Snapshots"). Made from a second connection that keeps seeing one moment of the file;
 * begun again after a kill, what it had sent taken down first.
 */
import { z } from 'zod';
import { limits } from '../../../../src-shared/sync-protocol/limits.ts';
import type { PageRef, SnapshotOp } from '../../../../src-shared/sync-protocol/ops.ts';
import { currentHead } from '../../store/head.ts';
import { syncPosition } from '../../store/indexed.ts';
import type { Store } from '../../store/open.ts';
import { withTransaction } from '../../store/transaction.ts';
import { batchAt, chainOf, logSize, rootOfLog } from '../incoming/log.ts';
import { readNumber, readPartial } from '../incoming/state.ts';
import type { OnProgress } from './import-pages.ts';
import { type Author, keepOwnBatch, type Seen } from './make-batch.ts';
import type { Sending } from './pages.ts';
import { ownChain, readOut, writeOut } from './position.ts';
import { SnapshotWork } from './snapshot-rows.ts';

/** Batches that another workstation has to make one before we do it in its place. */
const patience = 200;

/**
 * Should this workstation make a snapshot now? When enough batches came since the last one it is for whose batch was the
 * first beyond that; for everybody when that one does not come to it.
 */
export function snapshotDue(store: Store): boolean {
  const size = logSize(store);
  const next = lastSnapshot(store) + limits.snapshotEvery;
  if (size <= next) return false;
  return size > next + patience || batchAt(store, next)?.device === store.device;
}

const snapshotState = z.strictObject({
  /** Position of the newest in the log. */
  position: z.number().int(),
  /** Pages of our last one that is in the log, and of one that was begun. */
  sent: z.array(z.string()),
  begun: z.array(z.string()),
});
type SnapshotState = z.infer<typeof snapshotState>;

function readSnapshotState(store: Store): SnapshotState {
  const value = readOut(store, 'out.snapshot');
  return value === undefined
    ? { position: 0, sent: [], begun: [] }
    : snapshotState.parse(JSON.parse(value.toString('utf8')));
}

function writeSnapshotState(store: Store, change: Partial<SnapshotState>): void {
  const state = { ...readSnapshotState(store), ...change };
  writeOut({ store }, 'out.snapshot', Buffer.from(JSON.stringify(state), 'utf8'));
}

function lastSnapshot(store: Store): number {
  return readSnapshotState(store).position;
}

/** A batch of kind `snapshot` was taken from the log. Inside the transaction that takes it. */
export function noteSnapshot({ store }: { readonly store: Store }, position: number): void {
  if (position > lastSnapshot(store)) writeSnapshotState(store, { position });
}

type Facts = {
  readonly seen: Seen;
  readonly lamport: number;
  readonly slots: number;
  readonly chains: SnapshotOp['chains'];
};

/**
 * Where everything stands, if the file is exactly what the log says up to there: all that was done here is in the log,
 * nothing is taken by half, waits for a key or for an admin.
 */
function factsOf(view: Store): Facts | null {
  const position = syncPosition(view);
  const waits = view
    .sql<[number], { waits: number }>(
      `select exists (select 1 from audit_entry where seq >= ? and ops is not null)
       or exists (select 1 from sync_outgoing) or exists (select 1 from sync_waiting)
       or exists (select 1 from sync_quarantine where decided is null) waits`,
    )
    .get(position ?? 0)?.waits;
  if (position === null || waits !== 0 || readPartial(view) !== null) return null;
  const own = ownChain(view);
  const taken = chainOf(view, view.device);
  if (own.seq !== taken.seq || !own.hash.equals(taken.hash)) return null;
  const size = logSize(view);
  const root = rootOfLog(view, size);
  if (root === undefined) return null;
  const chains = view
    .sql<[], { device: string; seq: number; hash: Buffer }>('select device, seq, hash from sync_chain order by device')
    .all();
  return {
    seen: { size, root },
    lamport: currentHead(view).lamport,
    slots: readNumber(view, 'in.slots'),
    chains: chains.map(({ device, seq, hash }) => [device, seq, hash.toString('base64')]),
  };
}

/**
 * Makes a snapshot and keeps its batch.
 * @param view a connection of its own to the same file, read only, with the clinic keys; the caller closes it
 * @returns false where not everything is in the log yet, or the write-ahead log had to be cut meanwhile: later, then
 * @throws the signal's reason, whatever the backend does, OpenError for an epoch of the clinic key that is not here
 */
export async function makeSnapshot(
  store: Store,
  view: Store,
  { author, sending, onProgress = () => undefined }: { author: Author; sending: Sending; onProgress?: OnProgress },
): Promise<boolean> {
  const { backend } = sending;
  for (const id of readSnapshotState(store).begun) await backend.deleteBlob(id, sending.signal);
  const gone = new AbortController();
  const end = (): void => {
    if (view.db.inTransaction) view.sql('rollback').run();
  };
  view.sql('begin').run();
  store.held.letGo = () => {
    gone.abort();
    end();
  };
  try {
    const facts = factsOf(view);
    const epoch = view.clinicKeys?.current.epoch;
    if (facts === null || epoch === undefined) return false;
    const signal = AbortSignal.any([sending.signal, gone.signal]);
    const work = new SnapshotWork({
      store,
      view,
      sending: { ...sending, signal },
      epoch,
      onProgress,
      begun: (pages) => writeSnapshotState(store, { begun: pages.map(({ id }) => id) }),
    });
    await work.send(facts.lamport);
    signal.throwIfAborted();
    keepSnapshot(store, author, { facts, epoch, pages: work.pages });
    return true;
  } catch (error) {
    if (gone.signal.aborted && !sending.signal.aborted) return false;
    throw error;
  } finally {
    delete store.held.letGo;
    end();
  }
}

function keepSnapshot(
  store: Store,
  author: Author,
  { facts, epoch, pages }: { readonly facts: Facts; readonly epoch: number; readonly pages: PageRef[] },
): void {
  const { seen, ...rest } = facts;
  withTransaction(store, (tx) => {
    const rows = pages.reduce((sum, page) => sum + page.rows, 0);
    // Alone in its batch and about nothing: it needs no place of its own in the order of versions.
    const v = `${facts.lamport}.${store.device}`;
    const op = { k: 'snapshot', v, at: tx.now, position: seen.size, ...rest, rows, pages } as const;
    keepOwnBatch(tx, author, [op], { kind: 'snapshot', epoch, seen });
    const { sent } = readSnapshotState(store);
    // Whoever begins with the one before may still be at it; the one before that is nobody's any more.
    writeSnapshotState(store, { begun: sent, sent: pages.map(({ id }) => id) });
  });
}
