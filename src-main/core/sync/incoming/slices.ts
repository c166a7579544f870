/** Ops as they go into one transaction each: few enough, signed rows under one roster, a note with its signature. */
import { limits } from '../../../../src-shared/sync-protocol/limits.ts';
import type { SyncOp } from '../../../../src-shared/sync-protocol/ops.ts';
import { afterErasure, type Erased } from '../../store/erase.ts';
import type { Store } from '../../store/open.ts';
import { type Tx, withTransaction } from '../../store/transaction.ts';
import { applyOps, type GroupOp, MergesUnjudged, type RowOp } from '../merge/apply.ts';
import type { Merge, Verdicts } from '../merge/slice.ts';

/** A signature stands in one transaction with the note it signs. */
export const withItsNote = (op: SyncOp): boolean => op.k === 'create' && op.type === 'Provenance' && op.signed === 1;

/** Of a signed row: how many entries the roster had when it was signed. */
export const signedUnder = (op: SyncOp): number | null =>
  'signed' in op && op.signed === 1 ? (op.roster ?? null) : null;

/** What `applyOps` takes; imports, snapshots, removals and decisions go other ways. */
export const isRowOp = (op: SyncOp): op is RowOp =>
  op.k !== 'import' && op.k !== 'snapshot' && op.k !== 'roster' && op.k !== 'decide';

/** What a transaction takes without a look at the clock: nobody waits 50 ms for it. */
const unwatched = limits.sliceOps / 5;

/** At least one slice, if an empty one. */
export function slicesOf(received: readonly GroupOp[], most: number = unwatched): readonly GroupOp[][] {
  let slice: GroupOp[] = [];
  const slices = [slice];
  let roster: number | null = null;
  for (const one of received) {
    const under = signedUnder(one.op);
    const another = under !== null && roster !== null && under !== roster;
    if (another || (slice.length >= most && !withItsNote(one.op))) {
      slice = [];
      slices.push(slice);
      roster = null;
    }
    roster = under ?? roster;
    slice.push(one);
  }
  return slices;
}

/** What a transaction's ops came to, told in its entry. */
export class Tally {
  readonly patients = new Set<string | null>();
  readonly erased: Erased[] = [];
  readonly #lists = new Map<string, string[]>();
  #ops = 0;
  #refused = 0;
  #unknown = 0;
  #roster: number | null = null;

  /** @throws MergesUnjudged */
  apply(tx: Tx, ops: readonly GroupOp[], verdicts: Verdicts): void {
    if (ops.length === 0) return;
    const { outcomes, touched, erased, detail } = applyOps(tx, ops, verdicts);
    this.#ops += ops.length;
    for (const { what } of outcomes) {
      if (what === 'refused') this.#refused += 1;
      if (what === 'unknown-row' || what === 'no-key') this.#unknown += 1;
    }
    for (const patient of touched) this.patients.add(patient);
    for (const { op } of ops) this.#roster = signedUnder(op) ?? this.#roster;
    this.erased.push(...erased);
    for (const [name, text] of Object.entries(detail)) {
      this.#lists.set(name, [...(this.#lists.get(name) ?? []), text]);
    }
  }

  get ops(): number {
    return this.#ops;
  }

  detail(): Record<string, string | number> {
    return {
      ops: this.#ops,
      ...(this.#refused > 0 && { refused: this.#refused }),
      ...(this.#unknown > 0 && { unknown: this.#unknown }),
      ...(this.#roster !== null && { roster: this.#roster }),
      ...Object.fromEntries([...this.#lists].map(([name, texts]) => [name, texts.join(' ')])),
    };
  }
}

/** Says of merged texts whether they are FHIR R4. */
export type Judge = (merges: readonly Merge[]) => Promise<Verdicts>;

/** How often a slice is taken again because merging found yet another text. */
const tries = 8;

/**
 * One transaction; where it merges texts that nobody wrote so, they are judged and it is done again.
 * @returns what `work` returned, with everything committed
 */
export async function inJudgedTransaction<T>(
  { store, judge, now }: { readonly store: Store; readonly judge: Judge; readonly now: () => number },
  work: (tx: Tx, tally: Tally, verdicts: Verdicts) => T,
): Promise<{ readonly result: T; readonly tally: Tally }> {
  const verdicts = new Map<string, boolean>();
  for (let left = tries; ; left -= 1) {
    const tally = new Tally();
    try {
      const result = withTransaction(store, (tx) => work(tx, tally, verdicts), now());
      afterErasure(store, tally.erased);
      return { result, tally };
    } catch (error) {
      if (!(error instanceof MergesUnjudged) || left === 0) throw error;
      for (const [text, good] of await judge(error.merges)) verdicts.set(text, good);
    }
  }
}
