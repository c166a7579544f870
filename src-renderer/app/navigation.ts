/** Going from place to place. Patients' ids live in memory only, never in an address. */
import { useNavigate, useRouterState } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { Place } from '../../src-shared/contract/people.ts';
import type { Chosen } from '../audit/filter.ts';
import { isPage } from './landing.ts';

export type Page = Place['page'];

export type Go = {
  /** Opens a page of the rail. */
  readonly page: (page: Exclude<Page, 'chart'>) => void;
  /** Opens a patient's chart, on a tab if one is named. */
  readonly chart: (patientId: string, tab?: string) => void;
  /** Opens what two people changed alike, of one patient if one is named. In memory beside the address, too. */
  readonly conflicts: (patientId: string | null) => void;
  /** Opens the audit log as filtered. The filter travels in memory beside the address: it names people. */
  readonly audit: (chosen: Chosen) => void;
};

export function useGo(): Go {
  const navigate = useNavigate();
  return useMemo(
    () => ({
      page: (page) => void navigate({ to: `/${page}` }),
      chart: (patientId, tab) =>
        void navigate({ to: '/chart/$patientId', params: { patientId }, search: tab === undefined ? {} : { tab } }),
      conflicts: (patientId) =>
        void navigate({ to: '/conflicts', state: patientId === null ? {} : { conflictsOf: patientId } }),
      audit: (chosen) => void navigate({ to: '/audit', state: { audit: chosen } }),
    }),
    [navigate],
  );
}

declare module '@tanstack/react-router' {
  interface HistoryState {
    audit?: Chosen;
    conflictsOf?: string;
  }
}

/** Where the router stands, as a place that core can remember. */
export function placeOf(pathname: string, tab: unknown): Place {
  const [, first = '', id] = pathname.split('/');
  const page = isPage(first) ? first : 'patients';
  if (page !== 'chart' || id === undefined) return { page, patientId: null, tab: null };
  return { page, patientId: decodeURIComponent(id), tab: typeof tab === 'string' ? tab : null };
}

export function usePlace(): Place {
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  const tab = useRouterState({
    select: (state) => ('tab' in state.location.search ? state.location.search.tab : undefined),
  });
  return useMemo(() => placeOf(pathname, tab), [pathname, tab]);
}
