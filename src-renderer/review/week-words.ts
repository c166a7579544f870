import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { ReviewWeekLine } from '../../src-shared/contract/reviews.ts';
import { isoDay } from '../../src-shared/fhir/dates.ts';
import { useFormat } from '../ui/index.ts';

type Look = {
  readonly state: 'open' | 'ready' | 'overdue' | 'signed' | 'broken';
  readonly tone: 'plain' | 'accent' | 'warn' | 'good' | 'danger';
  readonly sign: string;
};

const looks = {
  open: { state: 'open', tone: 'warn', sign: '●' },
  ready: { state: 'ready', tone: 'accent', sign: '→' },
  overdue: { state: 'overdue', tone: 'danger', sign: '▲' },
  signed: { state: 'signed', tone: 'good', sign: '✓' },
} as const satisfies Record<ReviewWeekLine['state'], Look>;

/** How a week stands, a signature that does not hold included. */
export function lookOf({ state, signed }: Pick<ReviewWeekLine, 'state' | 'signed'>): Look {
  if (signed !== null && signed.holds !== 'holds') return { state: 'broken', tone: 'danger', sign: '▲' };
  return looks[state];
}

export type WeekWords = {
  /** Week 47, 2026. */
  readonly name: (week: string) => string;
  /** The day before the first millisecond after it. */
  readonly lastDay: (to: number) => string;
  readonly span: (week: Pick<ReviewWeekLine, 'from' | 'to'>) => string;
};

export function useWeekWords(): WeekWords {
  const { t } = useTranslation('review');
  const format = useFormat();
  return useMemo(() => {
    const lastDay = (to: number) => format.date(isoDay(to - 1));
    return {
      name: (week) => t('week.name', { year: week.slice(0, 4), number: Number(week.slice(6)) }),
      lastDay,
      span: ({ from, to }) => `${format.date(isoDay(from))} – ${lastDay(to)}`,
    };
  }, [t, format]);
}
