/**
 * The watch follows the audit index in slices, as the index follows the log. Position, what it remembers of each
 * person, findings and their entries are one transaction: a kill between two slices repeats nothing and skips nothing.
 */
import type { AuditCode } from '../../../src-shared/contract/audit-events.ts';
import type { ReviewKind, ReviewRules } from '../../../src-shared/contract/reviews.ts';
import { chunkSize } from '../audit/bitmap.ts';
import { decodeEntry } from '../audit/entry.ts';
import { firstEntrySince } from '../audit/index-store.ts';
import { followedTo } from '../store/indexed.ts';
import { readCount, writeMeta } from '../store/meta.ts';
import type { Store } from '../store/open.ts';
import { patientByRef } from '../store/patient.ts';
import { readWatch, reviewedSince, writeWatch } from '../store/review.ts';
import type { Sliced } from '../store/slices.ts';
import { type Tx, withTransaction } from '../store/transaction.ts';
import { type Access, accessOf, type Denial, denialOf, type LogRow } from './access.ts';
import { burstOf, nothingWatched, seeChart, seeDenial, type Watched, watched } from './bursts.ts';
import { Findings } from './findings.ts';
import { isOutside, nightOf } from './hours.ts';
import type { Person } from './names.ts';
import { type Relatives, relativesIn } from './relatives.ts';
import { readRules } from './rules.ts';

const dayMs = 86_400_000;
/** Nothing older is looked at: a record that moved in brings years of entries. */
const lookBack = 30 * dayMs;
/** One finding about a person and a patient in this time. */
const sameRelation = 30 * dayMs;
/** How long one slice holds the writer, milliseconds. */
const sliceMs = 4;
const position = 'review_position';
/** After these, somebody who works here may have a record, or live elsewhere. */
const patientChanges: ReadonlySet<string> = new Set<AuditCode>([
  'patient.created',
  'patient.updated',
  'import.completed',
]);

export type WatchOptions = {
  readonly people: () => readonly Person[];
  readonly now?: () => number;
  /** Entries in one slice at most; for tests. */
  readonly rows?: number;
};

/** Looks at everything the index has beyond the last position. @returns how many findings were opened */
export type Watch = () => Sliced<number>;

export function watchOver(store: Store, options: WatchOptions): Watch {
  const now = options.now ?? Date.now;
  const relatives = relativesIn(store, options.people, now);
  const most = options.rows ?? 500;

  function* look(): Sliced<number> {
    let opened = 0;
    while (readCount(store.db, position) < followedTo(store, 'index')) {
      opened += withTransaction(store, slice, now());
      yield { done: readCount(store.db, position), total: followedTo(store, 'index') };
    }
    return opened;
  }

  function slice(tx: Tx): number {
    const end = performance.now() + sliceMs;
    const oldest = tx.now - lookBack;
    const indexed = followedTo(store, 'index');
    const from = Math.max(readCount(tx.db, position), firstSince(store, oldest));
    const found = entriesFrom(store, from, indexed, most);
    relatives.begin(found.rows.some(({ event }) => patientChanges.has(event)));
    const work = new Slice(tx, readRules(store), relatives);
    let { next } = found;
    for (const row of found.rows) {
      if (row.recorded >= oldest) work.see(row);
      if (performance.now() < end) continue;
      next = row.seq + 1;
      break;
    }
    work.finish();
    writeMeta(tx.db, position, Buffer.from(String(next), 'utf8'));
    return work.findings.opened;
  }

  return look;
}

/**
 * Entries of [from, to) in order, no more than `most` and than decode in half of the slice. One that is damaged, missing
 * or pruned is passed over.
 */
function entriesFrom(
  store: Store,
  from: number,
  to: number,
  most: number,
): { readonly rows: readonly LogRow[]; readonly next: number } {
  const half = performance.now() + sliceMs / 2;
  const stored = store.db
    .prepare<[number, number, number], { seq: number; entry: Buffer }>(
      'select seq, entry from audit_entry where seq >= ? and seq < ? order by seq limit ?',
    )
    .iterate(from, to, most);
  const rows: LogRow[] = [];
  let looked = 0;
  for (const { seq, entry } of stored) {
    const decoded = decodeEntry(entry);
    looked += 1;
    if (decoded !== undefined) {
      const { recorded, agent, type, patient, outcome } = decoded;
      rows.push({ seq, recorded, user: agent.user, event: type, patientRef: patient, outcome });
    }
    if (looked === most || performance.now() >= half) return { rows, next: seq + 1 };
  }
  return { rows, next: to };
}

/** The first entry that can be that young; the end of the index when there is none. */
function firstSince(store: Store, instant: number): number {
  const found = firstEntrySince(store, instant);
  return found === undefined ? followedTo(store, 'index') : found.chunk * chunkSize;
}

/** One transaction's worth of looking. */
class Slice {
  readonly findings: Findings;
  readonly #tx: Tx;
  readonly #rules: ReviewRules;
  readonly #relatives: Relatives;
  readonly #states = new Map<string, { state: Watched; changed: boolean }>();

  constructor(tx: Tx, rules: ReviewRules, relatives: Relatives) {
    this.#tx = tx;
    this.#rules = rules;
    this.#relatives = relatives;
    this.findings = new Findings(tx);
  }

  see(row: LogRow): void {
    const access = accessOf(row);
    if (access !== null) {
      if (this.#rules.manyCharts.on) this.#many(access, this.#rules.manyCharts.charts);
      if (this.#rules.outsideHours.on) this.#outside(access);
      if (this.#rules.sameName.on || this.#rules.sameAddress.on) this.#related(access);
      return;
    }
    const denial = denialOf(row);
    if (denial !== null && this.#rules.denials.on) this.#denied(denial, this.#rules.denials.count);
  }

  #stateOf(userId: string): { state: Watched; changed: boolean } {
    let held = this.#states.get(userId);
    if (held === undefined) {
      const kept = readWatch(this.#tx.store, userId);
      held = { state: kept === null ? nothingWatched : watched.parse(JSON.parse(kept)), changed: false };
      this.#states.set(userId, held);
    }
    return held;
  }

  #many(access: Access, limit: number): void {
    const held = this.#stateOf(access.userId);
    const { state, latest } = seeChart(held.state, access, limit);
    Object.assign(held, { state, changed: true });
    if (latest.length <= limit) return;
    const seen = latest.map(([, at, seq]) => [at, seq] as const);
    this.#burst('many-charts', access, seen, limit + 1);
  }

  #denied(denial: Denial, count: number): void {
    const held = this.#stateOf(denial.userId);
    const { state, latest } = seeDenial(held.state, denial, count);
    Object.assign(held, { state, changed: true });
    if (latest.length >= count) this.#burst('denials', denial, latest, count);
  }

  #burst(
    kind: 'many-charts' | 'denials',
    { userId, at, seq }: Denial,
    seen: readonly (readonly [at: number, seq: number])[],
    enough: number,
  ): void {
    const burst = burstOf(seen, enough, this.findings.before(userId, kind));
    if (burst === null) return;
    if (burst.grows === null) this.findings.open({ kind, userId, patientId: null, detail: {}, same: '', ...burst });
    else this.findings.grow(userId, kind, at, seq);
  }

  #outside({ userId, at, seq }: Access): void {
    const hours = this.#rules.outsideHours;
    if (!isOutside(hours, at)) return;
    const same = nightOf(hours, at);
    const before = this.findings.before(userId, 'outside-hours');
    if (before !== null && !before.closed && before.same === same) this.findings.grow(userId, 'outside-hours', at, seq);
    else
      this.findings.open({
        kind: 'outside-hours',
        userId,
        patientId: null,
        at,
        until: at,
        entries: [seq],
        detail: {},
        same,
      });
  }

  #related(access: Access): void {
    const { store } = this.#tx;
    const patientId = patientByRef(store, access.patientRef)?.id;
    if (patientId === undefined) return;
    for (const { kind, detail } of this.#relatives.of(access.userId, patientId, this.#rules)) {
      if (this.#knownRelation(access, patientId, kind)) continue;
      const { userId, at, seq } = access;
      this.findings.open({ kind, userId, patientId, at, until: at, entries: [seq], detail, same: '' });
    }
  }

  #knownRelation({ userId, at }: Access, patientId: string, kind: ReviewKind): boolean {
    return reviewedSince(this.#tx.store, userId, patientId, kind, at - sameRelation);
  }

  finish(): void {
    this.findings.write();
    for (const [userId, { state, changed }] of this.#states) {
      if (changed) writeWatch(this.#tx, userId, JSON.stringify(state));
    }
  }
}
