import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import fc from 'fast-check';
import { randomBytes } from '../../../src-main/core/crypto/random.ts';
import {
  combineShares,
  parseShare,
  type Share,
  sheetCount,
  sheetWords,
  splitSecret,
  wordsOfShare,
} from '../../../src-main/core/crypto/shares.ts';

const secret = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes));
const pairs = [
  [0, 1],
  [1, 2],
  [2, 0],
  [1, 0],
] as const;

function share(words: readonly string[]): Share {
  const parsed = parseShare(words);
  assert.ok(parsed.ok);
  return parsed.share;
}

async function sheetsOf(bytes: Buffer): Promise<readonly (readonly string[])[]> {
  const { setId, shares } = await splitSecret(bytes, randomBytes);
  return shares.map((one) => wordsOfShare({ setId, share: one }));
}

describe('sheets of a recovery secret', () => {
  it('give it back, any two of three, typed however', () =>
    fc.assert(
      fc.asyncProperty(secret, fc.constantFrom(...pairs), async (bytes, [one, other]) => {
        const sheets = await sheetsOf(bytes);
        assert.equal(sheets.length, sheetCount);
        for (const sheet of sheets) assert.equal(sheet.length, sheetWords);
        const scrawled = (sheets[one] ?? []).map((word, at) => `${at + 1}. ${word.slice(0, 4).toUpperCase()}`);
        const found = await combineShares(share(scrawled), share(sheets[other] ?? []));
        assert.ok(found.ok && found.secret.equals(bytes));
      }),
      { numRuns: 40 },
    ));

  it('begin alike, and only those that belong together', async () => {
    const sheets = await sheetsOf(randomBytes(32));
    assert.equal(new Set(sheets.map((words) => words.slice(0, 3).join(' '))).size, 1);
    assert.equal(new Set(sheets.map((words) => words.join(' '))).size, 3);
  });

  it('say nothing one by one: every byte value of a share is as likely whatever the secret', async () => {
    // Shamir over GF(256): with one share fixed, each secret has exactly one line through it.
    const bytes = randomBytes(32);
    const { setId, shares } = await splitSecret(bytes, randomBytes);
    const [one] = shares;
    assert.ok(one !== undefined);
    assert.ok(!one.subarray(0, 32).equals(bytes));
    assert.deepEqual(await combineShares({ setId, share: one }, { setId, share: one }), {
      ok: false,
      problem: 'twice',
    });
    // Another sheet that nobody made leads to another secret: the first alone decides nothing.
    const made = Buffer.from(shares[1] ?? []);
    made.writeUInt8((made.readUInt8(0) + 1) & 0xff, 0);
    const other = await combineShares({ setId, share: one }, { setId, share: made });
    assert.ok(other.ok && !other.secret.equals(bytes));
  });

  it('of different sets are told apart, even of one secret', async () => {
    const bytes = randomBytes(32);
    const [first] = (await splitSecret(bytes, () => Buffer.from([0, 0, 0, 0x10]))).shares;
    const [, second] = (await splitSecret(bytes, () => Buffer.from([0, 0, 0, 0x20]))).shares;
    assert.ok(first !== undefined && second !== undefined);
    const one = share(wordsOfShare({ setId: 1, share: first }));
    const other = share(wordsOfShare({ setId: 2, share: second }));
    assert.deepEqual(await combineShares(one, other), { ok: false, problem: 'other-set' });
  });

  it('notice any one word that is another', () =>
    fc.assert(
      fc.asyncProperty(
        secret,
        fc.nat(sheetWords - 1),
        fc.integer({ min: 1, max: wordlist.length - 1 }),
        async (bytes, at, step) => {
          const [sheet = []] = await sheetsOf(bytes);
          const wrong = wordlist[(wordlist.indexOf(sheet[at] ?? '') + step) % wordlist.length] ?? '';
          assert.deepEqual(parseShare(sheet.with(at, wrong)), { ok: false, problem: { kind: 'checksum' } });
        },
      ),
      { numRuns: 60 },
    ));

  it('notice any two words that are others or changed places', () =>
    fc.assert(
      fc.asyncProperty(
        secret,
        fc.uniqueArray(fc.nat(sheetWords - 1), { minLength: 2, maxLength: 2 }),
        fc.integer({ min: 1, max: wordlist.length - 1 }),
        async (bytes, [one = 0, other = 1], step) => {
          const [sheet = []] = await sheetsOf(bytes);
          const next = (at: number) => wordlist[(wordlist.indexOf(sheet[at] ?? '') + step) % wordlist.length] ?? '';
          const replaced = sheet.with(one, next(one)).with(other, next(other));
          assert.deepEqual(parseShare(replaced), { ok: false, problem: { kind: 'checksum' } });
          if (sheet[one] === sheet[other]) return;
          const swapped = sheet.with(one, sheet[other] ?? '').with(other, sheet[one] ?? '');
          assert.deepEqual(parseShare(swapped), { ok: false, problem: { kind: 'checksum' } });
        },
      ),
      { numRuns: 60 },
    ));

  it('name what else is wrong: too few words, a word of no list, another version', async () => {
    const [sheet = []] = await sheetsOf(randomBytes(32));
    assert.deepEqual(parseShare(sheet.slice(1)), { ok: false, problem: { kind: 'count', found: 28 } });
    assert.deepEqual(parseShare(sheet.with(6, 'kartoffel')), {
      ok: false,
      problem: { kind: 'unknown-word', position: 7 },
    });
    // 29 times the first word: sums of zero are zero, and the version is 0.
    assert.deepEqual(parseShare(Array.from({ length: 29 }, () => 'abandon')), {
      ok: false,
      problem: { kind: 'version' },
    });
  });

  it('are laid out as written down', () => {
    const bytes = Buffer.from(Array.from({ length: 33 }, (_, at) => at));
    const words = wordsOfShare({ setId: 0xabcdef1, share: bytes });
    assert.deepEqual(parseShare(words), { ok: true, share: { setId: 0xabcdef1, share: bytes } });
    assert.equal(words.join(' '), vector);
  });
});

/** Set 0xabcdef1, share bytes 0, 1, … 32 (docs/protocols/keys.md). */
const vector =
  'ask vibrant taste abandon amount liar amount expire adjust cage candy arch gather drum bullet absurd math era live bid rhythm alien crouch range attend journey tomato talk control';
