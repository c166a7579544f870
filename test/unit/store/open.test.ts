import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect } from '../../../src-main/core/store/connect.ts';
import { closeStore, createStore, openStore } from '../../../src-main/core/store/open.ts';
import { addPatient, again, clinicKey, codeThrown, fresh, key, place } from './clinic.ts';

test('a database is made, closed and opened again; nothing of it is readable on disk', () => {
  const at = place();
  const store = fresh(at);
  addPatient(store, { family: 'Quetzalcoatl' });
  closeStore(store);
  const bytes = readFileSync(at.path);
  assert.equal(bytes.includes('Quetzalcoatl'), false);
  assert.equal(bytes.includes('SQLite format'), false);
  const opened = again(at);
  assert.equal(opened.device, 'device-1');
  assert.equal(opened.db.pragma('synchronous', { simple: true }), 2);
  assert.equal(opened.db.pragma('secure_delete', { simple: true }), 1);
  closeStore(opened);
  assert.equal(
    codeThrown(() => fresh(at)),
    'already-set-up',
  );
  at.remove();
});

test('each start-up state has its name', () => {
  const at = place();
  assert.equal(
    codeThrown(() => again(at)),
    'database-missing',
  );
  const store = fresh(at);
  for (let n = 0; n < 30; n += 1) addPatient(store, { family: `Family${n}` });
  closeStore(store);
  const whole = readFileSync(at.path);

  assert.equal(
    codeThrown(() => openStore({ path: at.path, key: Buffer.alloc(32, 9) })),
    'database-foreign',
  );
  writeFileSync(at.path, 'SQLite format 3\0'.padEnd(8192, 'x'));
  assert.equal(
    codeThrown(() => again(at)),
    'database-foreign',
  );
  writeFileSync(at.path, '');
  assert.equal(
    codeThrown(() => again(at)),
    'database-damaged',
  );

  writeFileSync(at.path, whole);
  const db = connect({ path: at.path, key });
  db.pragma('user_version=99');
  db.close();
  assert.equal(
    codeThrown(() => again(at)),
    'database-newer',
  );

  const other = join(at.folder, 'other.db');
  const plain = connect({ path: other, key });
  plain.exec('create table t (x)');
  plain.close();
  assert.equal(
    codeThrown(() => openStore({ path: other, key, clinicKey })),
    'database-foreign',
  );

  writeFileSync(at.path, whole);
  truncateSync(at.path, 4096);
  assert.equal(
    codeThrown(() => again(at)),
    'database-damaged',
  );
  assert.equal(readFileSync(at.path).length, 4096, 'it stays as it is');
  at.remove();
});

test('a folder that cannot be written is named', () => {
  const at = place();
  writeFileSync(join(at.folder, 'file'), '');
  const path = join(at.folder, 'file', 'db', 'x.db');
  const thrown = codeThrown(() => createStore({ path, key, device: 'd' }));
  assert.match(thrown, /not-writable|ENOTDIR/);
  at.remove();
});

test('a byte changed in the first page is told, not repaired', () => {
  const at = place();
  closeStore(fresh(at));
  const file = openSync(at.path, 'r+');
  writeSync(file, Buffer.of(0xff, 0xff), 0, 2, 2000);
  closeSync(file);
  assert.equal(
    codeThrown(() => again(at)),
    'database-foreign',
  );
  at.remove();
});
