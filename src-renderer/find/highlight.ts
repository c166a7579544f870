/** Which letters of a hit answer to what was typed: beginnings of words, accents and case folded. */
export type Piece = { readonly text: string; readonly hit: boolean };

const special: Readonly<Record<string, string>> = {
  ß: 'ss',
  ø: 'o',
  ł: 'l',
  ı: 'i',
  æ: 'ae',
  œ: 'oe',
  đ: 'd',
  ð: 'd',
  þ: 'th',
};

/** One letter folded as the index folds it; empty for marks and apostrophes. */
function foldLetter(letter: string): string {
  const lower = letter.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '');
  if (/^['’ʼ`´]$/.test(lower)) return '';
  return special[lower] ?? lower;
}

const letters = (text: string): readonly string[] => Array.from(text);
const isWordPart = (letter: string) => /[\p{L}\p{N}\p{M}'’ʼ`´]/u.test(letter);

export function foldedWords(text: string): readonly string[] {
  return letters(text)
    .map((letter) => (isWordPart(letter) ? foldLetter(letter) : ' '))
    .join('')
    .split(' ')
    .filter((word) => word !== '');
}

/** How many letters of `word`, from its beginning, the folded `wanted` covers; 0 when it does not begin so. */
function covered(word: readonly string[], wanted: string): number {
  let folded = '';
  for (const [index, letter] of word.entries()) {
    folded += foldLetter(letter);
    if (folded.length >= wanted.length) return folded.startsWith(wanted) ? index + 1 : 0;
  }
  return 0;
}

/** `text` cut into pieces, the letters that match one of the typed words' beginnings marked. */
export function highlight(text: string, typed: string): readonly Piece[] {
  const wanted = foldedWords(typed);
  const all = letters(text);
  const hits = new Array<boolean>(all.length).fill(false);
  let start = 0;
  while (start < all.length) {
    if (!isWordPart(all[start] ?? '')) {
      start += 1;
      continue;
    }
    let end = start;
    while (end < all.length && isWordPart(all[end] ?? '')) end += 1;
    const word = all.slice(start, end);
    const longest = Math.max(0, ...wanted.map((prefix) => covered(word, prefix)));
    hits.fill(true, start, start + longest);
    start = end;
  }
  const pieces: Piece[] = [];
  for (const [index, letter] of all.entries()) {
    const hit = hits[index] === true;
    const last = pieces.at(-1);
    if (last !== undefined && last.hit === hit) pieces[pieces.length - 1] = { text: last.text + letter, hit };
    else pieces.push({ text: letter, hit });
  }
  return pieces;
}
