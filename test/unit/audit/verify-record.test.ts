/** The record against the log, stopped and taken up again at every slice, with writes between. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { followLog } from '../../../src-main/core/audit/indexer.ts';
import { head } from '../../../src-main/core/audit/log.ts';
import { Found } from '../../../src-main/core/audit/problem.ts';
import {
  newRecordState,
  type RecordStage,
  type RecordState,
  recordState,
} from '../../../src-main/core/audit/record-state.ts';
import { verifySearch } from '../../../src-main/core/audit/verifypages.ts';
import { verifyRecord } from '../../../src-main/core/audit/verifyrecord.ts';
import { closeStore, type Store } from '../../../src-main/core/store/open.ts';
import { drain } from '../../../src-main/core/store/slices.ts';
import { loadClinic } from '../../fixtures/synthetic/load.ts';
import { addObservation, addPatient, again, changeStatus, fresh, type Place, place } from '../store/clinic.ts';

let at: Place;
let store: Store;
let charts: readonly string[] = [];

beforeEach(() => {
  at = place();
  store = fresh(at);
  charts = loadClinic(store, { patients: 6, resourcesPerPatient: 5, seed: 11 });
  const own = addPatient(store, { family: 'Own', identifier: '12345' });
  changeStatus(store, addObservation(store, own, '70'), 'amended');
  addObservation(store, null, '70');
  drain(followLog(store));
});
afterEach(() => {
  closeStore(store);
  at.remove();
});

const begin = (): RecordState => newRecordState(head(store).size);

/** Slices before each kill: a chart that is left half way is begun anew. */
const perLife = 9;

/** As a kill leaves it: what was written down is all that is known. */
function goOn(state: RecordState): { readonly state: RecordState; readonly done: boolean } {
  const known = recordState.parse(JSON.parse(JSON.stringify(state)));
  const work = verifyRecord(store, known, { sliceMs: 0 });
  for (let slice = 0; slice < perLife; slice += 1) if (work.next().done === true) return { state: known, done: true };
  return { state: known, done: false };
}

/** From slice to slice, each in a process of its own. @returns how many there were, and the code of what was found */
function inPieces(state: RecordState, between: (stage: RecordState['stage'], slice: number) => void = () => undefined) {
  let rows = 0;
  for (let slice = 1; slice < 500; slice += 1) {
    try {
      const next = goOn(state);
      state = next.state;
      rows = Math.max(rows, state.rows);
      if (next.done) return { slices: slice, code: null, rows };
    } catch (error) {
      if (!(error instanceof Found)) throw error;
      return { slices: slice, code: error.problem.code, rows };
    }
    between(state.stage, slice);
  }
  throw new Error('it does not come to an end');
}

describe('the record in pieces', () => {
  it('finds nothing wrong, and as many rows as in one go', () => {
    const whole = begin();
    drain(verifyRecord(store, whole));
    assert.equal(whole.stage, 'done');
    const { slices, code, rows } = inPieces(begin());
    assert.equal(code, null);
    assert.equal(rows, whole.rows);
    assert.ok(slices > 8, `${slices} slices`);
  });

  it('finds nothing wrong while the clinic goes on writing between its slices', () => {
    const { code } = inPieces(begin(), (_, slice) => {
      if (slice % 2 !== 0) return;
      const patient = charts[slice % charts.length] ?? '';
      changeStatus(store, addObservation(store, patient, String(slice)), 'amended');
      if (slice % 6 === 0) addPatient(store, { family: `Late ${slice}` });
      if (slice % 4 === 0) drain(followLog(store));
      if (slice === 6) loadClinic(store, { patients: 3, resourcesPerPatient: 2, seed: 12 });
    });
    assert.equal(code, null);
  });

  const cases: readonly (readonly [what: string, stage: RecordStage, sql: string, code: string])[] = [
    [
      'an altered row',
      'entries',
      "update resource set json = replace(json, '70', '71') where type = 'Observation'",
      'chart-damaged',
    ],
    [
      'a chart that went with its parts',
      'entries',
      'delete from chart_part where chart_id = (select patient_id from resource where batch > 0 limit 1); delete from resource where patient_id = (select patient_id from resource where batch > 0 limit 1)',
      'import-damaged',
    ],
    [
      'a row outside any chart',
      'charts',
      "insert into resource (id, type, patient_id, version, json, updated_at, mac) values ('zzz', 'Basic', 'zzz', 1, '{}', 0, x'00')",
      'row-unknown',
    ],
    ['a superseded version', 'charts', "update resource_history set json = '{}'", 'row-damaged'],
    ['another name', 'charts', "update patient set family = 'Else' where family = 'Own'", 'patient-differs'],
  ];
  for (const [what, stage, sql, code] of cases) {
    it(`finds ${what} that came while it waited`, () => {
      let done = false;
      const found = inPieces(begin(), (now) => {
        if (done || now !== stage) return;
        done = true;
        store.db.exec(sql);
      });
      assert.ok(done);
      assert.equal(found.code, code);
    });
  }

  it('finds a part of a chart that names an older entry, with rows to match', () => {
    const patient = charts[0] ?? '';
    const row = addObservation(store, patient, '1');
    drain(followLog(store));
    const before = store.db.prepare('select * from chart_part where chart_id = ? and batch = 0').get(patient);
    changeStatus(store, row, 'amended');
    drain(followLog(store));
    const { count, digest, seq } = Object(before);
    store.db
      .prepare('update chart_part set count = ?, digest = ?, seq = ? where chart_id = ? and batch = 0')
      .run(count, digest, seq, patient);
    assert.equal(inPieces(begin()).code, 'part-older');
  });

  it('reads a chart again that is written to while it is read, and ends all the same', () => {
    const state = begin();
    const work = verifyRecord(store, state, { sliceMs: 0 });
    let written = 0;
    for (let step = work.next(); step.done !== true; step = work.next()) {
      if (state.stage !== 'charts' || written > 30) continue;
      for (const chart of charts) addObservation(store, chart, String(written));
      written += 1;
      if (written % 10 === 0) drain(followLog(store));
    }
    assert.ok(written > 20);
    assert.equal(state.stage, 'done');
  });

  it('finds a row that is altered while its chart is read', () => {
    const [chart = ''] = [...charts].sort();
    const work = verifyRecord(store, begin(), { sliceMs: 0 });
    const run = () => {
      for (let step = work.next(); step.done !== true; step = work.next()) {
        store.db.prepare("update resource set json = replace(json, '}', ' }') where patient_id > ?").run(chart);
      }
    };
    assert.throws(run, Found);
  });

  it('ends when it is asked to, and leaves what it needs to go on', () => {
    const state = begin();
    const work = verifyRecord(store, state, { sliceMs: 0 });
    for (let n = 0; n < 12; n += 1) work.next();
    assert.throws(() => work.throw(new Error('cancelled')), /cancelled/);
    closeStore(store);
    store = again(at);
    assert.equal(inPieces(state).code, null);
  });
});

describe('the search index', () => {
  it('is checked both ways over a connection that only reads, and leaves nothing behind', () => {
    const reader = again(at, true);
    verifySearch(reader);
    verifySearch(reader);
    assert.deepEqual(reader.db.prepare('select name from temp.sqlite_schema').all(), []);
    assert.equal(reader.db.inTransaction, false);
    reader.db.close();
    // A word that stands in the index and under no patient.
    store.db.exec(
      "insert into patient_search (rowid, name, former, birth, identifiers, phone) select ord, 'ghost', '', '', '', '' from patient_words limit 1",
    );
    const found = again(at, true);
    assert.throws(() => verifySearch(found), /search-differs/);
    assert.equal(found.db.inTransaction, false);
    found.db.close();
  });
});
