/** Dates and numbers as the user's language writes them. Clinical dates may be partial and are never shifted by a zone. */
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { isoDay } from '../../src-shared/fhir/dates.ts';

export type Format = {
  /** FHIR date or dateTime: 14 Mar 1971, Mar 1971, 1971. A time of day is left out. Unreadable text comes back as it is. */
  readonly date: (text: string) => string;
  /** FHIR date in digits, as one types it: 14/03/1971. */
  readonly dateDigits: (text: string) => string;
  /** Instant, ms: 20 Nov 2026, 10:42. */
  readonly dateTime: (at: number) => string;
  /** Instant, ms: 10:42. */
  readonly time: (at: number) => string;
  /** Instant, ms, for lists: 20 Nov 10:42:18. */
  readonly logTime: (at: number) => string;
  /** FHIR date for "seen …": today, yesterday, 3 Nov, 2025. */
  readonly dayAgo: (text: string) => string;
  /** The workstation's calendar day, ISO. */
  readonly today: () => string;
  /** Instant, ms: "3 minutes ago". */
  readonly ago: (at: number, now: number) => string;
  readonly number: (value: number) => string;
  /** Bytes: 1.2 MB. */
  readonly bytes: (value: number) => string;
};

const dateParts = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?/;

/** Formatters cost milliseconds to make and are asked for by every line of a chart: made once a language. */
const known = new Map<string, Format>();

function formatOf(language: string): Format {
  const made = known.get(language) ?? makeFormat(language);
  known.set(language, made);
  return made;
}

function makeFormat(language: string): Format {
  const locale = language === 'en' ? 'en-GB' : language;
  const utc = { timeZone: 'UTC' } as const;
  const day = new Intl.DateTimeFormat(locale, { ...utc, day: 'numeric', month: 'short', year: 'numeric' });
  const month = new Intl.DateTimeFormat(locale, { ...utc, month: 'short', year: 'numeric' });
  const digits = new Intl.DateTimeFormat(locale, { ...utc, day: '2-digit', month: '2-digit', year: 'numeric' });
  const dateTime = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
  const time = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' });
  const logDay = new Intl.DateTimeFormat(locale, { day: '2-digit', month: 'short' });
  const logTime = new Intl.DateTimeFormat(locale, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const number = new Intl.NumberFormat(locale);
  const size = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });

  const dayMonth = new Intl.DateTimeFormat(locale, { ...utc, day: 'numeric', month: 'short' });

  const asDate = (text: string, whole: Intl.DateTimeFormat, partial: Intl.DateTimeFormat) => {
    const parts = dateParts.exec(text);
    if (parts === null) return text;
    const [, y = '', m, d] = parts;
    if (m === undefined) return y;
    const at = new Date(`${y}-${m}-${d ?? '01'}T00:00:00Z`);
    if (Number.isNaN(at.getTime())) return text;
    return (d === undefined ? partial : whole).format(at);
  };

  return {
    date: (text) => asDate(text, day, month),
    dateDigits: (text) => asDate(text, digits, month),
    dateTime: (at) => dateTime.format(at),
    time: (at) => time.format(at),
    logTime: (at) => `${logDay.format(at)} ${logTime.format(at)}`,
    dayAgo: (text) => {
      const today = isoDay(Date.now());
      const parsed = Date.parse(text.slice(0, 10));
      if (text.length < 10 || Number.isNaN(parsed)) return asDate(text, day, month);
      const days = Math.round((parsed - Date.parse(today)) / 86_400_000);
      if (days === 0 || days === -1) return relative.format(days, 'day');
      return text.slice(0, 4) === today.slice(0, 4) ? dayMonth.format(parsed) : text.slice(0, 4);
    },
    today: () => isoDay(Date.now()),
    ago: (at, now) => {
      const seconds = Math.round((at - now) / 1000);
      if (Math.abs(seconds) < 60) return relative.format(seconds, 'second');
      if (Math.abs(seconds) < 3600) return relative.format(Math.round(seconds / 60), 'minute');
      if (Math.abs(seconds) < 86_400) return relative.format(Math.round(seconds / 3600), 'hour');
      return relative.format(Math.round(seconds / 86_400), 'day');
    },
    number: (value) => number.format(value),
    bytes: (value) => {
      if (value < 1000) return `${size.format(value)} B`;
      if (value < 1_000_000) return `${size.format(value / 1000)} kB`;
      if (value < 1_000_000_000) return `${size.format(value / 1_000_000)} MB`;
      return `${size.format(value / 1_000_000_000)} GB`;
    },
  };
}

export function useFormat(): Format {
  const { i18n } = useTranslation();
  const language = i18n.language;
  return useMemo(() => formatOf(language), [language]);
}

/** Whole years between a full birth date and a day, both ISO; null for partial dates. */
export function ageAt(birthDate: string, today: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}/.test(birthDate)) return null;
  const years = Number(today.slice(0, 4)) - Number(birthDate.slice(0, 4));
  return today.slice(5, 10) < birthDate.slice(5, 10) ? years - 1 : years;
}
