import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { checkPages } from '../../../src-main/core/audit/check-pages.ts';
import { followLog } from '../../../src-main/core/audit/indexer.ts';
import { checkHead, head, type LogHead } from '../../../src-main/core/audit/log.ts';
import { verifyStore } from '../../../src-main/core/audit/verify.ts';
import { readChart } from '../../../src-main/core/store/chart.ts';
import { closeStore, type Store } from '../../../src-main/core/store/open.ts';
import { drain } from '../../../src-main/core/store/slices.ts';
import { loadClinic } from '../../fixtures/synthetic/load.ts';
import { addObservation, addPatient, again, changeStatus, fresh, key, place } from '../store/clinic.ts';

const pageSize = 4096;

/** What the application would have noticed: at opening, against the keychain's head, at reading, at verification. */
function noticed(open: () => Store, known: LogHead, charts: readonly string[]): string | null {
  let store: Store | undefined;
  try {
    store = open();
    const state = checkHead(store, known);
    if (state !== 'ok') return state;
    for (const chart of charts) readChart(store, chart);
    return drain(verifyStore(store)).problem?.code ?? null;
  } catch (error) {
    return error instanceof Error ? error.message : 'unknown';
  } finally {
    store?.db.close();
  }
}

test('tampering behind the application is named', () => {
  const cases: readonly (readonly [sql: string, code: string])[] = [
    ["update resource set json = replace(json, '70', '71') where type = 'Observation'", 'chart-damaged'],
    ['delete from resource where row = (select max(row) from resource)', 'row-missing'],
    ['update chart_part set count = count + 1', 'chart-damaged'],
    ['delete from chart_part', 'chart-missing'],
    ['delete from audit_entry where seq = 1', 'entry-missing'],
    [
      "update audit_entry set entry = cast(replace(cast(entry as text), 'practitioner', 'receptionist') as blob) where seq = 1",
      'head-differs',
    ],
    ["update audit_entry set entry = x'01ff' where seq = 1", 'entry-damaged'],
    ["update resource_history set json = '{}'", 'row-damaged'],
    ['delete from resource_history', 'row-missing'],
    ["update patient set family = 'Else'", 'patient-differs'],
    ['delete from patient_key', 'patient-differs'],
    ["update patient_words set name = 'else'", 'search-differs'],
    ["insert into patient_search (patient_search) values ('delete-all')", 'search-differs'],
  ];
  for (const [sql, code] of cases) {
    const at = place();
    const store = fresh(at);
    const patient = addPatient(store, { family: 'Verified', identifier: '12345' });
    changeStatus(store, addObservation(store, patient, '70'), 'amended');
    addObservation(store, null, '70');
    assert.equal(drain(verifyStore(store)).problem, null);
    // What follows the log has caught up: from here on the tables are what is read.
    drain(followLog(store));
    // Who has the key of the database takes its triggers away first.
    store.db.exec('drop trigger entry_stays; drop trigger entry_is_pruned_only');
    try {
      store.db.exec(sql);
    } catch {
      // FTS5 refuses the command on this kind of table: the words are taken out of it by hand.
      store.db.exec(
        "insert into patient_search (patient_search, rowid, name, former, birth, identifiers, phone) select 'delete', * from patient_words",
      );
    }
    assert.equal(drain(verifyStore(store)).problem?.code, code, sql);
    store.db.close();
    at.remove();
  }
});

test('every single older page is noticed, or changes nothing that is read', () => {
  const at = place();
  let store = fresh(at);
  loadClinic(store, { patients: 12, resourcesPerPatient: 10, seed: 3 });
  const patient = addPatient(store, { family: 'Older' });
  let row = addObservation(store, patient, '1');
  closeStore(store);
  const older = readFileSync(at.path);
  store = again(at);
  row = changeStatus(store, row, 'amended');
  for (let n = 0; n < 12; n += 1) addObservation(store, patient, String(n));
  changeStatus(store, row, 'corrected');
  const known = head(store);
  const truth = JSON.stringify(readChart(store, patient));
  closeStore(store);
  const newer = readFileSync(at.path);
  let swapped = 0;
  for (let page = 0; page < older.length / pageSize; page += 1) {
    const from = page * pageSize;
    const old = older.subarray(from, from + pageSize);
    if (old.equals(newer.subarray(from, from + pageSize))) continue;
    const mixed = Buffer.from(newer);
    old.copy(mixed, from);
    writeFileSync(at.path, mixed);
    swapped += 1;
    const notice = noticed(() => again(at), known, [patient]);
    if (notice !== null) continue;
    const opened = again(at);
    assert.equal(JSON.stringify(readChart(opened, patient)), truth, `page ${page}`);
    opened.db.close();
  }
  assert.ok(swapped > 5);
  writeFileSync(at.path, newer);
  assert.equal(
    noticed(() => again(at), known, [patient]),
    null,
  );
  at.remove();
});

test('a damaged page is noticed wherever it is, a rolled back file by its head', () => {
  const at = place();
  let store = fresh(at);
  const ids = loadClinic(store, { patients: 8, resourcesPerPatient: 6, seed: 4 });
  closeStore(store);
  const older = readFileSync(at.path);
  store = again(at);
  addPatient(store, { family: 'Later' });
  const known = head(store);
  closeStore(store);
  const whole = readFileSync(at.path);
  writeFileSync(at.path, older);
  assert.equal(
    noticed(() => again(at), known, []),
    'behind',
  );
  let unnoticed = 0;
  for (let page = 0; page < whole.length / pageSize; page += 1) {
    const damaged = Buffer.from(whole);
    damaged[page * pageSize + 100] = (damaged[page * pageSize + 100] ?? 0) ^ 1;
    writeFileSync(at.path, damaged);
    if (noticed(() => again(at), known, ids) === null) unnoticed += 1;
  }
  assert.equal(unnoticed, 0);
  at.remove();
});

test('the worker that checks pages finds a damaged one, and says nothing of a sound file', async () => {
  const at = place();
  const store = fresh(at);
  const patient = addPatient(store, { family: 'Paged' });
  for (let n = 0; n < 200; n += 1) addObservation(store, patient, String(n));
  const signal = AbortSignal.timeout(60_000);
  let told = 0;
  const check = () => checkPages({ path: store.path, key, gentle: true }, { signal, onProgress: () => (told += 1) });
  assert.equal(await check(), null);
  assert.ok(told > 5);
  assert.ok(
    key.some((byte) => byte !== 0),
    'the caller keeps its key',
  );

  store.db.pragma('wal_checkpoint(TRUNCATE)');
  const pages = readFileSync(store.path);
  pages.fill(0x55, pages.length - 2 * pageSize, pages.length - pageSize);
  writeFileSync(store.path, pages);
  assert.equal((await check())?.code, 'page-damaged');
  store.db.close();
  const aborted = AbortSignal.abort(new Error('cancelled'));
  await assert.rejects(
    checkPages({ path: at.path, key, gentle: false }, { signal: aborted, onProgress: () => undefined }),
    /cancelled/,
  );
});
