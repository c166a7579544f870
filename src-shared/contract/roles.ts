/** Who may what, and the roles that a clinic defines for itself (limits: role-limits.ts). */
import { z } from 'zod';
import { permissions } from './permissions.ts';
import { empty, ok, ownRoleId, requiredLine, roleId } from './primitives.ts';
import { query, task } from './procedure.ts';

export const roleName = requiredLine(40);
const held = z.array(z.enum(permissions)).min(1).max(permissions.length);

export const roleLine = z.strictObject({
  id: roleId,
  /** Null for a role that comes with the application: the screen has its name. */
  name: z.string().nullable(),
  permissions: z.array(z.enum(permissions)),
  /** People who hold it, suspended ones included. */
  holders: z.number().int(),
  /** The caller holds it: nobody changes their own. */
  mine: z.boolean(),
});
export type RoleLine = z.infer<typeof roleLine>;

export const roles = {
  matrix: query({
    summary: 'All roles, built in and the clinic’s own, and what each may do.',
    input: empty,
    output: z.strictObject({ roles: z.array(roleLine) }),
    needs: 'user:read',
    audits: { none: 'what roles may do; names no person' },
  }),
  define: task({
    summary: 'Define a role of the clinic’s own, within limits.',
    input: z.strictObject({ name: roleName, permissions: held }),
    output: z.strictObject({ roleId: ownRoleId }),
    needs: 'user:write',
    audits: 'role.defined',
  }),
  change: task({
    summary: 'Change an own role’s name or permissions. Nobody changes a role they hold; sessions of its holders end.',
    input: z.strictObject({ roleId: ownRoleId, name: roleName, permissions: held }),
    output: ok,
    needs: 'user:write',
    audits: 'role.changed',
  }),
  remove: task({
    summary: 'Remove an own role that nobody holds.',
    input: z.strictObject({ roleId: ownRoleId }),
    output: ok,
    needs: 'user:write',
    audits: 'role.removed',
  }),
};
