/**
 * Roles as a matrix, and the clinic's own. As with users, the key file commits first, then the entry: the roster
 * names what was defined and who signed it.
 */
import { CallError } from '../../../src-shared/contract/errors.ts';
import {
  roles as builtIn,
  type OwnRoleId,
  type Permission,
  permissions,
  permissionsOf,
  permissionsOfRole,
  type RoleId,
} from '../../../src-shared/contract/permissions.ts';
import { ownRoleId } from '../../../src-shared/contract/primitives.ts';
import { roleProblems } from '../../../src-shared/contract/role-limits.ts';
import type { Handlers } from '../call.ts';
import type { Core } from '../core.ts';
import type { Vault } from '../vault/vault.ts';

/** What roles give now, the clinic's own as the roster defines them. The chain is verified once, then asked. */
export function permissionsNow(vault: Vault): (held: readonly RoleId[]) => ReadonlySet<Permission> {
  const own = new Map([...vault.ownRoles()].map(([id, role]) => [id, role.permissions]));
  return (held) => permissionsOf(held, own);
}

const folded = (name: string): string => name.normalize('NFKC').toLowerCase().replace(/\s+/gu, ' ').trim();

/** @throws CallError role-name-taken */
function demandFreeName(vault: Vault, name: string, except?: OwnRoleId): void {
  const taken = [...vault.ownRoles()].filter(([id]) => id !== except).map(([, role]) => role.name);
  if ([...taken, ...builtIn].some((one) => folded(one) === folded(name))) {
    throw new CallError('role-name-taken', { field: 'name' });
  }
}

/** @throws CallError role-beyond-limits */
function demandLimits(held: readonly Permission[]): readonly Permission[] {
  if (roleProblems(held).length > 0) throw new CallError('role-beyond-limits', { field: 'permissions' });
  return permissions.filter((one) => held.includes(one));
}

/** @throws CallError not-found */
function ownRole(vault: Vault, id: OwnRoleId): { readonly name: string; readonly permissions: readonly Permission[] } {
  const role = vault.ownRoles().get(id);
  if (role === undefined) throw new CallError('not-found', { field: 'roleId' });
  return role;
}

const holdersOf = ({ vault }: Core, id: RoleId) => vault.users().filter(({ roles }) => roles.includes(id));

export const roleHandlers: Handlers<'roles'> = {
  matrix: ({ core, session }) => {
    const line = (id: RoleId, name: string | null, held: readonly Permission[]) => ({
      id,
      name,
      permissions: [...held],
      holders: holdersOf(core, id).length,
      mine: session.roles.includes(id),
    });
    const own = [...core.vault.ownRoles()]
      .map(([id, role]) => line(ownRoleId.parse(id), role.name, role.permissions))
      .sort((a, b) => (a.name ?? '').localeCompare(b.name ?? ''));
    return { roles: [...builtIn.map((id) => line(id, null, permissionsOfRole[id])), ...own] };
  },
  define: async ({ core, session, record }, { name, permissions: asked }) => {
    demandFreeName(core.vault, name);
    const held = demandLimits(asked);
    const id = ownRoleId.parse(await core.vault.people.defineRole(session.keys, { name, permissions: held }));
    record(({ entry }) => {
      entry.entity.push(id);
      entry.detail['role'] = id;
      entry.detail['given'] = held.join(' ');
    });
    return { roleId: id };
  },
  change: async ({ core, session, record }, { roleId, name, permissions: asked }) => {
    const before = ownRole(core.vault, roleId);
    demandFreeName(core.vault, name, roleId);
    const held = demandLimits(asked);
    await core.vault.people.defineRole(session.keys, { roleId, name, permissions: held });
    // A session holds the permissions of its beginning.
    for (const { id } of holdersOf(core, roleId)) core.endSessionsOf(id);
    record(({ entry }) => {
      entry.entity.push(roleId);
      entry.detail['role'] = roleId;
      const given = held.filter((one) => !before.permissions.includes(one));
      const taken = before.permissions.filter((one) => !held.includes(one));
      if (given.length > 0) entry.detail['given'] = given.join(' ');
      if (taken.length > 0) entry.detail['taken'] = taken.join(' ');
      if (name !== before.name) entry.detail['renamed'] = 1;
    });
    return { ok: true };
  },
  remove: async ({ core, session, record }, { roleId }) => {
    ownRole(core.vault, roleId);
    await core.vault.people.removeRole(session.keys, roleId);
    record(({ entry }) => {
      entry.entity.push(roleId);
      entry.detail['role'] = roleId;
    });
    return { ok: true };
  },
};
