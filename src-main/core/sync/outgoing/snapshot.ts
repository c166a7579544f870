/**
 * A snapshot: everything as it stands at a position of the log, so that a new workstation need not take the whole
 * history (docs/protocols/sync.md, "Snapshots"). Made from a second connection that keeps seeing one moment of the file;
 * begun again after a kill, what it had sent taken down first.
 */
import { z } from 'zod';
import { limits } from '../../../../src-shared/sync-protocol/limits.ts';
import type { PageLine, PageRef, SnapshotOp } from '../../../../src-shared/sync-protocol/ops.ts';
import { currentHead } from '../../store/head.ts';
import { syncPosition } from '../../store/indexed.ts';
import { anyLost, readLost } from '../../store/lost-writes.ts';
import { anyMerged, readMerged } from '../../store/merged-state.ts';
import type { Store } from '../../store/open.ts';
import { notHidden } from '../../store/row.ts';
import { sliceClock } from '../../store/slices.ts';
import { withTransaction } from '../../store/transaction.ts';
import { batchAt, chainOf, logSize, rootOfLog } from '../incoming/log.ts';
import { readNumber, readPartial } from '../incoming/state.ts';
import type { OnProgress } from './import-pages.ts';
import { type Author, keepOwnBatch, type Seen } from './make-batch.ts';
import {
  breathe,
  keepPageBlobs,
  type PageBlob,
  type PagedRow,
  pagedColumns,
  pageResource,
  sendUnder,
  textOfRow,
} from './page-rows.ts';
import { PageRows, type Sending } from './pages.ts';
import { ownChain, readOut, writeOut } from './position.ts';
import { type EmergencyRow, emergencyColumns, fieldVersionsOf, toldBy } from './read-ops.ts';
import { needSlots } from './slots.ts';

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

/** Could one be made now? */
export function snapshotReady(store: Store): boolean {
  return factsOf(store) !== null;
}

/**
 * Makes a snapshot and keeps its batch.
 * @param view a connection of its own to the same file, read only, with the clinic keys; the caller closes it
 * @returns false where not everything is in the log yet
 * @throws the signal's reason, whatever the backend does, OpenError for an epoch of the clinic key that is not here
 */
export async function makeSnapshot(
  store: Store,
  view: Store,
  { author, sending, onProgress = () => undefined }: { author: Author; sending: Sending; onProgress?: OnProgress },
): Promise<boolean> {
  const { backend, signal } = sending;
  for (const id of readSnapshotState(store).begun) await backend.deleteBlob(id, signal);
  view.sql('begin').run();
  try {
    const facts = factsOf(view);
    const epoch = view.clinicKeys?.current.epoch;
    if (facts === null || epoch === undefined) return false;
    const work = new SnapshotWork({ store, view, sending, epoch, onProgress });
    await work.send(facts);
    const { pages } = work;
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
    return true;
  } finally {
    view.sql('rollback').run();
  }
}

type Parts = {
  readonly store: Store;
  readonly view: Store;
  readonly sending: Sending;
  readonly epoch: number;
  readonly onProgress: OnProgress;
};

class SnapshotWork {
  readonly pages: PageRef[] = [];
  readonly #parts: Parts;
  #page = new PageRows();
  #blobs: PageBlob[] = [];
  #done = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
    withTransaction(parts.store, () => writeSnapshotState(parts.store, { begun: [] }));
  }

  async send(facts: Facts): Promise<void> {
    const { view, sending, onProgress } = this.#parts;
    const total = view.sql<[], { n: number }>('select count(*) n from resource').get()?.n ?? 0;
    const [lost, merged] = [anyLost(view), anyMerged(view)];
    let over = sliceClock();
    // By patient, as the index has them: a patient's rows share seals.
    for (const row of view
      .sql<[], PagedRow>(`select ${pagedColumns} from resource r where ${notHidden('r')} order by patient_id`)
      .iterate()) {
      const { text, blob } = await textOfRow(view, sending, row, this.#parts.epoch);
      await this.#add(row.patient, {
        ...pageResource(view, row, text),
        fields: fieldVersionsOf(view, row),
        ...(row.signed === 1 && row.createdSeq !== null && this.#roster(row.createdSeq)),
        ...(merged && this.#merged(row.id)),
        ...(lost && this.#lost(row.id)),
      });
      if (blob !== null) this.#blobs.push(blob);
      this.#done += 1;
      if (over()) {
        onProgress(this.#done, total);
        await breathe(sending.signal);
        over = sliceClock();
      }
    }
    for (const line of accessLines(view, facts.lamport)) {
      await this.#add('restriction' in line ? line.restriction.patient : line.emergency.patient, line);
    }
    await this.#flush();
    onProgress(total, total);
  }

  #roster(seq: number): { roster?: number } {
    const { roster } = toldBy(this.#parts.view, seq);
    return roster === undefined ? {} : { roster };
  }

  #merged(id: string): Pick<Extract<PageLine, { id: string }>, 'whole' | 'hidden' | 'writers'> {
    const state = readMerged(this.#parts.view, id);
    if (state === null) return {};
    const writers: Record<string, [author: string | null, at: number]> = {};
    for (const [version, [author, at]] of Object.entries(state.writers)) writers[version] = [author, at];
    return {
      ...(state.whole !== null && { whole: state.whole }),
      hidden: { ...state.hidden },
      writers,
    };
  }

  #lost(id: string): Pick<Extract<PageLine, { id: string }>, 'lost'> {
    const lost = readLost(this.#parts.view, id);
    return lost.length === 0 ? {} : { lost };
  }

  async #add(patient: string | null, line: PageLine): Promise<void> {
    if (this.#page.add(patient, line)) return;
    await this.#flush();
    this.#page.add(patient, line);
  }

  async #flush(): Promise<void> {
    const { store, view, sending, epoch } = this.#parts;
    const [rows, blobs] = [this.#page, this.#blobs];
    if (rows.rows.length === 0) return;
    const sent = await sendUnder(view, sending, epoch, rows);
    this.#page = new PageRows();
    this.#blobs = [];
    if (sent !== null) this.pages.push(sent.ref);
    withTransaction(store, (tx) => {
      if (sent !== null) needSlots(tx, sent.slots);
      keepPageBlobs(store, blobs, epoch);
      writeSnapshotState(store, { begun: this.pages.map(({ id }) => id) });
    });
  }
}

type RestrictionRow = {
  readonly patient: string;
  readonly users: string | null;
  readonly reason: string;
  readonly author: string;
  readonly at: number;
  readonly version: string | null;
};
const userIds = z.array(z.string());

/** Restrictions and emergency accesses as they stand. */
function* accessLines(
  view: Store,
  lamport: number,
): Generator<Extract<PageLine, { restriction: object } | { emergency: object }>> {
  const restrictions = view
    .sql<[], RestrictionRow>(
      `select c.patient_id patient, c.users, c.reason, c.by_user author, c.at, s.version from chart_restriction c
       left join sync_register s on s.name = 'restriction/' || c.patient_id order by c.patient_id`,
    )
    .all();
  const unknown = `0.${view.device}`;
  for (const { users, version, ...rest } of restrictions) {
    const v = version ?? unknown;
    const who = users === null ? null : userIds.parse(JSON.parse(users));
    yield { restriction: { k: 'restriction', v, ...rest, users: who } };
  }
  const emergencies = view
    .sql<[], EmergencyRow>(`select ${emergencyColumns} from break_glass order by patient_id, id`)
    .all();
  for (const row of emergencies) {
    yield { emergency: { k: 'emergency', v: `${lamport}.${view.device}`, at: row.openedAt, ...row } };
  }
}
