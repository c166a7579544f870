/** Finding patients: the top of the name order among everybody whose words begin as typed. */

import type { Store } from './open.ts';
import { type PatientRow, patientTableColumns } from './patient.ts';
import { type DateOrder, inColumns, searchExpression, typedWords } from './query.ts';
import { notHidden } from './row.ts';

export const countedUpTo = 1000;

export type SearchResult = {
  /** In name order. */
  readonly hits: readonly PatientRow[];
  /** Counted up to 1,000. */
  readonly matches: number;
};

/**
 * The rank is the index's row number, so the index gives its hits in name order and stops after `limit`.
 * `cross join` keeps the planner from starting at the patient table.
 */
const find = `select ${patientTableColumns} from patient_search s cross join patient p on p.ord = s.rowid
 where s.patient_search match ? and ${notHidden('p')} order by s.rowid limit ?`;
const count = `select count(*) n from (select 1 from patient_search s cross join patient p on p.ord = s.rowid
 where s.patient_search match ? and ${notHidden('p')} limit ${countedUpTo})`;
const countPlain = `select count(*) n from (select 1 from patient_search where patient_search match ? limit ${countedUpTo})`;

/** What somebody may search by; the others would answer whether a guessed number is right. */
export type Searched = { readonly identifiers: boolean; readonly phone: boolean };

type SearchOptions = {
  readonly order: DateOrder;
  readonly limit?: number;
  readonly count?: boolean;
  /** All columns unless said. */
  readonly searched?: Searched;
};

/** @param text as typed; at most eight words of 40 characters are looked at */
export function searchPatients(store: Store, text: string, options: SearchOptions): SearchResult {
  const expression = searchExpression(text, options.order);
  if (expression === null) return { hits: [], matches: 0 };
  const limit = options.limit ?? 20;
  const { searched } = options;
  if (searched !== undefined && !(searched.identifiers && searched.phone)) {
    return searchSome(store, text, { ...options, limit, searched }, expression);
  }
  const hits = store.sql<[string, number], PatientRow>(find).all(expression, limit);
  if (hits.length < limit || options.count === false) return { hits, matches: hits.length };
  const hiding = store.sql<[], { batch: number }>('select batch from hidden_batch limit 1').get() !== undefined;
  const counted = store.sql<[string], { n: number }>(hiding ? count : countPlain).get(expression);
  return { hits, matches: counted?.n ?? hits.length };
}

/** The index proposes, the words of the columns that may be searched decide: hits and count are of those alone. */
function searchSome(
  store: Store,
  text: string,
  options: SearchOptions & { readonly limit: number; readonly searched: Searched },
  expression: string,
): SearchResult {
  const { order, limit, searched } = options;
  const columns = ['w.name', 'w.former', 'w.birth'];
  if (searched.identifiers) columns.push('w.identifiers');
  if (searched.phone) columns.push('w.phone');
  const { condition, values } = inColumns(typedWords(text, order), columns);
  const from = `from patient_search s cross join patient p on p.ord = s.rowid cross join patient_words w on w.ord = p.ord
   where s.patient_search match ? and ${condition} and ${notHidden('p')}`;
  const hits = store.db
    .prepare<unknown[], PatientRow>(`select ${patientTableColumns} ${from} order by s.rowid limit ?`)
    .all(expression, ...values, limit);
  if (hits.length < limit || options.count === false) return { hits, matches: hits.length };
  const counted = store.db
    .prepare<unknown[], { n: number }>(`select count(*) n from (select 1 ${from} limit ${countedUpTo})`)
    .get(expression, ...values);
  return { hits, matches: counted?.n ?? hits.length };
}

/** The beginning of the whole list, in name order. */
export function firstPatients(store: Store, limit = 20): PatientRow[] {
  return store
    .sql<[number], PatientRow>(
      `select ${patientTableColumns} from patient p where ${notHidden('p')} order by p.ord limit ?`,
    )
    .all(limit);
}

/** Patients a user opened last, the latest first. */
export function recentPatients(store: Store, userId: string, limit = 12): PatientRow[] {
  return store
    .sql<[string, number], PatientRow>(
      `select ${patientTableColumns} from recent_patient r join patient p on p.id = r.patient_id
       where r.user_id = ? and ${notHidden('p')} order by r.opened_at desc limit ?`,
    )
    .all(userId, limit);
}
