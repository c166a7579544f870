/** Who can write the database cannot hide an entry from those who look into the log: the index is held against it. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { everything } from '../../../src-main/core/audit/filters.ts';
import { followLog, forgetEntries, forgetIndex } from '../../../src-main/core/audit/indexer.ts';
import { readPage } from '../../../src-main/core/audit/page.ts';
import { newRecordState } from '../../../src-main/core/audit/record-state.ts';
import { verifyLogIndex } from '../../../src-main/core/audit/verify-log-index.ts';
import { currentHead } from '../../../src-main/core/store/head.ts';
import { followedTo } from '../../../src-main/core/store/indexed.ts';
import { closeStore, type Store } from '../../../src-main/core/store/open.ts';
import { patientRef } from '../../../src-main/core/store/patient.ts';
import { drain } from '../../../src-main/core/store/slices.ts';
import { withTransaction } from '../../../src-main/core/store/transaction.ts';
import { addPatient, again, audited, fresh, type Place, place } from '../store/clinic.ts';

let at: Place;
let store: Store;
before(() => {
  at = place();
  store = fresh(at);
  const patients = [addPatient(store, { family: 'One' }), addPatient(store, { family: 'Other' })];
  const codes = ['chart.read', 'user.signed-in', 'access.denied', 'audit.read'] as const;
  for (let n = 0; n < 60; n += 1) {
    const patient = n % 3 === 0 ? patientRef(store, patients[n % 2] ?? '') : null;
    const agent = { user: `user-${n % 4}`, roles: [], session: null };
    audited(store, codes[n % 4] ?? 'chart.read', () => undefined, { agent, patient, outcome: n % 5 === 0 ? 4 : 0 });
  }
  store.db.exec('drop trigger entry_stays; drop trigger entry_is_pruned_only');
  drain(followLog(store));
});
after(() => {
  closeStore(store);
  at.remove();
});

function verdict(): string {
  const state = newRecordState(currentHead(store).frontier.size);
  try {
    // a slice for every page of entries
    drain(verifyLogIndex(store, state, () => () => true));
    return 'holds';
  } catch (error) {
    return error instanceof Error ? error.message : 'else';
  }
}

/** Undone afterwards. */
function tamperedBy(sql: string): string {
  store.db.exec('begin');
  try {
    store.db.exec(sql);
    return verdict();
  } finally {
    store.db.exec('rollback');
  }
}

const of = (field: number) => `place >= ${field} * 281474976710656 and place < ${field + 1} * 281474976710656`;

test('an index as it was made holds, wherever it has come to', () => {
  assert.equal(verdict(), 'holds');
  audited(store, 'chart.read', () => undefined);
  assert.equal(verdict(), 'holds', 'what is not indexed yet is scanned by who looks');
  drain(followLog(store));
  assert.equal(verdict(), 'holds');
  withTransaction(store, forgetIndex);
  assert.equal(verdict(), 'holds', 'an index that is being made anew');
  drain(followLog(store));
  assert.equal(verdict(), 'holds');
});

test('whatever is changed in it shows', () => {
  const tampered: string[] = [
    // an entry that no filter finds any more, one that is in a set it does not belong to
    ...[0, 1, 2, 3, 4, 5, 6, 7, 8].flatMap((field) => [
      `delete from audit_bits where ${of(field)}`,
      `update audit_bits set bits = x'010200' where ${of(field)}`,
      `update audit_bits set bits = x'0200003f00' where ${of(field)}`,
    ]),
    "update audit_value set text = 'user-9' where text = 'user-1'",
    'delete from audit_value where field = 9',
    'delete from audit_by_patient where seq = (select max(seq) from audit_by_patient)',
    'insert into audit_by_patient select span, patient, seq + 1 from audit_by_patient where seq = 2',
    'update audit_by_patient set patient = 1 - patient',
    'update audit_chunk set last = first',
    'delete from audit_chunk',
    "update audit_chunk set times = x''",
    "update audit_follow set seq = seq + 1000 where name = 'index'",
  ];
  for (const sql of tampered) {
    const changes = store.sql<[], { n: number }>('select total_changes() n');
    const earlier = changes.get()?.n ?? 0;
    const said = tamperedBy(sql);
    assert.ok((changes.get()?.n ?? 0) > earlier, sql);
    // fields with one value for all: the full run is what they hold
    const same = said === 'holds' && sql.includes("x'0200003f00'");
    if (!same) assert.equal(said, 'index-differs', sql);
  }
});

test('events of another kind than before make the index anew', () => {
  store.db.exec(
    `update audit_value set text = replace(text, '"audit.read":"audit"', '"audit.read":"users"') where field = 10`,
  );
  closeStore(store);
  store = again(at);
  const { size } = currentHead(store).frontier;
  drain(followLog(store));
  assert.equal(followedTo(store, 'index'), size);
  assert.equal(verdict(), 'holds');
  const count = store.sql<[], { n: number }>('select count(*) n from audit_value where field = 10').get();
  assert.equal(count?.n, 1);
});

test('what was pruned is no difference', () => {
  const { entries } = readPage(store, everything, null, 200);
  const gone = entries.filter(({ seq, patient }) => seq > 5 && patient !== null);
  withTransaction(store, (tx) => {
    forgetEntries(tx, gone);
    for (const { seq } of gone) tx.db.prepare('delete from audit_entry where seq = ?').run(seq);
  });
  assert.equal(verdict(), 'holds');
});
