/**
 * The record against the log, in slices and from wherever it was left: each entry parsed and what it names looked up,
 * imports against their roots, each chart against its newest entries, nothing outside a chart.
 *
 * Nothing is gathered but a few numbers per import. That each part of a chart stands as the *last* entry about it left
 * it follows from two looks: no entry that names a part is newer than the one the part names itself (`entries`), and
 * that one says the same of it (`charts`). So it can be stopped between any two charts, whatever is written meanwhile.
 */
import { isErased } from '../store/erasures.ts';
import type { Store } from '../store/open.ts';
import { partsOf } from '../store/part.ts';
import { encoded } from '../store/row.ts';
import { type Sliced, sliceClock } from '../store/slices.ts';
import { type AuditEntry, entryAt } from './entry.ts';
import { Found } from './problem.ts';
import { nextStage, type RecordState } from './record-state.ts';
import type { SignerBook } from './signatures.ts';
import { verifyLogIndex } from './verify-log-index.ts';
import { verifyCharts } from './verifycharts.ts';
import { verifyImports } from './verifyimports.ts';
import { verifyPatients } from './verifyindex.ts';
import { noteRestriction, verifyRestrictions } from './verifyrestrictions.ts';
import { verifyHistory, verifyStrays } from './verifyrows.ts';

export type RecordOptions = {
  /** Who could sign with which key when: notes' signatures are checked as well. */
  readonly signers?: SignerBook;
  /** How long one slice may be, milliseconds. */
  readonly sliceMs?: number;
};

/** Begins the next slice: what it gives says when that one's time is over. */
export type Turns = () => () => boolean;

/**
 * Goes on from `state`, which moves along: at every yield it can be written down.
 * @throws Found the first thing wrong
 */
export function* verifyRecord(store: Store, state: RecordState, options: RecordOptions = {}): Sliced<void> {
  const turns: Turns = () => sliceClock(options.sliceMs);
  while (state.stage !== 'done') {
    switch (state.stage) {
      case 'entries':
        yield* verifyEntries(store, state, turns);
        break;
      case 'imports':
        yield* verifyImports(store, state, turns);
        break;
      case 'charts':
        yield* verifyCharts(store, state, turns, options.signers);
        break;
      case 'strays':
        yield* verifyStrays(store, state, turns);
        break;
      case 'history':
        yield* verifyHistory(store, state, turns);
        break;
      case 'restrictions':
        yield* verifyRestrictions(store, state, turns);
        break;
      case 'patients':
        yield* verifyPatients(store, state, turns);
        break;
      case 'index':
        yield* verifyLogIndex(store, state, turns);
        break;
    }
    nextStage(state);
    yield { done: 0, total: 0 };
  }
}

/** Every entry is one, and what it vouches for is there: rows by their HMACs, parts no older than it. */
function* verifyEntries(store: Store, state: RecordState, turns: Turns): Sliced<void> {
  const page = store.sql<[number, number], { seq: number; entry: Buffer }>(
    'select seq, entry from audit_entry where seq >= ? and seq < ? order by seq limit 64',
  );
  let over = turns();
  for (;;) {
    const rows = page.all(state.seq, state.size);
    if (rows.length === 0) break;
    for (const { seq, entry } of rows) {
      const decoded = entryAt(entry, seq, store.device);
      if (decoded === undefined) throw new Found('entry-damaged', seq);
      const erased = ofErased(store, decoded);
      for (const [id, version, mac] of decoded.rows ?? []) {
        checkRow(store, id, version, mac, erased);
        if (over()) {
          yield { done: state.seq, total: state.size };
          over = turns();
        }
      }
      for (const [chart, batch] of decoded.parts ?? []) checkPart(store, chart, batch, seq);
      note(state, decoded);
      state.seq = seq + 1;
      if (over()) {
        yield { done: state.seq, total: state.size };
        over = turns();
      }
    }
  }
  state.restrictedTo = state.size;
}

function note(state: RecordState, entry: AuditEntry): void {
  if (entry.batch) state.batches[entry.batch.batch] = entry.seq;
  noteRestriction(state.restrictions, entry);
}

/** Is one of the charts that an entry is about erased? Which rows were its own the entry does not say; parts do. */
function ofErased(store: Store, { parts = [] }: AuditEntry): boolean {
  return parts.some(([chart]) => isErased(store, chart));
}

/** Each version of a row that an entry named must be there, current or superseded, unless it was erased. */
function checkRow(store: Store, id: string, version: number, mac: string, erased: boolean): void {
  const { sql } = store;
  const now = sql<[string], { row: number; version: number; mac: Buffer }>(
    'select row, version, mac from resource where id = ?',
  ).get(id);
  if (now === undefined) {
    // A row of another chart of that entry that is gone shows where its chart is counted.
    if (erased) return;
    throw new Found('row-missing', id);
  }
  const found =
    now.version === version
      ? now
      : sql<[number, number], { mac: Buffer }>('select mac from resource_history where row = ? and version = ?').get(
          now.row,
          version,
        );
  if (found === undefined) throw new Found('row-missing', id);
  if (encoded(found.mac) !== mac) throw new Found('row-damaged', id);
}

/** The part names this entry or a later one. */
function checkPart(store: Store, chart: string, batch: number, seq: number): void {
  const part = partsOf(store, chart).find((one) => one.batch === batch);
  if (part === undefined) throw new Found('chart-missing', chart);
  if (part.seq === null || part.seq < seq) throw new Found('part-older', chart);
}
