import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findInParts, type Parts, piecesOf } from '../../../src-renderer/diagnostics/find-in-parts.ts';

const parts: Parts = [
  { part: 'application', text: 'version 1.0.0\nVersion of Electron 45\n' },
  { part: 'logs', text: 'aaaa\nİ version\n' },
];

describe('searching a diagnostics file', () => {
  it('finds every place in the order of the file, whatever the capitals', () => {
    assert.deepEqual(findInParts(parts, 'VERSION').slice(0, 2), [
      { part: 0, at: 0 },
      { part: 0, at: 14 },
    ]);
    assert.deepEqual(findInParts(parts, ''), []);
    assert.deepEqual(findInParts(parts, 'nowhere'), []);
  });

  it('places do not overlap, and a letter that grows in small shifts none', () => {
    assert.deepEqual(findInParts(parts, 'aa'), [
      { part: 1, at: 0 },
      { part: 1, at: 2 },
    ]);
    const [hit] = findInParts(parts, 'version').filter(({ part }) => part === 1);
    assert.equal(parts[1]?.text.slice(hit?.at, (hit?.at ?? 0) + 7), 'version');
  });

  it('cuts a text so that nothing of it is lost', () => {
    const text = parts[0]?.text ?? '';
    const pieces = piecesOf(text, [0, 14], 7);
    assert.equal(pieces.map((piece) => piece.text).join(''), text);
    assert.deepEqual(
      pieces.filter(({ hit }) => hit).map((piece) => piece.text),
      ['version', 'Version'],
    );
    assert.deepEqual(piecesOf('', [], 3), []);
  });
});
