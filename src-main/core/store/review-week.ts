/** Sheets of weeks: what each covers, what belongs to it, and the statement it was signed off with. */
import type { Store } from './open.ts';
import { type ReviewRow, selectReview } from './review.ts';
import type { Tx } from './transaction.ts';

export type Sheet = {
  readonly week: string;
  readonly from: number;
  readonly to: number;
  /** Entries of the log that it covers: from this one up to, not including, that one. */
  readonly firstSeq: number;
  readonly endSeq: number;
  /** Successful accesses among them. */
  readonly accesses: number;
  readonly drawnAt: number;
};

const selectSheet = `select week, from_at "from", to_at "to", first_seq firstSeq, end_seq endSeq, accesses,
 drawn_at drawnAt from review_sheet`;

export function readSheet(store: Store, week: string): Sheet | null {
  return store.sql<[string], Sheet>(`${selectSheet} where week = ?`).get(week) ?? null;
}

/** Newest first. @param before only weeks before this one; null: from the newest */
export function readSheets(store: Store, before: string | null, limit: number): Sheet[] {
  return store
    .sql<[string, number], Sheet>(`${selectSheet} where week < ? order by week desc limit ?`)
    .all(before ?? '~', limit);
}

/** The last week with a sheet that begins before an instant, and the first entry that no sheet covers. */
export function lastDrawn(store: Store, now: number): { readonly to: number | null; readonly nextSeq: number } {
  const found = store
    .sql<[number], { to: number | null; nextSeq: number | null }>(
      `select max(case when from_at <= ? then to_at end) "to", max(end_seq) nextSeq from review_sheet`,
    )
    .get(now);
  return { to: found?.to ?? null, nextSeq: found?.nextSeq ?? 0 };
}

/** Writes the sheet, with the items drawn and everything that waits for a verdict and is on no sheet yet. */
export function writeSheet(tx: Tx, sheet: Sheet, drawn: readonly string[]): void {
  const { sql } = tx.store;
  sql<unknown[]>('insert into review_sheet values (?, ?, ?, ?, ?, ?, ?)').run(
    sheet.week,
    sheet.from,
    sheet.to,
    sheet.firstSeq,
    sheet.endSeq,
    sheet.accesses,
    sheet.drawnAt,
  );
  const add = sql<[string, string]>('insert into review_of_week (item, week) values (?, ?)');
  for (const id of drawn) add.run(id, sheet.week);
  // What was opened while the clock was ahead belongs to the first sheet after it was put right.
  sql<[string, number, number, number]>(
    `insert into review_of_week (item, week) select id, ? from review_item i
     where (opened_at < ? or opened_at > ?) and (opened_at >= ? or closed_at is null)
     and not exists (select 1 from review_of_week w where w.item = i.id)`,
  ).run(sheet.week, sheet.to, tx.now, sheet.from);
}

/** What belongs to a week's sheet, the oldest first. */
export function itemsOf(store: Store, week: string): ReviewRow[] {
  return store
    .sql<[string], ReviewRow>(
      `${selectReview} join review_of_week w on w.item = review_item.id where w.week = ? order by review_item.id`,
    )
    .all(week);
}

/** What came up since an instant or is still open, and is on no sheet yet. */
export function countUnsheeted(store: Store, from: number): { readonly findings: number; readonly closed: number } {
  const found = store
    .sql<[number], { findings: number; closed: number }>(
      `select count(*) findings, count(closed_at) closed from review_item i where (opened_at >= ? or closed_at is null)
       and not exists (select 1 from review_of_week w where w.item = i.id)`,
    )
    .get(from);
  return found ?? { findings: 0, closed: 0 };
}

export type SignedWeek = { readonly week: string; readonly body: string; readonly signature: Buffer };

export function readSignedWeek(store: Store, week: string): SignedWeek | null {
  return (
    store.sql<[string], SignedWeek>('select week, body, signature from review_week where week = ?').get(week) ?? null
  );
}

export function writeSignedWeek(tx: Tx, { week, body, signature }: SignedWeek): void {
  tx.store.sql<[string, string, Buffer]>('insert into review_week values (?, ?, ?)').run(week, body, signature);
}
