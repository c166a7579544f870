/** Brings a database to the newest version: a verified backup first where there is data, then one transaction each. */
import { existsSync, rmSync } from 'node:fs';
import { connect, type Database } from './connect.ts';
import { type Migration, migrations } from './migrations/index.ts';

/**
 * @param from the database's `user_version`; 0 is an empty database and needs no backup
 * @param list for tests; what a release carries otherwise
 */
export function migrate(
  db: Database,
  from: number,
  path: string,
  key: Buffer,
  list: readonly Migration[] = migrations,
): void {
  const due = list.filter((migration) => migration.version > from);
  if (due.length === 0) return;
  if (from > 0) backupBeside(db, `${path}.before-${due[0]?.version ?? from}`, key);
  for (const migration of due) {
    db.exec('begin exclusive');
    try {
      db.exec(migration.sql);
      db.pragma(`user_version=${migration.version}`);
      db.exec('commit');
    } catch (error) {
      if (db.inTransaction) db.exec('rollback');
      throw error;
    }
  }
}

/** A whole copy under the same key, checked page by page before anyone relies on it. */
export function backupBeside(db: Database, target: string, key: Buffer): void {
  // A copy left by a run that was killed may be half a copy; the database itself is whole, so it is made again.
  if (existsSync(target)) rmSync(target);
  db.prepare('vacuum into ?').run(target);
  const copy = connect({ path: target, key, readOnly: true });
  try {
    const verdict = copy.pragma('integrity_check', { simple: true });
    if (verdict !== 'ok') throw new Error('the backup before a migration does not verify');
  } finally {
    copy.close();
  }
}
