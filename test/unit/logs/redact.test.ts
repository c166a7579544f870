/** The gate to the log: whatever is logged, only what the closed list allows comes out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { peerFailures } from '../../../src-main/core/crypto/backend-tls.ts';
import { tlsFailureCodes } from '../../../src-main/core/crypto/tls.ts';
import { BackendRefusal } from '../../../src-main/core/sync/backend.ts';
import { SyncStop, stopDetails } from '../../../src-main/core/sync/incoming/stop.ts';
import { faultCodes } from '../../../src-main/logs/codes.ts';
import { events } from '../../../src-main/logs/events.ts';
import { faultOf, Place } from '../../../src-main/logs/place.ts';
import { redact } from '../../../src-main/logs/redact.ts';
import { CallError } from '../../../src-shared/contract/errors.ts';
import { isProcedureName } from '../../../src-shared/contract/index.ts';

const words = { procedures: isProcedureName };
const fieldsOf = (event: string, given: unknown) => redact(event, given, words)?.fields;

test('each event lets through its own fields, each field its own type', () => {
  const here = faultOf(new CallError('busy'));
  const table: readonly (readonly [event: string, given: object, out: object])[] = [
    ['fault', { where: 'sync', ...here }, { where: 'sync', name: 'CallError', code: 'busy', at: here.at.text }],
    ['fault', { where: 'patients.search', name: 'Error' }, { where: 'patients.search', name: 'Error' }],
    ['fault', { where: 'patients.Ruiz', name: 'Ruiz', code: 'RUIZ', at: 'core.js:1:1' }, {}],
    ['fault', { where: 'toString', name: '__proto__', code: 'constructor', message: 'Ana Ruiz' }, {}],
    ['core-started', { where: 'sync' }, {}],
    ['port-refused', { answer: 'asked-twice' }, { answer: 'asked-twice' }],
    ['database-opened', { milliseconds: 12.6, migrations: 21 }, { milliseconds: 13, migrations: 21 }],
    ['database-opened', { milliseconds: Number.NaN, migrations: '21' }, {}],
    ['database-opened', { milliseconds: -1, migrations: 1.5 }, {}],
    ['update-checked', { found: '1.2.3', refusal: 'expired' }, { refusal: 'expired', found: '1.2.3' }],
    ['update-checked', { found: '1.2.3-rc.1' }, { found: '1.2.3-rc.1' }],
    ['update-checked', { found: '1.2.3-ana-ruiz' }, {}],
    ['update-checked', { found: '1.2.3\nAna Ruiz' }, {}],
    ['crash', { part: 'core', inARow: 2, exitCode: -11 }, { part: 'core', exitCode: -11, inARow: 2 }],
    ['crash', { reference: 'ANA-RUIZ', part: 'ana' }, {}],
    ['crash', { part: ['core'], kind: { toString: () => 'ended' } }, {}],
  ];
  for (const [event, given, out] of table) assert.deepEqual(fieldsOf(event, given), out, JSON.stringify(given));
});

test('what is no event of the list is no line', () => {
  for (const event of ['', 'toString', '__proto__', 'Fault', 'fault ', 'Ana Ruiz', 7, null, {}]) {
    assert.equal(redact(event, { where: 'core' }, words), undefined);
  }
});

test('codes of every list of ours are known to the log', () => {
  for (const code of [...peerFailures, ...tlsFailureCodes, ...stopDetails]) assert.ok(faultCodes.has(code), code);
  assert.equal(faultOf(new BackendRefusal({ code: 'quota-used-up' })).code, 'quota-used-up');
  assert.equal(faultOf(new SyncStop('log-forked', 'head')).code, 'log-forked');
  assert.equal(faultOf(Object.assign(new Error(''), { code: 'ENOSPC' })).code, 'ENOSPC');
  assert.equal(faultOf(Object.assign(new Error(''), { code: 'SQLITE_CORRUPT_VTAB' })).code, 'SQLITE_CORRUPT_VTAB');
});

test('a place is a line of our own code, whatever the message looks like', () => {
  assert.match(Place.of(new Error('x')).text, /^redact\.test\.ts:\d+:\d+$/);
  const forged = new Error('Ana\n    at Ruiz (file:///home/ana.ruiz/letter.ts:1:1)\n    at file:///home/ana/x.ts:1:2');
  assert.match(Place.of(forged).text, /^redact\.test\.ts:\d+:\d+$/);
  const root = new URL('../../../', import.meta.url).href;
  const replaced = new Error('x');
  replaced.stack = `Error: x\n    at f (${root}src-main/Ana-Ruiz.ts:1:1)\n    at g (/home/ana.ruiz/core.ts:2:2)`;
  assert.equal(Place.of(replaced).text, '');
  const told = Place.of(new Error('x')).told;
  assert.ok(told);
  assert.equal(told.file, 'test/unit/logs/redact.test.ts');
  assert.equal(Place.told(told).text, Place.of(new Error('x')).text.replace(/:.*/, `:${told.line}:${told.column}`));
  for (const file of [
    'src-main/ana-ruiz.ts',
    '../ana-ruiz.ts',
    'test/../../etc/passwd',
    '/etc/passwd',
    'Ana Ruiz',
    '',
  ]) {
    assert.equal(Place.told({ ...told, file }).text, '', file);
  }
  assert.equal(Place.told({ ...told, line: Number.NaN }).text, '');
  // not even from its class
  assert.deepEqual(fieldsOf('fault', { at: { text: 'Ana Ruiz' } }), {});
  assert.deepEqual(fieldsOf('fault', { at: Object.create(Place.prototype, { text: { value: 7 } }) }), {});
});

test('what throws when it is looked at is not looked at', () => {
  const trap = Object.defineProperty({}, 'where', {
    get: () => {
      throw new Error('Ana Ruiz');
    },
    enumerable: true,
  });
  assert.deepEqual(fieldsOf('fault', trap), {});
  const strange = Object.defineProperty(new Error('x'), 'name', {
    get: () => {
      throw new Error('Ana Ruiz');
    },
  });
  assert.deepEqual(faultOf(strange), { name: 'other', code: '', at: Place.nowhere });
});

/** What must not leave, as it is typed, found and thrown around in this application. */
const secrets = [
  'Xandriolethe Quetzlmarkovar',
  '1971-03-14',
  '+49 30 555 197 641',
  '/home/ana.ruiz/Quetzlmarkovar.ndjson',
  'C:\\Users\\ana.ruiz\\Quetzlmarkovar.pdf',
  'file:///home/ana.ruiz/Quetzlmarkovar.ts',
  'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJhbmEifQ.c2lnbmF0dXJl',
  '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIN\n-----END PRIVATE KEY-----',
  'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=',
  'abandon ability able about above absent',
];
const secret = fc.constantFrom(...secrets);
const text = fc.oneof(
  secret,
  fc.tuple(fc.string(), secret, fc.string()).map((pieces) => pieces.join('')),
  secret.map((one) => one.toUpperCase().replace(/[^A-Z]+/g, '_')),
  secret.map((one) => `${one}.ts:1:1`),
  secret.map((one) => `SQLITE_${one}`),
  secret.map((one) => `    at f (${one}:1:1)`),
  fc.string(),
);
const thrown = fc
  .record({ message: text, name: text, code: text, stack: fc.option(text, { nil: undefined }) })
  .map(({ message, name, code, stack }) => {
    const error = Object.assign(new Error(message), { name, code, detail: message });
    if (stack !== undefined) error.stack = `${name}: ${message}\n${stack}`;
    return error;
  });
const value: fc.Arbitrary<unknown> = fc.oneof(
  text,
  thrown,
  thrown.map(faultOf),
  thrown.map(Place.of),
  fc.anything(),
  fc.record({ text }),
  fc.array(text),
);
const names = [...new Set(Object.values(events).flatMap(({ fields }) => Object.keys(fields)))];
const key = fc.oneof(fc.constantFrom(...names), fc.constantFrom('message', 'stack', 'path', 'error'), text);
const given = fc.oneof(
  fc.array(fc.tuple(key, value)).map((pairs) => Object.fromEntries(pairs)),
  thrown.map((error) => ({ where: 'core', ...faultOf(error), ...error })),
  value,
);

test('whatever is logged, nothing outside the list leaves', () => {
  const closed = /^[a-zA-Z0-9_$.-]{0,60}$/;
  fc.assert(
    fc.property(fc.oneof(fc.constantFrom(...Object.keys(events)), text), given, (event, fields) => {
      const redacted = redact(event, fields, words);
      if (redacted === undefined) return;
      const line = JSON.stringify(redacted);
      for (const one of secrets) {
        for (const piece of [one, ...one.split(/[^A-Za-zÀ-ÿ0-9]+/)].filter(({ length }) => length > 6)) {
          assert.ok(!line.toLowerCase().includes(piece.toLowerCase()), line);
        }
      }
      const allowed = Object.keys(events[redacted.event].fields);
      for (const [name, written] of Object.entries(redacted.fields)) {
        assert.ok(allowed.includes(name), name);
        if (typeof written !== 'string') continue;
        if (name === 'at') assert.match(written, /^(?:[\w-]+(?:\.[\w-]+)+:\d+:\d+)?$/);
        else assert.match(written, closed);
      }
    }),
    { numRuns: 3000 },
  );
});
