import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, keyOf } from '../client.ts';
import { Card, EmptyState, ErrorState, LoadingSkeleton } from '../ui/index.ts';
import { CurrentWeek } from './CurrentWeek.tsx';
import { MoreButton } from './MoreButton.tsx';
import classes from './review.module.css';
import { WeekRows } from './WeekRows.tsx';
import { WeekSheet } from './WeekSheet.tsx';

const pageSize = 12;
const first: string | null = null;

/** Weeks that are over, each with its sheet; the newest is open when one comes. */
export function WeeksTab() {
  const { t } = useTranslation('review');
  const [asked, setAsked] = useState<string | null>(null);
  const pages = useInfiniteQuery({
    queryKey: [...keyOf('reviews.weeks')],
    queryFn: ({ pageParam }) => call('reviews.weeks', { before: pageParam, limit: pageSize }),
    initialPageParam: first,
    getNextPageParam: (page) => page.next,
  });
  if (pages.isPending) {
    return (
      <Card label={t('tab.weeks')}>
        <LoadingSkeleton rows={6} rowHeight={52} />
      </Card>
    );
  }
  const [newest] = pages.data?.pages ?? [];
  if (newest === undefined) {
    return (
      <Card label={t('tab.weeks')}>
        <ErrorState error={pages.error} onRetry={() => void pages.refetch()} />
      </Card>
    );
  }
  const weeks = pages.data?.pages.flatMap((page) => page.weeks) ?? [];
  const chosen = asked ?? weeks[0]?.week ?? null;
  return (
    <div className={classes.columns}>
      <div className={classes.details}>
        <CurrentWeek current={newest.current} />
        {weeks.length > 0 && (
          <Card flush label={t('week.list')}>
            <WeekRows weeks={weeks} chosen={chosen} onChoose={setAsked} />
            <MoreButton pages={pages} />
          </Card>
        )}
      </div>
      {chosen === null ? (
        <Card label={t('details')}>
          <EmptyState title={t('week.none.title')} text={t('week.none.text')} />
        </Card>
      ) : (
        // what one asked for takes the focus; what was open already does not
        <WeekSheet key={chosen} week={chosen} focus={asked !== null} />
      )}
    </div>
  );
}
