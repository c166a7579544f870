import { useTranslation } from 'react-i18next';
import type { RoleId } from '../../src-shared/contract/permissions.ts';
import type { RoleLine } from '../../src-shared/contract/roles.ts';
import { roleName } from '../app/role-name.ts';
import { useProcedure } from '../client.ts';

/** All roles there are, and what each is called. */
export function useRoles(): { readonly lines: readonly RoleLine[]; readonly nameOf: (role: RoleId) => string } {
  const { t } = useTranslation('app');
  const { data } = useProcedure('roles.matrix', {}, { staleTime: 10_000 });
  const lines = data?.roles ?? [];
  const own = lines.flatMap(({ id, name }) => (name === null ? [] : [{ id, name }]));
  return { lines, nameOf: (role) => roleName(t, role, own) };
}
