/** The four roles of the repository, as docs/protocols/update.md has them. */
export const roles = ['root', 'targets', 'snapshot', 'timestamp'] as const;
export type RoleName = (typeof roles)[number];

/** Days from signing until a role's file is refused. */
export const lifetimeDays: Readonly<Record<RoleName, number>> = { root: 365, targets: 90, snapshot: 14, timestamp: 3 };

/** Days before the end from which on `status` warns. */
export const warningDays: Readonly<Record<RoleName, number>> = { root: 60, targets: 21, snapshot: 7, timestamp: 1 };

/** Keys a repository begins with, and how many of them must sign. */
export const usualKeys: Readonly<Record<RoleName, number>> = { root: 3, targets: 3, snapshot: 1, timestamp: 1 };
export const usualThreshold: Readonly<Record<RoleName, number>> = { root: 2, targets: 2, snapshot: 1, timestamp: 1 };

/** The roles that people sign, on machines of their own. */
export const offlineRoles = ['root', 'targets'] as const;
export type OfflineRole = (typeof offlineRoles)[number];

export const dayMs = 24 * 60 * 60 * 1000;

/** TUF's form of an instant: seconds, UTC. */
export function expiry(role: RoleName, now: number): string {
  return `${new Date(now + lifetimeDays[role] * dayMs).toISOString().slice(0, 19)}Z`;
}
