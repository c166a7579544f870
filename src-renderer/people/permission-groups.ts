/** The contract's permissions as people think of them: kinds, and within a kind from reading to the weightier. */
import type { Permission } from '../../src-shared/contract/permissions.ts';

export type PermissionGroup = 'patients' | 'charts' | 'notes' | 'files' | 'clinic' | 'log' | 'machines';

export const permissionGroups: readonly {
  readonly group: PermissionGroup;
  readonly permissions: readonly Permission[];
}[] = [
  {
    group: 'patients',
    permissions: ['patient:read', 'patient:identifiers', 'patient:phone', 'patient:write', 'patient:restrict'],
  },
  { group: 'charts', permissions: ['chart:read', 'chart:write', 'break-glass:use'] },
  { group: 'notes', permissions: ['note:read', 'note:write', 'note:sign', 'note:amend'] },
  { group: 'files', permissions: ['patient:print', 'patient:export', 'patient:import', 'patient:export-all'] },
  { group: 'clinic', permissions: ['user:read', 'user:write', 'settings:write', 'request:sign'] },
  {
    group: 'log',
    permissions: [
      'audit:read-own',
      'audit:read',
      'audit:verify',
      'audit:export',
      'access-report:make',
      'access-report:names',
      'review:read',
      'review:close',
      'roster:read',
    ],
  },
  { group: 'machines', permissions: ['key:read', 'key:rotate', 'device:read', 'device:write'] },
];

/** Key of the plain words for a permission, in the `people` texts. */
export const permissionKey = (permission: Permission): string => `permission.${permission.replace(':', '.')}`;
