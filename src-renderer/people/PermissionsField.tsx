import { Checkbox } from '@mantine/core';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { Permission } from '../../src-shared/contract/permissions.ts';
import { neverOwn, withoutPermission, withPermission } from '../../src-shared/contract/role-limits.ts';
import { permissionGroups, permissionKey } from './permission-groups.ts';
import './people.css';

type PermissionsFieldProps = {
  readonly value: readonly Permission[];
  readonly onChange: (held: readonly Permission[]) => void;
  readonly error?: string | undefined;
};

const ownGroups = permissionGroups
  .map(({ group, permissions }) => ({ group, permissions: permissions.filter((one) => !neverOwn.has(one)) }))
  .filter(({ permissions }) => permissions.length > 0);

/** What an own role may hold, by kind. Ticking one ticks what it requires; clearing one clears what requires it. */
export function PermissionsField({ value, onChange, error }: PermissionsFieldProps) {
  const { t } = useTranslation('people');
  const hint = useId();
  return (
    <div>
      <p className="ck-permissions-label">{t('role.may')}</p>
      <p className="ck-dim" id={hint}>
        {t('role.together')}
      </p>
      <div className="ck-permissions">
        {ownGroups.map(({ group, permissions }) => (
          <fieldset key={group} aria-describedby={hint}>
            <legend>{t(`group.${group}`)}</legend>
            {permissions.map((permission) => (
              <Checkbox
                key={permission}
                size="sm"
                label={t(permissionKey(permission))}
                checked={value.includes(permission)}
                onChange={(event) =>
                  onChange(
                    event.currentTarget.checked
                      ? withPermission(value, permission)
                      : withoutPermission(value, permission),
                  )
                }
              />
            ))}
          </fieldset>
        ))}
      </div>
      <div role="alert">{error !== undefined && <p className="ck-permissions-error">▲ {error}</p>}</div>
    </div>
  );
}
