import { useTranslation } from 'react-i18next';
import type { Output } from '../../src-shared/contract/index.ts';
import { HelpButton } from '../policies/HelpButton.tsx';

type Status = Output<'app.status'>;

export function ClinicAside({ status }: { readonly status: Status }) {
  const { t } = useTranslation('start');
  return (
    <>
      <p className="ck-start-clinic">{status.clinicName ?? t('aside.no-clinic')}</p>
      <p className="ck-start-sentence">{t(status.veiled === null ? 'aside.sealed' : 'aside.veiled')}</p>
    </>
  );
}

export function ClinicFoot({ status }: { readonly status: Status }) {
  const { t } = useTranslation('start');
  return (
    <>
      {status.state === 'locked' && !status.weakKeychain && (
        <span className="ck-dot" data-tone="good">
          {t('foot.keychain')}
        </span>
      )}
      {status.weakKeychain && <span className="ck-foot-warn">▲ {t('foot.weak-keychain')}</span>}
      {status.workstationName !== null && <span>{status.workstationName}</span>}
      <span>{t('foot.version', { version: status.version })}</span>
      <HelpButton className="ck-foot-help" />
    </>
  );
}
