/** Takes rows of an unfinished batch out again, in slices; what was derived from them goes with them. */
import type { Store } from './open.ts';
import { unindexWords } from './rank.ts';
import { type Sliced, sliceClock } from './slices.ts';
import { chartOf, withTransaction } from './transaction.ts';
import type { SearchWords } from './words.ts';

type Doomed = { readonly row: number; readonly id: string; readonly type: string; readonly patientId: string | null };

/** @param file only what this file brought; null: all of the batch */
export function* deleteBatchRows(store: Store, batch: number, firstRow: number, file: number | null): Sliced<void> {
  const { sql } = store;
  const next = sql<[number, number], Doomed>(
    'select row, id, type, patient_id patientId from resource where row >= ? and batch = ? order by row limit 200',
  );
  let done = 0;
  let from = firstRow;
  for (;;) {
    const doomed = next.all(from, batch);
    if (doomed.length === 0) break;
    const over = sliceClock();
    withTransaction(store, () => {
      for (const one of doomed) {
        deleteOne(store, batch, one);
        from = one.row + 1;
        done += 1;
        if (over()) break;
      }
    });
    yield { done, total: 0 };
  }
  for (const text of [dropNames, dropEnvelopes]) {
    const drop = sql<[number, number | null]>(text);
    for (;;) {
      const gone = withTransaction(store, () => drop.run(batch, file).changes);
      if (gone === 0) break;
      done += gone;
      yield { done, total: 0 };
    }
  }
}

const dropNames = `delete from source_id where (batch, reference, file) in
 (select batch, reference, file from source_id where batch = ? and file = ifnull(?, file) limit 1000)`;
const dropEnvelopes = `delete from envelope where id in
 (select id from envelope where batch = ? and file = ifnull(?, file) limit 20)`;

function deleteOne(store: Store, batch: number, one: Doomed): void {
  const { sql } = store;
  if (one.type === 'Patient') {
    const line = sql<[string], { ord: number }>('select ord from patient where id = ?').get(one.id);
    if (line !== undefined) {
      const words = sql<[number], SearchWords>(
        'select name, former, birth, identifiers, phone from patient_words where ord = ?',
      ).get(line.ord);
      if (words) unindexWords(store, line.ord, words);
      sql<[number]>('delete from patient where ord = ?').run(line.ord);
    }
    sql<[string]>('delete from patient_key where patient_id = ?').run(one.id);
  }
  sql<[string, number]>('delete from chart_part where chart_id = ? and batch = ?').run(
    chartOf(one.patientId, one.id),
    batch,
  );
  sql<[number]>('delete from reference_index where from_row = ?').run(one.row);
  sql<[number]>('delete from resource where row = ?').run(one.row);
}
