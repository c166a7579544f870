/**
 * The week's random sample. Every access between two positions of the log is as likely to be drawn, by core's own
 * generator, in one pass after the week is over; nothing is kept before the draw, and then all of it at once.
 */
import { type AuditEntry, decodeEntry } from '../audit/entry.ts';
import { append, head, readEntry } from '../audit/log.ts';
import { Reservoir } from '../crypto/choose.ts';
import type { Random } from '../crypto/random.ts';
import type { Store } from '../store/open.ts';
import { patientByRef } from '../store/patient.ts';
import { addReview } from '../store/review.ts';
import { lastDrawn, type Sheet, writeSheet } from '../store/review-week.ts';
import { type Sliced, sliceClock } from '../store/slices.ts';
import { type Tx, withTransaction } from '../store/transaction.ts';
import { type Access, accessOf } from './access.ts';
import { type Week, weekOf } from './iso-week.ts';

const most = 25;
const least = 5;
const weekMs = 7 * 86_400_000;
/** Weeks without a sheet are drawn one by one, up to so many; beyond, one sheet stands for them all. */
const longestGap = 8 * weekMs;

/** One access in a hundred, at least five and at most 25, or all there are. */
export function sampleSize(accesses: number): number {
  return Math.min(accesses, most, Math.max(least, Math.ceil(accesses / 100)));
}

/** The next week whose sheet is to be drawn; null while there is none. */
export function dueWeek(store: Store, now: number): Week | null {
  const { to } = lastDrawn(store, now);
  const last = weekOf(weekOf(now).from - 1);
  if (to === null) return firstSince(store, last.from) === null || begun(store) >= last.to ? null : last;
  // From its middle, so that a workstation that moved to another zone counts no week twice.
  const next = weekOf(to + weekMs / 2);
  if (next.from > last.from) return null;
  // A clinic that was closed for months, or a clock that was years behind: no hundred empty sheets.
  return last.from - to > longestGap ? last : next;
}

type Stored = { readonly seq: number; readonly entry: Buffer };

/** When this clinic's log begins. */
function begun(store: Store): number {
  const first = store.sql<[], Stored>('select seq, entry from audit_entry order by seq limit 1').get();
  return (first && decodeEntry(first.entry)?.recorded) ?? Number.POSITIVE_INFINITY;
}

/** The first entry of an instant or later, where the clock only ever went on; null where there is none. */
function firstSince(store: Store, instant: number): number | null {
  const from = store.sql<[number], Stored>('select seq, entry from audit_entry where seq >= ? order by seq limit 1');
  let low = 0;
  let high = head(store).size;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const found = from.get(middle);
    if (found === undefined || (decodeEntry(found.entry)?.recorded ?? 0) >= instant) high = middle;
    else low = found.seq + 1;
  }
  return from.get(low)?.seq ?? null;
}

const accessIn = ({ seq, recorded, agent, type, patient, outcome }: AuditEntry): Access | null =>
  accessOf({ seq, recorded, user: agent.user, event: type, patientRef: patient, outcome });

/**
 * Draws the sheet that is due. It covers the log from where the last one ended up to the last entry of its week,
 * whatever their clock says between: each access is on one sheet and no more.
 * @returns the week, or null when none is due
 */
export function* drawWeek(store: Store, now: () => number, random?: Random): Sliced<string | null> {
  const week = dueWeek(store, now());
  if (week === null) return null;
  const { to: drawnTo, nextSeq } = lastDrawn(store, now());
  const firstSeq = drawnTo === null && nextSeq === 0 ? (firstSince(store, week.from) ?? 0) : nextSeq;
  const size = head(store).size;
  const sample = new Reservoir<Access>(most, random);
  /** Accesses since the last entry of the week: those of the week that goes on, unless the clock goes back. */
  let later: Access[] = [];
  let endSeq = firstSeq;
  let over = sliceClock(10);
  const page = store.sql<[number, number], Stored>(
    'select seq, entry from audit_entry where seq >= ? and seq < ? order by seq limit 64',
  );
  for (let next = firstSeq; ; ) {
    const rows = page.all(next, size);
    if (rows.length === 0) break;
    for (const { seq, entry } of rows) {
      next = seq + 1;
      const decoded = decodeEntry(entry);
      // A damaged entry is what verification names.
      if (decoded === undefined) continue;
      const access = accessIn(decoded);
      if (access !== null) later.push(access);
      if (decoded.recorded >= week.to) continue;
      for (const one of later) sample.add(one);
      later = [];
      endSeq = next;
    }
    if (over()) {
      yield { done: next - firstSeq, total: size - firstSeq };
      over = sliceClock(10);
    }
  }
  const drawn = sample.draw(sampleSize(sample.seen));
  return withTransaction(
    store,
    (tx) => {
      const sheet = { ...week, firstSeq, endSeq, accesses: sample.seen, drawnAt: tx.now };
      keep(tx, sheet, drawn);
      return week.week;
    },
    now(),
  );
}

function keep(tx: Tx, sheet: Sheet, drawn: readonly Access[]): void {
  const { store } = tx;
  const ids = drawn.map(({ seq, at, userId, patientRef }) =>
    addReview(tx, {
      kind: 'random-sample',
      userId,
      patientId: patientByRef(store, patientRef)?.id ?? null,
      at,
      entries: [seq],
      detail: { event: readEntry(store, seq)?.type ?? '' },
      same: sheet.week,
    }),
  );
  writeSheet(tx, sheet, ids);
  append(tx, {
    type: 'review.week-drawn',
    outcome: 0,
    agent: { user: null, roles: [], session: null },
    purpose: 'HOPERAT',
    entity: ids,
    origin: 'core',
    detail: { week: sheet.week, accesses: sheet.accesses, samples: ids.length },
  });
}
