import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, keyOf } from '../client.ts';
import { Card, EmptyState, ErrorState, LoadingSkeleton } from '../ui/index.ts';
import { MoreButton } from './MoreButton.tsx';
import { ReviewDetails } from './ReviewDetails.tsx';
import { ReviewRows } from './ReviewRows.tsx';
import classes from './review.module.css';

const pageSize = 50;
const first: string | null = null;

/** The list on the left, the one chosen on the right. Looking at either is an entry of the log. */
export function Queue({ state }: { readonly state: 'open' | 'closed' }) {
  const { t } = useTranslation('review');
  const [chosen, setChosen] = useState<string | null>(null);
  const pages = useInfiniteQuery({
    queryKey: [...keyOf('reviews.list'), state],
    queryFn: ({ pageParam }) => call('reviews.list', { state, before: pageParam, limit: pageSize }),
    initialPageParam: first,
    getNextPageParam: (page) => page.next,
  });
  const items = pages.data?.pages.flatMap((page) => page.items) ?? [];
  if (pages.isPending) {
    return (
      <Card label={t(`tab.${state}`)}>
        <LoadingSkeleton rows={6} rowHeight={52} />
      </Card>
    );
  }
  if (pages.isError && items.length === 0) {
    return (
      <Card label={t(`tab.${state}`)}>
        <ErrorState error={pages.error} onRetry={() => void pages.refetch()} />
      </Card>
    );
  }
  // What was just signed leaves the list of open ones; its details stay until another is chosen.
  if (items.length === 0 && chosen === null) {
    return (
      <Card label={t(`tab.${state}`)}>
        <EmptyState title={t(`none.${state}.title`)} text={t(`none.${state}.text`)} />
      </Card>
    );
  }
  return (
    <div className={classes.columns}>
      <Card flush label={t(`tab.${state}`)}>
        {items.length === 0 ? (
          <p className={classes.pad}>{t(`none.${state}.title`)}</p>
        ) : (
          <ReviewRows items={items} chosen={chosen} onChoose={setChosen} />
        )}
        <MoreButton pages={pages} />
      </Card>
      {chosen === null ? (
        <Card label={t('details')}>
          <EmptyState title={t('choose.title')} text={t(`choose.${state}`)} />
        </Card>
      ) : (
        <ReviewDetails key={chosen} id={chosen} />
      )}
    </div>
  );
}
