import { Button } from '@mantine/core';
import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import type { RoleLine } from '../../src-shared/contract/roles.ts';
import { Chip } from '../ui/index.ts';
import { permissionGroups, permissionKey } from './permission-groups.ts';
import { useRoles } from './use-roles.ts';
import './people.css';

type RoleMatrixProps = {
  readonly roles: readonly RoleLine[];
  readonly onEdit?: (role: RoleLine) => void;
  readonly onRemove?: (role: RoleLine) => void;
};

/** Permissions in rows by kind, roles in columns. The first column stays while the others move. */
export function RoleMatrix({ roles, onEdit, onRemove }: RoleMatrixProps) {
  const { t } = useTranslation('people');
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by the keyboard
    <section className="ck-matrix-scroll" aria-label={t('matrix.caption')} tabIndex={0}>
      <table className="ck-table ck-matrix">
        <caption className="ck-hidden">{t('matrix.caption')}</caption>
        <thead>
          <tr>
            <th scope="col" className="ck-matrix-what">
              {t('matrix.permission')}
            </th>
            {roles.map((role) => (
              <RoleHead key={role.id} role={role} onEdit={onEdit} onRemove={onRemove} />
            ))}
          </tr>
        </thead>
        <tbody>
          {permissionGroups.map(({ group, permissions }) => (
            <Fragment key={group}>
              <tr className="ck-matrix-group">
                <th scope="rowgroup" className="ck-matrix-what">
                  {t(`group.${group}`)}
                </th>
                <td colSpan={roles.length} />
              </tr>
              {permissions.map((permission) => (
                <tr key={permission}>
                  <th scope="row" className="ck-matrix-what">
                    {t(permissionKey(permission))}
                  </th>
                  {roles.map((role) => (
                    <Cell key={role.id} held={role.permissions.includes(permission)} />
                  ))}
                </tr>
              ))}
            </Fragment>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** A tick or a dash; for a screen reader a word. */
function Cell({ held }: { readonly held: boolean }) {
  const { t } = useTranslation('people');
  return (
    <td className="ck-matrix-cell" data-held={held}>
      <span aria-hidden="true">{held ? '✓' : '·'}</span>
      <span className="ck-hidden">{held ? t('matrix.yes') : t('matrix.no')}</span>
    </td>
  );
}

type RoleHeadProps = {
  readonly role: RoleLine;
  readonly onEdit: RoleMatrixProps['onEdit'];
  readonly onRemove: RoleMatrixProps['onRemove'];
};

function RoleHead({ role, onEdit, onRemove }: RoleHeadProps) {
  const { t } = useTranslation('people');
  const { nameOf } = useRoles();
  const own = role.name !== null;
  return (
    <th scope="col" className="ck-matrix-role">
      <bdi className="ck-matrix-name" data-own={own}>
        {nameOf(role.id)}
      </bdi>
      <span className="ck-matrix-about">{t('matrix.holders', { count: role.holders })}</span>
      <span className="ck-matrix-about">
        {own && <Chip tone="accent">{t('matrix.own')}</Chip>}
        {role.mine && <Chip>{t('matrix.mine')}</Chip>}
      </span>
      {own && onEdit !== undefined && !role.mine && (
        <Button
          variant="default"
          size="compact-xs"
          onClick={() => onEdit(role)}
          aria-label={t('role.edit-label', { name: role.name })}
        >
          {t('role.edit')}
        </Button>
      )}
      {own && onRemove !== undefined && role.holders === 0 && (
        <Button
          variant="subtle"
          color="red"
          size="compact-xs"
          onClick={() => onRemove(role)}
          aria-label={t('role.remove-label', { name: role.name })}
        >
          {t('role.remove')}
        </Button>
      )}
    </th>
  );
}
