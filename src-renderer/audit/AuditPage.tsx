import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useRouterState } from '@tanstack/react-router';
import { useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AuditLine } from '../../src-shared/contract/audit.ts';
import { useCan } from '../app/session.tsx';
import { call, keyOf, useProcedure } from '../client.ts';
import { Card, Chip, EmptyState, ErrorState, LoadingSkeleton, PageHead, useFormat } from '../ui/index.ts';
import classes from './audit.module.css';
import { DayPlot } from './DayPlot.tsx';
import { EntryDrawer } from './EntryDrawer.tsx';
import { EntryTable } from './EntryTable.tsx';
import { FilterChips } from './FilterChips.tsx';
import { type Chosen, nothingChosen, toFilter } from './filter.ts';
import { useVerification } from './use-verification.ts';
import { VerifyResult } from './VerifyResult.tsx';

const pageSize = 100;
const first: number | null = null;

/** Who did what, when, to whose record, from where, and how it ended. Looking is itself an entry. */
export function AuditPage() {
  const { t } = useTranslation('audit');
  const format = useFormat();
  const can = useCan();
  const seesAll = can('audit:read');
  // a review brings its own filter along
  const asked = useRouterState({ select: (state) => state.location.state.audit });
  const [chosen, setChosen] = useState<Chosen>(asked ?? nothingChosen);
  const [askedAt, setAskedAt] = useState(() => Date.now());
  const [entry, setEntry] = useState<AuditLine | null>(null);
  const { verification, start, cancel } = useVerification();
  const filter = useMemo(() => toFilter(chosen, askedAt), [chosen, askedAt]);

  const overview = useProcedure('audit.overview', {}, { staleTime: Number.POSITIVE_INFINITY });
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
  const verified = overview.data?.verified ?? null;
  const days = overview.data?.days ?? [];

  return (
    <div className={classes.page}>
      <PageHead
        title={t(seesAll ? 'title' : 'titleOwn')}
        windowTitle={t('title')}
        chips={
          verified !== null && (
            <Chip tone={verified.ok ? 'good' : 'danger'} sign={verified.ok ? '✓' : '▲'}>
              {t(verified.ok ? 'verified' : 'notVerified', {
                entries: format.number(verified.entries),
                when: format.dateTime(verified.finishedAt),
              })}
            </Chip>
          )
        }
        actions={
          <>
            <Button variant="default" onClick={refresh}>
              {t('refresh')}
            </Button>
            {can('audit:verify') && (
              <Button onClick={start} disabled={verification.state === 'running'}>
                {t('verify.now')}
              </Button>
            )}
          </>
        }
        {...(seesAll ? {} : { text: t('ownOnly') })}
      />
      <VerifyResult verification={verification} onCancel={cancel} onAgain={start} />
      <Card label={t('filter.label')}>
        <div className={classes.filterRow}>
          <FilterChips
            chosen={chosen}
            people={overview.data?.people ?? []}
            choosePerson={seesAll}
            choosePatient={can('patient:read')}
            onChange={setChosen}
          />
          <span className="ck-dim" role="status">
            {total !== null && t('inLog', { count: total, total: format.number(total) })}
          </span>
        </div>
      </Card>
      <Card label={t('plot.label')}>
        {overview.isPending ? (
          <div className={classes.plotEmpty} />
        ) : (
          <DayPlot
            days={days}
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
    </div>
  );
}
