import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { randomBytes } from '../../../src-main/core/crypto/random.ts';
import { drillPassed, drillPlaces, newDrillCheck } from '../../../src-main/core/vault/drill.ts';
import {
  askedBack,
  numberOf,
  pack,
  placeOf,
  secretOfWords,
  written,
} from '../../../src-main/core/vault/written-kit.ts';
import { CallError } from '../../../src-shared/contract/errors.ts';

const secret = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes));
const form = fc.constantFrom('code' as const, 'shares' as const);
const codeOf = async (words: string) => {
  try {
    await secretOfWords(words);
  } catch (error) {
    if (error instanceof CallError) return error.value.code;
    throw error;
  }
  return 'accepted';
};

describe('a kit on paper', () => {
  it('packs and unpacks in both forms', () =>
    fc.assert(
      fc.asyncProperty(secret, form, async (bytes, chosen) => {
        const packed = await pack(chosen, bytes, randomBytes);
        const kit = written(packed);
        assert.equal(kit.form, chosen);
        assert.deepEqual(written(packed), kit);
        const typed = chosen === 'code' ? kit.words : [...kit.words.slice(58), ...kit.words.slice(0, 29)];
        assert.deepEqual(await secretOfWords(typed.join('\n')), bytes);
      }),
      { numRuns: 20 },
    ));

  it('counts through all sheets and back', () => {
    for (let at = 1; at <= 87; at += 1) assert.equal(numberOf(placeOf('shares', at)), at);
    for (let at = 1; at <= 24; at += 1) assert.deepEqual(placeOf('code', at), { sheet: 0, position: at });
  });

  it('tells wrong words, one sheet twice and sheets of two sets apart', async () => {
    const bytes = randomBytes(32);
    const one = written(await pack('shares', bytes, () => Buffer.from([1, 2, 3, 4]))).words;
    const other = written(await pack('shares', bytes, () => Buffer.from([4, 3, 2, 1]))).words;
    const sheet = one.slice(0, 29);
    assert.equal(await codeOf(sheet.join(' ')), 'kit-words-wrong');
    assert.equal(await codeOf(one.join(' ')), 'kit-words-wrong');
    assert.equal(await codeOf([...sheet, ...sheet].join(' ')), 'kit-sheet-twice');
    assert.equal(await codeOf([...sheet, ...other.slice(29, 58)].join(' ')), 'kit-sheets-differ');
    const mistyped = sheet.with(7, sheet[7] === 'zebra' ? 'abandon' : 'zebra');
    assert.equal(await codeOf([...mistyped, ...one.slice(29, 58)].join(' ')), 'kit-words-wrong');
  });

  it('is drilled by what it holds: never two sheets at one byte, and any wrong word fails', () =>
    fc.assert(
      fc.asyncProperty(secret, form, fc.nat(2), async (bytes, chosen, which) => {
        const kit = written(await pack(chosen, bytes, randomBytes));
        const check = newDrillCheck(kit, randomBytes);
        assert.equal(check.words.length, chosen === 'code' ? 6 : 12);
        const asked = askedBack(chosen, randomBytes).map((at) => placeOf(chosen, at));
        assert.equal(new Set(asked.map(numberOf)).size, 2);
        if (chosen === 'shares') {
          for (const { sheet, position } of [...check.words, ...asked])
            assert.equal(Math.floor((position - 4) / 8) + 1, sheet);
          assert.equal(new Set(asked.map(({ sheet }) => sheet)).size, 2);
        }
        const places = drillPlaces(check, randomBytes);
        assert.equal(new Set(places.map(numberOf)).size, 3);
        const answers = places.map((place) => ({ ...place, word: kit.words[numberOf(place) - 1] ?? '' }));
        assert.ok(drillPassed(check, places, answers));
        assert.ok(!drillPassed(check, places, answers.slice(1)));
        const wrong = answers.map((answer, at) =>
          at === which ? { ...answer, word: answer.word === 'zebra' ? 'abandon' : 'zebra' } : answer,
        );
        assert.ok(!drillPassed(check, places, wrong));
      }),
      { numRuns: 40 },
    ));
});
