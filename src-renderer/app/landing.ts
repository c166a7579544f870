import type { Session } from '../../src-shared/contract/people.ts';
import type { Permission } from '../../src-shared/contract/permissions.ts';
import type { Page } from './navigation.ts';

/** What each page needs to be shown in the rail and opened. The account is everyone's. */
export const pageNeeds: { readonly [P in Page]: readonly Permission[] } = {
  patients: ['patient:read'],
  chart: ['chart:read', 'patient:read'],
  import: ['patient:import'],
  audit: ['audit:read', 'audit:read-own'],
  reviews: ['review:read'],
  people: ['user:read'],
  requests: ['request:sign'],
  recovery: ['key:rotate'],
  roster: ['roster:read'],
  workstations: ['device:read'],
  conflicts: ['chart:write', 'patient:write'],
  keys: ['key:read'],
  updates: ['device:read'],
  settings: ['settings:write', 'device:read'],
  account: [],
};

/** Is this a page, as the router's first step names it? */
export function isPage(name: string): name is Page {
  return Object.hasOwn(pageNeeds, name);
}

export function mayOpen(page: Page, permissions: readonly Permission[]): boolean {
  const needs = pageNeeds[page];
  return needs.length === 0 || needs.some((permission) => permissions.includes(permission));
}

/**
 * Where a session begins: where the user was, else what fits the work. Who writes in charts or at the desk begins at
 * the patients, who manages people at people, who audits at the log, IT at the workstation's settings.
 */
export function landingOf({ permissions, place }: Session): {
  page: Page;
  patientId: string | null;
  tab: string | null;
} {
  if (place !== null && mayOpen(place.page, permissions)) {
    if (place.page !== 'chart' || place.patientId !== null) return place;
  }
  const page: Page = permissions.includes('patient:write')
    ? 'patients'
    : permissions.includes('user:write')
      ? 'people'
      : permissions.includes('audit:read')
        ? 'audit'
        : permissions.includes('device:read')
          ? 'settings'
          : 'account';
  return { page, patientId: null, tab: null };
}
