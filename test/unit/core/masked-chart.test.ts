/** Wherever a resource repeats a number of the person, it is masked; everything else stays, numbers as written. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { chartMask, sourceIsHidden } from '../../../src-main/core/people/masked-chart.ts';
import { maskedValue } from '../../../src-main/core/people/masking.ts';
import type { MaskedField } from '../../../src-shared/contract/patients.ts';

const identifier = 'KX-48291735-M';
const phone = '+34 655 104 927';
const patient = JSON.stringify({
  resourceType: 'Patient',
  identifier: [{ value: identifier }, { value: '4821' }],
  telecom: [{ system: 'phone', value: phone }],
});
const hidden = (...fields: MaskedField[]) => new Set(fields);
const both = hidden('identifiers', 'phone');
const mask = chartMask([patient], both);
const letters = (text: string) => text.toLowerCase().replace(/[^a-z0-9]+/g, '');
const tells = (text: string) => [identifier, phone].some((secret) => letters(text).includes(letters(secret)));

test('a masked value shows five dots and two characters, whatever its length', () => {
  assert.equal(maskedValue(identifier), '•••••-M');
  assert.equal(maskedValue('4821'), '•••••');
  assert.equal(maskedValue('x'.repeat(5)), '•••••');
  assert.equal(maskedValue(''), '');
  assert.equal(maskedValue('12345😀😀'), '•••••😀😀');
});

test('a number of the person is found at any place, in any dress', () => {
  const parted = fc
    .constantFrom(identifier, phone)
    .chain((secret) =>
      fc
        .array(fc.constantFrom('', ' ', '-', '.', '/', ' ('), { minLength: 16, maxLength: 16 })
        .map((between) => [...letters(secret)].map((letter, at) => letter + (between[at] ?? '')).join('')),
    )
    .chain((secret) => fc.constantFrom(secret, secret.toUpperCase()));
  const around = fc.stringMatching(/^[ a-zé:,]{0,12}$/);
  const text = fc.tuple(around, parted, around).map((parts) => parts.join(' '));
  const json = fc.letrec<{ node: unknown }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 4 },
      text,
      fc.array(tie('node'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('note', 'text', 'valueString', 'extension', 'contained', 'subject'), tie('node')),
    ),
  })).node;
  fc.assert(
    fc.property(json, (inner) => {
      const shown = mask.json(JSON.stringify({ resourceType: 'Observation', inner }));
      assert.ok(!tells(shown), shown);
    }),
  );
});

test('a telephone number is found with and without its country', () => {
  for (const written of ['655 104 927', '0655-104927', '0034 655104927', '(+34) 655.104.927']) {
    assert.ok(!mask.text(`Rang ${written} twice`).replace('27', '').match(/\d{2}/), mask.text(written));
  }
});

test('escaped, as a number, as a key, in base64: masked; and what only looks like it stays', () => {
  const numeric = chartMask([JSON.stringify({ resourceType: 'Patient', identifier: [{ value: '4829173512' }] })], both);
  assert.equal(numeric.json('{"a":4829173512,"b":"\\u003482917\\u003512","c":1.50}').includes('48291735'), false);
  assert.equal(numeric.json('{"4829173512":1,"c":1.50}'), '{"•••••12":1,"c":1.50}');
  const data = Buffer.from(`call ${phone}`).toString('base64');
  const attached = mask.json(JSON.stringify({ contentType: 'text/plain; charset=utf-8', data }));
  assert.equal(Buffer.from(JSON.parse(attached).data, 'base64').toString('utf8'), 'call +•••••27');
  const plain =
    '{"resourceType":"Observation","code":{"text":"x","coding":[{"code":"8480-6"}]},"v":[1.50,-0,1e400,4821]}';
  assert.equal(mask.json(plain), plain);
  const dated = chartMask([JSON.stringify({ resourceType: 'Patient', identifier: [{ value: '20240304' }] })], both);
  assert.equal(
    dated.json('{"date":"2024-03-04","at":"2024-03-04T10:00:00+01:00"}'),
    '{"date":"2024-03-04","at":"2024-03-04T10:00:00+01:00"}',
  );
});

test('what names a person by number is masked where it stands, whosever it is', () => {
  const shown = mask.json(
    JSON.stringify({
      resourceType: 'Coverage',
      identifier: [{ system: 'urn:x', value: '1111-2222' }],
      subscriberId: '3333-4444',
      subscriber: { display: 'Ines', identifier: { value: '5555' } },
      contained: [
        {
          resourceType: 'RelatedPerson',
          id: 'mother',
          telecom: [{ value: '0711 5551234' }],
          text: { div: 'at home 0711 5551234' },
          name: [{ family: 'Vidal', extension: [{ valueString: '0711 5551234' }] }],
        },
      ],
    }),
  );
  assert.deepEqual(JSON.parse(shown), {
    resourceType: 'Coverage',
    identifier: [{ system: 'urn:x', value: '•••••22' }],
    subscriberId: '•••••44',
    subscriber: { display: 'Ines', identifier: { value: '•••••' } },
    contained: [
      { resourceType: 'RelatedPerson', id: 'mother', telecom: [{ value: '•••••34' }], name: [{ family: 'Vidal' }] },
    ],
  });
});

test('only what is hidden is masked; sources of persons and bundles are hidden when anything is', () => {
  const phoneOnly = chartMask([patient], hidden('phone'));
  const shown = phoneOnly.json(patient);
  assert.ok(shown.includes(identifier) && !tells(shown.replace(identifier, '')));
  assert.equal(chartMask([patient], hidden('identifiers')).text(`${phone} ${identifier}`), `${phone} •••••-M`);
  for (const type of ['Patient', 'RelatedPerson', 'Person', 'Bundle']) {
    assert.equal(sourceIsHidden(type, hidden('phone')), true);
    assert.equal(sourceIsHidden(type, hidden()), false);
  }
  assert.equal(sourceIsHidden('Observation', both), false);
  assert.equal(mask.json('"no object"'), '{}');
});
