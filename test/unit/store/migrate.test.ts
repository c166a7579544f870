import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { connect } from '../../../src-main/core/store/connect.ts';
import { migrate } from '../../../src-main/core/store/migrate.ts';
import { migrations, newestVersion } from '../../../src-main/core/store/migrations/index.ts';
import { closeStore } from '../../../src-main/core/store/open.ts';
import { addPatient, fresh, key, place } from './clinic.ts';

test('001: an empty file becomes version 1 with all its tables, without a backup', () => {
  const at = place();
  const store = fresh(at);
  assert.equal(store.db.pragma('user_version', { simple: true }), newestVersion);
  assert.deepEqual(
    migrations.map(({ version }) => version),
    [1],
  );
  const names = store.db.prepare<[], { name: string }>("select name from sqlite_schema where type = 'table'").all();
  for (const table of [
    'meta',
    'resource',
    'resource_history',
    'patient',
    'chart_part',
    'audit_entry',
    'import_batch',
    'draft',
  ]) {
    assert.ok(
      names.some(({ name }) => name === table),
      table,
    );
  }
  assert.equal(existsSync(`${at.path}.before-1`), false);
  closeStore(store);
  at.remove();
});

test('a later migration copies the database first, and a failing one changes nothing', () => {
  const at = place();
  const store = fresh(at);
  addPatient(store, { family: 'Kept' });
  closeStore(store);
  const db = connect({ path: at.path, key });
  db.pragma('journal_mode=WAL');
  const bad = { version: 2, name: 'bad', sql: 'create table fine (x); create table broken (' };
  assert.throws(() => migrate(db, 1, at.path, key, [...migrations, bad]));
  assert.equal(db.pragma('user_version', { simple: true }), 1);
  assert.equal(db.prepare("select 1 from sqlite_schema where name = 'fine'").get(), undefined);
  const good = { version: 2, name: 'good', sql: 'create table fine (x)' };
  migrate(db, 1, at.path, key, [...migrations, good]);
  assert.equal(db.pragma('user_version', { simple: true }), 2);
  db.close();
  const copy = connect({ path: `${at.path}.before-2`, key });
  assert.equal(copy.pragma('user_version', { simple: true }), 1);
  assert.equal(copy.prepare<[], { n: number }>('select count(*) n from patient').get()?.n, 1);
  copy.close();
  at.remove();
});
