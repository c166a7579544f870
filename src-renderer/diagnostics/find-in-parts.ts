/** Where what is typed stands in the parts of a diagnostics file. */
import type { Output } from '../../src-shared/contract/index.ts';

export type Parts = Output<'diagnostics.preview'>['parts'];
/** Index of the part, and the first letter in its text. */
export type Hit = { readonly part: number; readonly at: number };

/** More than anybody walks through; the rest is not drawn as found. */
const most = 2000;

/** All places, in the order of the file; capitals do not matter. */
export function findInParts(parts: Parts, typed: string): readonly Hit[] {
  const wanted = typed.toLowerCase();
  if (wanted === '') return [];
  const hits: Hit[] = [];
  for (const [part, { text }] of parts.entries()) {
    const lower = text.toLowerCase();
    // a letter that has another length in small would shift every place after it
    const searched = lower.length === text.length ? lower : text;
    for (let at = searched.indexOf(wanted); at !== -1 && hits.length < most; ) {
      hits.push({ part, at });
      at = searched.indexOf(wanted, at + wanted.length);
    }
  }
  return hits;
}

export type Piece = { readonly text: string; readonly at: number; readonly hit: boolean };

/** A text cut at its hits: what lies between them as it is. */
export function piecesOf(text: string, starts: readonly number[], length: number): readonly Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const at of starts) {
    if (at > from) pieces.push({ text: text.slice(from, at), at: from, hit: false });
    pieces.push({ text: text.slice(at, at + length), at, hit: true });
    from = at + length;
  }
  if (from < text.length) pieces.push({ text: text.slice(from), at: from, hit: false });
  return pieces;
}
