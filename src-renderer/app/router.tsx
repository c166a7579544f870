/** Pages by place. Memory history: a patient's id is never in the window's address. Pages load when first opened. */
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from '@tanstack/react-router';
import { useState } from 'react';
import type { Place } from '../../src-shared/contract/people.ts';
import { BrokenPage } from './BrokenPage.tsx';
import { chartPage } from './chart-page.ts';
import { Frame } from './Frame.tsx';

const root = createRootRoute({ component: Frame, errorComponent: BrokenPage });

const page = <P extends string>(path: P, component: ReturnType<typeof lazyRouteComponent>) =>
  createRoute({ getParentRoute: () => root, path, component });

const patients = page(
  '/patients',
  lazyRouteComponent(() => import('../home/HomePage.tsx'), 'HomePage'),
);
const audit = page(
  '/audit',
  lazyRouteComponent(() => import('../audit/index.ts'), 'AuditPage'),
);
const reviews = page(
  '/reviews',
  lazyRouteComponent(() => import('../review/index.ts'), 'ReviewsPage'),
);
const people = page(
  '/people',
  lazyRouteComponent(() => import('../people/PeoplePage.tsx'), 'PeoplePage'),
);
const roster = page(
  '/roster',
  lazyRouteComponent(() => import('../roster/index.ts'), 'RosterPage'),
);
const workstations = page(
  '/workstations',
  lazyRouteComponent(() => import('../workstations/index.ts'), 'WorkstationsPage'),
);
const conflicts = page(
  '/conflicts',
  lazyRouteComponent(() => import('../conflicts/index.ts'), 'ConflictsPage'),
);
const requests = page(
  '/requests',
  lazyRouteComponent(() => import('../requests/index.ts'), 'RequestsPage'),
);
const recovery = page(
  '/recovery',
  lazyRouteComponent(() => import('../recovery/index.ts'), 'RecoveryPage'),
);
const importing = page(
  '/import',
  lazyRouteComponent(() => import('../import/ImportPage.tsx'), 'ImportPage'),
);
const keys = page(
  '/keys',
  lazyRouteComponent(() => import('../keys/KeysPage.tsx'), 'KeysPage'),
);
const updates = page(
  '/updates',
  lazyRouteComponent(() => import('../updates/UpdatesPage.tsx'), 'UpdatesPage'),
);
const settings = page(
  '/settings',
  lazyRouteComponent(() => import('../settings/SettingsPage.tsx'), 'SettingsPage'),
);
const account = page(
  '/account',
  lazyRouteComponent(() => import('../settings/AccountPage.tsx'), 'AccountPage'),
);

const chart = createRoute({
  getParentRoute: () => root,
  path: '/chart/$patientId',
  validateSearch: (search: Record<string, unknown>): { tab?: string } =>
    typeof search.tab === 'string' ? { tab: search.tab } : {},
  component: ChartRoute,
});

/** `key`: another patient is another page; nothing of the first one's state may stay. */
function ChartRoute() {
  const { patientId } = chart.useParams();
  const { tab } = chart.useSearch();
  // chosen once: another choice while a chart is open would throw its page away, and what is being typed with it
  const [ChartPage] = useState(() => chartPage());
  return <ChartPage key={patientId} patientId={patientId} tab={tab ?? null} />;
}

const routeTree = root.addChildren([
  patients,
  chart,
  audit,
  reviews,
  people,
  requests,
  recovery,
  roster,
  workstations,
  conflicts,
  importing,
  keys,
  updates,
  settings,
  account,
]);

export function newRouter({ page: first, patientId, tab }: Place) {
  const entry =
    first === 'chart' && patientId !== null
      ? `/chart/${encodeURIComponent(patientId)}${tab === null ? '' : `?tab=${encodeURIComponent(tab)}`}`
      : `/${first === 'chart' ? 'patients' : first}`;
  return createRouter({
    routeTree,
    history: createMemoryHistory({ initialEntries: [entry] }),
    defaultErrorComponent: BrokenPage,
    defaultPendingMs: 300,
    scrollRestoration: false,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof newRouter>;
  }
}
