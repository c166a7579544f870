/** The kit as words on paper: one code of 24, or three sheets of 29 of which two suffice. */
import { CallError } from '../../../src-shared/contract/errors.ts';
import { mnemonicWords, parseWords, typedWords, wordsOf } from '../crypto/mnemonic.ts';
import type { Random } from '../crypto/random.ts';
import {
  combineShares,
  parseShare,
  type ShareSet,
  shareBlock,
  sheetCount,
  sheetWords,
  splitSecret,
  wordsOfShare,
} from '../crypto/shares.ts';
import { wipe } from '../crypto/wipe.ts';

export type KitForm = 'code' | 'shares';
/** Where a word stands: sheet 0 is the one code; positions count from 1 on each sheet. */
export type WordPlace = { readonly sheet: number; readonly position: number };
/** All words in order: the code's 24, or those of three sheets one after another. */
export type WrittenKit = { readonly form: KitForm; readonly words: readonly string[] };

const secretLength = 32;
const shareLength = 33;

/** Place of a word in the whole row, and back: contract and key file count through. */
export function placeOf(form: KitForm, at: number): WordPlace {
  if (form === 'code') return { sheet: 0, position: at };
  return { sheet: Math.floor((at - 1) / sheetWords) + 1, position: ((at - 1) % sheetWords) + 1 };
}
export function numberOf({ sheet, position }: WordPlace): number {
  return sheet === 0 ? position : (sheet - 1) * sheetWords + position;
}

/** Secret or shares in one Buffer, for sealing. As good as the kit: wipe it. */
export type PackedKit = Buffer;

/** Puts a secret into a form. Sheets are new each time: those made earlier still open, but not together with these. */
export async function pack(form: KitForm, secret: Uint8Array, random: Random): Promise<PackedKit> {
  if (form === 'code') return Buffer.from(secret);
  const { setId, shares } = await splitSecret(secret, random);
  const head = Buffer.alloc(4);
  head.writeUInt32BE(setId);
  const packed = Buffer.concat([head, ...shares]);
  wipe(...shares);
  return packed;
}

/** The words of a packed kit. */
export function written(packed: PackedKit): WrittenKit {
  if (packed.length === secretLength) return { form: 'code', words: wordsOf(packed) };
  const set: ShareSet = {
    setId: packed.readUInt32BE(0),
    shares: Array.from({ length: sheetCount }, (_, at) => {
      const from = 4 + at * shareLength;
      return packed.subarray(from, from + shareLength);
    }),
  };
  return { form: 'shares', words: set.shares.flatMap((share) => wordsOfShare({ setId: set.setId, share })) };
}

const wrong = (code: 'kit-words-wrong' | 'kit-sheet-twice' | 'kit-sheets-differ') =>
  new CallError(code, { field: 'words' });

/** The secret behind typed words: the code, or two sheets one after the other. Wipe it. @throws CallError kit-words-wrong, kit-sheet-twice, kit-sheets-differ */
export async function secretOfWords(typed: string): Promise<Buffer> {
  const read = typedWords(typed);
  if (!read.ok) throw wrong('kit-words-wrong');
  if (read.words.length === mnemonicWords) {
    const parsed = parseWords(read.words);
    if (!parsed.ok) throw wrong('kit-words-wrong');
    return parsed.secret;
  }
  if (read.words.length !== 2 * sheetWords) throw wrong('kit-words-wrong');
  const one = parseShare(read.words.slice(0, sheetWords));
  const other = parseShare(read.words.slice(sheetWords));
  if (!one.ok || !other.ok) {
    if (one.ok) wipe(one.share.share);
    if (other.ok) wipe(other.share.share);
    throw wrong('kit-words-wrong');
  }
  try {
    const combined = await combineShares(one.share, other.share);
    if (!combined.ok) throw wrong(combined.problem === 'twice' ? 'kit-sheet-twice' : 'kit-sheets-differ');
    return combined.secret;
  } finally {
    wipe(one.share.share, other.share.share);
  }
}

/** A number from 0 to `n` − 1, evenly drawn; `n` at most 256. */
export function drawBelow(n: number, random: Random): number {
  // What is left over above the largest multiple of n would favour the first numbers.
  const limit = 256 - (256 % n);
  for (;;) {
    const byte = random(1).readUInt8(0);
    if (byte < limit) return byte % n;
  }
}

/** `count` different numbers from `from` to `to`, evenly drawn, in the order drawn. */
export function drawDifferent(count: number, from: number, to: number, random: Random): readonly number[] {
  const left = Array.from({ length: to - from + 1 }, (_, at) => from + at);
  return Array.from({ length: count }, () => left.splice(drawBelow(left.length, random), 1)[0] ?? from);
}

/** Which two words are asked back, counted through: of the code, or one of each of two sheets. In their order. */
export function askedBack(form: KitForm, random: Random): readonly [number, number] {
  if (form === 'code') {
    const [one = 1, other = 2] = drawDifferent(2, 1, mnemonicWords, random);
    return one < other ? [one, other] : [other, one];
  }
  const left = drawBelow(sheetCount, random) + 1;
  const [one = 1, other = 2] = Array.from({ length: sheetCount }, (_, at) => at + 1).filter((sheet) => sheet !== left);
  // Each from its own block: whoever reads the key file meanwhile learns nothing of the secret.
  const position = (sheet: number): number => shareBlock(sheet).from + drawBelow(8, random);
  return [numberOf({ sheet: one, position: position(one) }), numberOf({ sheet: other, position: position(other) })];
}
