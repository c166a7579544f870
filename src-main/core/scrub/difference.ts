/** What the scrub found wrong comes before those who review: a code and a place, never content. */
import type { Problem } from '../audit/problem.ts';
import { Findings } from '../review/findings.ts';
import { nobody } from '../store/review.ts';
import type { Tx } from '../store/transaction.ts';

/** @returns false when the same already waits for a verdict */
export function openDifference(tx: Tx, { code, at }: Problem): boolean {
  const same = `${code}:${at}`;
  const open = tx.store
    .sql<[string], { id: string }>(
      "select id from review_item where closed_at is null and kind = 'record-differs' and same = ? limit 1",
    )
    .get(same);
  if (open !== undefined) return false;
  new Findings(tx).open({
    kind: 'record-differs',
    userId: nobody,
    patientId: null,
    at: tx.now,
    until: tx.now,
    entries: [],
    detail: { problem: code, place: at },
    same,
  });
  return true;
}
