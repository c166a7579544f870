/** What a person types, as an FTS5 expression: every word a beginning, order free, dates as the user writes them. */
import { foldings, pieces } from './fold.ts';

/** Order of day, month and year in the user's language and country. */
export type DateOrder = 'dmy' | 'mdy' | 'ymd';

const maxWords = 8;
const maxLength = 40;

/** What was typed, word by word: the ways each may be meant, each way the beginnings that must all be there. */
export type TypedWords = readonly (readonly (readonly string[])[])[];

/** @returns an empty list when nothing in the text can be searched for */
export function typedWords(typed: string, order: DateOrder): TypedWords {
  const chunks = typed.trim().split(/\s+/u).slice(0, maxWords);
  return chunks.map((chunk) => waysOf(chunk, order)).filter((ways) => ways.length > 0);
}

/** @returns null when nothing in the text can be searched for */
export function searchExpression(typed: string, order: DateOrder): string | null {
  const parts = typedWords(typed, order).map((ways) => anyOf(ways.map((way) => allOf(way))));
  return parts.length === 0 ? null : parts.join(' AND ');
}

/**
 * The same question as a condition on the columns named, because the index does not tell in which of them a word
 * stands (`detail=none` knows no column filter). Words stand in them between single spaces (words.ts).
 */
export function inColumns(
  words: TypedWords,
  columns: readonly string[],
): { readonly condition: string; readonly values: readonly string[] } {
  const text = `(' ' || ${columns.join(" || ' ' || ")})`;
  const one = `instr(${text}, ?) > 0`;
  const condition = words
    .map((ways) => `(${ways.map((way) => `(${way.map(() => one).join(' and ')})`).join(' or ')})`)
    .join(' and ');
  return { condition, values: words.flat(2).map((word) => ` ${word}`) };
}

function waysOf(chunk: string, order: DateOrder): readonly (readonly string[])[] {
  const ways = new Map<string, readonly string[]>();
  const add = (way: readonly string[]): void => void ways.set(way.join(' '), way);
  for (const folded of foldings(chunk.slice(0, maxLength))) {
    const parts = pieces(folded);
    if (parts.length === 0) continue;
    add([parts.join('')]);
    // García-López may stand in the record as two words.
    if (parts.length > 1) add(parts);
  }
  for (const date of dateBeginnings(chunk, order)) add([date]);
  return [...ways.values()];
}

const allOf = (way: readonly string[]): string =>
  way.length === 1 ? beginning(way[0] ?? '') : `(${way.map(beginning).join(' AND ')})`;
const anyOf = (ways: readonly string[]): string => (ways.length === 1 ? (ways[0] ?? '') : `(${ways.join(' OR ')})`);

/** Letters and digits only, so nothing in it can be read as syntax. */
function beginning(word: string): string {
  return `"${word}"*`;
}

/** Words of `birthWords` that a typed chunk may be the beginning of. */
export function dateBeginnings(chunk: string, order: DateOrder): readonly string[] {
  if (/^\d{4,8}$/.test(chunk)) {
    const asWritten = order === 'ymd' || chunk.length < 6 ? [] : [`${order === 'dmy' ? 'd' : 'm'}${chunk}`];
    return [`y${chunk}`, ...asWritten];
  }
  const written = /^(\d{1,4})[./-](?:(\d{1,2})(?:[./-](\d{1,4})?)?)?$/.exec(chunk);
  if (written === null) return [];
  const [, first = '', second, third] = written;
  if (first.length === 4) return yearFirst(first, second, third);
  if (first.length > 2 || order === 'ymd') return [];
  const letter = order === 'dmy' ? 'd' : 'm';
  const head = `${letter}${first.padStart(2, '0')}`;
  if (second === undefined) return [head];
  if (third === undefined && !/[./-]$/.test(chunk)) return starts(second).map((part) => head + part);
  const dayAndMonth = head + second.padStart(2, '0');
  if (third === undefined) return [dayAndMonth];
  return third.length === 2
    ? [dayAndMonth + third, `${dayAndMonth}19${third}`, `${dayAndMonth}20${third}`]
    : [dayAndMonth + third];
}

function yearFirst(year: string, month: string | undefined, day: string | undefined): readonly string[] {
  if (month === undefined) return [`y${year}`];
  if (day === undefined) return starts(month).map((part) => `y${year}${part}`);
  return starts(day).map((part) => `y${year}${month.padStart(2, '0')}${part}`);
}

/** A number still being typed: 1 may become 10 or stand for 01. */
function starts(typed: string): readonly string[] {
  return typed.length === 1 ? [typed, `0${typed}`] : [typed.slice(0, 2)];
}
