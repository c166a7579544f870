import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useRouterState } from '@tanstack/react-router';
import { useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AuditLine } from '../../src-shared/contract/audit.ts';
import { useCan } from '../app/session.tsx';
import { call, keyOf } from '../client.ts';
import { Card, EmptyState, ErrorState, LoadingSkeleton, useFormat } from '../ui/index.ts';
import classes from './audit.module.css';
import { DayPlot } from './DayPlot.tsx';
import { EntryDrawer } from './EntryDrawer.tsx';
import { EntryTable } from './EntryTable.tsx';
import { FilterChips } from './FilterChips.tsx';
import { type Chosen, nothingChosen, toFilter } from './filter.ts';
import { useOverview } from './use-overview.ts';

const pageSize = 100;
const first: number | null = null;

/** The entries, by filter, newest first, and their shape over time. */
export function EntriesTab() {
  const { t } = useTranslation('audit');
  const format = useFormat();
  const can = useCan();
  // a review brings its own filter along
  const asked = useRouterState({ select: (state) => state.location.state.audit });
  const [chosen, setChosen] = useState<Chosen>(asked ?? nothingChosen);
  const [askedAt, setAskedAt] = useState(() => Date.now());
  const [entry, setEntry] = useState<AuditLine | null>(null);
  const filter = useMemo(() => toFilter(chosen, askedAt), [chosen, askedAt]);

  const overview = useOverview();
  const pages = useInfiniteQuery({
    queryKey: [...keyOf('audit.page'), filter, askedAt],
    queryFn: ({ pageParam }) => call('audit.page', { filter, before: pageParam, limit: pageSize }),
    initialPageParam: first,
    getNextPageParam: (page) => page.next,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const entries = useMemo(() => pages.data?.pages.flatMap((page) => page.entries) ?? [], [pages.data]);
  const total = pages.data?.pages[0]?.total ?? null;
  const { fetchNextPage } = pages;
  const more = useCallback(() => void fetchNextPage(), [fetchNextPage]);

  const refresh = () => {
    setAskedAt(Date.now());
    void overview.refetch();
  };

  return (
    <>
      <Card label={t('filter.label')}>
        <div className={classes.filterRow}>
          <FilterChips
            chosen={chosen}
            people={overview.data?.people ?? []}
            choosePerson={can('audit:read')}
            choosePatient={can('patient:read')}
            onChange={setChosen}
          />
          <span className={classes.filterEnd}>
            <span className="ck-dim" role="status">
              {total !== null && t('inLog', { count: total, total: format.number(total) })}
            </span>
            <Button variant="default" size="xs" onClick={refresh}>
              {t('refresh')}
            </Button>
          </span>
        </div>
      </Card>
      <Card label={t('plot.label')}>
        {overview.isPending ? (
          <div className={classes.plotEmpty} />
        ) : (
          <DayPlot
            days={overview.data?.days ?? []}
            chosen={chosen.range.kind === 'days' ? chosen.range : null}
            dayName={format.date}
            onChoose={(day) => setChosen({ ...chosen, range: { kind: 'days', from: day, to: day } })}
          />
        )}
      </Card>
      <Card label={t('table')} flush>
        {pages.isPending ? (
          <div className={classes.pad}>
            <LoadingSkeleton rows={10} />
          </div>
        ) : pages.isError && entries.length === 0 ? (
          <ErrorState error={pages.error} onRetry={() => void pages.refetch()} />
        ) : entries.length === 0 && !pages.hasNextPage ? (
          <EmptyState title={t('none.title')} text={t('none.text')} />
        ) : (
          <EntryTable
            // a new question starts at the top
            key={JSON.stringify([filter, askedAt])}
            entries={entries}
            more={pages.hasNextPage}
            loadingMore={pages.isFetchingNextPage}
            failed={pages.isFetchNextPageError}
            onMore={more}
            onOpen={setEntry}
          />
        )}
      </Card>
      <EntryDrawer entry={entry} onClose={() => setEntry(null)} />
    </>
  );
}
