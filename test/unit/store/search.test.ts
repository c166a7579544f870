import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { dateSlips, editDistance, likelyDuplicates } from '../../../src-main/core/store/duplicates.ts';
import { fold } from '../../../src-main/core/store/fold.ts';
import { closeStore } from '../../../src-main/core/store/open.ts';
import { countPatients, updatePatient } from '../../../src-main/core/store/patient.ts';
import { searchExpression } from '../../../src-main/core/store/query.ts';
import { nameOrder, rankAnew } from '../../../src-main/core/store/rank.ts';
import { firstPatients, searchPatients } from '../../../src-main/core/store/search.ts';
import { addPatient, audited, fresh, patientJson, place } from './clinic.ts';

test('folding', () => {
  for (const [written, folded] of [
    ['Strauß', 'strauss'],
    ['Østergård', 'ostergard'],
    ['ŁUKASZ', 'lukasz'],
    ['İnci', 'inci'],
    ['Iğdır', 'igdir'],
    ['Æsa Þór Ðuro', 'aesa thor duro'],
    ['Ñuñez', 'nunez'],
    ['ﬁn', 'fin'],
  ] as const) {
    assert.equal(fold(written), folded);
  }
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => fold(fold(text)) === fold(text)));
});

test('anything may be typed', () => {
  const at = place();
  const store = fresh(at);
  addPatient(store, { family: 'Any' });
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 60 }),
        fc.string({ unit: fc.constantFrom(...'"*()-:^ANDORT/.0123 ') }),
      ),
      (text) => {
        searchPatients(store, text, { order: 'dmy' });
      },
    ),
    { numRuns: 300 },
  );
  assert.equal(searchExpression('  "*( ', 'dmy'), null);
  closeStore(store);
  at.remove();
});

test('people are found by beginnings, dates, identifiers and phones, in name order', () => {
  const at = place();
  const store = fresh(at);
  const people = [
    {
      family: 'García-López',
      given: 'José',
      birthDate: '1984-03-02',
      identifier: 'AB-12345',
      phone: '+34 612 345 678',
    },
    { family: 'Müller', given: 'Anna', birthDate: '1990-11-01', former: 'Schäfer' },
    { family: "O'Brien", given: 'Seán', birthDate: '1971-12-24' },
    { family: 'Sørensen', given: 'Bjørn', birthDate: '1955' },
    { family: 'Abel', given: 'Zoë', birthDate: '2001-01' },
  ];
  const ids = people.map((person) => addPatient(store, person));
  const find = (text: string, order: 'dmy' | 'mdy' | 'ymd' = 'dmy') =>
    searchPatients(store, text, { order })
      .hits.map(({ family }) => family.slice(0, 1))
      .join('');
  for (const [typed, found] of [
    ['gar', 'G'],
    ['LOPEZ jo', 'G'],
    ['garcia lopez', 'G'],
    ['garcía-l', 'G'],
    ['garcialop', 'G'],
    ['muller', 'M'],
    ['mueller', 'M'],
    ['müll', 'M'],
    ['schaefer', 'M'],
    ["o'br", 'O'],
    ['obr', 'O'],
    ['brien', 'O'],
    ['soer', 'S'],
    ['sör', 'S'],
    ['bjorn', 'S'],
    ['02/03/1984', 'G'],
    ['2.3.84', 'G'],
    ['2/3', 'G'],
    ['1984-03-02', 'G'],
    ['02031984', 'G'],
    ['1990', 'M'],
    ['ab-123', 'G'],
    ['12345', 'G'],
    ['612 34', 'G'],
    ['34612345678', 'G'],
    ['zoe abel', 'A'],
    ['x', ''],
    ['', ''],
  ] as const) {
    assert.equal(find(typed), found, typed);
  }
  assert.equal(find('02/03/1984', 'mdy'), '');
  assert.equal(find('3/2/1984', 'mdy'), 'G');
  assert.equal(
    firstPatients(store)
      .map(({ family }) => family.slice(0, 1))
      .join(''),
    'AGMOS',
  );
  audited(store, 'patient.updated', (tx) =>
    updatePatient(tx, {
      id: ids[4] ?? '',
      expectedVersion: 1,
      json: patientJson({ family: 'Zola', given: 'Zoë' }),
      authorUser: null,
    }),
  );
  assert.equal(find('abel'), '');
  assert.equal(
    firstPatients(store)
      .map(({ family }) => family.slice(0, 1))
      .join(''),
    'GMOSZ',
  );
  rankAnew(store);
  assert.equal(find('zol'), 'Z');
  store.db.exec("insert into patient_search (patient_search, rank) values ('integrity-check', 1)");
  assert.equal(countPatients(store), 5);
  closeStore(store);
  at.remove();
});

test('ranks follow the collator through any order of arrival, gaps used up included', () => {
  const order = nameOrder('en');
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: fc.constantFrom(...'aábcñoöß-'), minLength: 1, maxLength: 4 }), {
        minLength: 1,
        maxLength: 12,
      }),
      (names) => {
        const at = place();
        const store = fresh(at);
        for (const family of names) addPatient(store, { family });
        // The same name between the same neighbours, over and over: the gap halves until it is used up.
        for (let n = 0; n < 26; n += 1) addPatient(store, { family: names[0] ?? 'a', given: `b${'c'.repeat(n)}` });
        const listed = firstPatients(store, 1000);
        assert.equal(listed.length, names.length + 26);
        assert.deepEqual(listed, [...listed].sort(order));
        store.db.exec("insert into patient_search (patient_search, rank) values ('integrity-check', 1)");
        closeStore(store);
        at.remove();
      },
    ),
    { numRuns: 8 },
  );
});

test('likely duplicates', () => {
  const at = place();
  const store = fresh(at);
  addPatient(store, { family: 'García López', given: 'José', birthDate: '1984-03-02', identifier: 'X-9911' });
  const why = (family: string, given: string, birthDate: string | null, value?: string) =>
    likelyDuplicates(store, { family, given, birthDate, ...(value && { identifiers: [{ value }] }) })[0]?.reason ??
    null;
  assert.equal(why('Garcia Lopez', 'Jose', '1984-03-02'), 'same');
  assert.equal(why('José', 'Garcia López', '1984-03-02'), 'names-swapped');
  assert.equal(why('García López', 'José', '1984-03-12'), 'birth-date-slip');
  assert.equal(why('García López', 'José', '1984-02-03'), 'birth-date-slip');
  assert.equal(why('Garzia Lopez', 'Jose', '1984-03-02'), 'spelling');
  assert.equal(why('Other', 'Person', '1999-01-01', 'x9911'), 'identifier');
  assert.equal(why('García López', 'José', '1950-07-09'), null);
  assert.equal(editDistance('abcd', 'abdc'), 1);
  assert.ok(dateSlips('1984-03-02').includes('1984-03-20'));
  closeStore(store);
  at.remove();
});
