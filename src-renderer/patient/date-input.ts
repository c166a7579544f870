/** Dates as a person types them, in the order of their language, full or partial. */
import type { Language } from '../../src-shared/contract/primitives.ts';

export type TypedDate =
  | { readonly kind: 'empty' }
  | { readonly kind: 'date'; readonly iso: string }
  /** Not a date yet, or none that exists. */
  | { readonly kind: 'unclear' };

const daysIn = (year: number, month: number) => new Date(Date.UTC(year, month, 0)).getUTCDate();
const pad = (value: number, width: number) => String(value).padStart(width, '0');

/** Years in two digits belong to the hundred years that end with the current one. */
function wholeYear(text: string, thisYear: number): number {
  const year = Number(text);
  if (text.length > 2) return year;
  const century = thisYear - (thisYear % 100);
  return century + year > thisYear ? century - 100 + year : century + year;
}

/**
 * Reads `14.3.1971`, `14/03/71`, `14031971`, `1971-03-14`, `3.1971`, `03/1971`, `1971`. All four languages write the
 * day first; a year first is taken as ISO. `thisYear` bounds years of two digits.
 */
export function readDate(text: string, thisYear: number): TypedDate {
  const typed = text.trim();
  if (typed === '') return { kind: 'empty' };
  const parts = /^\d{8}$/.test(typed)
    ? [typed.slice(0, 2), typed.slice(2, 4), typed.slice(4)]
    : typed.split(/[./\-\s]+/).filter((part) => part !== '');
  if (parts.length > 3 || !parts.every((part) => /^\d{1,4}$/.test(part))) return { kind: 'unclear' };
  const ordered = (parts[0]?.length ?? 0) === 4 ? parts : parts.toReversed();
  const [y = '', m, d] = ordered;
  if (y.length === 3 || y.length === 1 || (parts.length < 3 && y.length !== 4)) return { kind: 'unclear' };
  const year = wholeYear(y, thisYear);
  if (year < 1850 || year > 2200) return { kind: 'unclear' };
  if (m === undefined) return { kind: 'date', iso: pad(year, 4) };
  const month = Number(m);
  if (month < 1 || month > 12) return { kind: 'unclear' };
  if (d === undefined) return { kind: 'date', iso: `${pad(year, 4)}-${pad(month, 2)}` };
  const day = Number(d);
  if (day < 1 || day > daysIn(year, month)) return { kind: 'unclear' };
  return { kind: 'date', iso: `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}` };
}

/** An ISO date in the digits a person of this language types. */
export function writeDate(iso: string, language: Language): string {
  const [year = '', month, day] = iso.split('-');
  const between = language === 'de' ? '.' : '/';
  return [day, month, year].filter((part) => part !== undefined).join(between);
}
