import { Checkbox, Group } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { roles as builtIn, isBuiltIn, type RoleId } from '../../src-shared/contract/permissions.ts';
import { permissionGroups, permissionKey } from './permission-groups.ts';
import { useRoles } from './use-roles.ts';

type RolesFieldProps = {
  readonly value: readonly RoleId[];
  readonly onChange: (roles: RoleId[]) => void;
  readonly error?: string | undefined;
};

/** Roles with what each may do, in plain words. A person may hold several. */
export function RolesField({ value, onChange, error }: RolesFieldProps) {
  const { t } = useTranslation('people');
  const { t: app } = useTranslation('app');
  const { lines, nameOf } = useRoles();
  const own = lines.filter(({ id }) => !isBuiltIn(id)).map(({ id }) => id);
  const offered: readonly RoleId[] = [...builtIn, ...own];
  // An own role has no sentence of its own: what it may do, in the words of the matrix.
  const textOf = (role: RoleId): string => {
    if (isBuiltIn(role)) return app(`role.${role}.text`);
    const held = lines.find(({ id }) => id === role)?.permissions ?? [];
    const words = permissionGroups.flatMap(({ permissions }) => permissions.filter((one) => held.includes(one)));
    return words.map((one) => t(permissionKey(one))).join(' · ');
  };
  return (
    <Checkbox.Group
      label={t('roles.label')}
      value={[...value]}
      onChange={(chosen) =>
        // a role that is not on this list (not answered yet) stays as it is
        onChange([
          ...offered.filter((role) => chosen.includes(role)),
          ...value.filter((role) => !offered.includes(role)),
        ])
      }
      error={error}
    >
      <div className="ck-roles">
        {offered.map((role) => (
          <Checkbox.Card key={role} value={role} className="ck-role-choice">
            <Group gap={12} wrap="nowrap" align="flex-start">
              <Checkbox.Indicator mt={2} />
              <span>
                <bdi className="ck-role-name">{nameOf(role)}</bdi>
                <span className="ck-role-text">{textOf(role)}</span>
              </span>
            </Group>
          </Checkbox.Card>
        ))}
      </div>
    </Checkbox.Group>
  );
}
