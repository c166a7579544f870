/**
 * Looks at everything a database holds and names the first thing wrong. Written apart from the product's own
 * verification, so that both must miss a fault for it to go unseen.
 */
import { decodeEntry } from '../../../src-main/core/audit/entry.ts';
import { head } from '../../../src-main/core/audit/log.ts';
import { leafHash, treeRoot } from '../../../src-main/core/audit/merkle.ts';
import { readAlone, readChart } from '../../../src-main/core/store/chart.ts';
import { readCount } from '../../../src-main/core/store/meta.ts';
import type { Store } from '../../../src-main/core/store/open.ts';
import { auditRefOf, openPatientKey } from '../../../src-main/core/store/patient.ts';
import { searchPatients } from '../../../src-main/core/store/search.ts';
import { CallError } from '../../../src-shared/contract/errors.ts';

/** @returns what is wrong, undefined when all holds @throws what reading throws */
export function problemOf(store: Store): string | undefined {
  return (
    logProblem(store) ??
    chartProblem(store) ??
    keyProblem(store) ??
    importProblem(store) ??
    searchProblem(store) ??
    fileProblem(store)
  );
}

/** The log from its first entry: numbers without a gap, each entry readable, its tree's root as the product has it. */
export function logProblem(store: Store): string | undefined {
  const leaves: Buffer[] = [];
  const entries = store.sql<[], { seq: number; entry: Buffer }>('select seq, entry from audit_entry order by seq');
  for (const { seq, entry } of entries.iterate()) {
    if (seq !== leaves.length) return `log: entry ${leaves.length} missing`;
    if (decodeEntry(entry)?.seq !== seq) return `log: entry ${seq} unreadable`;
    leaves.push(leafHash(entry));
  }
  const { size, root } = head(store);
  if (leaves.length !== size) return 'log: longer or shorter than its head';
  return root === treeRoot(leaves).toString('hex') ? undefined : 'log: another root than its head';
}

/** What an unfinished import has written so far is nobody's to read. */
const shown = 'batch not in (select batch from hidden_batch)';

export function chartProblem(store: Store): string | undefined {
  const patients = store.sql<[], { id: string }>(
    `select distinct patient_id id from resource where patient_id is not null and ${shown} union select id from patient where ${shown}`,
  );
  for (const { id } of patients.all()) readChart(store, id);
  const alone = store.sql<[], { id: string }>(`select id from resource where patient_id is null and ${shown}`).all();
  for (const { id } of alone) readAlone(store, id);
  const parts = store
    .sql<[], { n: number }>(
      `select count(*) n from chart_part p where p.count > 0 and p.${shown} and not exists (select 1 from resource r
       where r.batch = p.batch and coalesce(r.patient_id, '_/' || r.id) = p.chart_id)`,
    )
    .get();
  return parts?.n === 0 ? undefined : 'chart: a part without its rows';
}

/** Every patient has a key that opens and gives the pseudonym the log knows them by. */
function keyProblem(store: Store): string | undefined {
  const patients = store
    .sql<[], { id: string; ref: Buffer }>(`select id, audit_ref ref from patient where ${shown}`)
    .all();
  for (const { id, ref } of patients) {
    try {
      const key = openPatientKey(store, id);
      if (!auditRefOf(key).equals(ref)) return 'key: another pseudonym than its line';
    } catch (error) {
      if (error instanceof CallError && error.value.code === 'not-found') return 'key: a patient without a key';
      throw error;
    }
  }
  return undefined;
}

/** Rows of an import that neither ended nor is hidden. */
function importProblem(store: Store): string | undefined {
  const visible = store
    .sql<[], { n: number }>(
      `select count(*) n from resource r where r.batch > 0 and r.batch not in (select batch from hidden_batch)
       and r.batch not in (select batch from import_batch where entry_seq is not null)`,
    )
    .get();
  return visible?.n === 0 ? undefined : 'import: rows of an unfinished import show';
}

function searchProblem(store: Store): string | undefined {
  const patients = store
    .sql<[], { id: string; family: string; json: string; n: number }>(
      `select p.id, p.family, r.json, 1 n from patient p left join resource r on r.row = p.resource_row
       where p.${shown}`,
    )
    .all();
  if (readCount(store.db, 'patients') !== patients.length) return 'search: another number of patients than counted';
  for (const { id, family, json } of patients) {
    if (json === null || !json.includes(JSON.stringify(family).slice(1, -1)))
      return 'search: a line that is not its resource';
    // Who has no name is found by other means.
    if (family.trim() === '') continue;
    const { hits } = searchPatients(store, family, { order: 'ymd', limit: 100 });
    if (!hits.some((hit) => hit.id === id)) return 'search: a patient who is not found by name';
  }
  return undefined;
}

/** SQLite's own check of every page in use, and of the index against the words it was made of. */
function fileProblem(store: Store): string | undefined {
  const verdict = store.db.pragma('integrity_check(1)', { simple: true });
  if (verdict !== 'ok') return 'file: integrity_check';
  if (!store.readOnly) store.db.exec("insert into patient_search (patient_search, rank) values ('integrity-check', 1)");
  return undefined;
}
