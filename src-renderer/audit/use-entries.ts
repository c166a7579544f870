import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import type { AuditFilter } from '../../src-shared/contract/audit.ts';
import type { AuditCounts } from '../../src-shared/contract/audit-filter.ts';
import { call, keyOf } from '../client.ts';

const pageSize = 100;
const first: number | null = null;
const forGood = { staleTime: Number.POSITIVE_INFINITY };

/**
 * Entries of a filter page by page, and their counts. The log goes on while one reads: only asking anew (`askedAt`)
 * shows what came since.
 */
export function useEntries(filter: AuditFilter, askedAt: number, by: AuditCounts['by']) {
  const pages = useInfiniteQuery({
    queryKey: [...keyOf('audit.page'), filter, askedAt],
    queryFn: ({ pageParam }) => call('audit.page', { filter, before: pageParam, limit: pageSize }),
    initialPageParam: first,
    getNextPageParam: (page) => page.next,
    ...forGood,
  });
  // After the first page: beside it the counts are the same look, and the log has one entry for both.
  const counts = useQuery({
    queryKey: [...keyOf('audit.counts'), filter, askedAt, by],
    queryFn: () => call('audit.counts', { filter, by }),
    enabled: pages.isSuccess,
    placeholderData: keepPreviousData,
    ...forGood,
  });
  const entries = useMemo(() => pages.data?.pages.flatMap((page) => page.entries) ?? [], [pages.data]);
  const { fetchNextPage } = pages;
  const more = useCallback(() => void fetchNextPage(), [fetchNextPage]);
  return { pages, counts, entries, more };
}
