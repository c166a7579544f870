import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExportInput } from '../../../../src-main/core/exchange/write/input.ts';
import { buildKitPdf } from '../../../../src-main/core/exchange/write/kit-pdf.ts';
import { fontFolder, loadFonts } from '../../../../src-main/core/exchange/write/pdf/fonts.ts';
import { inkFor } from '../../../../src-main/core/exchange/write/pdf/ink.ts';
import { recordPdf } from '../../../../src-main/core/exchange/write/pdf.ts';
import { narrativeText } from '../../../../src-main/core/exchange/write/xhtml.ts';
import { bundleNames, exportContext, imported, ipsExample, ownRecord } from './fixture.ts';

const languages = ['en', 'es', 'de', 'fr'] as const;
const pagesOf = (pdf: Buffer): number => pdf.toString('latin1').match(/\/Type \/Page\b(?!s)/g)?.length ?? 0;
const fonts = loadFonts(fontFolder());

for (const name of bundleNames) {
  test(`${name} in four languages`, async () => {
    for (const language of languages) {
      const pdf = await recordPdf(ipsExample(name), exportContext(language));
      assert.equal(pdf.toString('latin1', 0, 5), '%PDF-');
      assert.ok(pagesOf(pdf) >= 1);
      assert.ok(pdf.toString('latin1').includes(`/Lang (${language})`));
    }
  });
}

test('the same record gives the same bytes, and its title names nobody', async () => {
  const [first, second] = [
    await recordPdf(ownRecord(), exportContext()),
    await recordPdf(ownRecord(), exportContext()),
  ];
  assert.ok(first.equals(second));
  const text = first.toString('latin1');
  assert.ok(text.includes('(Patient record)'));
  assert.ok(!text.includes('Müller') && !text.includes('Marta'));
});

const hostile: readonly (readonly [string, string])[] = [
  ['script', '</text><script>alert(1)</script>{{name}}'],
  ['controls', `a\u0000b\u0007c\u001bd\u009fe`],
  ['direction', 'abc\u202ecba\u202c שלום مرحبا \u2067x'],
  ['stacked accents', `Z${'\u0300\u0316\u0345'.repeat(400)}algo`],
  ['one endless word', 'x'.repeat(100_000)],
  ['endless without Latin', '山'.repeat(100_000)],
  ['lines and nothing else', '\n'.repeat(20_000)],
  ['lone surrogates and emoji', '\ud800 👩‍👩‍👧‍👦 \udfff'],
];
for (const [name, text] of hostile) {
  test(`hostile text prints: ${name}`, { timeout: 60_000 }, async () => {
    const rows = [
      imported(
        2,
        JSON.stringify({
          resourceType: 'AllergyIntolerance',
          code: { text },
          note: [{ text }],
          reaction: [{ manifestation: [{ text }] }],
        }),
      ),
      imported(3, JSON.stringify({ resourceType: 'Condition', code: { text }, onsetString: text })),
      imported(
        4,
        JSON.stringify({
          resourceType: 'Observation',
          status: 'final',
          code: { text },
          valueString: text,
          referenceRange: [{ text }],
          effectiveDateTime: text,
        }),
      ),
      imported(
        5,
        JSON.stringify({
          resourceType: 'Composition',
          title: text,
          date: text,
          type: { text },
          section: [{ title: text, text: { div: `<div>${text}</div>` } }],
        }),
      ),
      imported(
        6,
        JSON.stringify({
          resourceType: 'DocumentReference',
          description: text,
          content: [{ attachment: { title: text, contentType: text } }],
        }),
      ),
    ];
    const patient = imported(
      1,
      JSON.stringify({
        resourceType: 'Patient',
        name: [{ family: text, given: [text] }],
        birthDate: text,
        identifier: [{ value: text }],
        address: [{ text }],
      }),
    );
    const input: ExportInput = { patient, rows, referred: [], references: {} };
    const started = performance.now();
    const pdf = await recordPdf(input, { ...exportContext(), clinic: { name: text, country: 'ES' }, by: text });
    assert.ok(pagesOf(pdf) >= 1);
    assert.ok(performance.now() - started < 20_000);
  });
}

test('wrong shapes everywhere print as absent', async () => {
  const types = [
    'AllergyIntolerance',
    'Condition',
    'MedicationStatement',
    'Immunization',
    'Procedure',
    'Device',
    'Flag',
    'CarePlan',
    'Consent',
    'DiagnosticReport',
    'Observation',
    'Composition',
    'Encounter',
    'DocumentReference',
  ];
  const rows = types.flatMap((resourceType, index) => [
    imported(
      10 + index,
      JSON.stringify({
        resourceType,
        code: 3,
        status: [],
        subject: null,
        note: 'x',
        category: {},
        period: 'x',
        section: [null],
        component: [1],
        performer: ['x'],
        relatesTo: [5],
      }),
    ),
    { ...imported(40 + index, JSON.stringify({ resourceType })), json: '{"broken' },
  ]);
  const patient = imported(1, '{"resourceType":"Patient","name":"x","telecom":{},"birthDate":[]}');
  assert.ok(pagesOf(await recordPdf({ patient, rows, referred: [], references: {} }, exportContext())) >= 1);
});

test('nothing is dropped or garbled in silence', () => {
  const ink = inkFor(fonts, 'en');
  const shown = ink
    .runs('Ana שלום 山田 \u202eX')
    .map((run) => run.text)
    .join('');
  assert.equal(shown, 'Ana ▯▯▯▯ ▯▯ ▯X');
  assert.deepEqual(ink.replaced(), { count: 7, kinds: ['Hebr', 'Hani', 'controls'] });
  const covered = 'Łódź, Việt Nam, Αθήνα, Жуковский, Երևան, თბილისი, ≤ 5 µg → ↑ ½ €';
  assert.equal(
    inkFor(fonts, 'en')
      .runs(covered)
      .map((run) => run.text)
      .join(''),
    covered,
  );
});

test('long text is cut where one can see it', () => {
  const ink = inkFor(fonts, 'en');
  assert.equal(
    ink
      .runs('abc def', 3)
      .map((run) => run.text)
      .join(''),
    'abc […]',
  );
  assert.equal(ink.shortened(), true);
});

test('narratives read as text, scripts and entities included', () => {
  assert.equal(
    narrativeText(
      '<div><p>A &amp; B</p><ul><li>one</li><li>two &#x3c;</li></ul><table><tr><td>x</td><td>y</td></tr></table><!-- > no --></div>',
    ),
    'A & B\n• one\n• two <\nx  ·  y',
  );
  assert.equal(narrativeText('<p'), '<p');
});

const words =
  'abandon ability able about above absent absorb abstract absurd abuse access accident account accuse achieve acid acoustic acquire across act action actor actress adjust'.split(
    ' ',
  );
for (const language of languages) {
  test(`recovery kit in ${language}: one page, whatever the clinic is called`, async () => {
    for (const clinicName of ['Clínica del Puerto', 'Clinic '.repeat(17), 'x'.repeat(120)]) {
      const pdf = await buildKitPdf({
        words: words.map(() => 'abstract'),
        clinicName,
        createdAt: Date.UTC(2026, 10, 22),
        language,
        timeZone: 'Europe/Madrid',
      });
      assert.equal(pagesOf(pdf), 1);
    }
  });

  test(`recovery kit in ${language}: three sheets, a page each`, async () => {
    for (const clinicName of ['Clínica del Puerto', 'x'.repeat(120)]) {
      const sheets = { words: Array.from({ length: 87 }, () => 'abstract'), createdAt: Date.UTC(2026, 10, 22) };
      const pdf = await buildKitPdf({ ...sheets, clinicName, language, timeZone: 'Europe/Madrid' });
      assert.equal(pagesOf(pdf), 3);
    }
  });
}
