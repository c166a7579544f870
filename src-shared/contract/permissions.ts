/** Who may what: permissions, roles, and the sets that join them (design, "Who may what"). */

export const permissions = [
  'patient:read',
  'patient:write',
  'patient:import',
  'patient:export',
  'patient:print',
  'patient:identifiers', // national and other identifiers; without it they are masked
  'patient:phone', // telephone and e-mail; without it they are masked
  'patient:restrict', // say who alone may open a chart
  'patient:export-all', // the whole clinic's records, with a second admin
  'break-glass:use',
  'chart:read',
  'chart:write',
  'note:read',
  'note:write',
  'note:sign',
  'note:amend',
  'user:read',
  'user:write',
  'settings:write',
  'audit:read',
  'audit:read-own',
  'audit:verify',
  'audit:export', // take the log out: for a verifier elsewhere, for the clinic's own log server
  'access-report:make', // tell a patient who saw their record
  'access-report:names', // with the names of who it was
  'review:read',
  'review:close',
  'request:sign', // the two-person rule: ask for, and agree to, what one admin alone may not do
  'key:read',
  'key:rotate',
  'roster:read',
  'device:read',
  'device:write',
] as const;
export type Permission = (typeof permissions)[number];

export const roles = ['practitioner', 'assistant', 'reception', 'admin', 'auditor', 'it'] as const;
export type Role = (typeof roles)[number];
/** A role that the clinic defined itself: its name and permissions stand in the roster. */
export type OwnRoleId = `own-${string}`;
export type RoleId = Role | OwnRoleId;

export const permissionsOfRole: { readonly [R in Role]: readonly Permission[] } = {
  reception: ['patient:read', 'patient:write', 'patient:identifiers', 'patient:phone'],
  assistant: [
    'patient:read',
    'patient:write',
    'patient:print',
    'patient:identifiers',
    'patient:phone',
    'break-glass:use',
    'chart:read',
    'chart:write',
    'note:read',
    'note:write',
    'note:sign',
  ],
  practitioner: [
    'patient:read',
    'patient:write',
    'patient:import',
    'patient:export',
    'patient:print',
    'patient:identifiers',
    'patient:phone',
    'patient:restrict',
    'break-glass:use',
    'chart:read',
    'chart:write',
    'note:read',
    'note:write',
    'note:sign',
    'note:amend',
    'audit:read-own',
    'access-report:make',
  ],
  // Importing shows an admin counts and file names only. Identifiers and telephone are masked: an admin's work needs
  // neither.
  admin: [
    'patient:read',
    'patient:import',
    'patient:restrict',
    'patient:export-all',
    'user:read',
    'user:write',
    'settings:write',
    'audit:read',
    'audit:verify',
    'audit:export',
    'access-report:make',
    'access-report:names',
    'review:read',
    'review:close',
    'request:sign',
    'key:read',
    'key:rotate',
    'roster:read',
    'device:read',
  ],
  auditor: ['audit:read', 'audit:verify', 'audit:export', 'review:read', 'review:close', 'roster:read'],
  it: ['key:read', 'roster:read', 'device:read', 'device:write'],
};

const noOwnRoles: ReadonlyMap<string, readonly Permission[]> = new Map();

export function isBuiltIn(role: RoleId): role is Role {
  return Object.hasOwn(permissionsOfRole, role);
}

/** Union of the permissions of all roles held; a role that nobody defines gives nothing. */
export function permissionsOf(
  held: readonly RoleId[],
  own: ReadonlyMap<string, readonly Permission[]> = noOwnRoles,
): ReadonlySet<Permission> {
  return new Set(held.flatMap((role) => (isBuiltIn(role) ? permissionsOfRole[role] : (own.get(role) ?? []))));
}

/** IT alone gets no seal of the database key and works in the locked state (design, "Keys"). */
export function opensDatabase(held: readonly RoleId[]): boolean {
  return held.some((role) => role !== 'it');
}
