import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';

/** ISO weekdays by their short and long names, Monday first. */
export function useWeekdays(): readonly { readonly day: number; readonly short: string; readonly long: string }[] {
  const { i18n } = useTranslation();
  const { language } = i18n;
  return useMemo(() => {
    const short = new Intl.DateTimeFormat(language, { weekday: 'short', timeZone: 'UTC' });
    const long = new Intl.DateTimeFormat(language, { weekday: 'long', timeZone: 'UTC' });
    // 5 January 1970 was a Monday.
    return [1, 2, 3, 4, 5, 6, 7].map((day) => {
      const date = new Date(Date.UTC(1970, 0, 4 + day));
      return { day, short: short.format(date), long: long.format(date) };
    });
  }, [language]);
}
