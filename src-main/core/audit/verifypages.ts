/** What cannot be sliced: the search index against its words both ways, and SQLite's own check of every page. */
import type { Store } from '../store/open.ts';
import type { Sliced } from '../store/slices.ts';
import { Found } from './problem.ts';

/** SQLite's check of each table with its indexes. */
export function* verifyPages(store: Store): Sliced<void> {
  const tables = store
    .sql<[], { name: string }>("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'")
    .all();
  let done = 0;
  for (const { name } of tables) {
    const found = store.sql<[string], { verdict: string }>(
      'select integrity_check verdict from pragma_integrity_check(?)',
    );
    if (found.get(name)?.verdict !== 'ok') throw new Found('page-damaged', name);
    done += 1;
    yield { done, total: tables.length };
  }
}

const declared = /^create virtual table patient_search /i;
/** FTS5's tables behind the index. */
const shadows = ['data', 'idx', 'docsize', 'config'] as const;

/**
 * The search index against its words, both ways and at each length of prefix: nothing stands in it that no patient
 * has. FTS5 checks an index with external content only as a writer, so words and index are copied into the
 * connection's own temporary tables, which are memory, and are checked there; the file is only read.
 */
export function verifySearch({ db, sql }: Store): void {
  const made = sql<[], { sql: string }>("select sql from main.sqlite_schema where name = 'patient_search'").get();
  if (made === undefined || !declared.test(made.sql)) throw new Found('search-differs', 'patient_search');
  db.exec('begin');
  db.unsafeMode(true); // FTS5's tables are closed to writers otherwise, temporary ones too
  try {
    db.exec(`create temp table patient_words (ord integer primary key, name, former, birth, identifiers, phone);
      insert into temp.patient_words select ord, name, former, birth, identifiers, phone from main.patient_words;`);
    db.exec(made.sql.replace(declared, 'create virtual table temp.patient_search '));
    for (const shadow of shadows) {
      db.exec(`delete from temp.patient_search_${shadow};
        insert into temp.patient_search_${shadow} select * from main.patient_search_${shadow};`);
    }
    // Read anew from here on: FTS5 has its own copy of the structure in memory.
    db.exec('commit; begin');
    checkCopy(db);
  } finally {
    db.exec(
      'rollback; begin; drop table if exists temp.patient_search; drop table if exists temp.patient_words; commit',
    );
    db.unsafeMode(false);
  }
}

function checkCopy(db: Store['db']): void {
  try {
    db.exec("insert into temp.patient_search (patient_search, rank) values ('integrity-check', 1)");
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code.startsWith('SQLITE_CORRUPT')) throw new Found('search-differs', 'patient_search');
    throw error;
  }
}
