/**
 * What a role of the clinic's own may hold. One admin alone defines it, so it never holds what makes somebody an
 * admin, an auditor or IT staff, nor what takes two admins; and it never holds half of what only makes sense whole.
 */
import { type Permission, permissions } from './permissions.ts';

/** Never part of an own role; the roster's verifier holds this too. */
export const neverOwn: ReadonlySet<Permission> = new Set<Permission>([
  'user:write',
  'settings:write',
  'key:rotate',
  'key:read',
  'request:sign',
  'patient:export-all',
  'device:read',
  'device:write',
  'review:close',
  'roster:read',
  'audit:read',
  'audit:verify',
  'audit:export',
  'access-report:names',
]);

/** What may be ticked for an own role, in the contract's order. */
export const ownable: readonly Permission[] = permissions.filter((one) => !neverOwn.has(one));

/** What a permission is worth nothing, or says too much, without. What leaves as a file holds every field. */
export const requiredBy: { readonly [P in Permission]?: readonly Permission[] } = {
  'patient:write': ['patient:read'],
  'patient:identifiers': ['patient:read'],
  'patient:phone': ['patient:read'],
  'patient:restrict': ['patient:read'],
  'access-report:make': ['patient:read'],
  'patient:import': ['patient:read', 'patient:identifiers', 'patient:phone'],
  'patient:export': ['patient:read', 'patient:identifiers', 'patient:phone'],
  'patient:print': ['patient:read', 'patient:identifiers', 'patient:phone'],
  'break-glass:use': ['patient:read', 'chart:read'],
  // A chart shows the notes in it: who reads the one reads the other.
  'chart:read': ['patient:read', 'note:read'],
  'note:read': ['patient:read', 'chart:read'],
  'chart:write': ['patient:read', 'chart:read'],
  'note:write': ['patient:read', 'note:read'],
  'note:sign': ['patient:read', 'note:write'],
  'note:amend': ['patient:read', 'note:sign'],
};

export type RoleProblem =
  | { readonly kind: 'never'; readonly permission: Permission }
  | { readonly kind: 'lacks'; readonly permission: Permission; readonly required: Permission };

/** Everything that is wrong with these permissions as an own role; empty when it may be. */
export function roleProblems(held: readonly Permission[]): readonly RoleProblem[] {
  const all = new Set(held);
  return [...all].flatMap((permission): RoleProblem[] => [
    ...(neverOwn.has(permission) ? [{ kind: 'never' as const, permission }] : []),
    ...(requiredBy[permission] ?? [])
      .filter((required) => !all.has(required))
      .map((required) => ({ kind: 'lacks' as const, permission, required })),
  ]);
}

/** With this one, and all that it requires. */
export function withPermission(held: readonly Permission[], permission: Permission): Permission[] {
  const all = new Set(held);
  const open = [permission];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (all.has(next)) continue;
    all.add(next);
    open.push(...(requiredBy[next] ?? []));
  }
  return inOrder(all);
}

/** Without this one, and without all that requires it. */
export function withoutPermission(held: readonly Permission[], permission: Permission): Permission[] {
  const all = new Set(held);
  const open = [permission];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (!all.delete(next)) continue;
    const gone = next;
    open.push(...[...all].filter((one) => requiredBy[one]?.includes(gone)));
  }
  return inOrder(all);
}

/** What of a role an own role may start from. */
export function ownableOf(held: Iterable<Permission>): Permission[] {
  const allowed = new Set([...held].filter((one) => !neverOwn.has(one)));
  const lacking = roleProblems([...allowed]).map(({ permission }) => permission);
  return lacking.reduce<Permission[]>((rest, permission) => withoutPermission(rest, permission), inOrder(allowed));
}

function inOrder(all: ReadonlySet<Permission>): Permission[] {
  return permissions.filter((one) => all.has(one));
}
