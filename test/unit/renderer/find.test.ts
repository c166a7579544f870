import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { foldedWords, highlight } from '../../../src-renderer/find/highlight.ts';
import { fullName, years } from '../../../src-renderer/find/names.ts';
import { typedPerson } from '../../../src-renderer/find/typed-person.ts';

/** Hits in brackets. */
const marked = (text: string, typed: string) =>
  highlight(text, typed)
    .map((piece) => (piece.hit ? `[${piece.text}]` : piece.text))
    .join('');

test('the beginnings of words are marked, accents and case folded, in any order', () => {
  assert.equal(marked('Müller, Marta', 'mar mul'), '[Mül]ler, [Mar]ta');
  assert.equal(marked('García Lorca', 'garcía'), '[García] Lorca');
  assert.equal(marked('GARCIA', 'garcía'), '[GARCIA]');
  assert.equal(marked('Marta', 'art'), 'Marta');
  assert.equal(marked('Anna-Maria', 'maria'), 'Anna-[Maria]');
  assert.equal(marked('Marta', ''), 'Marta');
});

test('letters that fold to two or to none', () => {
  assert.equal(marked('Strauß', 'strauss'), '[Strauß]');
  assert.equal(marked('Strauß', 'straus'), '[Strauß]');
  assert.equal(marked('Øster Łukasz', 'os luk'), '[Øs]ter [Łuk]asz');
  assert.equal(marked("O'Brien", 'obri'), "[O'Bri]en");
  assert.equal(marked('O’Brien', "o'brien"), '[O’Brien]');
  assert.equal(marked('Zo\u0308e', 'zoe'), '[Zo\u0308e]');
});

test('of two beginnings that fit the longer is marked', () => {
  assert.equal(marked('Marta', 'm mart'), '[Mart]a');
});

test('pieces are the text again, and every hit begins a word', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (text, typed) => {
      const pieces = highlight(text, typed);
      assert.equal(pieces.map((piece) => piece.text).join(''), text);
      for (const [index, piece] of pieces.entries()) if (index > 0) assert.notEqual(piece.hit, pieces[index - 1]?.hit);
      assert.ok(foldedWords(typed).every((word) => !word.includes(' ')));
    }),
  );
});

test('what was typed in the search box is read as a new person', () => {
  assert.deepEqual(typedPerson('müller, marta 14.3.1971'), {
    family: 'Müller',
    given: 'Marta',
    birthDate: '14.3.1971',
  });
  assert.deepEqual(typedPerson('müller marta anna'), { family: 'Müller', given: 'Marta Anna', birthDate: '' });
  assert.deepEqual(typedPerson('garcía lorca, josé'), { family: 'García Lorca', given: 'José', birthDate: '' });
  assert.deepEqual(typedPerson('1971-03-14 ruiz'), { family: 'Ruiz', given: '', birthDate: '1971-03-14' });
  assert.deepEqual(typedPerson('  '), { family: '', given: '', birthDate: '' });
  assert.deepEqual(typedPerson(', marta'), { family: '', given: 'Marta', birthDate: '' });
  assert.deepEqual(typedPerson('o’brien'), { family: 'O’brien', given: '', birthDate: '' });
  assert.deepEqual(typedPerson('ruiz 600123'), { family: 'Ruiz', given: '', birthDate: '' });
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void typedPerson(text)));
});

test('a name of two parts or one, and whole years', () => {
  assert.equal(fullName({ family: 'Ruiz', given: 'Ana' }), 'Ruiz, Ana');
  assert.equal(fullName({ family: '', given: 'Ana' }), 'Ana');
  assert.equal(years('1971-03-14', '2026-03-13'), 54);
  assert.equal(years('1971-03-14', '2026-03-14'), 55);
  assert.equal(years('1971', '2026-01-01'), 55);
  assert.equal(years('2024-02-29', '2025-02-28'), 0);
  assert.equal(years('2027-01-01', '2026-01-01'), null);
  assert.equal(years('unknown', '2026-01-01'), null);
  assert.equal(years(null, '2026-01-01'), null);
});
