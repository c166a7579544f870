import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { Series } from './model/series.ts';

/** A vital sign in the user's language, anything else as the record calls it. */
export function useSeriesName(): (series: Pick<Series, 'vital' | 'title'>) => string {
  const { t } = useTranslation('chart');
  return useCallback((series) => (series.vital === undefined ? series.title : t(`vital.${series.vital}`)), [t]);
}
