/** Names of the clinic's own roles, for the log. */
import type { RosterEntry } from './roster-entry.ts';

/** By id, the latest of each, removed ones included: old entries of the log name them. */
export function ownRoleNames(roster: readonly RosterEntry[]): ReadonlyMap<string, string> {
  const changes = roster.flatMap(({ body }) => body.changes);
  return new Map(changes.flatMap((one) => (one.kind === 'role-defined' ? [[one.roleId, one.name] as const] : [])));
}
