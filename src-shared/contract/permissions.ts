/** Who may what: permissions, roles, and the sets that join them (design, "Who may what"). */

export const permissions = [
  'patient:read',
  'patient:write',
  'patient:import',
  'patient:export',
  'patient:print',
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
  'device:read',
  'device:write',
] as const;
export type Permission = (typeof permissions)[number];

export const roles = ['practitioner', 'assistant', 'reception', 'admin', 'auditor', 'it'] as const;
export type Role = (typeof roles)[number];

export const permissionsOfRole: { readonly [R in Role]: readonly Permission[] } = {
  reception: ['patient:read', 'patient:write'],
  assistant: [
    'patient:read',
    'patient:write',
    'patient:print',
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
    'chart:read',
    'chart:write',
    'note:read',
    'note:write',
    'note:sign',
    'note:amend',
    'audit:read-own',
  ],
  // Importing shows an admin counts and file names only; taking records out stays with practitioners until the
  // two-person rule is there.
  admin: [
    'patient:read',
    'patient:import',
    'user:read',
    'user:write',
    'settings:write',
    'audit:read',
    'audit:verify',
    'device:read',
  ],
  auditor: ['audit:read', 'audit:verify'],
  it: ['device:read', 'device:write'],
};

/** Union of the permissions of all roles held, in declaration order. */
export function permissionsOf(held: readonly Role[]): ReadonlySet<Permission> {
  return new Set(held.flatMap((role) => permissionsOfRole[role]));
}

/** IT alone gets no seal of the database key and works in the locked state (design, "Keys"). */
export function opensDatabase(held: readonly Role[]): boolean {
  return held.some((role) => role !== 'it');
}
