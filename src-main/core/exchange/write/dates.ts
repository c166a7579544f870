/** Dates for people, in the document's language. FHIR dates may be partial; nothing is added that was not written. */
import type { Language } from '../../../../src-shared/contract/primitives.ts';

export type Calendar = {
  /** A FHIR date, dateTime or instant: 2014 · March 2014 · 14 Mar 2014. Unreadable text comes back as it is. */
  readonly day: (date: string) => string;
  /** The same with the time of day where one was written. */
  readonly moment: (date: string) => string;
  /** Milliseconds since the epoch, with time of day. */
  readonly instant: (at: number) => string;
  /** Whole years between a (partial) birth date and another day, both as written; undefined where it cannot be told. */
  readonly years: (birth: string, until: string) => number | undefined;
  /** The calendar day of an instant, as FHIR date. */
  readonly dayOf: (at: number) => string;
};

const shape = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?)?)?$/;
/** Regions whose order of day and month the clinics of this language expect. */
const locales: Readonly<Record<Language, string>> = { en: 'en-GB', es: 'es-ES', de: 'de-DE', fr: 'fr-FR' };

export function calendar(language: Language, timeZone: string): Calendar {
  const locale = locales[language];
  const format = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale, { timeZone: 'UTC', ...options });
  const month = format({ year: 'numeric', month: 'long' });
  const full = format({ year: 'numeric', month: 'short', day: 'numeric' });
  const local = format({ year: 'numeric', month: 'short', day: 'numeric', timeZone });
  const clock = format({ hour: '2-digit', minute: '2-digit', timeZone });
  const clockAsWritten = format({ hour: '2-digit', minute: '2-digit' });
  const parts = new Intl.DateTimeFormat('en-CA', { year: 'numeric', month: '2-digit', day: '2-digit', timeZone });

  const read = (date: string, withTime: boolean): string => {
    const found = shape.exec(date);
    if (found === null) return date;
    const [, year, monthText, day, hour, minute, zone] = found;
    if (monthText === undefined) return year ?? date;
    const asWritten = Date.parse(`${year}-${monthText}-${day ?? '01'}T${hour ?? '00'}:${minute ?? '00'}:00Z`);
    if (Number.isNaN(asWritten)) return date;
    if (day === undefined) return month.format(asWritten);
    // Midnight in UTC is how systems write a day without a time: moving it into our zone would change the day.
    if (hour === undefined || (hour === '00' && minute === '00' && (zone === 'Z' || zone === '+00:00')))
      return full.format(asWritten);
    const at = zone === undefined ? Number.NaN : Date.parse(date);
    if (Number.isNaN(at))
      return withTime ? `${full.format(asWritten)}, ${clockAsWritten.format(asWritten)}` : full.format(asWritten);
    return withTime ? `${local.format(at)}, ${clock.format(at)}` : local.format(at);
  };
  return {
    day: (date) => read(date, false),
    moment: (date) => read(date, true),
    instant: (at) => `${local.format(at)}, ${clock.format(at)}`,
    dayOf: (at) => parts.format(at),
    years: (birth, until) => {
      const [from, to] = [shape.exec(birth), shape.exec(until)];
      if (from === null || to === null) return undefined;
      const years = Number(to[1]) - Number(from[1]);
      const before = (to[2] ?? '12') + (to[3] ?? '31') < (from[2] ?? '01') + (from[3] ?? '01');
      return years < 0 ? undefined : years - (before ? 1 : 0);
    },
  };
}

/** Sorts FHIR dates, newest first; partial dates by their beginning, rows without a date last. */
export function newestFirst(a: string | undefined, b: string | undefined): number {
  return sortable(b) - sortable(a);
}

/** Milliseconds for sorting and plots; 0 for what cannot be read. */
export function sortable(date: string | undefined): number {
  const found = date === undefined ? null : shape.exec(date);
  if (found === null || date === undefined) return 0;
  const at = Date.parse(found[4] === undefined || found[6] !== undefined ? date : `${date}Z`);
  return Number.isNaN(at) ? 0 : at;
}
