/** Rows apart from charts: none stands outside one, and superseded versions are as they were. */
import { lostHolds, lostPage } from '../store/lost-writes.ts';
import { mergedHolds, mergedPage } from '../store/merged-state.ts';
import type { Store } from '../store/open.ts';
import { hasPart, partsOf } from '../store/part.ts';
import { notHidden, type ResourceRow, rowColumns, rowMac } from '../store/row.ts';
import type { Sliced } from '../store/slices.ts';
import { chartOf } from '../store/transaction.ts';
import { Found } from './problem.ts';
import type { RecordState } from './record-state.ts';
import type { Turns } from './verifyrecord.ts';

/** `version` of the cursor counts these, as history's counts versions. */
const ofPatients = 0;
const ofNobody = 1;
const ofNobodyImported = 2;

/**
 * Charts are checked row by row, so that only whole charts can be unknown: the index is skipped from patient to
 * patient. That it says what the table says is the check of pages.
 */
export function* verifyStrays(store: Store, state: RecordState, turns: Turns): Sliced<void> {
  let over = turns();
  for (;;) {
    const more = oneStray(store, state);
    if (!more && state.version === ofNobodyImported) return;
    if (!more) Object.assign(state, { version: state.version + 1, after: '', row: 0 });
    state.done += 1;
    if (over()) {
      yield { done: state.done, total: 0 };
      over = turns();
    }
  }
}

type Stray = { readonly row: number; readonly id: string; readonly batch: number; readonly hash: Buffer | null };

/** @returns whether there was one */
function oneStray(store: Store, state: RecordState): boolean {
  const { sql } = store;
  if (state.version === ofPatients) {
    const found = sql<[string], { patient: string }>(
      'select patient_id patient from resource where patient_id > ? order by patient_id limit 1',
    ).get(state.after);
    if (found === undefined) return false;
    state.after = found.patient;
    if (partsOf(store, found.patient).length > 0) return true;
    const row = sql<[string], { id: string }>(
      `select id from resource r where patient_id = ? and ${notHidden('r')} limit 1`,
    ).get(found.patient);
    if (row !== undefined) throw new Found('row-unknown', row.id);
    return true;
  }
  const found =
    state.version === ofNobody
      ? sql<[number], Stray>(
          `select row, id, batch, hash from resource where patient_id is null and hash is null and row > ?
           order by row limit 1`,
        ).get(state.row)
      : sql<[Buffer, number], Stray>(
          `select row, id, batch, hash from resource where patient_id is null and (hash, row) > (?, ?)
           order by hash, row limit 1`,
        ).get(Buffer.from(state.after, 'base64'), state.row);
  if (found === undefined) return false;
  Object.assign(state, { row: found.row, after: found.hash?.toString('base64') ?? '' });
  if (hasPart(store, chartOf(null, found.id), found.batch)) return true;
  const hidden = sql<[number], { batch: number }>('select batch from hidden_batch where batch = ?').get(found.batch);
  if (hidden === undefined) throw new Found('row-unknown', found.id);
  return true;
}

/** What stands beside rows: writes that lost, and what does not show. Few, and read in one go. */
function verifyBesides(store: Store): void {
  for (let page = lostPage(store, ['', '', '']); page.length > 0; ) {
    for (const row of page) if (!lostHolds(store, row)) throw new Found('row-damaged', row.id);
    const last = page.at(-1);
    page = last === undefined ? [] : lostPage(store, [last.id, last.field, last.version]);
  }
  for (let page = mergedPage(store, ''); page.length > 0; page = mergedPage(store, page.at(-1)?.id ?? '')) {
    for (const row of page) if (!mergedHolds(store, row)) throw new Found('row-damaged', row.id);
  }
}

/** Superseded versions by their MAC. */
export function* verifyHistory(store: Store, state: RecordState, turns: Turns): Sliced<void> {
  verifyBesides(store);
  const page = store.sql<[number, number], ResourceRow>(
    `select ${rowColumns} from resource_history r where (r.row, r.version) > (?, ?) order by r.row, r.version limit 32`,
  );
  let over = turns();
  for (;;) {
    const rows = page.all(state.row, state.version);
    if (rows.length === 0) return;
    for (const old of rows) {
      if (!rowMac(store, old).equals(old.mac)) throw new Found('row-damaged', old.id);
      Object.assign(state, { row: old.row, version: old.version });
      state.done += 1;
      if (!over()) continue;
      yield { done: state.done, total: 0 };
      over = turns();
      // What was read before others had their turn is read anew.
      break;
    }
  }
}
