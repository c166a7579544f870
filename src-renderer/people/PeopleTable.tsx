import { Button, Menu } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { User } from '../../src-shared/contract/people.ts';
import { useSession } from '../app/session.tsx';
import { Chip, DateText } from '../ui/index.ts';
import { PersonStatus } from './PersonStatus.tsx';
import { useRoles } from './use-roles.ts';
import './people.css';

export type PersonAction = 'roles' | 'password' | 'suspend' | 'reactivate' | 'remove' | 'second-factor';

type PeopleTableProps = {
  readonly users: readonly User[];
  readonly onAction: (action: PersonAction, user: User) => void;
};

export function PeopleTable({ users, onAction }: PeopleTableProps) {
  const { t } = useTranslation('people');
  const { nameOf } = useRoles();
  const { can, userId } = useSession();
  return (
    <div className="ck-table-scroll">
      <table className="ck-table">
        <thead>
          <tr>
            <th scope="col">{t('column.name')}</th>
            <th scope="col">{t('column.user-name')}</th>
            <th scope="col">{t('column.roles')}</th>
            <th scope="col">{t('column.last')}</th>
            <th scope="col">{t('column.status')}</th>
            <th scope="col">
              <span className="ck-hidden">{t('column.actions')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {users.map((user) => (
            <tr key={user.id} data-off={user.status !== 'active'}>
              <th scope="row" className="ck-person">
                <bdi>{user.displayName}</bdi>
                {user.id === userId && <span className="ck-dim"> · {t('you')}</span>}
              </th>
              <td className="ck-mono">{user.userName}</td>
              <td>
                <span className="ck-person-roles">
                  {user.roles.map((role) => (
                    <Chip key={role}>
                      <bdi>{nameOf(role)}</bdi>
                    </Chip>
                  ))}
                </span>
              </td>
              <td className="ck-dim">{user.lastSignIn === null ? t('never') : <DateText at={user.lastSignIn} />}</td>
              <td>
                <PersonStatus user={user} />
              </td>
              <td className="ck-number">
                {can('user:write') && user.id !== userId && user.status !== 'removed' && (
                  <Menu position="bottom-end">
                    <Menu.Target>
                      <Button variant="default" size="xs" aria-label={t('change-label', { name: user.displayName })}>
                        {t('change')}
                      </Button>
                    </Menu.Target>
                    <Menu.Dropdown>
                      <Menu.Item onClick={() => onAction('roles', user)}>{t('roles.open')}</Menu.Item>
                      <Menu.Item onClick={() => onAction('password', user)}>
                        {t(user.invitedUntil === null ? 'password.open' : 'renew.open')}
                      </Menu.Item>
                      {user.secondFactor && (
                        <Menu.Item onClick={() => onAction('second-factor', user)}>{t('second-factor.open')}</Menu.Item>
                      )}
                      <Menu.Divider />
                      {user.status === 'active' ? (
                        <Menu.Item
                          styles={{ itemLabel: { color: 'var(--ck-danger)' } }}
                          onClick={() => onAction('suspend', user)}
                        >
                          {t('suspend.open')}
                        </Menu.Item>
                      ) : (
                        <Menu.Item onClick={() => onAction('reactivate', user)}>{t('reactivate.open')}</Menu.Item>
                      )}
                      <Menu.Item
                        styles={{ itemLabel: { color: 'var(--ck-danger)' } }}
                        onClick={() => onAction('remove', user)}
                      >
                        {t('remove.open')}
                      </Menu.Item>
                    </Menu.Dropdown>
                  </Menu>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
