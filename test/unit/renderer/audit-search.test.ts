/** Words typed into the log's search box: in any language, by code, and never sent as they are. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Meaning, termsOf } from '../../../src-renderer/audit/search-words.ts';
import { auditTerm } from '../../../src-shared/contract/audit-filter.ts';

const meanings: readonly Meaning[] = [
  { field: 'events', value: 'chart.read', names: ['Akte gelesen', 'chart.read', 'Akten', 'record'] },
  { field: 'events', value: 'chart.changed', names: ['In der Akte geändert', 'chart.changed', 'Akten', 'record'] },
  { field: 'events', value: 'access.denied', names: ['Zugriff verweigert', 'access.denied', 'Verweigert', 'denied'] },
  { field: 'events', value: 'export.pdf', names: ['PDF ausgegeben', 'export.pdf', 'Austausch', 'exchange'] },
  { field: 'outcomes', value: 'denied', names: ['verweigert', 'denied'] },
  { field: 'origins', value: 'ctl', names: ['Kommandozeile', 'ctl'] },
  { field: 'purposes', value: 'BTG', names: ['Notfallzugriff', 'BTG'] },
  { field: 'users', value: 'u1', names: ['Dr. Ana Weiß'] },
  { field: 'devices', value: 'd1', names: ['Empfang'] },
];
const none = { events: [], outcomes: [], origins: [], purposes: [], users: [], devices: [] };

test('a word stands for whatever bears it, a code for itself', () => {
  assert.deepEqual(termsOf('', meanings), []);
  assert.deepEqual(termsOf('GEANDERT', meanings), [{ ...none, events: ['chart.changed'] }]);
  assert.deepEqual(termsOf('verw', meanings), [{ ...none, events: ['access.denied'], outcomes: ['denied'] }]);
  assert.deepEqual(termsOf('chart.read', meanings), [{ ...none, events: ['chart.read'] }]);
  assert.deepEqual(termsOf('chart.', meanings), [{ ...none, events: ['chart.read', 'chart.changed'] }]);
  assert.deepEqual(termsOf('weiss', meanings), [{ ...none, users: ['u1'] }]);
  assert.deepEqual(termsOf('btg ctl', meanings), [
    { ...none, purposes: ['BTG'] },
    { ...none, origins: ['ctl'] },
  ]);
});

test('all words have to be there; one that means nothing lets nothing through', () => {
  assert.deepEqual(termsOf('akte  empfang akte', meanings), [
    { ...none, events: ['chart.read', 'chart.changed'] },
    { ...none, devices: ['d1'] },
  ]);
  assert.deepEqual(termsOf('Zimmermann', meanings), [none]);
  assert.ok(!JSON.stringify(termsOf('Zimmermann', meanings)).includes('immer'));
});

test('whatever is typed, core takes it', () => {
  const hostile = ['%', '"', '\u202e', '. . .', '-', 'a'.repeat(500), 'a b c d e f g h i j k l'];
  for (const text of hostile) {
    const terms = termsOf(text, meanings);
    assert.ok(terms.length <= 8);
    for (const term of terms) auditTerm.parse(term);
  }
});
