import { useTranslation } from 'react-i18next';
import { isBuiltIn, opensDatabase } from '../../src-shared/contract/permissions.ts';
import { roleName } from '../app/role-name.ts';
import { useSession } from '../app/session.tsx';
import { RenewOwnKeys } from '../keys/RenewOwnKeys.tsx';
import { Card, PageHead } from '../ui/index.ts';
import { OwnPasswordForm } from './OwnPasswordForm.tsx';
import { PinForm } from './PinForm.tsx';
import { PreferencesForm } from './PreferencesForm.tsx';
import { SecondFactorCard } from './SecondFactorCard.tsx';
import './settings.css';

/** One's own: roles, language and theme, password, second factor, PIN. */
export function AccountPage() {
  const { t } = useTranslation('settings');
  const { t: app } = useTranslation('app');
  const { t: keys } = useTranslation('keys');
  const session = useSession();
  return (
    <>
      <PageHead title={t('account.title')} windowTitle={t('account.title')} />
      <div className="ck-settings">
        <Card title={t('account.who')}>
          <dl className="ck-facts">
            <dt>{t('account.name')}</dt>
            <dd>{session.displayName}</dd>
            <dt>{t('account.user-name')}</dt>
            <dd className="ck-mono">{session.userName}</dd>
            {session.roles.map((role) => (
              <div key={role} className="ck-facts-row">
                <dt>{roleName(app, role, session.ownRoles)}</dt>
                <dd>{isBuiltIn(role) ? app(`role.${role}.text`) : app('role-own')}</dd>
              </div>
            ))}
          </dl>
        </Card>
        <Card title={t('preferences.title')}>
          <PreferencesForm />
        </Card>
        <Card title={t('password.title')}>
          <OwnPasswordForm />
        </Card>
        <Card title={keys('kind.identity.name')}>
          <RenewOwnKeys />
        </Card>
        <Card title={t('factor.title')}>
          <SecondFactorCard />
        </Card>
        {opensDatabase(session.roles) && (
          <Card title={t('pin.title')}>
            <PinForm />
          </Card>
        )}
      </div>
    </>
  );
}
