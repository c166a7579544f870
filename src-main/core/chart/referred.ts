/** Where the references of a chart lead: practitioners, organisations, medications that belong to no patient. */

import { readAlone } from '../store/chart.ts';
import type { Store } from '../store/open.ts';
import type { ResourceRow } from '../store/row.ts';

/** More than any real chart; keeps a hostile import from making one message endless. */
const atMost = 500;

const ofPatient = `select distinct i.reference, i.target_id target from reference_index i
 join resource r on r.row = i.from_row where r.patient_id = ?`;

/** Reference text as written → local id. A text that leads to several (two sources, one name) leads nowhere. */
export function referencesOf(store: Store, patientId: string): Record<string, string> {
  const found = new Map<string, string | null>();
  for (const { reference, target } of store
    .sql<[string], { reference: string; target: string }>(ofPatient)
    .iterate(patientId)) {
    found.set(reference, found.has(reference) && found.get(reference) !== target ? null : target);
  }
  return Object.fromEntries([...found].flatMap(([text, target]) => (target === null ? [] : [[text, target]])));
}

/** Rows of nobody among the targets, each checked. @throws CallError record-damaged */
export function referredRows(store: Store, targets: Iterable<string>, own: ReadonlySet<string>): ResourceRow[] {
  const rows: ResourceRow[] = [];
  for (const id of new Set(targets)) {
    if (own.has(id)) continue;
    const row = readAlone(store, id);
    if (row !== null && row.deleted === 0) rows.push(row);
    if (rows.length === atMost) break;
  }
  return rows;
}
