/** What a snapshot holds: every row as it stands, its state, restrictions and emergency accesses, onto pages. */
import { z } from 'zod';
import type { PageLine, PageRef } from '../../../../src-shared/sync-protocol/ops.ts';
import { erasures } from '../../store/erasures.ts';
import { anyLost, readLost } from '../../store/lost-writes.ts';
import { anyMerged, readMerged } from '../../store/merged-state.ts';
import type { Store } from '../../store/open.ts';
import { notHidden } from '../../store/row.ts';
import { sliceClock } from '../../store/slices.ts';
import { withTransaction } from '../../store/transaction.ts';
import type { OnProgress } from './import-pages.ts';
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
import { type EmergencyRow, emergencyColumns, fieldVersionsOf, toldBy } from './read-ops.ts';
import { needSlots } from './slots.ts';

type SnapshotParts = {
  readonly store: Store;
  readonly view: Store;
  readonly sending: Sending;
  readonly epoch: number;
  readonly onProgress: OnProgress;
  /** Inside the transaction that keeps it: these pages are up there. */
  readonly begun: (pages: readonly PageRef[]) => void;
};

/** Seals and sends the pages of one snapshot, and keeps in mind what is there of it. */
export class SnapshotWork {
  readonly pages: PageRef[] = [];
  readonly #parts: SnapshotParts;
  #page = new PageRows();
  #blobs: PageBlob[] = [];
  #done = 0;

  constructor(parts: SnapshotParts) {
    this.#parts = parts;
    withTransaction(parts.store, () => parts.begun([]));
  }

  /** @param lamport of the state */
  async send(lamport: number): Promise<void> {
    const { view, sending, onProgress } = this.#parts;
    const total = view.sql<[], { n: number }>('select count(*) n from resource').get()?.n ?? 0;
    const [lost, merged] = [anyLost(view), anyMerged(view)];
    let over = sliceClock();
    for (const row of rowsByPatient(view)) {
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
    for (const line of accessLines(view, lamport)) {
      await this.#add('restriction' in line ? line.restriction.patient : line.emergency.patient, line);
    }
    for (const erased of erasures(view)) await this.#add(null, { erased });
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
    const { store, view, sending, epoch, begun } = this.#parts;
    const [rows, blobs] = [this.#page, this.#blobs];
    if (rows.rows.length === 0) return;
    const sent = await sendUnder(view, sending, epoch, rows);
    this.#page = new PageRows();
    this.#blobs = [];
    if (sent !== null) this.pages.push(sent.ref);
    withTransaction(store, (tx) => {
      if (sent !== null) needSlots(tx, sent.slots);
      keepPageBlobs(store, blobs, epoch);
      begun(this.pages);
    });
  }
}

/**
 * Every row, a patient's together so that they share seals; those of nobody first. No statement stays open in between:
 * the view can be let go at any time.
 */
function* rowsByPatient(view: Store): Generator<PagedRow> {
  const one = view.sql<[number], PagedRow>(
    `select ${pagedColumns} from resource r where row = ? and ${notHidden('r')}`,
  );
  const ofNobody = view.sql<[], { row: number }>('select row from resource where patient_id is null').all();
  for (const { row } of ofNobody) {
    const found = one.get(row);
    if (found !== undefined) yield found;
  }
  const next = view.sql<[string], { patient: string }>(
    'select patient_id patient from resource where patient_id > ? order by patient_id limit 1',
  );
  const all = view.sql<[string], PagedRow>(
    `select ${pagedColumns} from resource r where patient_id = ? and ${notHidden('r')}`,
  );
  for (let at = next.get(''); at !== undefined; at = next.get(at.patient)) yield* all.all(at.patient);
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
