import { Checkbox, Group } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { roles as allRoles, isBuiltIn, type RoleId } from '../../src-shared/contract/permissions.ts';

type RolesFieldProps = {
  readonly value: readonly RoleId[];
  readonly onChange: (roles: RoleId[]) => void;
  readonly error?: string | undefined;
};

/** Roles with what each may do, in plain words. A person may hold several. */
export function RolesField({ value, onChange, error }: RolesFieldProps) {
  const { t } = useTranslation('people');
  const { t: app } = useTranslation('app');
  return (
    <Checkbox.Group
      label={t('roles.label')}
      value={[...value]}
      onChange={(chosen) =>
        // a role of the clinic's own is not on this list and stays as it is
        onChange([...allRoles.filter((role) => chosen.includes(role)), ...value.filter((role) => !isBuiltIn(role))])
      }
      error={error}
    >
      <div className="ck-roles">
        {allRoles.map((role) => (
          <Checkbox.Card key={role} value={role} className="ck-role-choice">
            <Group gap={12} wrap="nowrap" align="flex-start">
              <Checkbox.Indicator mt={2} />
              <span>
                <span className="ck-role-name">{app(`role.${role}.name`)}</span>
                <span className="ck-role-text">{app(`role.${role}.text`)}</span>
              </span>
            </Group>
          </Checkbox.Card>
        ))}
      </div>
    </Checkbox.Group>
  );
}
