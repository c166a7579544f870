import { useRouterState } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AuditLine } from '../../src-shared/contract/audit.ts';
import type { AuditCounts } from '../../src-shared/contract/audit-filter.ts';
import { Card, EmptyState, ErrorState, LoadingSkeleton } from '../ui/index.ts';
import classes from './audit.module.css';
import { EntryDrawer } from './EntryDrawer.tsx';
import { EntryTable } from './EntryTable.tsx';
import { FilterBar } from './FilterBar.tsx';
import { type Chosen, nothingChosen, toFilter } from './filter.ts';
import { Plots } from './Plots.tsx';
import { termsOf } from './search-words.ts';
import { useEntries } from './use-entries.ts';
import { useMeanings } from './use-meanings.ts';
import { useOverview } from './use-overview.ts';

/** The entries, by filter, newest first, and their shape over time and by person. */
export function EntriesTab() {
  const { t } = useTranslation('audit');
  // a review brings its own filter along
  const asked = useRouterState({ select: (state) => state.location.state.audit });
  const [chosen, setChosen] = useState<Chosen>(asked ?? nothingChosen);
  const [askedAt, setAskedAt] = useState(() => Date.now());
  const [entry, setEntry] = useState<AuditLine | null>(null);
  const overview = useOverview();
  const meanings = useMeanings(overview.data);
  const filter = useMemo(() => toFilter(chosen, askedAt, termsOf(chosen.text, meanings)), [chosen, askedAt, meanings]);
  const [by, setBy] = useState<AuditCounts['by']>('time');
  const { pages, counts, entries, more } = useEntries(filter, askedAt, by);

  const refresh = () => {
    setAskedAt(Date.now());
    void overview.refetch();
  };

  return (
    <>
      <FilterBar
        chosen={chosen}
        overview={overview.data}
        found={counts.isPlaceholderData ? null : (counts.data ?? null)}
        onChange={setChosen}
        onRefresh={refresh}
      />
      <Plots
        by={by}
        onBy={setBy}
        counts={counts.data ?? null}
        failed={counts.isError}
        chosen={chosen}
        onChange={setChosen}
      />
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
