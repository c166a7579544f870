/** Findings of one slice: opened at once with their entry, those that go on written once at the slice's end. */
import type { ReviewKind } from '../../../src-shared/contract/reviews.ts';
import { countIndexed } from '../audit/counts.ts';
import { everything, type LogFilter } from '../audit/filters.ts';
import { append, readEntry } from '../audit/log.ts';
import { newest } from '../audit/page.ts';
import type { Store } from '../store/open.ts';
import { patientRef } from '../store/patient.ts';
import { addReview, entriesKept, growReview, latestReview, type NewReview, type ReviewRow } from '../store/review.ts';
import type { Tx } from '../store/transaction.ts';
import { chartAccess } from './access.ts';
import type { Before } from './bursts.ts';

type Held = {
  readonly row: ReviewRow;
  readonly entries: number[];
  until: number;
  lastSeq: number;
  /** Everything up to this entry is in the counts. */
  counted: number;
  counts: Counts;
  dirty: boolean;
};

type Counts = Readonly<Record<string, number>>;

/** Kinds that grow while the same thing goes on. */
type Growing = 'many-charts' | 'outside-hours' | 'denials';
const isGrowing = (kind: ReviewKind): kind is Growing =>
  kind === 'many-charts' || kind === 'outside-hours' || kind === 'denials';

export class Findings {
  /** How many were opened. */
  opened = 0;
  readonly #tx: Tx;
  readonly #latest = new Map<string, Held | null>();

  constructor(tx: Tx) {
    this.#tx = tx;
  }

  /** The person's last finding of a growing kind, as it stands within this slice. */
  before(userId: string, kind: Growing): (Before & { readonly same: string }) | null {
    const held = this.#held(userId, kind);
    if (held === null) return null;
    const { row, until, lastSeq } = held;
    return { id: row.id, until, lastSeq, closed: row.closedAt !== null, same: row.same };
  }

  open(item: NewReview & { readonly until: number; readonly same: string }): void {
    const tx = this.#tx;
    const id = addReview(tx, item);
    append(tx, {
      type: 'review.opened',
      outcome: 0,
      agent: { user: null, roles: [], session: null },
      purpose: 'HOPERAT',
      patient: item.patientId === null ? null : patientRef(tx.store, item.patientId),
      entity: [id],
      origin: 'core',
      detail: { kind: item.kind, concerns: item.userId },
    });
    this.opened += 1;
    if (!isGrowing(item.kind)) return;
    const key = `${item.kind}/${item.userId}`;
    this.#write(this.#latest.get(key) ?? null);
    this.#latest.delete(key);
    const held = this.#held(item.userId, item.kind);
    if (held !== null) Object.assign(held, { counted: (item.entries[0] ?? held.lastSeq) - 1, dirty: true });
  }

  /** One more entry of what an open finding is about. */
  grow(userId: string, kind: Growing, at: number, seq: number): void {
    const held = this.#held(userId, kind);
    if (held === null) throw new Error('no finding to add to');
    if (held.entries.length < entriesKept) held.entries.push(seq);
    held.until = at;
    held.lastSeq = seq;
    held.dirty = true;
  }

  write(): void {
    for (const held of this.#latest.values()) this.#write(held);
  }

  #write(held: Held | null): void {
    if (!held?.dirty) return;
    const { row, entries, until, lastSeq } = held;
    held.counts = this.#counts(held);
    held.counted = lastSeq;
    growReview(this.#tx, row.id, { until, entries, lastSeq, detail: held.counts });
    held.dirty = false;
  }

  /** Everything of this kind between the first and the last entry, also what is past the entries kept. */
  #counts({ row, entries, lastSeq, counted, counts }: Held): Counts {
    const { store } = this.#tx;
    if (row.kind === 'denials') {
      return { denials: (counts['denials'] ?? 0) + countDenials(store, row.userId, counted + 1, lastSeq + 1) };
    }
    const more = countAccesses(store, row.userId, entries[0] ?? lastSeq, counted + 1, lastSeq + 1);
    return {
      charts: (counts['charts'] ?? 0) + more.charts,
      accesses: (counts['accesses'] ?? 0) + more.accesses,
    };
  }

  #held(userId: string, kind: Growing): Held | null {
    const key = `${kind}/${userId}`;
    const known = this.#latest.get(key);
    if (known !== undefined) return known;
    const row = latestReview(this.#tx.store, userId, kind);
    const held = row === null ? null : heldOf(row);
    this.#latest.set(key, held);
    return held;
  }
}

function countDenials(store: Store, user: string, from: number, end: number): number {
  const denied: LogFilter = { ...everything, user, events: ['access.denied', ...chartAccess] };
  const refusals = [4, 8] as const;
  return refusals.reduce<number>((sum, outcome) => sum + countIndexed(store, { ...denied, outcome }, from, end), 0);
}

/** What came in [from, end), and whose patients had not been seen since entry `first`. */
function countAccesses(
  store: Store,
  user: string,
  first: number,
  from: number,
  end: number,
): { readonly accesses: number; readonly charts: number } {
  const access: LogFilter = { ...everything, user, outcome: 0, events: chartAccess };
  let accesses = 0;
  const patients = new Set<string>();
  for (const seq of newest(store, access, from, end)) {
    const patient = readEntry(store, seq)?.patient ?? null;
    if (patient === null) continue;
    accesses += 1;
    patients.add(patient);
  }
  const fresh = [...patients].filter((patient) => countIndexed(store, { ...access, patient }, first, from) === 0);
  return { accesses, charts: fresh.length };
}

function heldOf(row: ReviewRow): Held {
  const { until, lastSeq } = row;
  return { row, entries: entriesOf(row), until, lastSeq, counted: lastSeq, counts: countsOf(row), dirty: false };
}

function countsOf({ detail }: ReviewRow): Counts {
  const kept: unknown = JSON.parse(detail);
  if (typeof kept !== 'object' || kept === null) return {};
  return Object.fromEntries(
    Object.entries(kept).filter((pair): pair is [string, number] => typeof pair[1] === 'number'),
  );
}

/** Numbers of the entries kept with an item. */
export function entriesOf(row: Pick<ReviewRow, 'entries'>): number[] {
  const list: unknown = JSON.parse(row.entries);
  return Array.isArray(list) ? list.filter((seq): seq is number => typeof seq === 'number') : [];
}
