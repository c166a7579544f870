/** The clinic's own roles and rules: entries of the roster that an admin signs. */
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { OwnRoleId, Permission } from '../../../src-shared/contract/permissions.ts';
import { ownRoleId } from '../../../src-shared/contract/primitives.ts';
import type { KeyFilePayload } from './key-file-payload.ts';
import { type Acting, changed, demandAdmin, userOf } from './people.ts';

export type OwnRoleRequest = {
  readonly roleId?: string;
  readonly name: string;
  readonly permissions: readonly Permission[];
};

function idOf(roleId: string): OwnRoleId {
  const parsed = ownRoleId.safeParse(roleId);
  if (!parsed.success) throw new CallError('not-found', { field: 'roleId' });
  return parsed.data;
}

/** @throws CallError forbidden, own-account (a role one holds oneself), not-found */
export function withRole(
  payload: KeyFilePayload,
  acting: Acting,
  { roleId, name, permissions }: OwnRoleRequest,
): { readonly payload: KeyFilePayload; readonly roleId: OwnRoleId } {
  demandAdmin(payload, acting.session);
  const id = roleId === undefined ? idOf(`own-${acting.random(8).toString('hex')}`) : idOf(roleId);
  const self = userOf(payload, acting.session.userId);
  if (self.roles.includes(id)) throw new CallError('own-account');
  const next = changed(payload, acting, payload.users, [
    { kind: 'role-defined', roleId: id, name, permissions: [...permissions] },
  ]);
  return { payload: next, roleId: id };
}

/** @throws CallError forbidden, role-in-use, not-found */
export function withoutRole(payload: KeyFilePayload, acting: Acting, roleId: string): KeyFilePayload {
  demandAdmin(payload, acting.session);
  const id = idOf(roleId);
  if (payload.users.some(({ roles }) => roles.includes(id))) throw new CallError('role-in-use');
  return changed(payload, acting, payload.users, [{ kind: 'role-removed', roleId: id }]);
}

/** @throws CallError forbidden */
export function withPolicy(
  payload: KeyFilePayload,
  acting: Acting,
  { adminSecondFactor }: { readonly adminSecondFactor: boolean },
): KeyFilePayload {
  demandAdmin(payload, acting.session);
  return changed(payload, acting, payload.users, [{ kind: 'policy-set', adminSecondFactor }]);
}
