/** What a person types, as an FTS5 expression: every word a beginning, order free, dates as the user writes them. */
import { foldings, pieces } from './fold.ts';

/** Order of day, month and year in the user's language and country. */
export type DateOrder = 'dmy' | 'mdy' | 'ymd';

const maxWords = 8;
const maxLength = 40;

/** @returns null when nothing in the text can be searched for */
export function searchExpression(typed: string, order: DateOrder): string | null {
  const chunks = typed.trim().split(/\s+/u).slice(0, maxWords);
  const parts = chunks.map((chunk) => chunkExpression(chunk, order)).filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join(' AND ');
}

function chunkExpression(chunk: string, order: DateOrder): string | null {
  const ways = new Set<string>();
  for (const folded of foldings(chunk.slice(0, maxLength))) {
    const parts = pieces(folded);
    if (parts.length === 0) continue;
    ways.add(beginning(parts.join('')));
    // García-López may stand in the record as two words.
    if (parts.length > 1) ways.add(`(${parts.map(beginning).join(' AND ')})`);
  }
  for (const date of dateBeginnings(chunk, order)) ways.add(beginning(date));
  const all = [...ways];
  if (all.length === 0) return null;
  return all.length === 1 ? (all[0] ?? null) : `(${all.join(' OR ')})`;
}

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
