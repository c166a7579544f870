/**
 * Our own folding, applied before indexing and before asking: case, accents, letters that Unicode does not
 * decompose, and the spellings that people use for umlauts.
 */

/** Letters without a decomposition, by the plain letters people type for them. */
const letters: Readonly<Record<string, string>> = {
  ß: 'ss',
  ø: 'o',
  ł: 'l',
  ı: 'i',
  æ: 'ae',
  œ: 'oe',
  þ: 'th',
  ð: 'd',
  đ: 'd',
  ħ: 'h',
  ŧ: 't',
  ŋ: 'n',
  ĸ: 'k',
  ə: 'a',
  ƒ: 'f',
  ĳ: 'ij',
  ŀ: 'l',
};
/** The other spelling in use: Mueller for Müller, Soerensen for Sørensen, Aase for Åse. */
const spelledOut: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue', ø: 'oe', å: 'aa' };

const undecomposed = new RegExp(`[${Object.keys(letters).join('')}]`, 'gu');
const umlauts = /[äöüøå]/gu;

/** Lower case, marks off, special letters as plain ones; punctuation and spaces stay. */
export function fold(text: string): string {
  const lower = plainLetters(text.toWellFormed().normalize('NFC').toLowerCase());
  // Taking marks and widths off can lay bare a letter of the table (ǣ) or a capital.
  return plainLetters(
    lower
      .normalize('NFKD')
      .replace(/\p{M}+/gu, '')
      .toLowerCase(),
  ).replace(/\p{M}+/gu, '');
}

function plainLetters(lower: string): string {
  return lower.replace(undecomposed, (letter) => letters[letter] ?? letter);
}

/** `fold`, and where umlauts are written, the spelled-out form beside it. */
export function foldings(text: string): readonly string[] {
  const plain = fold(text);
  const lower = text.toWellFormed().normalize('NFC').toLowerCase();
  const spelled = fold(lower.replace(umlauts, (letter) => spelledOut[letter] ?? letter));
  return spelled === plain ? [plain] : [plain, spelled];
}

/** Pieces of a folded chunk between apostrophes, hyphens, dots and the like. */
export function pieces(folded: string): readonly string[] {
  return folded.split(/[^\p{L}\p{N}]+/u).filter((piece) => piece !== '');
}
