import { useTranslation } from 'react-i18next';
import { useSession } from '../app/session.tsx';
import { errorValueOf, useProcedure } from '../client.ts';
import { DiagnosticsCard } from '../diagnostics/index.ts';
import { LogServerSettings } from '../log-server/index.ts';
import { ManagedNote, PoliciesCard } from '../policies/index.ts';
import { countryName } from '../start/setup/countries.ts';
import { useSyncStanding } from '../sync/index.ts';
import { Card, ErrorState, LoadingSkeleton, PageHead } from '../ui/index.ts';
import { IdleForm, ManagedIdle } from './IdleForm.tsx';
import { ManagedQuickReturn, QuickReturnForm } from './QuickReturnForm.tsx';
import { SignInRules } from './SignInRules.tsx';
import { UnseenForm } from './UnseenForm.tsx';
import './settings.css';

/** The clinic's facts, the time to auto-lock, and for IT what this workstation is. */
export function SettingsPage() {
  const { t } = useTranslation('settings');
  const { t: app } = useTranslation('app');
  const { i18n } = useTranslation();
  const { can } = useSession();
  const connected = useSyncStanding() !== null;
  const settings = useProcedure('settings.get', {});
  const status = useProcedure('app.status', {}, { staleTime: Number.POSITIVE_INFINITY });
  return (
    <>
      <PageHead title={app('rail.settings')} windowTitle={app('rail.settings')} />
      <div className="ck-settings">
        {settings.isPending ? (
          <Card label={t('clinic.title')}>
            <LoadingSkeleton rows={4} />
          </Card>
        ) : settings.error !== null && errorValueOf(settings.error).code === 'no-clinical-access' ? (
          // IT holds no key to the database, where the settings are: what the locked screen shows, they see too
          <Card title={t('clinic.title')}>
            <dl className="ck-facts">
              <dt>{t('clinic.name')}</dt>
              <dd>{status.data?.clinicName ?? ''}</dd>
              <dt>{t('clinic.workstation')}</dt>
              <dd>{status.data?.workstationName ?? ''}</dd>
            </dl>
          </Card>
        ) : settings.error !== null ? (
          <Card label={t('clinic.title')}>
            <ErrorState error={settings.error} onRetry={() => void settings.refetch()} />
          </Card>
        ) : (
          <>
            <Card title={t('clinic.title')}>
              <dl className="ck-facts">
                <dt>{t('clinic.name')}</dt>
                <dd>{settings.data.clinicName}</dd>
                <dt>{t('clinic.country')}</dt>
                <dd>{countryName(settings.data.country, i18n.language)}</dd>
                <dt>{t('clinic.workstation')}</dt>
                <dd>{settings.data.workstationName}</dd>
              </dl>
            </Card>
            <Card title={t('idle.title')}>
              {!can('settings:write') ? (
                <>
                  <p>{t('idle.is', { count: settings.data.idleMinutes })}</p>
                  {settings.data.managed.includes('idleMinutes') && <ManagedNote />}
                </>
              ) : settings.data.managed.includes('idleMinutes') ? (
                <ManagedIdle minutes={settings.data.idleMinutes} />
              ) : (
                <IdleForm minutes={settings.data.idleMinutes} />
              )}
            </Card>
            {can('user:write') && (
              <Card title={t('rules.title')}>
                <SignInRules adminSecondFactor={settings.data.adminSecondFactor} />
              </Card>
            )}
            <Card title={t('quick.title')}>
              {settings.data.managed.includes('pinAllowed') ? (
                <ManagedQuickReturn />
              ) : can('settings:write') ? (
                <QuickReturnForm allowed={settings.data.pinAllowed} minutes={settings.data.veilMinutes} />
              ) : (
                <p>
                  {settings.data.pinAllowed ? t('quick.is', { count: settings.data.veilMinutes }) : t('quick.is-off')}
                </p>
              )}
            </Card>
            {connected && can('settings:write') && (
              <Card title={t('unseen.title')}>
                <UnseenForm days={settings.data.unseenDays} />
              </Card>
            )}
            {can('settings:write') && (
              <Card title={t('log-server.title')}>
                <LogServerSettings />
              </Card>
            )}
          </>
        )}
        <PoliciesCard />
        <Card title={t('workstation.title')}>
          <dl className="ck-facts">
            <dt>{t('workstation.version')}</dt>
            <dd>{status.data?.version ?? ''}</dd>
            <dt>{t('workstation.keychain')}</dt>
            <dd>
              {status.data?.weakKeychain === true ? `▲ ${t('workstation.weak')}` : `✓ ${t('workstation.system')}`}
            </dd>
          </dl>
          {can('device:write') && <p className="ck-dim ck-settings-note">{t('workstation.ctl')}</p>}
        </Card>
        {can('device:read') && <DiagnosticsCard />}
      </div>
    </>
  );
}
