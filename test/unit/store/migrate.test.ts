import assert from 'node:assert/strict';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { connect } from '../../../src-main/core/store/connect.ts';
import { migrate } from '../../../src-main/core/store/migrate.ts';
import { migrations, newestVersion } from '../../../src-main/core/store/migrations/index.ts';
import { closeStore } from '../../../src-main/core/store/open.ts';
import { addPatient, fresh, key, place } from './clinic.ts';

test('an empty file gets the tables of every version at once, without a backup', () => {
  const at = place();
  const store = fresh(at);
  assert.equal(store.db.pragma('user_version', { simple: true }), newestVersion);
  assert.deepEqual(
    migrations.map(({ version }) => version),
    migrations.map((_, at) => at + 1),
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
    'review_item',
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
  const next = newestVersion + 1;
  const bad = { version: next, name: 'bad', sql: 'create table fine (x); create table broken (' };
  assert.throws(() => migrate(db, newestVersion, at.path, key, [...migrations, bad]));
  assert.equal(db.pragma('user_version', { simple: true }), newestVersion);
  assert.equal(db.prepare("select 1 from sqlite_schema where name = 'fine'").get(), undefined);
  const good = { version: next, name: 'good', sql: 'create table fine (x)' };
  migrate(db, newestVersion, at.path, key, [...migrations, good]);
  assert.equal(db.pragma('user_version', { simple: true }), next);
  db.close();
  const copy = connect({ path: `${at.path}.before-${next}`, key });
  assert.equal(copy.pragma('user_version', { simple: true }), newestVersion);
  assert.equal(copy.prepare<[], { n: number }>('select count(*) n from patient').get()?.n, 1);
  copy.close();
  at.remove();
});

test('002: what was kept before stays, and a closed review can be neither changed nor removed', () => {
  const at = place();
  const first = connect({ path: at.path.replace('db/', ''), key });
  migrate(first, 0, at.path, key, migrations.slice(0, 1));
  first.prepare("insert into meta values ('kept', x'01')").run();
  migrate(first, 1, at.path.replace('db/', ''), key, migrations.slice(0, 2));
  assert.ok(first.prepare("select 1 from meta where name = 'kept'").get());
  first
    .prepare(
      `insert into review_item (id, kind, user_id, at, until, entries, last_seq, detail, opened_at)
       values ('a', 'denials', 'user-1', 1, 1, '[]', 0, '{}', 1)`,
    )
    .run();
  assert.throws(() => first.prepare("delete from review_item where id = 'a'").run(), /review/);
  first.prepare("update review_item set closed_at = 2, verdict = 'justified' where id = 'a'").run();
  assert.throws(() => first.prepare("update review_item set verdict = 'follow-up'").run(), /review-closed/);
  assert.throws(() => first.prepare('update review_item set closed_at = null').run(), /review-closed/);
  assert.throws(() => first.prepare("delete from review_item where id = 'a'").run(), /review/);
  first.close();
  at.remove();
});

test('003: an emergency access only ever ends sooner, and neither it nor a restriction is deleted', () => {
  const at = place();
  const path = at.path.replace('db/', '');
  const db = connect({ path, key });
  migrate(db, 0, at.path, key, migrations.slice(0, 2));
  db.prepare("insert into meta values ('kept', x'01')").run();
  migrate(db, 2, path, key, migrations.slice(0, 3));
  assert.ok(db.prepare("select 1 from meta where name = 'kept'").get());
  db.prepare("insert into chart_restriction values ('p', 1, null, 'other', 'user-1', 1, x'00')").run();
  db.prepare("insert into break_glass values ('a', 'p', 'user-1', 's', 1, 100, 'other', 'why', x'00')").run();
  assert.throws(() => db.prepare('delete from chart_restriction').run(), /restriction/);
  assert.throws(() => db.prepare('delete from break_glass').run(), /break-glass/);
  db.prepare('update break_glass set ends_at = 50').run();
  assert.throws(() => db.prepare('update break_glass set ends_at = 51').run(), /break-glass/);
  for (const column of ['user_id', 'patient_id', 'reason', 'told']) {
    assert.throws(() => db.prepare(`update break_glass set ${column} = 'another'`).run(), /break-glass/, column);
  }
  db.close();
  at.remove();
});

test('charts stay as far as the log was followed before; the viewer’s index is made anew', () => {
  for (const followed of [0, 41]) {
    const at = place();
    mkdirSync(dirname(at.path), { recursive: true });
    const db = connect({ path: at.path, key });
    migrate(db, 0, at.path, key, migrations.slice(0, 4));
    const insert = db.prepare<[number]>(
      "insert into audit_index values (?, 0, null, 'chart.read', 'record', null, 0, '', '')",
    );
    for (let seq = 0; seq < followed; seq += 1) insert.run(seq);
    migrate(db, 4, at.path, key, migrations.slice(0, 5));
    const rows = db.prepare<[], { name: string; seq: number }>('select name, seq from audit_follow').all();
    assert.deepEqual(rows, [{ name: 'parts', seq: followed }]);
    db.close();
    at.remove();
  }
});

test('006: erasures are for good, and signed rows go with the erased patient alone', () => {
  const at = place();
  const path = at.path.replace('db/', '');
  const db = connect({ path, key });
  migrate(db, 0, at.path, key, migrations.slice(0, 5));
  const add = db.prepare(
    `insert into resource (id, type, patient_id, signed, version, json, updated_at, mac) values (?, 'Composition', ?, 1, 1, '{}', 1, x'00')`,
  );
  for (const patient of ['ana', 'ben']) add.run(`note-${patient}`, patient);
  db.prepare(
    'insert into resource_history select row, version, id, type, patient_id, null, null, null, null, null, 0, 1, 0, null, null, null, json, null, 1, mac, null, 2 from resource',
  ).run();
  for (const patient of ['ana', 'ben']) {
    db.prepare("insert into chart_restriction values (?, 1, '[]', 'other', 'u', 1, x'00')").run(patient);
    db.prepare("insert into break_glass values (?, ?, 'u', 's', 1, 2, 'other', '', x'00')").run(
      `glass-${patient}`,
      patient,
    );
  }
  migrate(db, 5, path, key, migrations.slice(0, 6));
  assert.equal(db.prepare<[], { n: number }>('select count(*) n from resource').get()?.n, 2);
  const tables = ['resource', 'resource_history', 'chart_restriction', 'break_glass'];
  for (const table of tables)
    assert.throws(() => db.prepare(`delete from ${table} where patient_id = 'ana'`).run(), table);
  db.prepare("insert into erasure values ('ana', 1, null)").run();
  for (const table of tables) {
    assert.equal(db.prepare(`delete from ${table} where patient_id = 'ana'`).run().changes, 1, table);
    assert.throws(() => db.prepare(`delete from ${table} where patient_id = 'ben'`).run(), table);
  }
  assert.throws(() => db.prepare('update resource set json = 1').run(), /signed/);
  assert.throws(() => db.prepare('delete from erasure').run(), /erasure/);
  assert.throws(() => db.prepare('update erasure set at = 2').run(), /erasure/);
  db.prepare("insert into erased_leaf values (1, 1, x'00')").run();
  assert.throws(() => db.prepare('delete from erased_leaf').run(), /erasure/);
  db.close();
  at.remove();
});
